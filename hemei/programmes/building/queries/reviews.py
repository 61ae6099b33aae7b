"""Reading what offices said, which visits and inspections were made, and what still lacks before a permit goes on.

Each takes a permit that was read in a scope.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from hemei.programmes.building.lists import listed_in, visits_before
from hemei.programmes.building.models import Opinion, Permit, RuledAnew
from hemei.terms.day import day_of


def latest_opinions(permit: Permit) -> dict[str, Opinion]:
    """Office → its last word since the application was last filed."""
    rows = Opinion.objects.filter(permit=permit, at__gte=permit.filed_at).order_by("pk")
    return {row.office: row for row in rows}


def silent_offices(permit: Permit, said: Mapping[str, Opinion], *, on: date) -> list[str]:
    """The offices that are to be heard and have said nothing yet; `said` as `latest_opinions` reads it."""
    return [name for name in listed_in("offices", region=permit.region, on=on) if name not in said]


def objecting_offices(said: Mapping[str, Opinion]) -> list[str]:
    return [name for name, row in said.items() if row.said == Opinion.Said.OBJECTS]


EARLIER = {"permit.set_out": 1, "permit.accept": 2}
"""Step → how many of the visits belong to earlier steps: the others are made in the state that it leads out of."""


def turn_of(permit: Permit, verb: str) -> date:
    """The day from which the visits before a step count."""
    return permit.since if verb in EARLIER else day_of(permit.filed_at)


def visits_lacking(permit: Permit, verb: str, *, on: date) -> list[str]:
    """The visits that the district asks for before a step, and nobody has made, or not in their turn."""
    needed = visits_before(verb, listed_in("visits", region=permit.region, on=on))
    made = dict(permit.visits.order_by("on").values_list("kind", "on"))  # of each kind the last
    earlier, turn = needed[: EARLIER.get(verb, 0)], turn_of(permit, verb)
    return [kind for kind in needed if kind not in made or (kind not in earlier and made[kind] < turn)]


def mending(permit: Permit) -> bool:
    """Whether something is to be mended that nobody has looked at since."""
    looks = permit.steps.filter(verb__in=("permit.inspect", "permit.mend")).order_by("-id")
    return looks.values_list("verb", flat=True).first() == "permit.mend"


def inspections_lacking(permit: Permit, *, on: date) -> list[str]:
    """The stages of the work that nobody has inspected yet, in their order."""
    done = {str(step.data.get("stage")) for step in permit.steps.filter(verb="permit.inspect")}
    return [name for name in listed_in("stages", region=permit.region, on=on) if name not in done]


def newest_anew(permit: Permit) -> RuledAnew | None:
    """What new layers or rules last made of an application."""
    return permit.ruled_anew.order_by("-id").first()
