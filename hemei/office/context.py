"""What every page says of the district and of itself."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from hemei.core.models import Account


def page(request: HttpRequest) -> dict[str, Any]:
    """Context of every template: footer, banners, whether this is the demo."""
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    banners = []
    if signed_in and not settings.NOTIFY_WEBHOOK:
        banners.append(_("尚未配置短信或企业微信：紧急隐患不会主动通知到人，请值班人员经常刷新本页。"))
    return {
        "filing_number": settings.FILING_NUMBER,
        "map_approval_number": settings.MAP_APPROVAL_NUMBER,
        "complaints": settings.COMPLAINTS,
        "demo": Account.objects.filter(is_demo=True).exists(),
        "banners": banners,
    }
