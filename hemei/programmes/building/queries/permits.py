"""Reading permits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Substr

from hemei.core.access import Scope
from hemei.programmes.building.life import LIFE
from hemei.programmes.building.models import Permit, Stay
from hemei.terms.day import today
from hemei.terms.region import Level, successor


@dataclass(frozen=True)
class PermitFilter:
    """What a list of permits is narrowed to. `state` is one of the life, "open" or ""."""

    region: str = ""
    state: str = ""
    work: str = ""
    text: str = ""
    late: bool = False


def of_matter(held: str) -> Q:
    return Q() if held == Permit.matter else Q(pk__in=[])


def permits(*, within: Scope, where: PermitFilter | None = None) -> QuerySet[Permit]:
    """The permits of a scope that fit the filter, unordered."""
    where = where or PermitFilter()
    rows = Permit.objects.filter(within.q(matter=of_matter)).select_related("household__head")
    if where.region:
        rows = rows.filter(region__gte=where.region, region__lt=successor(where.region))
    if where.state == "open":
        rows = rows.filter(state__in=LIFE.open_states)
    elif where.state:
        rows = rows.filter(state=where.state)
    if where.work:
        rows = rows.filter(work=where.work)
    if where.late:
        rows = rows.filter(due_on__lt=today(), state__in=LIFE.open_states)
    if where.text:
        rows = rows.filter(
            Q(household__head__name__contains=where.text)
            | Q(number__startswith=where.text)
            | Q(address__contains=where.text)
        )
    return rows


def permit(pk: int, *, within: Scope) -> Permit | None:
    """One permit, or None where it is not in the scope."""
    return permits(within=within).filter(pk=pk).first()


def of_number(number: str) -> Permit | None:
    """The permit of a number: whoever holds its paper may ask whether it is true."""
    rows = Permit.objects.filter(number=number).exclude(number="")
    return rows.select_related("household__head").first()


def on_notice() -> QuerySet[Permit]:
    """What is on public notice today, of all villages: for the page that a district may switch on."""
    rows = Permit.objects.filter(state="publicised", notice_ends__gte=today(), notice_worked_days=None)
    return rows.select_related("household__head").order_by("region", "pk")


def counts(*, within: Scope) -> dict[str, int]:
    """State → how many permits of a scope stand there."""
    rows = permits(within=within).order_by().values_list("state").annotate(n=Count("pk"))
    return dict(rows)


def medians(*, within: Scope) -> dict[str, dict[str, tuple[float, int]]]:
    """Township → state → the median of the working days that permits stayed in it, and of how many."""
    rows = Stay.objects.filter(within.q(matter=of_matter)).order_by()
    told = rows.annotate(township=Substr("region", 1, int(Level.TOWNSHIP)))
    counted = told.values_list("township", "state", "days").annotate(of=Sum("n"))
    heaps: dict[str, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for township, state, days, n in counted:
        heaps[township][state].append((days, n))
    return {
        township: {state: (median(heap), sum(n for _days, n in heap)) for state, heap in states.items()}
        for township, states in sorted(heaps.items())
    }


def median(heap: Iterable[tuple[float, int]]) -> float:
    """The median of values that each stand so many times.

    >>> median([(3, 1), (1, 2), (8, 1)])
    2.0
    """
    ranked = sorted(heap)
    total = sum(n for _value, n in ranked)

    def at(rank: int) -> float:
        seen = 0
        for value, n in ranked:
            seen += n
            if seen > rank:
                return float(value)
        raise ValueError("no values")

    return (at((total - 1) // 2) + at(total // 2)) / 2
