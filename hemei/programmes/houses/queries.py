"""Reading what only houses have."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery

from hemei.core.access import Scope
from hemei.core.models import Check, Finding, Tier
from hemei.programmes.houses.findings import SEEN_IN
from hemei.programmes.houses.indicators import missed_at_survey
from hemei.programmes.houses.models import Appraisal, House
from hemei.programmes.houses.risk import by_risk
from hemei.terms.day import end_of


def appraisals(*, within: Scope) -> QuerySet[Appraisal]:
    return Appraisal.objects.filter(within.q(matter="place__kind")).select_related("unit", "place")


@dataclass(frozen=True)
class Standing:
    """How the houses of a region stand: by grade, and who still lives where nobody should."""

    grades: dict[str, int]  # A–D, "" for those never appraised
    living_in_d: int
    high_risk: int
    total: int


def standing(*, within: Scope) -> Standing:
    """The houses of a scope by the grade of their newest appraisal."""
    here = within.q("place__region", matter="place__kind")
    rows = House.objects.filter(here, place__kind="house", place__removed_on=None)  # the kind leads its index
    grades: Counter[str] = Counter()
    living_in_d = high_risk = 0
    counted = by_risk(rows).order_by().values_list("grade", "occupied", "risk").annotate(Count("place"))
    for grade, occupied, risk, number in counted:
        grades[grade] += number
        living_in_d += number if grade == "D" and occupied else 0
        high_risk += number if risk == "high" else 0
    return Standing(
        grades={grade: grades[grade] for grade in ("A", "B", "C", "D", "")},
        living_in_d=living_in_d,
        high_risk=high_risk,
        total=grades.total(),
    )


def miss_rate(*, within: Scope, on: date) -> tuple[int, int]:
    """Numerator and denominator of `indicators.missed_at_survey` over all patrols by that day."""
    return missed_at_survey(_patrolled(within, on), SEEN_IN)


def _patrolled(within: Scope, on: date) -> Iterator[tuple[list[str], dict[str, Any], list[str]]]:
    earlier = Check.objects.filter(
        place=OuterRef("place"), at__lt=OuterRef("at"), matter="houses", tier=Tier.SURVEY
    ).order_by("-at")
    patrols = Check.objects.filter(
        within.q(matter="matter"), matter="houses", tier=Tier.PATROL, at__lt=end_of(on)
    ).annotate(before=Subquery(earlier.values("pk")[:1]))
    surveyed = dict(patrols.filter(before__isnull=False).order_by().values_list("pk", "before"))
    found: dict[int, list[str]] = defaultdict(list)
    for check, code in Finding.objects.filter(check_made__in=[*surveyed, *surveyed.values()]).values_list(
        "check_made", "code"
    ):
        if check is not None:
            found[check].append(code)
    # Only where something was found do the answers matter.
    answers = dict(Check.objects.filter(pk__in=[pk for pk in surveyed if pk in found]).values_list("pk", "answers"))
    for patrol, before in surveyed.items():
        yield found[patrol], answers.get(patrol, {}), found[before]
