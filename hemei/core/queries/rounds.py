"""Reading rounds: who owes which places by when, and how long it will take them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, Exists, ExpressionWrapper, F, FloatField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from hemei.core.access import Scope
from hemei.core.models import Account, Draw, Due, Round, RoundState
from hemei.core.queries.duty import prefixes_of
from hemei.core.queries.regionchange import STANDS, seat
from hemei.terms.day import today

METRES_PER_DEGREE = 111_320.0  # of latitude; near enough to sort by
NOWHERE = 1e18  # farther than anything on Earth, in square metres
LAST_TILE = 4**26


@dataclass(frozen=True)
class Load:
    """What a round asks of one person."""

    account: int | None
    name: str
    places: int
    hours: float


def rounds(*, within: Scope) -> QuerySet[Round]:
    return Round.objects.filter(within.q(matter="matter"))


def draws(*, within: Scope) -> QuerySet[Draw]:
    rows = Draw.objects.filter(within.q(matter="round__matter")).select_related("round")
    return rows.defer("frame", "codes")  # a line for each house of a district


def load(turn: Round, *, within: Scope) -> list[Load]:
    """Estimated hours per person, most first; a line without an account is what nobody has been named for."""
    counted = (
        Due.objects.filter(within.q(matter="round__matter"), round=turn)
        .values("account", "account__name")
        .annotate(n=Count("id"))
    )
    lines = [
        Load(
            line["account"],
            line["account__name"] or _("尚未落实到人"),
            line["n"],
            round(line["n"] * turn.minutes_each / 60, 1),
        )
        for line in counted.order_by()
    ]
    return sorted(lines, key=lambda line: (-line.places, line.name))


def all_dues(*, within: Scope, turn: Round, on: date | None = None) -> QuerySet[Due]:
    """Every look that a round asks for, done or not; a drawn list opens only on its day."""
    opened = Q(round__draw=None) | Q(round__draw__opens_on__lte=on or today())
    return Due.objects.filter(within.q(matter="round__matter"), opened, round=turn)


def dues(
    *, within: Scope, account: Account | None = None, turn: Round | None = None, on: date | None = None
) -> QuerySet[Due]:
    """What is still to be looked at, of published rounds; a drawn list opens only on its day."""
    day = on or today()
    opened = Q(round__draw=None) | Q(round__draw__opens_on__lte=day)
    rows = Due.objects.filter(within.q(matter="round__matter"), opened, done_at=None, round__state=RoundState.PUBLISHED)
    if account is not None:
        rows = rows.filter(account=account)
    if turn is not None:
        rows = rows.filter(round=turn)
    return rows.select_related("place", "round", "account")


def on_the_way(rows: QuerySet[Due], *, on: date, lon: float | None = None, lat: float | None = None) -> QuerySet[Due]:
    """The dues with `late` (0 overdue, 1 not yet) and `way`, by which to order them: overdue first, then nearest.

    `way` is the square of the metres from where somebody stands; without a position it follows the tile order, in which
    neighbours are near each other. Places not yet on the map come last.
    """
    late = Case(When(due_on__lt=on, then=Value(0)), default=Value(1))
    if lon is None or lat is None:
        return rows.annotate(late=late, way=Coalesce("place__tile", Value(LAST_TILE)))
    metres_east = METRES_PER_DEGREE * math.cos(math.radians(lat))
    east = (F("place__lon") - Value(lon)) * Value(metres_east)
    north = (F("place__lat") - Value(lat)) * Value(METRES_PER_DEGREE)
    way = ExpressionWrapper(east * east + north * north, output_field=FloatField())
    return rows.annotate(late=late, way=Coalesce(way, Value(NOWHERE)))


def progress(turns: Sequence[Round], *, within: Scope, on: date) -> dict[int, dict[str, int]]:
    """How many of each round are due, done and late, by its id."""
    counted = (
        Due.objects.filter(within.q(matter="round__matter"), round__in=[turn.pk for turn in turns])
        .order_by()
        .values("round")
        .annotate(
            due=Count("id"),
            done=Count("id", filter=Q(done_at__isnull=False)),
            late=Count("id", filter=Q(done_at=None, due_on__lt=on)),
        )
    )
    none: dict[int, dict[str, int]] = {turn.pk: {"due": 0, "done": 0, "late": 0} for turn in turns}
    return none | {line["round"]: {"due": line["due"], "done": line["done"], "late": line["late"]} for line in counted}


def with_overdue(rows: QuerySet[Round], *, within: Scope, on: date) -> QuerySet[Round]:
    """Those rounds of which something in the scope is overdue."""
    late = Due.objects.filter(within.q(matter="round__matter"), round=OuterRef("pk"), done_at=None, due_on__lt=on)
    return rows.filter(Exists(late), state=RoundState.PUBLISHED)


def concerning(*, within: Scope) -> QuerySet[Round]:
    """The rounds of a scope, and the published ones of wider regions that reach into it."""
    reaching = Q(pk__in=[])
    for region, matter in within.lands:
        wider = Q(region__in=prefixes_of(region))
        reaching |= wider if matter == "*" else wider & Q(matter=matter)
    published = reaching & ~Q(state=RoundState.DRAFT)
    heavy = ("frame", "codes", "drawn", "assignments", "inspectors")  # the draw's own page reads them
    wanted = within.q(matter="matter") | published
    if seat(within=within) != STANDS:  # a village that has come from elsewhere brings what it owes with it
        came = Due.objects.filter(within.q(matter="round__matter"), place__moves__isnull=False)
        wanted |= Q(pk__in=came.values("round")) & ~Q(state=RoundState.DRAFT)
    rows = Round.objects.filter(wanted).select_related("draw")
    return rows.defer(*(f"draw__{name}" for name in heavy))
