"""Whose answer turned: many proposals by what held and by what holds, and of those that differ what is said of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hemei.law.around import Around
from hemei.law.columns import NONE, PASS, UNKNOWN
from hemei.law.proposal import Asked, Drawn
from hemei.law.together import Together
from hemei.programmes.control.coarse import hidden_rules, outcomes_of
from hemei.programmes.control.judging import ruling_of, unread_of, zones_are_public
from hemei.programmes.control.keeping import InForce, ready_for
from hemei.programmes.control.under_way import together
from hemei.terms.proposal import Proposal, Ruling, Turn
from hemei.terms.verdict import Kind, Outcome


@dataclass(frozen=True)
class Said:
    """What some layers and a law say of proposals, of which `rows` could be drawn."""

    held: InForce
    ready: Around
    rows: Sequence[int]
    drawn: Sequence[tuple[Drawn, Asked]]
    said: Together

    @classmethod
    def of(cls, held: InForce, proposals: Sequence[Proposal], error_m: float) -> Said:
        ready = ready_for(held, error_m)
        return cls(held, ready, *together(proposals, ready, held.on))

    @cached_property
    def unread(self) -> Mapping[str, Ruling]:
        return {one.rule: one for one in unread_of(self.held) if one.kind is not Kind.WARN}

    @cached_property
    def outcomes(self) -> dict[str, np.ndarray]:
        """By rule, but for those that only warn; where a rule says nothing, nothing stands in the way."""
        found = self.said.outcomes(warnings=False)
        found |= {name: np.full(len(self.rows), UNKNOWN, np.int8) for name in self.unread}
        return {name: np.where(outcome == NONE, PASS, outcome) for name, outcome in found.items()}

    def ruling(self, name: str, row: int) -> Ruling | None:
        if name in self.unread:
            return self.unread[name]
        if verdict := self.said.verdict(name, row):
            return None if verdict.kind is Kind.WARN else ruling_of(verdict, self.ready.district.book, self.held.on)
        ruling = self.said.row(name, row)
        return None if ruling is None or ruling.kind is Kind.WARN else ruling

    @cached_property
    def _open(self) -> tuple[bool, Sequence[Mapping[str, Ruling]]]:
        """Whether anybody may see the zones, and what anybody hears of the rows of the lists, for each sort."""
        shown = zones_are_public(self.held)
        return shown, self.said.rows if shown else self.said.rows_told()

    @cached_property
    def _hidden(self) -> set[str]:
        shown, _rows = self._open
        return hidden_rules(self.said.rules, self.ready, self.held.on, zones_shown=shown)

    def told(self, names: Sequence[str], row: int) -> dict[str, Outcome | None]:
        """What anybody is told of the same; None where nothing is."""
        _shown, rows = self._open
        hidden = self._hidden.intersection(names)
        coarse: Mapping[str, Outcome] = {}
        if hidden:
            drawn, asked = self.drawn[row]
            known = self.said.attributes(row)
            coarse = outcomes_of(hidden, known, drawn.building, asked, self._about(hidden), self.held.on)
        return {name: self._told(name, row, coarse, rows) for name in names}

    def _told(
        self, name: str, row: int, coarse: Mapping[str, Outcome], rows: Sequence[Mapping[str, Ruling]]
    ) -> Outcome | None:
        if name in self.unread:
            return Outcome.UNKNOWN
        if name in self.said.rules:
            ruling = self.ruling(name, row)
            return coarse.get(name, ruling.outcome) if ruling else None
        heard = rows[self.said.crowd.sort[row]].get(name)
        return None if heard is None or heard.kind is Kind.WARN else heard.outcome

    def _about(self, rules: set[str]) -> Around:
        """Ready to be asked by some rules: with their layers only, and all that is written of these."""
        book = self.ready.district.book
        layers = {self.said.rules[name].layer for name in rules}
        only = replace(book, rules=tuple(one for one in book.rules if one.layer in layers or one.id in rules))
        places = tuple(place for place in self.ready.places if place.layer in layers)
        return replace(self.ready, district=replace(self.ready.district, book=only), places=places)


def turns_of(proposals: Sequence[Proposal], before: InForce, now: InForce, error_m: float) -> list[tuple[Turn, ...]]:
    """Of each proposal the rules whose answer is another now. A drawing that cannot be read has none.

    `error_m`: no proposal may lie farther from where it is drawn. Raises Unreadable.
    """
    was, is_ = (Said.of(held, proposals, error_m) for held in (before, now))
    found: list[tuple[Turn, ...]] = [()] * len(proposals)
    for at, names in _changed(was.outcomes, is_.outcomes, len(was.rows)).items():
        told_was, told_is = was.told(names, at), is_.told(names, at)
        found[was.rows[at]] = tuple(
            Turn(was.ruling(name, at), is_.ruling(name, at), told_was[name], told_is[name]) for name in names
        )
    return found


def _changed(was: Mapping[str, np.ndarray], is_: Mapping[str, np.ndarray], n: int) -> dict[int, list[str]]:
    """By row the names of which the outcome differs."""
    found: dict[int, list[str]] = {}
    nothing = np.full(n, PASS, np.int8)
    for name in {**is_, **was}:
        for row in np.flatnonzero(was.get(name, nothing) != is_.get(name, nothing)):
            found.setdefault(int(row), []).append(name)
    return dict(sorted(found.items()))
