"""Who must prove themselves with more than a password."""

from __future__ import annotations

from django.conf import settings

from hemei.core.access import Actor
from hemei.core.models import Account, SecondFactor
from hemei.terms.region import Level


def has_second_factor(account: Account) -> bool:
    return SecondFactor.objects.filter(account=account).exists()


def is_spared(account: Account) -> bool:
    """Whether no code is ever asked of this account: one of the demonstration's, or codes are switched off."""
    return account.is_demo or not settings.SECOND_FACTOR


def owes_second_factor(actor: Actor) -> bool:
    """Whether this actor's rights are so wide (a district's, or wider) that a password is not enough."""
    if actor.account is None or is_spared(actor.account):
        return False
    return actor.level is not None and actor.level <= Level.DISTRICT
