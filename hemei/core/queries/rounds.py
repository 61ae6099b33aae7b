"""Reading rounds: who owes which places by when, and how long it will take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from hemei.core.access import Scope
from hemei.core.models import Account, Draw, Due, Round, RoundState
from hemei.terms.day import today


@dataclass(frozen=True)
class Load:
    """What a round asks of one person."""

    account: int | None
    name: str
    places: int
    hours: float


def rounds(*, within: Scope) -> QuerySet[Round]:
    return Round.objects.filter(within.q())


def draws(*, within: Scope) -> QuerySet[Draw]:
    return Draw.objects.filter(within.q()).select_related("round")


def load(turn: Round, *, within: Scope) -> list[Load]:
    """Estimated hours per person, most first; a line without an account is what nobody has been named for."""
    counted = Due.objects.filter(within.q(), round=turn).values("account", "account__name").annotate(n=Count("id"))
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


def dues(
    *, within: Scope, account: Account | None = None, turn: Round | None = None, on: date | None = None
) -> QuerySet[Due]:
    """What is still to be looked at, of published rounds; a drawn list opens only on its day."""
    day = on or today()
    opened = Q(round__draw=None) | Q(round__draw__opens_on__lte=day)
    rows = Due.objects.filter(within.q(), opened, done_at=None, round__state=RoundState.PUBLISHED)
    if account is not None:
        rows = rows.filter(account=account)
    if turn is not None:
        rows = rows.filter(round=turn)
    return rows.select_related("place", "round", "account")


def nearest(rows: Sequence[Due], lon: float, lat: float) -> list[Due]:
    """The dues by distance from where somebody stands; those not yet on the map last."""

    def far(due: Due) -> tuple[bool, float]:
        place = due.place
        if place.lon is None or place.lat is None:
            return True, 0.0
        return False, (place.lon - lon) ** 2 * 0.73 + (place.lat - lat) ** 2  # cos²(31.5°), near enough to sort by

    return sorted(rows, key=far)


def progress(turn: Round, *, within: Scope, on: date) -> dict[str, int]:
    """How many are due, done and late."""
    return Due.objects.filter(within.q(), round=turn).aggregate(
        due=Count("id"),
        done=Count("id", filter=Q(done_at__isnull=False)),
        late=Count("id", filter=Q(done_at=None, due_on__lt=on)),
    )
