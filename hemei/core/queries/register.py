"""Reading imports: the batches of a scope, their rows, what goes back to whoever sent them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from hemei.core.access import Scope
from hemei.core.models import ImportBatch, RowOutcome, StagedRow, TableShape
from hemei.terms.region import Level


def batches(*, within: Scope) -> QuerySet[ImportBatch]:
    return ImportBatch.objects.filter(within.q(matter="matter")).select_related("by", "job")


def batch(pk: int, *, within: Scope) -> ImportBatch | None:
    """One batch, or None where it is not in the scope."""
    return batches(within=within).filter(pk=pk).first()


def staged(pk: int, *, within: Scope, register: str, outcome: str) -> QuerySet[StagedRow]:
    """The rows of a batch with one outcome, unordered."""
    rows = StagedRow.objects.filter(within.q("batch__region", matter="batch__matter"), batch=pk, outcome=outcome)
    return rows.filter(register=register) if register else rows


def returned(pk: int, *, within: Scope, file: str, registers: Sequence[str]) -> QuerySet[StagedRow]:
    """The refused rows of one file, in the order in which they stood."""
    refused = staged(pk, within=within, register="", outcome=RowOutcome.REFUSED)
    of_file = refused.filter(file=file, register__in=registers)
    return of_file.exclude(original={}).order_by("line", "id")  # without cells: set aside when it was to be written


def undecided(pk: int, *, within: Scope) -> int:
    """How many rows resemble a place already there and wait for somebody to say whether they are the same."""
    return staged(pk, within=within, register="", outcome=RowOutcome.MATCH).filter(decision="").count()


def moving(pk: int, *, within: Scope) -> int:
    """How many rows would move what is there already to another village."""
    rows = staged(pk, within=within, register="", outcome=RowOutcome.CHANGED).filter(before__has_key="region")
    said = rows.values_list("before__region", "values__region").iterator(1_000)
    return sum(str(old)[: Level.VILLAGE] != str(new)[: Level.VILLAGE] for old, new in said)


def shapes(*, within: Scope) -> QuerySet[TableShape]:
    """How tables were read before."""
    return TableShape.objects.filter(within.q(matter=None)).order_by("id")
