"""What everything is judged by: a district's layers and its law, as they are on a day or as they would be."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from hemei.law.around import Around, around
from hemei.law.book import Book
from hemei.law.plan import Row
from hemei.law.rules import Rule
from hemei.programmes.control.entries import Entries
from hemei.programmes.control.keeping import (
    ERROR_M,
    Laid,
    district_with,
    in_force,
    laid,
    law_of,
    newest_law,
    root,
)
from hemei.programmes.control.kinds import COMPUTED, ELEVATION, PLOTS, ZONES
from hemei.terms.measure import Measure


@dataclass(frozen=True)
class Standpoint:
    """Layers and law of a district on a day. `maps`: the folder in which the maps of its layers are kept."""

    region: str
    on: date
    layers: tuple[Laid, ...]
    book: Book
    plan: Mapping[str, tuple[Row, ...]]
    entries: Entries
    maps: Path

    def about(self, rules: Collection[str], error_m: float = 0.0, *, lists: bool = False) -> Around:
        """Ready to be asked by some of its rules, and by the rows of its lists: with no other layer than these need.

        Raises Unreadable.
        """
        only = replace(self.book, rules=tuple(one for one in self.book.on(self.on).rules if one.id in rules))
        needed = [
            layer
            for layer in self.layers
            if (lists and layer.kind == ZONES) or any(touches(layer.kind, rule, only) for rule in only.rules)
        ]
        plan = self.plan if lists else {}
        district = district_with(self.region, needed, only, plan, entries=self.entries, on=self.on)
        return around(district, max(ERROR_M, error_m), beside=self.maps)


def touches(kind: str, rule: Rule, book: Book) -> bool:
    """Whether what a rule says depends on a kind of layer."""
    if kind == ELEVATION:
        return rule.layer in COMPUTED or rule.measure is Measure.SLOPE
    if kind == PLOTS:
        return rule.measure in (Measure.DENSITY, Measure.FAR)
    if kind == ZONES:
        by_number = isinstance(rule.threshold, str) and book.parameters[rule.threshold].values
        return any(any(dated.of[1:]) for dated in by_number or ())
    return rule.layer == kind


def as_it_is(region: str, on: date) -> Standpoint:
    """By what everything is judged on a day."""
    law = newest_law(region)
    layers = tuple(laid(row) for row in in_force(region, on))
    return Standpoint(region, on, layers, *law_of(law), law.entries if law else {}, root() / "maps")


def without(now: Standpoint, version: int) -> Standpoint:
    """The same without one version of a layer: by the one that holds then, if there is any."""
    return replace(now, layers=tuple(laid(row) for row in in_force(now.region, now.on, but=version)))


def with_layer(now: Standpoint, layer: Laid, maps: Path) -> Standpoint:
    """The same with another version of one layer; the maps that are made of it are kept elsewhere."""
    others = tuple(one for one in now.layers if one.kind != layer.kind)
    return replace(now, layers=(*others, layer), maps=maps)
