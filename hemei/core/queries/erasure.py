"""What personal data has outlived its purpose, by a day that the district names."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from hemei.core.access import Scope
from hemei.core.models import LEFT_LYING, Account, BatchState, Duty, Holding, ImportBatch, Person, StagedRow
from hemei.core.registry import registry
from hemei.terms.day import start_of


def persons_to_erase(*, within: Scope, before: date) -> QuerySet[Person]:
    """Persons whose households once held a place, and none since that day. Those erased already are left out."""
    theirs = Q(household__head=OuterRef("pk")) | Q(household__members__person=OuterRef("pk"))
    ever = Holding.objects.filter(theirs)
    since = ever.filter(
        Q(ends=None) | Q(ends__gte=before), Q(place__removed_on=None) | Q(place__removed_on__gte=before)
    )
    rows = Person.objects.filter(within.q(matter=None), erased_at=None)
    rows = rows.filter(Exists(ever)).exclude(Exists(since))
    for needed in _needed():
        rows = rows.exclude(pk__in=needed)
    return rows


def _needed() -> list[QuerySet[Any, Any]]:
    """The persons whom a programme still needs, a query for each programme that says so."""
    return [programme.needs() for programme in registry.programmes.values() if programme.needs]


def is_needed(person: Person, *, within: Scope) -> bool:
    """Whether a programme still needs this person's name and numbers: yes or no."""
    assert person in within
    return any(needed.filter(pk=person.pk).exists() for needed in (Person.objects.filter(pk__in=n) for n in _needed()))


def holds_a_place(person: Person, *, within: Scope, on: date) -> bool:
    """Whether a household of this person holds a place today: yes or no, whatever place it is."""
    assert person in within
    standing = Holding.objects.filter(Q(ends=None) | Q(ends__gte=on), place__removed_on=None)
    return standing.filter(Q(household__head=person) | Q(household__members__person=person)).exists()


def accounts_to_erase(*, within: Scope, before: date) -> QuerySet[Account]:
    """Accounts that are closed and have had no duty since that day, whose telephone number is still there."""
    since = Duty.objects.filter(Q(ends=None) | Q(ends__gte=before), account=OuterRef("pk"))
    there = Duty.objects.filter(within.q(matter=None), account=OuterRef("pk"))
    rows = Account.objects.filter(Exists(there), is_active=False).exclude(phone_masked="")
    return rows.exclude(Exists(since))


def imports_to_forget(*, within: Scope, before: date) -> QuerySet[ImportBatch]:
    """Imports begun before that day and over, of which something is still kept: rows, or what was seen of the tables.
    One that failed or that nobody confirmed keeps the uploaded files besides."""
    over = (BatchState.APPLIED, BatchState.DISCARDED, *LEFT_LYING)
    rows = ImportBatch.objects.filter(within.q(matter="matter"), created_at__lt=start_of(before), state__in=over)
    staged = Exists(StagedRow.objects.filter(batch=OuterRef("pk")))
    return rows.filter(Q(state__in=LEFT_LYING) | Q(understood__has_key="tables") | staged)
