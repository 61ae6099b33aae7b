"""Reading the keys of other systems."""

from __future__ import annotations

from django.db.models import QuerySet

from hemei.core.access import Scope
from hemei.core.models import ApiKey
from hemei.core.personal import token_hash


def live_key(token: str) -> ApiKey | None:
    """The key of a token: whoever holds it needs no other right. A revoked one is as unknown as a made-up one."""
    rows = ApiKey.objects.filter(token_hash=token_hash(token), revoked_at=None, account__is_active=True)
    return rows.select_related("account").first()


def keys(*, within: Scope) -> QuerySet[ApiKey]:
    """The keys of accounts that have, or had, a duty in the scope."""
    return ApiKey.objects.filter(within.q("account__duties__region", matter=None)).select_related("account").distinct()
