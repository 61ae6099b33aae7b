"""The keys with which phones fetch forms and send checks in: one phone, one key, bound to its person's duties."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import SYSTEM, Actor, ActorKind, At, Refused
from hemei.core.errors import Conflict, Mistaken
from hemei.core.limits import TooOften, spend
from hemei.core.models import Account, AuditEntry, CollectorKey, Region
from hemei.core.personal import token_hash
from hemei.core.writing import action, audit, writing
from hemei.terms.region import Level

MOST_PHONES = 5  # ours: with more, nobody knows which are still in use


@action(verb="collector.issue", on="where")
def issue_collector(*, where: At, account: Account, name: str, by: Actor) -> tuple[CollectorKey, str]:
    """Issue a key for a phone of one's own. The token is shown once and kept nowhere."""
    _own(account, by)
    if not name.strip():
        raise Mistaken(_("请写明是哪部手机，例如“张三的华为”。"), field="name", code="no_name")
    if CollectorKey.objects.filter(account=account, revoked_at=None).count() >= MOST_PHONES:
        raise Mistaken(_("已有 %(n)d 部手机在用，请先作废不用的。") % {"n": MOST_PHONES}, field="name", code="too_many")
    token = secrets.token_urlsafe(24)
    key = CollectorKey.objects.create(
        account=account,
        name=name.strip()[:60],
        token_hash=token_hash(token),
        issued_at=timezone.now(),
        issued_by=str(by),
    )
    audit(by, "collector.issue", f"collector:{key.pk}", where.region, values=[account.pk, key.name, key.token_hash])
    return key, token


@action(verb="collector.issue", on="where")
def revoke_collector(*, where: At, key: CollectorKey, by: Actor) -> CollectorKey:
    """End a phone's key at once; what it has sent stays."""
    _own(key.account, by)
    if key.revoked_at is not None:
        raise Conflict(_("这部手机已经作废。"), code="revoked")
    key.revoked_at = timezone.now()
    key.save(update_fields=["revoked_at"])
    audit(by, "collector.revoke", f"collector:{key.pk}", where.region, values=[key.pk])
    return key


def _own(account: Account, by: Actor) -> None:
    if by.kind is not ActorKind.SYSTEM and by.account != account:
        raise Refused("collector.issue")


def note_collector_use(key: CollectorKey, *, on: date) -> None:
    """Remember the day a phone last came: one write a day."""
    if key.used_on == on:
        return
    with writing():
        CollectorKey.objects.filter(pk=key.pk).update(used_on=on)
        audit(SYSTEM, "collector.use", f"collector:{key.pk}", "", values=[key.pk, on])


NOTED_FOR = timedelta(hours=1)  # ours: what comes again within it is the same attempt


def note_wrong_key(*, address: str) -> None:
    """Leave an entry that somebody at this network address had a key that is none: one an hour for each address, and
    few in all, so that guessing fills no audit. The key itself is not kept; every district sees the entry."""
    subject = f"address:{address}"[:60]
    known = AuditEntry.objects.filter(
        subject=subject, verb="collector.wrong_key", at__gt=timezone.now() - NOTED_FOR
    ).order_by()
    if known.exists():
        return
    try:
        spend("wrong_key", "noted")
    except TooOften:
        return
    with writing():
        if not known.exists():
            districts = Region.objects.filter(level=Level.DISTRICT, closed_on=None).values_list("code", flat=True)
            for code in districts.order_by("code"):
                audit(SYSTEM, "collector.wrong_key", subject, code)
