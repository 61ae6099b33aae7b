"""Reading what only houses have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from hemei.core.access import Scope
from hemei.core.models import Check, Tier
from hemei.core.queries.regionchange import here, seat
from hemei.core.registry import registry
from hemei.programmes.houses.indicators import missed_at_survey, missed_signs
from hemei.programmes.houses.models import Appraisal, House
from hemei.programmes.houses.risk import EMPTY, HIGH_RISK
from hemei.terms.day import end_of

AT_ONCE = 500
SURVEYED_BEFORE = Check.objects.filter(
    place=OuterRef("place"), at__lt=OuterRef("at"), matter="houses", tier=Tier.SURVEY
)


def appraisals(*, within: Scope) -> QuerySet[Appraisal]:
    return Appraisal.objects.filter(within.q(seat(within=within), matter="place__kind")).select_related("unit", "place")


@dataclass(frozen=True)
class Standing:
    """How the houses of a region stand, and who still lives where nobody should."""

    grade_c: int
    grade_d: int
    living_in_d: int
    high_risk: int


def standing(*, within: Scope) -> Standing:
    """The houses of a scope by the grade of their newest appraisal and by risk."""
    # Every grade is at least "": said so that SQLite reads the index that holds all that is asked here, and no house.
    rows = House.objects.filter(
        within.q("place__region", matter="place__kind"), place__kind="house", place__removed_on=None, grade__gte=""
    )
    return Standing(
        **rows.aggregate(
            grade_c=Count("place", filter=Q(grade="C")),
            grade_d=Count("place", filter=Q(grade="D")),
            living_in_d=Count("place", filter=Q(grade="D", occupied=True)),
            high_risk=Count("place", filter=HIGH_RISK & ~EMPTY),
        )
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
    all_of_them = list(patrols.values_list("pk", "without_findings"))
    found = [pk for pk, without_findings in all_of_them if not without_findings]  # nothing found, nothing missed
    signs = _signs_by_part()
    by_house = [
        missed_signs(answers, survey, signs)
        for start in range(0, len(found), AT_ONCE)
        for answers, survey in _with_survey(patrols.filter(pk__in=found[start : start + AT_ONCE]))
    ]
    houses, patrolled, counted = missed_at_survey(by_house, len(all_of_them))
    return Missed(houses, patrolled, counted.most_common())


def miss_rate(*, within: Scope, on: date) -> tuple[int, int]:
    """Its numerator and denominator."""
    counted = missed(within=within, on=on)
    return counted.houses, counted.patrolled


def _surveyed_before(within: Scope, on: date) -> QuerySet[Any]:
    """The patrols of houses that had been surveyed. One that was corrected is left out for its correction."""
    patrols = Check.objects.filter(
        here(within=within), matter="houses", tier=Tier.PATROL, at__lt=end_of(on), replaced_by=None
    )
    return patrols.filter(Exists(SURVEYED_BEFORE)).order_by()


def _with_survey(patrols: QuerySet[Any]) -> Any:
    """The answers of each patrol, and those of the last survey before it."""
    last = SURVEYED_BEFORE.order_by("-at", "-id").values("answers")[:1]
    return patrols.annotate(survey=Subquery(last)).values_list("answers", "survey")


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
