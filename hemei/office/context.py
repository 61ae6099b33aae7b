"""What every page says of the district and of itself."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hemei.core.access import Actor, scope_of
from hemei.core.models import Account, Region
from hemei.core.queries.messages import undelivered
from hemei.office.navigation import navigation


def page(request: HttpRequest) -> dict[str, Any]:
    """Context of every template: footer, banners, navigation, whether this is the demo."""
    common = {
        "filing_number": settings.FILING_NUMBER,
        "map_approval_number": settings.MAP_APPROVAL_NUMBER,
        "complaints": settings.COMPLAINTS,
        "tianditu_key": settings.TIANDITU_KEY,
        "demo": Account.objects.filter(is_demo=True).exists(),
    }
    user = getattr(request, "user", None)
    if not (user and user.is_authenticated):
        return common
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return common | {
        "banners": _banners(actor),
        "nav": navigation(actor, request.path),
        "home_url": "/office/",
        "actor_name": _who(actor),
        "region_name": _region_name(actor),
    }


def _banners(actor: Actor) -> list[tuple[str, str]]:
    """What goes wrong behind everybody's back, and the page that shows more of it."""
    if not settings.NOTIFY_WEBHOOK:
        return [(_("尚未配置短信或企业微信：紧急隐患不会主动通知到人，请值班人员经常刷新本页。"), "")]
    scope = scope_of(actor, "case.assign")
    if scope and (stuck := undelivered(within=scope, now=timezone.now()).count()):
        said = ngettext(
            "有 %(n)d 条通知发不出去，请打电话告知，并请管理员检查短信或企业微信接口。",
            "有 %(n)d 条通知发不出去，请打电话告知，并请管理员检查短信或企业微信接口。",
            stuck,
        )
        return [(said % {"n": stuck}, reverse("office:messages"))]
    return []


def _who(actor: Actor) -> str:
    roles = dict.fromkeys(str(grant.role.name) for grant in actor.grants)
    return " · ".join([actor.name, *roles])


def _region_name(actor: Actor) -> str:
    widest = min((grant.region for grant in actor.grants), key=len, default="")
    return Region.objects.filter(code=widest).values_list("name", flat=True).first() or ""
