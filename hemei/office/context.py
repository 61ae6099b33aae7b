"""What every page says of the district and of itself."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import Actor, scope_of
from hemei.core.models import Account, Region
from hemei.core.registry import registry

# Label, name of its address, and the right without which it is not shown. The first four stand on a phone's bar.
NAVIGATION = (
    (gettext_lazy("今天"), "office:today", ""),
    (gettext_lazy("隐患"), "office:cases", "case.view"),
    (gettext_lazy("档案"), "office:places", "place.view"),
    (gettext_lazy("去看"), "field:dues", "place.view"),
    (gettext_lazy("清零"), "office:zero", "case.view"),
    (gettext_lazy("地图"), "map", "place.view"),
    (gettext_lazy("轮次"), "office:rounds", "round.view"),
    (gettext_lazy("抽查"), "office:draws", "draw.view"),
    (gettext_lazy("门牌"), "field:plates", "door.issue"),
    (gettext_lazy("导入"), "office:imports", "register.import"),
    (gettext_lazy("单位"), "office:units", "unit.view"),
    (gettext_lazy("参数"), "office:parameters", "region.view"),
    (gettext_lazy("审计"), "office:audit", "audit.view"),
    (gettext_lazy("任务"), "office:jobs", "job.view"),
)


def page(request: HttpRequest) -> dict[str, Any]:
    """Context of every template: footer, banners, navigation, whether this is the demo."""
    common = {
        "filing_number": settings.FILING_NUMBER,
        "map_approval": settings.MAP_APPROVAL_NUMBER,
        "complaint_contact": settings.COMPLAINTS,
        "tianditu_key": settings.TIANDITU_KEY,
        "demo": Account.objects.filter(is_demo=True).exists(),
        "banners": [],
    }
    user = getattr(request, "user", None)
    if not (user and user.is_authenticated):
        return common
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not settings.NOTIFY_WEBHOOK:
        common["banners"] = [_("尚未配置短信或企业微信：紧急隐患不会主动通知到人，请值班人员经常刷新本页。")]
    return common | {
        "nav": navigation(actor, request.path),
        "home_url": "/office/",
        "actor_name": _who(actor),
        "region_name": _region_name(actor),
    }


def navigation(actor: Actor, path: str) -> list[tuple[str, str, bool]]:
    """The pages this person may open: (label, address, whether it is the one shown)."""
    links: list[tuple[str, str]] = []
    for label, name, verb in NAVIGATION:
        if verb and not scope_of(actor, verb):
            continue
        try:
            address = reverse(name)
        except NoReverseMatch:  # a page of a door that is not installed
            continue
        links.append((str(label), address))
    for programme in registry.programmes.values():
        address = f"/{programme.key}/"
        if _answers(address) and scope_of(actor, "place.view", programme.key):
            links.append((str(programme.title), address))
    shown = max((address for _label, address in links if path.startswith(address)), key=len, default="")
    return [(label, address, address == shown) for label, address in links]


def _answers(address: str) -> bool:
    """Whether a programme has a first page of its own."""
    try:
        resolve(address)
    except Resolver404:
        return False
    return True


def _who(actor: Actor) -> str:
    roles = dict.fromkeys(str(grant.role.name) for grant in actor.grants)
    return " · ".join([actor.name, *roles])


def _region_name(actor: Actor) -> str:
    widest = min((grant.region for grant in actor.grants), key=len, default="")
    return Region.objects.filter(code=widest).values_list("name", flat=True).first() or ""
