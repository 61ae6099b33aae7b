"""How values are written on the staff pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.template.defaultfilters import date as written
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import ActorKind, scope_of
from hemei.core.english import in_language
from hemei.core.lifecycle import LIFE
from hemei.core.models import SEVERITY_NAMES, AuditEntry, Case, CaseStep, Check, Due, Job, Place
from hemei.core.queries.jobs import ahead_of
from hemei.core.registry import registry
from hemei.core.remedies import REMEDIES
from hemei.core.roles import ROLES, VERBS
from hemei.core.wording import bracketed, doubted, in_words
from hemei.office.documents import DOCUMENTS, WAYS
from hemei.office.story import asked_by, in_order
from hemei.office.subjects import subject_words
from hemei.terms.day import today
from hemei.terms.finding import Severity
from hemei.terms.personal import mask_id
from hemei.terms.region import Level

register = template.Library()
register.filter(subject_words)

LATE = timedelta(days=1)  # ours: recorded more than a day afterwards is said to be so
KINDS = {
    ActorKind.DOOR: gettext_lazy("住户（扫门牌，未绑定）"),
    ActorKind.PHONE: gettext_lazy("住户（已绑定手机）"),
    ActorKind.COLLECTOR: gettext_lazy("采集端"),
    ActorKind.BEARER: gettext_lazy("持码人（现场扫码）"),
    ActorKind.SYSTEM: gettext_lazy("系统"),
}
DONE = {  # what the audit also knows, besides the verbs that `may` is asked for
    "check.submit": gettext_lazy("提交检查"),
    "check.attach": gettext_lazy("补传检查照片"),
    "form.upload": gettext_lazy("上传检查表"),
    "form.publish": gettext_lazy("发布检查表"),
    "form.withdraw": gettext_lazy("撤回检查表"),
    "form.end": gettext_lazy("停用检查表"),
    "form.take_up": gettext_lazy("恢复检查表"),
    "collector.revoke": gettext_lazy("作废手机填报钥匙"),
    "collector.wrong_key": gettext_lazy("用错误的手机填报钥匙来取表"),
    "message.receipt": gettext_lazy("紧急通知回执"),
    "message.escalate": gettext_lazy("紧急通知转第二人"),
    "message.overdue": gettext_lazy("超期提醒上一级"),
    "place.change": gettext_lazy("修改登记"),
    "backup.make": gettext_lazy("全库备份"),
    "place.put_on_map": gettext_lazy("落图"),
    "place.clash": gettext_lazy("修改与别人的不一致，待核定"),
    "place.identify": gettext_lazy("登记其他系统编号"),
    "place.take_out": gettext_lazy("注销"),
    "unit.add": gettext_lazy("建立单位"),
    "unit.change": gettext_lazy("修改单位"),
    "unit.close": gettext_lazy("撤销单位"),
    "account.add": gettext_lazy("建立账号"),
    "account.close": gettext_lazy("停用账号"),
    "account.reset_password": gettext_lazy("重设密码"),
    "account.choose_password": gettext_lazy("本人换密码"),
    "account.second_factor": gettext_lazy("设置两步验证"),
    "account.recovery_code": gettext_lazy("用掉一个恢复码"),
    "account.recovery_codes": gettext_lazy("换恢复码"),
    "account.wrong_code": gettext_lazy("输错验证码"),
    "account.reset_second_factor": gettext_lazy("重设两步验证"),
    "account.erase": gettext_lazy("删除停用账号的电话"),
    "register.forget": gettext_lazy("删除导入的暂存行"),
    "duty.give": gettext_lazy("设岗位"),
    "duty.end": gettext_lazy("结束岗位"),
    "duty.carry": gettext_lazy("区划变更后接续岗位"),
    "unit.move": gettext_lazy("区划变更后单位换区域"),
    "region.change": gettext_lazy("区划变更"),
    "round.move": gettext_lazy("区划变更后轮次换区域"),
    "draw.move": gettext_lazy("区划变更后抽查换区域"),
    "form.move": gettext_lazy("区划变更后自备表格换区域"),
    "parameter.set": gettext_lazy("设置参数"),
    "job.cancel": gettext_lazy("停止任务"),
    "round.plan": gettext_lazy("编制轮次"),
    "round.publish": gettext_lazy("发布轮次"),
    "round.close": gettext_lazy("结束轮次"),
    "round.discard": gettext_lazy("删除轮次草稿"),
    "round.hand_over": gettext_lazy("转给别人"),
    "draw.freeze": gettext_lazy("封存抽查名单"),
    "draw.hold": gettext_lazy("抽取"),
    "draw.publish": gettext_lazy("公布抽查"),
    "register.read": gettext_lazy("上传台账"),
    "register.confirm": gettext_lazy("确认导入"),
    "register.decide": gettext_lazy("确认是否同一处"),
    "register.discard": gettext_lazy("放弃导入"),
    "register.ask": gettext_lazy("等待说明各列"),
    "register.map": gettext_lazy("说明各列是什么"),
    "form.keep": gettext_lazy("保存自备表格"),
    "form.fill": gettext_lazy("填写自备表格"),
    "form.drop": gettext_lazy("停用自备表格"),
    "register.return": gettext_lazy("下载未通过的行"),
    "register.regions": gettext_lazy("导入区划"),
    "register.units": gettext_lazy("导入单位"),
    "register.people": gettext_lazy("导入人员和岗位"),
    "register.households": gettext_lazy("导入农户"),
    "register.places": gettext_lazy("导入房屋等对象"),
    "register.cases": gettext_lazy("导入隐患"),
    "register.checks": gettext_lazy("导入检查"),
    "register.evidence": gettext_lazy("导入照片"),
    "register.doors": gettext_lazy("导入门牌码"),
    "register.rounds": gettext_lazy("导入轮次"),
    "door.revoke": gettext_lazy("作废门牌码"),
    "door.forget": gettext_lazy("解除手机绑定"),
    "door.wrong_code": gettext_lazy("输错室内卡号码"),
    "key.issue": gettext_lazy("发放密钥"),
    "key.revoke": gettext_lazy("作废密钥"),
}
JOBS = {
    "register.survey": gettext_lazy("查看台账文件"),
    "register.read": gettext_lazy("读取台账"),
    "register.apply": gettext_lazy("写入台账"),
}
BEGINNINGS = {
    "case.open": gettext_lazy("发现"),
    "case.report": gettext_lazy("上报，待核实"),
    "case.seen": gettext_lazy("又看到一次"),
    "case.correct": gettext_lazy("报告人更正"),
    "case.import": gettext_lazy("台账导入"),
}


@register.simple_tag(takes_context=True)
def may_export(context: Mapping[str, Any]) -> bool:
    """Whether this person may take lists out as files."""
    return bool(scope_of(context["request"].actor, "register.export"))


@register.filter
def days_left(case: Case) -> int | None:
    """Days until the deadline of a case that is not ended; None where there is none."""
    return (case.due_on - today()).days if case.due_on and not case.ended_at else None


@register.filter
def until(day: date) -> int:
    return (day - today()).days


@register.filter
def severity(value: int) -> str:
    return str(SEVERITY_NAMES[Severity(value)])


@register.filter
def step_name(verb: str) -> str:
    if verb in BEGINNINGS:
        return str(BEGINNINGS[verb])
    step = LIFE.by_verb.get(verb)
    return str(step.name if step else DONE.get(verb) or registry.wording("done").get(verb) or VERBS.get(verb, verb))


@register.filter
def job_name(kind: str) -> str:
    return str(JOBS.get(kind) or registry.wording("jobs").get(kind, kind))


@register.filter
def role_name(key: str) -> str:
    return str(ROLES[key].name) if key in ROLES else key


@register.filter
def subject_url(subject: str, pages: Mapping[str, str]) -> str:
    """The page of what an audit entry is about, where there is one that the reader may open."""
    kind, _colon, pk = subject.partition(":")
    return reverse(pages[kind], args=[pk]) if kind in pages and pk.isdigit() else ""


@register.filter
def region_words(names: Mapping[str, str], code: str) -> str:
    """`in_words`, else the code: what is called 一组 in a list is of little use there."""
    return in_words(names, code) or code


@register.filter
def besides(names: Mapping[str, str], row: Case | Place | Due) -> str:
    """The region of a row in words, unless its place is called by it already."""
    place = row if isinstance(row, Place) else row.place
    village = names.get(row.region[: Level.VILLAGE], "")
    return "" if place and village and village in place.label else region_words(names, row.region)


@register.filter
def remedy_name(key: str) -> str:
    return str(REMEDIES[key].name) if key in REMEDIES else key


@register.filter
def document_name(key: str) -> str:
    return str(DOCUMENTS[key].name) if key in DOCUMENTS else key


@register.filter
def way_name(key: str) -> str:
    return str(WAYS.get(key, key))


@register.filter
def who(row: CaseStep | Check | AuditEntry) -> str:
    """Who did it, by name where it was an account, else by what it was."""
    if row.account is not None:
        return row.account.name
    kind = row.actor.partition(":")[0]
    return str(KINDS.get(ActorKind(kind), row.actor)) if kind in set(ActorKind) else row.actor


@register.filter
def late(row: CaseStep | Check) -> bool:
    """Whether it was recorded long after it happened."""
    return row.recorded_at - row.at > LATE


@register.filter(expects_localtime=True)
def moment(value: datetime | None) -> str:
    """2026年11月3日 14:05."""
    if value is None:
        return ""
    return f"{written(value)} {written(value, 'H:i')}"


@register.filter
def item(table: Mapping[Any, Any] | Sequence[Any], key: Any) -> Any:
    """A value of a table by its key, or of a row by its place."""
    return table.get(key, "") if isinstance(table, Mapping) else table[key]


@register.filter
def stands(job: Job) -> str:
    """What a job says of itself, or how many are done before its turn comes."""
    if job.message:
        return job.message
    if ahead := ahead_of(job):
        return _("排队中：前面还有 %(count)d 件，办完就轮到。") % {"count": ahead}
    return _("排队中，马上开始。")


@register.filter(name="in_language")
def _in_language(said: str | Sequence[str]) -> str | list[str]:
    """What is kept in Chinese, in the language of the page: a sentence, or several words."""
    return in_language(said) if isinstance(said, str) else [in_language(one) for one in said]


@register.filter
def position(row: Any) -> str:
    """Where a file or a check was taken, or that it is not known."""
    if row.lon is None or row.lat is None:
        return _("无定位")
    near = bracketed(f"±{row.accuracy_m:.0f} m") if row.accuracy_m else ""
    return f"{row.lon:.5f}, {row.lat:.5f}{near}"


register.filter(doubted)
register.filter(asked_by)
register.filter(in_order)


@register.filter
def masked_id(last4: str) -> str:
    return mask_id(last4)
