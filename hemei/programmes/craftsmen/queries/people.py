"""Reading craftsmen, and how they stand on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Substr

from hemei.core.access import Scope
from hemei.core.queries.parameter import parameter
from hemei.programmes.craftsmen.duty import Attended, Rule, Standing, Valid, counting_until, standing
from hemei.programmes.craftsmen.models import Attendance, Certificate, Craftsman, DutyCard, EarlierTraining, LessonKind
from hemei.terms.day import day_of, end_of, start_of
from hemei.terms.region import Level, successor

PAPERS = ("valid", "soon", "lapsed", "none")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class CraftsmanFilter:
    """What a list of craftsmen is narrowed to. `paper` is one of PAPERS, on the day `on`."""

    region: str = ""
    trade: str = ""
    lead: bool = False
    text: str = ""
    paper: str = ""
    left: bool = False
    on: date | None = None
    soon_days: int = 0


def craftsmen(*, within: Scope, where: CraftsmanFilter | None = None) -> QuerySet[Craftsman]:
    """The craftsmen of a scope that fit the filter, unordered; those who left only where they are asked for."""
    where = where or CraftsmanFilter()
    rows = Craftsman.objects.filter(within.q(matter=_matter), left_on__isnull=not where.left).select_related("person")
    if where.region:
        rows = rows.filter(region__gte=where.region, region__lt=successor(where.region))
    if where.trade:
        rows = rows.filter(trade=where.trade)
    if where.lead:
        rows = rows.filter(lead=True)
    if where.text:
        rows = rows.filter(Q(person__name__contains=where.text) | Q(team__contains=where.text))
    if not (where.paper and where.on):
        return rows
    return _by_paper(rows, where, within.narrowed(where.region) if where.region else within)


def _matter(held: str) -> Q:
    return Q() if held == Craftsman.matter else Q(pk__in=[])


def _by_paper(rows: QuerySet[Craftsman], where: CraftsmanFilter, within: Scope) -> QuerySet[Craftsman]:
    assert where.on is not None
    issued = Certificate.objects.filter(revoked_on=None, issued_on__lte=where.on)
    ends = issued.filter(craftsman=OuterRef("pk")).order_by().values("craftsman").annotate(last=Max("valid_to"))
    dated = rows.annotate(paper_ends=Subquery(ends.values("last")))
    match where.paper:
        case "none":
            return dated.filter(paper_ends=None)
        case "lapsed":
            return dated.filter(paper_ends__lt=where.on)
        case "soon":
            last = where.on + timedelta(days=where.soon_days)
            return dated.filter(
                _paper_ends(issued, where.on, last, within) | _training_ends(rows, where.on, last, within)
            )
    return dated.filter(paper_ends__gte=where.on)


def districts_of(rows: QuerySet[Craftsman]) -> list[str]:
    """The districts in which some craftsmen, who were read in a scope, are registered."""
    codes = rows.order_by().values_list(Substr("region", 1, int(Level.DISTRICT)), flat=True).distinct()
    return sorted(set(codes))


def _paper_ends(issued: QuerySet[Certificate], on: date, last: date, within: Scope) -> Q:
    """Whose longest certificate ends between two days: in a district found by the ends, of which few lie there."""
    lasting = issued.filter(craftsman=OuterRef("pk"), valid_to__gt=last)
    ending = issued.filter(valid_to__range=(on, last))
    if within.spans_a_district:
        return Q(pk__in=ending.values("craftsman")) & ~Q(Exists(lasting))
    return Q(Exists(ending.filter(craftsman=OuterRef("pk")))) & ~Q(Exists(lasting))


def _training_ends(rows: QuerySet[Craftsman], on: date, last: date, within: Scope) -> Q:
    """Who may be on duty on that day, but no later than the last, because their training is then too long ago."""
    parts = [_training_ends_in(code, rows, on, last, within) for code in districts_of(rows)]
    return reduce(or_, parts, Q(pk__in=[]))


def _training_ends_in(code: str, rows: QuerySet[Craftsman], on: date, last: date, within: Scope) -> Q:
    """Likewise of one district. Where it asks for no hours, the last training decides, and the database says who it is.

    Where it does, only somebody who was trained so many months before can be one of them: those whose lessons are
    enough today, and no longer enough without that training.
    """
    rule = rule_for(code, on=on)
    first, end = counting_until(on, rule.months), min(counting_until(last + DAY, rule.months) - DAY, on)
    here = Q(region__gte=code, region__lt=successor(code))
    theirs = within.narrowed(code).q("craftsman__region", matter=None)
    trained = reduce(or_, (Q(pk__in=some.filter(theirs).values("craftsman")) for some in _trained(first, end)))
    valid = Q(Exists(_valid(on).filter(craftsman=OuterRef("pk")))) & (Q(left_on=None) | Q(left_on__gt=on))
    if rule.minutes:
        some = rows.filter(here & trained & valid).order_by().values("pk")
        return Q(pk__in=_hours_end(some, rule, first, end + DAY, on))
    own = {"craftsman": OuterRef("pk")}
    later = reduce(or_, (Q(Exists(some.filter(**own))) for some in _trained(end + DAY, on)))
    return here & trained & ~later & valid


def _hours_end(some: QuerySet[Any, Any], rule: Rule, first: date, later: date, on: date) -> list[int]:
    """Of some craftsmen those whose lessons since the first day are as many as the rule asks, and since the later day
    are not."""
    earlier, held = (rows.filter(craftsman__in=some).order_by() for rows in _trained(first, on))
    asked = list(rule.minutes)
    told = _summed(earlier, {kind: (kind, Q()) for kind in asked}, Q(on__gte=later))
    of_kind = {kind: ("minutes", Q(session__kind=kind)) for kind in asked}
    for pk, more in _summed(held, of_kind, Q(session__ends__gte=start_of(later))).items():
        told[pk] = [a + b for a, b in zip(told[pk], more, strict=True)] if pk in told else more
    enough = list(rule.minutes.values())
    return [
        pk for pk, (*now, _n) in told.items() if _reach(now[::2], enough) and not (_n and _reach(now[1::2], enough))
    ]


def _reach(told: list[int], enough: list[int]) -> bool:
    return all(minutes >= least for minutes, least in zip(told, enough, strict=True))


def _summed(rows: QuerySet[Any, Any], kinds: dict[str, tuple[str, Q]], later: Q) -> dict[int, list[int]]:
    """Craftsman → minutes of each kind and those of them that are later, by turns; last how many rows are later."""
    sums = {
        f"{kind}_{when}": Sum(minutes, filter=of & since, default=0)
        for kind, (minutes, of) in kinds.items()
        for when, since in (("all", Q()), ("later", later))
    }
    grouped = rows.values("craftsman").annotate(**sums, rows_later=Count("pk", filter=later))
    return {pk: told for pk, *told in grouped.values_list("craftsman", *sums, "rows_later")}


def _trained(first: date, last: date) -> tuple[QuerySet[EarlierTraining], QuerySet[Attendance]]:
    """What counts of the trainings between two days, here and elsewhere."""
    held = counted(Attendance.objects.filter(session__ends__gte=start_of(first), session__ends__lt=end_of(last)))
    return EarlierTraining.objects.filter(on__range=(first, last)), held


def _valid(on: date) -> QuerySet[Certificate]:
    rows = Certificate.objects.filter(issued_on__lte=on, valid_to__gte=on)
    return rows.filter(Q(revoked_on=None) | Q(revoked_on__gt=on))


def craftsman(pk: int, *, within: Scope) -> Craftsman | None:
    """One craftsman, those who left included; None where not in the scope."""
    return Craftsman.objects.filter(within.q(matter=_matter), pk=pk).select_related("person").first()


def rule_for(region: str, *, on: date) -> Rule:
    """What the district of a region asks on a day. What it has not set asks nothing."""
    asked = {kind: parameter(f"craftsmen.hours.{kind}", region=region, on=on).value for kind in LessonKind.values}
    minutes = {kind: int(hours) * 60 for kind, hours in asked.items() if hours is not None}
    return Rule(int(parameter("craftsmen.training.months", region=region, on=on).value), minutes)


def standings(some: Iterable[Craftsman], *, on: date) -> dict[int, Standing]:
    """How craftsmen who were read in a scope stand on a day, by their key: four queries for however many."""
    people = {one.pk: one for one in some}
    papers, trainings = _papers(people), _trainings(people, on)
    rules = {code: rule_for(code, on=on) for code in {one.region[: Level.DISTRICT] for one in people.values()}}
    return {
        pk: standing(on, papers[pk], trainings[pk], rules[one.region[: Level.DISTRICT]], one.left_on)
        for pk, one in people.items()
    }


def _papers(people: Iterable[int]) -> dict[int, list[Valid]]:
    found: dict[int, list[Valid]] = defaultdict(list)
    rows = Certificate.objects.filter(craftsman__in=list(people))
    for pk, key, starts, ends, revoked in rows.values_list("craftsman", "pk", "issued_on", "valid_to", "revoked_on"):
        found[pk].append(Valid(key, starts, ends, revoked))
    return found


def _trainings(people: Iterable[int], on: date) -> dict[int, list[Attended]]:
    found: dict[int, list[Attended]] = defaultdict(list)
    keys = list(people)
    for row in EarlierTraining.objects.filter(craftsman__in=keys):
        found[row.craftsman_id].append(Attended(row.on))
        found[row.craftsman_id] += [Attended(row.on, kind, minutes) for kind, minutes in row.minutes.items()]
    held = counted(Attendance.objects.filter(craftsman__in=keys, session__ends__lt=end_of(on)))
    for pk, ends, kind, minutes in held.values_list("craftsman", "session__ends", "session__kind", "minutes"):
        found[pk].append(Attended(day_of(ends), kind, minutes))
    return found


def counted(rows: QuerySet[Attendance]) -> QuerySet[Attendance]:
    """What counts: neither struck out nor of a session that was called off."""
    return rows.filter(struck_at=None, session__called_off_at=None)


def live_card(number: str) -> DutyCard | None:
    """A card by the number that its signed code carries: whoever holds it may ask."""
    return DutyCard.objects.filter(number=number).select_related("craftsman__person", "certificate").first()
