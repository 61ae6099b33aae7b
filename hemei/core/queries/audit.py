"""Reading the audit: who did what to what, and whether the chain over it holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet

from hemei.core.access import Scope
from hemei.core.chain import GENESIS, Hashed, link
from hemei.core.models import AuditEntry, AuditSeal, Case, Check, DoorToken, Due, Holding, HouseholdMember
from hemei.terms.day import end_of, start_of
from hemei.terms.region import successor

RECENT = 1_000
VERIFIED = "verified.json"  # below VAR


@dataclass(frozen=True)
class AuditFilter:
    """What the audit is narrowed to. Empty means any."""

    verb: str = ""  # "case.accept", or "case." for all of a sort
    account: int | None = None
    subject: str = ""
    place: int | None = None  # whatever was done to it, its cases, checks, files, plates, and its people
    region: str = ""
    since: date | None = None
    until: date | None = None


def entries(*, within: Scope, where: AuditFilter | None = None) -> QuerySet[AuditEntry]:
    """The entries of a scope that fit the filter, unordered."""
    where = where or AuditFilter()
    rows = AuditEntry.objects.filter(within.q(matter="matter")).select_related("account", "seal")
    if where.verb:
        rows = rows.filter(verb__startswith=where.verb) if where.verb.endswith(".") else rows.filter(verb=where.verb)
    if where.account:
        rows = rows.filter(account=where.account)
    if where.subject:
        rows = rows.filter(subject=where.subject)
    if where.place:
        rows = rows.filter(subject__in=about_place(where.place))
    if where.region:
        rows = rows.filter(region__gte=where.region, region__lt=successor(where.region))
    if where.since:
        rows = rows.filter(at__gte=start_of(where.since))
    if where.until:
        rows = rows.filter(at__lt=end_of(where.until))
    return rows


def about_place(place: int) -> list[str]:
    """The subjects of entries that concern a place."""
    holdings = Holding.objects.filter(place=place)
    members = HouseholdMember.objects.filter(household__holdings__place=place).values_list("person", flat=True)
    concerned = {
        "case": Case.objects.filter(place=place).values_list("pk", flat=True),
        "check": Check.objects.filter(place=place).values_list("pk", flat=True),
        "door": DoorToken.objects.filter(place=place).values_list("pk", flat=True),
        "due": Due.objects.filter(place=place).values_list("pk", flat=True),
        "person": {*members, *holdings.values_list("household__head", flat=True)} - {None},
    }
    return [f"place:{place}", *(f"{kind}:{pk}" for kind, keys in concerned.items() for pk in keys)]


@dataclass(frozen=True)
class Verified:
    """What the last `hemei verify` found, as it left it beside the database."""

    at: datetime
    position: int
    sound: bool


def last_verified() -> Verified | None:
    try:
        told = json.loads((settings.VAR / VERIFIED).read_text())
        return Verified(datetime.fromisoformat(told["at"]), int(told["position"]), bool(told["sound"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


@dataclass(frozen=True)
class ChainState:
    """Whether the newest links hold. The whole chain is checked by `hemei verify`."""

    head: str
    sealed: int
    unsealed: int
    checked: int
    broken_at: int | None


def chain_state() -> ChainState:
    """The chain's end, checked again over its newest links; nothing of what the entries say is shown by it."""
    asked = ("position", "hash", *(f"entry__{field}" for field in Hashed._fields))
    newest = list(AuditSeal.objects.order_by("-position").values_list(*asked)[: RECENT + 1])[::-1]
    head, broken = (GENESIS if len(newest) <= RECENT else newest.pop(0)[1]), None
    for position, sealed, *entry in newest:
        if broken is None and sealed != link(head, position, Hashed(*entry)):
            broken = position
        head = sealed
    # An entry has one seal at most and no seal is without its entry, so two counts tell without a join of both.
    unsealed = AuditEntry.objects.count() - AuditSeal.objects.count()
    return ChainState(head if newest else "", newest[-1][0] if newest else 0, unsealed, len(newest), broken)
