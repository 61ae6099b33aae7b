"""Reading what only houses have."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from hemei.core.access import Scope
from hemei.core.models import Check, Tier
from hemei.core.queries.regionchange import here, seat
from hemei.core.registry import registry
from hemei.programmes.houses.indicators import missed_at_survey, missed_signs
from hemei.programmes.houses.models import Appraisal, House
from hemei.programmes.houses.risk import by_risk
from hemei.terms.day import end_of


def appraisals(*, within: Scope) -> QuerySet[Appraisal]:
    return Appraisal.objects.filter(within.q(seat(within=within), matter="place__kind")).select_related("unit", "place")


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


@dataclass(frozen=True)
class Missed:
    """What the surveys of a region missed, by the patrols after them."""

    houses: int
    patrolled: int
    signs: list[tuple[str, int]]  # name of the question and how often, most often first


def missed(*, within: Scope, on: date) -> Missed:
    """`indicators.missed_at_survey` over all patrols by that day."""
    patrols = _surveyed_before(within, on)
    told = patrols.filter(without_findings=False).values_list("answers", "survey")  # nothing found, nothing missed
    signs = _signs_by_part()
    by_house = [missed_signs(answers, survey, signs) for answers, survey in told]
    houses, patrolled, counted = missed_at_survey(by_house, patrols.count())
    return Missed(houses, patrolled, counted.most_common())


def miss_rate(*, within: Scope, on: date) -> tuple[int, int]:
    """Its numerator and denominator."""
    counted = missed(within=within, on=on)
    return counted.houses, counted.patrolled


def _surveyed_before(within: Scope, on: date) -> QuerySet[Any]:
    """The patrols of houses that had been surveyed, with the answers of the last survey before each as `survey`.

    A patrol that was corrected is left out for its correction.
    """
    earlier = Check.objects.filter(
        place=OuterRef("place"), at__lt=OuterRef("at"), matter="houses", tier=Tier.SURVEY
    ).order_by("-at", "-id")
    patrols = Check.objects.filter(
        here(within=within), matter="houses", tier=Tier.PATROL, at__lt=end_of(on), replaced_by=None
    )
    return patrols.filter(Exists(earlier)).annotate(survey=Subquery(earlier.values("answers")[:1])).order_by()


def _signs_by_part() -> dict[str, list[str]]:
    """The signs of which the patrol is asked whether the survey must have seen them, by part of the house."""
    asked = registry.forms["houses.patrol"].read.questions
    return {
        q.name.removesuffix("_seen"): [choice.name for choice in q.choices] for q in asked if q.name.endswith("_seen")
    }


def sign_names(language: str) -> dict[str, str]:
    """The signs in the words of the patrol's form."""
    form = registry.forms["houses.patrol"].read
    return {q.name: form.text(q.labels, language) for q in form.questions}
