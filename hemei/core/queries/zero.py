"""动态清零: how many cases are open, computed from their own histories, for any region on any day.

Open on day D (to the end of the day, Asia/Shanghai): found `at` ≤ D and no ending with `at` ≤ D. With `known`, only
what was recorded by the end of that day counts. 待核实 reports are not found yet and are counted apart; so are 已撤销
and 历史台账. A contained case is open.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Value

from hemei.core.access import Scope
from hemei.core.lifecycle import LIFE
from hemei.core.models import AuditSeal, Case, CaseStep, Check, Due, Region, Round
from hemei.core.models.round import RoundState
from hemei.core.queries.codes import codes_of
from hemei.core.queries.regionchange import Then, here, seat
from hemei.core.queries.regions import names
from hemei.terms.day import day_of, end_of, start_of
from hemei.terms.region import Level, contains, successor

CONTAINING = sorted(step.verb for step in LIFE.steps if step.target == "contained")
EACH = Value(1)  # a row counted as such: its key, which PostgreSQL's indexes do not hold, is not asked for
LOOKED_WITHIN_DAYS = 92  # ours: coverage speaks of what fell due in the last quarter


@dataclass(frozen=True)
class Row:
    """One region's line of the board."""

    region: str
    name: str
    open: int = 0
    contained: int = 0  # of the open ones
    overdue: int = 0  # of the open ones
    unverified: int = 0  # 待核实, not among the open ones
    found_this_month: int = 0
    accepted_this_month: int = 0
    withdrawn_this_month: int = 0
    historical_ended: int = 0  # 历史台账, all of them
    median_days: float | None = None  # of those accepted this month
    oldest_open: date | None = None
    reopened: int = 0  # of those found in the last year
    found_this_year: int = 0
    looked: int = 0
    due: int = 0

    @property
    def coverage(self) -> float | None:
        return self.looked / self.due if self.due else None

    @property
    def silent(self) -> bool:
        """Nobody looked although somebody should have: not zero, only quiet."""
        return self.looked == 0

    @property
    def at_zero(self) -> bool:
        return self.open == 0 and self.unverified == 0 and not self.silent

    def as_dict(self) -> dict[str, Any]:
        oldest = self.oldest_open.isoformat() if self.oldest_open else None
        return {**asdict(self), "oldest_open": oldest, "coverage": self.coverage, "at_zero": self.at_zero}


@dataclass(frozen=True)
class Board:
    on: date
    known: date | None
    total: Row
    rows: list[Row]
    seal: str  # the head of the audit chain when this was computed

    def as_dict(self) -> dict[str, Any]:
        return {
            "region": self.total.region,
            "on": self.on,
            "known": self.known,
            "seal": self.seal,
            "total": self.total.as_dict(),
            "rows": [row.as_dict() for row in self.rows],
        }


@dataclass(frozen=True)
class _Moment:
    """The end of the day asked about, and what was known by then."""

    end: datetime
    known_end: datetime | None
    day: date

    def found(self) -> Q:
        known = Q(found_recorded_at__lt=self.known_end) if self.known_end else Q()
        return Q(found_at__lt=self.end) & known

    def ended(self) -> Q:
        known = Q(ended_recorded_at__lt=self.known_end) if self.known_end else Q()
        return Q(ended_at__lt=self.end) & known

    def open(self) -> Q:
        """Spelled without NOT, because in SQL the negation of an unknown comparison is unknown."""
        later = Q(ended_at=None) | Q(ended_at__gte=self.end)
        if self.known_end:
            later |= Q(ended_recorded_at__gte=self.known_end)
        return self.found() & later

    def reported(self) -> Q:
        """待核实 then: told by a stranger, and neither found nor dismissed."""
        not_found = Q(found_at=None) | Q(found_at__gte=self.end)
        not_ended = Q(ended_at=None) | Q(ended_at__gte=self.end)
        told = Q(opened_at__lt=self.end)
        if self.known_end:
            not_found |= Q(found_recorded_at__gte=self.known_end)
            not_ended |= Q(ended_recorded_at__gte=self.known_end)
            heard = CaseStep.objects.filter(case=OuterRef("pk"), verb="case.report", recorded_at__lt=self.known_end)
            told &= Q(Exists(heard))
        return told & not_found & not_ended

    def ended_since(self, start: datetime, state: str) -> Q:
        return self.found() & self.ended() & Q(ended_at__gte=start, state=state)


def zero(
    *, within: Scope, region: str, on: date, known: date | None = None, matter: str = "", by: Level | None = None
) -> Board:
    """The board of `region` on a day, with a line for each region of level `by` (default: the level below)."""
    moment = _Moment(end_of(on), end_of(known) if known else None, on)
    lay = _lay(within, region, Then(on, known))
    level = by or _below(region)
    figures: dict[str, dict[str, Any]] = defaultdict(dict)
    chosen, since = _cases(lay, matter), _cases(lay, matter, sought=True)
    durations = _durations(since, moment)
    counted = (*_counts(chosen, since, moment), _contained(chosen, moment), _coverage(lay, moment, matter))
    for part in (_folded(counted, level), _medians(durations, level)):
        for area, values in part.items():
            figures[area].update(values)
    areas = {code for code in lay.names if len(code) == level} | set(figures)
    rows = [Row(region=area, name=lay.names.get(area, area), **figures.get(area, {})) for area in sorted(areas)]
    return Board(on, known, _total(region, rows, durations), rows, seal_head())


