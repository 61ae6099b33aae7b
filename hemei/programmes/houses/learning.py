"""What a survey or a patrol teaches the register about a house, and what it starts from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from hemei.core.models import Check, Place
from hemei.core.prepared import Given, Prepared, change, change_all
from hemei.programmes.houses.models import House, Structure
from hemei.terms.day import day_of

STRUCTURES = frozenset(Structure.values)  # worked out anew at each asking
YES_NO = ("occupied", "business_use", "cut_slope")
NUMBERS = ("year_built", "storeys", "floor_area_m2")
LASTING = ("structure", "cut_slope", *NUMBERS)  # who lives there and what for is asked afresh at every look


HOUSE = Prepared(lambda: House.objects.select_for_update().filter(place=Given("place")))


def expect(place: int) -> Callable[[], list[House]]:
    """Ask ahead for the row that a look at this place may change, and hold it."""
    return HOUSE.soon(place=place)


def learn(checks: Sequence[Check], known: Callable[[], list[House]] | None) -> None:
    """Write what was seen into the houses' rows, where it is something else than what stands there; `known` is what
    was expected of one place."""
    if known is not None:
        rows = known()
    else:
        wanted = House.objects.select_for_update().filter(place__in={check.place_id for check in checks})
        rows = list(wanted.order_by("place"))
    houses = {house.pk: house for house in rows}
    changed: dict[int, House] = {}
    names: set[str] = set()
    for check in checks:
        house = houses.get(check.place_id)
        if house is not None and (new := _new_of(house, check)):
            changed[house.pk] = house
            names.update(new)
    written = sorted(names)  # in one order: each order is a statement of its own
    if len(changed) == 1:
        [house] = changed.values()
        change(house, *written)
    else:  # a row that one column is new to is written with the others' columns too: it is held since it was read
        change_all(list(changed.values()), *written)


def _new_of(house: House, check: Check) -> dict[str, Any]:
    """What the look tells that the row did not say, set on the row and not yet written."""
    new = {name: value for name, value in _seen(check.answers).items() if value != getattr(house, name)}
    if "occupied" in new:
        new["occupied_since"] = day_of(check.at)
    for name, value in new.items():
        setattr(house, name, value)
    return new


def _seen(answers: dict[str, Any]) -> dict[str, Any]:
    seen: dict[str, Any] = {name: answers[name] == "yes" for name in YES_NO if answers.get(name) in ("yes", "no")}
    seen |= {name: answers[name] for name in NUMBERS if answers.get(name) is not None}
    structure = answers.get("structure")
    if structure in STRUCTURES:
        seen["structure"] = structure
    return seen


def recall(places: Collection[Place]) -> dict[int, dict[str, str]]:
    """What does not change by itself, as answers to the form; what the register does not know is not answered."""
    return {house.place_id: _lasting(house) for house in House.objects.filter(place__in=places)}


def _lasting(house: House) -> dict[str, str]:
    known = {name: getattr(house, name) for name in LASTING}
    return {name: _answer(value) for name, value in known.items() if value not in (None, "")}


def _answer(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
