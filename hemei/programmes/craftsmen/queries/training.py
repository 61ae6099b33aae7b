"""Reading training sessions, and finding who stands there with a telephone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from hemei.core.access import Scope
from hemei.core.personal import decrypt
from hemei.programmes.craftsmen.models import Attendance, Craftsman, Session
from hemei.programmes.craftsmen.queries.people import counted
from hemei.terms.day import start_of
from hemei.terms.region import Level, successor


def of_matter(held: str) -> Q:
    return Q() if held == Session.matter else Q(pk__in=[])


def sessions(*, within: Scope) -> QuerySet[Session]:
    """The sessions of a scope, each with `came`: how many were there."""
    return Session.objects.filter(within.q(matter=of_matter)).annotate(came=_came())


def concerning(*, within: Scope) -> QuerySet[Session]:
    """The sessions of a scope, and those of the townships and districts that it lies in: its craftsmen go there too."""
    above = {prefix[:level] for prefix in within.prefixes for level in Level if level <= len(prefix)}
    return Session.objects.filter(within.q(matter=of_matter) | Q(region__in=above)).annotate(came=_came())


def _came() -> Coalesce:
    """Counted for the sessions that are shown; joined with them, all of a scope would have to be counted first."""
    there = Attendance.objects.filter(session=OuterRef("pk"), struck_at=None).order_by().values("session")
    return Coalesce(Subquery(there.annotate(n=Count("pk")).values("n")), 0)


def session(pk: int, *, within: Scope) -> Session | None:
    return concerning(within=within).filter(pk=pk).first()


def coming(rows: QuerySet[Session], *, on: date) -> QuerySet[Session]:
    """Those that end on that day or later and were not called off."""
    return rows.filter(ends__gte=start_of(on), called_off_at=None)


def there(held: Session, *, within: Scope) -> list[Attendance]:
    """Who came to a session read in a scope, the last first; those from outside the scope too, for it is one list."""
    assert held in within or held.pk
    return list(held.attendances.select_related("craftsman__person").order_by("-arrived_at", "-pk"))


def who_says(held: Session, *, name: str, digits: str) -> Craftsman | None:
    """The one craftsman of the session's district of that name whose telephone or ID number ends in `digits`.

    None where there is none, and where there are two: then the clerk enters them.
    """
    district = held.region[: Level.DISTRICT]
    named = Craftsman.objects.filter(
        region__gte=district, region__lt=successor(district), left_on=None, person__name=name
    ).select_related("person")
    fits = [one for one in named[:50] if digits.upper() in _endings(one)]
    return fits[0] if len(fits) == 1 else None


def _endings(one: Craftsman) -> Iterable[str]:
    return {text[-4:].upper() for text in (one.person.id_last4, decrypt(one.person.phone)) if len(text) >= 4}


def minutes_of(one: Craftsman, *, within: Scope) -> dict[str, int]:
    """Kind of lesson → minutes attended ever, of a craftsman read in a scope."""
    assert one in within
    found: dict[str, int] = {}
    for kind, minutes in counted(one.attendances.all()).values_list("session__kind", "minutes"):
        found[kind] = found.get(kind, 0) + minutes
    for row in one.earlier.all():
        for kind, minutes in row.minutes.items():
            found[kind] = found.get(kind, 0) + minutes
    return found