def _below(region: str) -> Level:
    levels = [level for level in Level if level > len(region)]
    return min(levels[0], Level.VILLAGE) if levels else Level.VILLAGE


@dataclass(frozen=True)
class _Lay:
    """How the regions lay on the day, and which rows of the scope belong to the region asked for."""

    scope: Scope
    names: dict[str, str]
    stood_in: str = ""  # the region asked for, where it is to be asked of the code of that day
    then: Then | None = None  # None: nothing has changed since, and each row's own code is that of the day

    def of(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows, each with `stood`: the code under which it stood on the day."""
        if self.then is None:
            own: QuerySet[Any] = rows.annotate(stood=F("region"))
            return own
        rows = self.then.where(rows)
        if self.stood_in:
            rows = rows.filter(stood__gte=self.stood_in, stood__lt=successor(self.stood_in))
        return rows


def _lay(within: Scope, region: str, then: Then) -> _Lay:
    """Where villages have merged or split since the day, its board shows the regions of the day.

    Who may see what is asked of the codes of today. A region that was not there yet shows what became it.
    """
    scope = within.narrowed(region)
    if not then.differs():
        return _Lay(scope, names(within=scope))
    if not then.stands(region):
        return _Lay(scope, then.names(within=scope), "", then)
    known = {code: name for code, name in then.names(within=within).items() if contains(region, code)}
    return _Lay(within, known, region, then)


def _cases(lay: _Lay, matter: str, *, sought: bool = False) -> QuerySet[Any]:
    """The cases of a board; `sought` code by code, where only those of some days are wanted."""
    codes = codes_of(Case, within=lay.scope) if sought and lay.then is None else None
    rows = lay.of(Case.objects.filter(lay.scope.q(matter="matter", codes=codes)))
    return rows.filter(matter=matter) if matter else rows


Lines = dict[str, dict[str, Any]]  # by region, as deep as the rows' own


def _folded(counted: Iterable[Lines], level: int) -> Lines:
    """Counts by grid added up by area. The database counts by whole code, in the order of its index, unsorted."""
    areas: Lines = defaultdict(dict)
    for lines in counted:
        for region, values in lines.items():
            area = areas[region[:level]]
            for name, value in values.items():
                if name == "oldest_open":
                    area[name] = min(filter(None, (area.get(name), value)), default=None)
                else:
                    area[name] = area.get(name, 0) + value
    return areas


def _counts(rows: QuerySet[Any], since: QuerySet[Any], moment: _Moment) -> list[Lines]:
    """What is to be added up. Those that stand today, those that ended since the month began and those found within a
    year are each asked for alone, in an index of their own: they are few among all that ever were."""
    month = start_of(moment.day.replace(day=1))
    year = start_of(moment.day - timedelta(days=365))
    if moment.known_end:
        later = Q(ended_at__gte=month) | Q(ended_recorded_at__gte=moment.known_end)
        parts = [_standing(rows.filter(Q(ended_at=None) | later), moment, month)]
    else:
        parts = [
            _standing(since.filter(lately), moment, month) for lately in (Q(ended_at=None), Q(ended_at__gte=month))
        ]
    found = since.filter(moment.found(), found_at__gte=year).order_by().values("stood")
    of_year = found.annotate(
        found_this_year=Count(EACH, filter=Q(historical=False)),
        reopened=Count(EACH, filter=Q(forerunner__isnull=False)),
    )
    historical = rows.filter(moment.found() & moment.ended(), state="imported").order_by().values("stood")
    return [*parts, _by_region(of_year), _by_region(historical.annotate(historical_ended=Count(EACH)))]


def _standing(rows: QuerySet[Any], moment: _Moment, month: datetime) -> Lines:
    counted = _by_region(
        rows.order_by()
        .values("stood")
        .annotate(
            open=Count(EACH, filter=moment.open()),
            overdue=Count(EACH, filter=moment.open() & Q(due_on__lt=moment.day)),
            unverified=Count(EACH, filter=moment.reported()),
            found_this_month=Count(EACH, filter=moment.found() & Q(found_at__gte=month)),
            accepted_this_month=Count(EACH, filter=moment.ended_since(month, "accepted")),
            withdrawn_this_month=Count(EACH, filter=moment.ended_since(month, "withdrawn")),
            oldest_open=Min("found_at", filter=moment.open()),
        )
    )
    for line in counted.values():
        line["oldest_open"] = day_of(line["oldest_open"]) if line["oldest_open"] else None
    return counted


def _by_region(counted: QuerySet[Any]) -> Lines:
    return {line.pop("stood"): line for line in counted}


def _contained(rows: QuerySet[Any], moment: _Moment) -> Lines:
    """Cases whose last step by then left them contained, among those ever contained: few, and found by that step."""
    ever = CaseStep.objects.filter(verb__in=CONTAINING, at__lt=moment.end)
    candidates = rows.filter(moment.open(), pk__in=ever.values("case"))
    stood = dict(candidates.order_by().values_list("pk", "stood"))
    steps = CaseStep.objects.filter(case__in=list(stood), at__lt=moment.end)
    if moment.known_end:
        steps = steps.filter(recorded_at__lt=moment.known_end)
    last = dict(steps.order_by("at", "id").values_list("case", "to_state"))
    counted = Counter(stood[case] for case, state in last.items() if state == "contained")
    return {region: {"contained": number} for region, number in counted.items()}


def _durations(rows: QuerySet[Any], moment: _Moment) -> list[tuple[str, float]]:
    month = start_of(moment.day.replace(day=1))
    closed = rows.filter(moment.ended_since(month, "accepted")).values_list("stood", "found_at", "ended_at")
    return [(region, (ended - found).total_seconds() / 86400) for region, found, ended in closed if found and ended]


def _medians(durations: list[tuple[str, float]], level: int) -> Lines:
    days: dict[str, list[float]] = defaultdict(list)
    for region, duration in durations:
        days[region[:level]].append(duration)
    return {area: {"median_days": round(median(values), 1)} for area, values in days.items()}


def _coverage(lay: _Lay, moment: _Moment, matter: str) -> Lines:
    """Looked at ÷ due: of the places that fell due in the last quarter, those looked at by then."""
    since = moment.day - timedelta(days=LOOKED_WITHIN_DAYS)
    published = [RoundState.PUBLISHED, RoundState.CLOSED]
    wanted = {"starts__lte": moment.day, "ends__gte": since, "state__in": published} | (
        {"matter": matter} if matter else {}
    )
    if lay.scope.spans_a_district:
        told: dict[str, Any] = {"round__in": list(Round.objects.filter(**wanted))}
    else:  # where those of a village cost less than all rounds there are
        told = {f"round__{name}": value for name, value in wanted.items()}
    owed = Due.objects.filter(lay.scope.q(matter="round__matter"), due_on__gte=since, **told)
    dues = lay.of(owed)
    by_region = dues.order_by().values("stood")
    return _by_region(by_region.annotate(due=Count(EACH), looked=Count(EACH, filter=Q(done_at__lt=moment.end))))


SUMMED = (
    "open",
    "contained",
    "overdue",
    "unverified",
    "found_this_month",
    "accepted_this_month",
    "withdrawn_this_month",
    "historical_ended",
    "reopened",
    "found_this_year",
    "looked",
    "due",
)


def _total(region: str, rows: list[Row], durations: list[tuple[str, float]]) -> Row:
    days = [duration for _where, duration in durations]
    oldest = [row.oldest_open for row in rows if row.oldest_open]
    name = Region.objects.filter(code=region).values_list("name", flat=True).first()
    return Row(
        region=region,
        name=name or region,
        median_days=round(median(days), 1) if days else None,
        oldest_open=min(oldest, default=None),
        **{key: sum(getattr(row, key) for row in rows) for key in SUMMED},
    )


def trend(*, within: Scope, region: str, until: date, months: int = 12, matter: str = "") -> list[tuple[date, int]]:
    """How many were open at the end of each of the last months, and on `until` itself: by the codes of today."""
    lay = _Lay(within.narrowed(region), {})
    days = [until]
    first = until.replace(day=1)
    for _month in range(months):
        days.append(first - timedelta(days=1))
        first = (first - timedelta(days=1)).replace(day=1)
    ends = [(f"d{number}", end_of(day)) for number, day in enumerate(days)]
    chosen = _cases(lay, matter, sought=True)
    ended = chosen.filter(ended_at__gte=ends[-1][1])
    now = chosen.filter(ended_at=None).aggregate(**{key: Count(EACH, filter=Q(found_at__lt=end)) for key, end in ends})
    then = ended.aggregate(**{key: Count(EACH, filter=Q(found_at__lt=end, ended_at__gte=end)) for key, end in ends})
    return [(day, now[key] + then[key]) for day, (key, _end) in zip(reversed(days), reversed(ends), strict=True)]


def seal_head() -> str:
    """The newest hash of the audit chain, "" before the first."""
    return AuditSeal.objects.order_by("-position").values_list("hash", flat=True).first() or ""


def last_look(*, within: Scope, since: date) -> set[str]:
    """The villages in which somebody has looked since that day."""
    looked = Check.objects.filter(here(within=within), at__gte=start_of(since), counts=True)
    stands = looked.values_list(seat(within=within), flat=True)
    return {region[: Level.VILLAGE] for region in stands.distinct()}
