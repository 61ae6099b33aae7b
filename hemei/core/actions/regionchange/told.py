"""What a mapping table says: which code becomes which, and what of a split goes where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from hemei.terms.region import Level

GROUP, GRID, AREA, PLACE, HOUSEHOLD, REST = "group", "grid", "area", "place", "household", "rest"
WAYS = {  # the more exact goes before the less exact
    HOUSEHOLD: _("户"),
    PLACE: _("房屋"),
    GROUP: _("组"),
    GRID: _("网格"),
    AREA: _("边界"),
    REST: _("其余"),
}
EXACT = ((HOUSEHOLD, PLACE), (GROUP, GRID, AREA), (REST,))
AS_IT_IS = "不加"  # a clerk's word for "no prefix": groups of the same name become one


@dataclass(frozen=True)
class Told:
    """One row of the table."""

    where: str
    old: str
    new: str
    kind: str
    on: date
    document: str
    name: str = ""  # of the new region
    by: str = ""  # of a split: a key of WAYS
    parts: tuple[str, ...] = ()
    area: bytes | None = None  # WKB, EPSG:4490
    number_prefix: str = ""  # put before the numbers of the households that come
    group_prefix: str = ""  # put before the names of the groups that come

    @classmethod
    def of(cls, where: str, values: Mapping[str, Any]) -> Told:
        """A row as it was staged."""
        area = values.get("area")
        texts = {name: str(values.get(name) or "") for name in TEXTS}
        return cls(
            where,
            on=date.fromisoformat(values["on"]),
            parts=tuple(values.get("parts") or ()),
            area=bytes.fromhex(area) if area else None,
            **texts,
        )

    @property
    def said(self) -> list[Any]:
        """By what a part was told, as it is kept."""
        return [self.by, list(self.parts)]

    def group(self, group: str) -> str:
        prefix = "" if self.group_prefix == AS_IT_IS else self.group_prefix
        return f"{prefix}{group}" if group else group


TEXTS = ("old", "new", "kind", "document", "name", "by", "number_prefix", "group_prefix")


@dataclass
class Parting:
    """What becomes of one old code and of all that stands under it."""

    old: str
    told: list[Told]
    places: dict[int, tuple[str, str, Told]] = field(default_factory=dict)  # those that move: old, new code
    households: dict[int, tuple[str, str, Told]] = field(default_factory=dict)
    codes: dict[str, str | None] = field(default_factory=dict)  # the code and its grids → what follows each
    into: list[str] = field(default_factory=list)  # further codes made by it, which nobody answers for yet

    @property
    def on(self) -> date:
        return self.told[0].on

    @property
    def main(self) -> str:
        """Where goes what has no place: the code itself if it stays, else the rest's, else the first."""
        news = [told.new for told in self.told]
        rest = [told.new for told in self.told if told.by == REST]
        return self.old if self.old in news else (rest or news)[0]

    @property
    def stays(self) -> bool:
        return any(told.new == self.old for told in self.told)

    @property
    def whole(self) -> bool:
        return len({told.new for told in self.told}) == 1 and not any(told.by for told in self.told)

    def follows(self, code: str) -> str | None:
        """What stands for a code under the old one; None where nothing does."""
        if code in self.codes:
            return self.codes[code]
        return self.main if len(code) <= Level.VILLAGE else None


def by_old(rows: Iterable[Told]) -> dict[str, list[Told]]:
    sorted_out: dict[str, list[Told]] = {}
    for told in rows:
        sorted_out.setdefault(told.old, []).append(told)
    return sorted_out
