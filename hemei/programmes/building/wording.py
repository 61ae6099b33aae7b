"""What is said of where a permit stands: to officers, and to the household."""

from __future__ import annotations

import shapely
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from hemei.programmes.building.models import Permit
from hemei.programmes.building.shapes import area_m2

Text = str | Promise

NEXT: dict[str, Text] = {
    "applied": _("等村里开会讨论"),
    "agreed": _("等村里张榜公示"),
    "publicised": _("正在村里公示，满了由村里审查"),
    "village_reviewed": _("等乡镇各部门会审、到场"),
    "town_reviewed": _("等乡镇批准"),
    "returned": _("退回来了，补正后由村里重报"),
    "approved": _("已经批准，开工前等乡镇到场放线"),
    "set_out": _("放好线了，可以开工"),
    "building": _("正在施工，各阶段要检查"),
    "accepted": _("验收合格，等新房入册"),
    "registered": _("都办完了"),
    "refused": _("没有批准，可以按决定书上写的办法申诉"),
    "withdrawn": _("已经撤回"),
    "lapsed": _("批准已经失效，要建须重新申请"),
}

NOTICE_OVER, OBJECTED = _("公示期满了，等村里审查"), _("公示有异议，等村里处理")


def next_step(permit: Permit) -> Text:
    """What a permit waits for."""
    if permit.state == "publicised" and permit.objections_open:
        return OBJECTED
    if permit.state == "publicised" and permit.notice_worked_days is not None:
        return NOTICE_OVER
    return NEXT[permit.state]


OUTCOMES: dict[str, Text] = {"pass": _("符合"), "fail": _("不符合"), "unknown": _("待核")}

CONVENED: dict[str, Text] = {
    "villagers": _("村民会议（成年村民过半数到会）"),
    "households": _("村民会议（三分之二以上的户派代表到会）"),
    "delegates": _("村民代表会议（三分之二以上到会）"),
    "group": _("村民小组会议（三分之二以上到会）"),
}

NOTES: dict[str, Text] = {
    "permit.agree": _("会上说了什么"),
    "permit.publicise": _("贴在哪里"),
    "permit.village_review": _("材料是否真实、是否合村庄规划、四邻意见"),
    "permit.town_review": _("审查意见"),
    "permit.approve": _("批准的条件，验收时逐条对照"),
    "permit.inspect": _("看到什么"),
    "permit.mend": _("哪里不对、怎么改、什么时候改好"),
    "permit.accept": _("验收意见；和批准的不一致时写明为什么仍然合格"),
    "permit.return": _("哪里要补正"),
    "permit.resubmit": _("补正了什么"),
    "permit.refuse": _("不予批准的理由"),
    "permit.withdraw": _("农户为什么撤回"),
    "permit.lapse": _("为什么失效"),
}

PHOTOS: dict[str, Text] = {
    "permit.apply": _("户主签字或按手印的申请表（拍照）"),
    "permit.agree": _("会议记录和签到（拍照）"),
    "permit.publicise": _("刚贴出来的公示（连同公示栏拍照）"),
    "permit.close_notice": _("公示期满时的公示栏（拍照）"),
    "permit.start": _("工地公示牌（拍照）"),
    "permit.withdraw": _("户主签字的撤回书（拍照）"),
}


def area_words(shape: shapely.Polygon) -> str:
    """How large what was drawn is, and which courtyards are left out of that."""
    said = gettext("%(area)s 平方米") % {"area": f"{area_m2(shape):.1f}"}
    if not shape.interiors:
        return said
    n, area = len(shape.interiors), sum(area_m2(shapely.Polygon(ring)) for ring in shape.interiors)
    left_out = ngettext("（不含 %(n)d 个天井 %(area)s 平方米）", "（不含 %(n)d 个天井 %(area)s 平方米）", n)
    return said + left_out % {"n": n, "area": f"{area:.1f}"}
