"""Keys with which another system acts as an account."""

from __future__ import annotations

import secrets
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import SYSTEM, Actor, At
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import Account, ApiKey
from hemei.core.personal import token_hash
from hemei.core.writing import action, audit, writing

PREFIX = "hm_"  # so that a key that was published by mistake is recognised as one of ours


@action(verb="unit.edit", on="where")
def issue_key(*, where: At, account: Account, name: str, by: Actor) -> tuple[ApiKey, str]:
    """Issue a key for a system's own account, whose duties all lie in `where`. The token is shown once, kept nowhere.

    Nobody is given a key to an account that a person signs in with: it would be a way to act in their name unseen.
    """
    if not name.strip():
        raise Mistaken(_("请写明这把密钥给哪个系统用。"), field="name", code="no_name")
    if account.has_usable_password():
        raise Mistaken(_("这是个人登录的账号，不能发放密钥；请给那个系统另建账号。"), field="account", code="a_person")
    if any(not duty.region.startswith(where.region) for duty in account.duties.all()):
        raise Mistaken(_("这个账号的岗位超出该区域，不能在这里发放密钥。"), field="account", code="wider_duties")
    token = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        account=account,
        name=name.strip()[:60],
        hint=token[:8],
        token_hash=token_hash(token),
        issued_at=timezone.now(),
        issued_by=str(by),
    )
    audit(by, "key.issue", f"key:{key.pk}", where.region, values=[account.pk, key.name, key.token_hash])
    return key, token


@action(verb="unit.edit", on="where")
def revoke_key(*, where: At, key: ApiKey, by: Actor) -> ApiKey:
    """End a key at once."""
    if key.revoked_at is not None:
        raise Conflict(_("这把密钥已经作废。"), code="revoked")
    key.revoked_at = timezone.now()
    key.save(update_fields=["revoked_at"])
    audit(by, "key.revoke", f"key:{key.pk}", where.region, values=[key.pk])
    return key


def note_use(key: ApiKey, *, on: date) -> None:
    """Remember the day a key was last used: one write a day, so that forgotten keys can be found and revoked."""
    if key.used_on == on:
        return
    with writing():
        ApiKey.objects.filter(pk=key.pk).update(used_on=on)
        audit(SYSTEM, "key.use", f"key:{key.pk}", "", values=[key.pk, on])
