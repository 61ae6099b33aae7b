"""What the district writes as a list: kinds of visits, offices, stages of the work."""

from __future__ import annotations

from datetime import date

from hemei.core.queries.parameter import parameter


def listed_in(key: str, *, region: str, on: date) -> list[str]:
    """The parts of a parameter that are written with 、 between them, each once."""
    said = str(parameter(f"building.{key}", region=region, on=on).value or "")
    parts = (part.strip() for part in said.replace("，", "、").replace(",", "、").split("、"))
    return list(dict.fromkeys(part for part in parts if part))


def visits_before(verb: str, kinds: list[str]) -> list[str]:
    """The visits that must have been made before a step: the first before the decision, the second before set-out.

    >>> visits_before("permit.set_out", ["审查", "放线", "施工", "验收"])
    ['审查', '放线']
    """
    needed = {"permit.town_review": 1, "permit.approve": 1, "permit.set_out": 2, "permit.accept": len(kinds)}
    return kinds[: needed.get(verb, 0)]
