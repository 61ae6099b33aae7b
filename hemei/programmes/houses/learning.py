"""What a survey or a patrol teaches the register about a house."""

from __future__ import annotations

from typing import Any

from hemei.core.models import Check
from hemei.programmes.houses.models import House, Structure
from hemei.terms.day import day_of

YES_NO = ("occupied", "business_use", "cut_slope")
NUMBERS = ("year_built", "storeys", "floor_area_m2")


def learn(check: Check) -> None:
    """Write what was seen into the house's row."""
    house = House.objects.select_for_update().filter(place=check.place_id).first()
    if house is None:
        return
    seen = _seen(check.answers)
    if "occupied" in seen and seen["occupied"] != house.occupied:
        house.occupied_since = day_of(check.at)
    for name, value in seen.items():
        setattr(house, name, value)
    house.save()


def _seen(answers: dict[str, Any]) -> dict[str, Any]:
    seen: dict[str, Any] = {name: answers[name] == "yes" for name in YES_NO if answers.get(name) in ("yes", "no")}
    seen |= {name: answers[name] for name in NUMBERS if answers.get(name) is not None}
    structure = answers.get("structure")
    if structure in Structure.values:
        seen["structure"] = structure
    return seen
