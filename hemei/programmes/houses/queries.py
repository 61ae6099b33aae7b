"""Reading what only houses have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet

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
    rows = House.objects.filter(within.q("place__region", matter="place__kind"), place__removed_on=None)
    counts = dict(rows.values_list("grade").annotate(Count("place")).order_by())
    return Standing(
        grades={grade: counts.get(grade, 0) for grade in ("A", "B", "C", "D", "")},
        living_in_d=rows.filter(grade="D", occupied=True).count(),
        high_risk=by_risk(rows).filter(risk="high").count(),
        total=sum(counts.values()),
    )


def miss_rate(*, within: Scope, on: date) -> tuple[int, int]:
    """Numerator and denominator of `indicators.missed_at_survey` over all patrols by that day."""
    return missed_at_survey(_patrolled(within, on), SEEN_IN)


def _patrolled(within: Scope, on: date) -> Iterator[tuple[list[str], dict[str, Any], list[str]]]:
    patrols = list(
        Check.objects.filter(within.q(matter="matter"), matter="houses", tier=Tier.PATROL, at__lt=end_of(on)).only(
            "place_id", "at", "answers"
        )
    )
    surveys: dict[int, list[Check]] = defaultdict(list)
    earlier = Check.objects.filter(place__in=[p.place_id for p in patrols], matter="houses", tier=Tier.SURVEY)
    for survey in earlier.only("place_id", "at").order_by("at"):
        surveys[survey.place_id].append(survey)
    found: dict[int, list[str]] = defaultdict(list)
    checks = [p.pk for p in patrols] + [s.pk for rows in surveys.values() for s in rows]
    for check, code in Finding.objects.filter(check_made__in=checks).values_list("check_made", "code"):
        if check is not None:
            found[check].append(code)
    for patrol in patrols:
        before = [survey for survey in surveys[patrol.place_id] if survey.at < patrol.at]
        if before:
            yield found[patrol.pk], patrol.answers, found[before[-1].pk]
