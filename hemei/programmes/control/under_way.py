"""What is not built yet and under way, whichever programme keeps it: what the rules say of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

from hemei.core.access import Scope
from hemei.core.registry import registry
from hemei.law.around import Around
from hemei.law.columns import NONE, OUTCOMES, PASS
from hemei.law.proposal import Asked, Drawn
from hemei.law.together import Together, judged_together
from hemei.programmes.control.judging import drawn_together
from hemei.programmes.control.keeping import district_code
from hemei.terms.proposal import Proposal

Key = tuple[str, int]
"""Kind of record, and its key."""
AT_ONCE = 1000
"""So many are judged together: in between it is told how far, and whoever asks to stop is heard."""


def proposals_under_way(region: str, step: Callable[[], None] = lambda: None) -> list[tuple[Key, Proposal]]:
    """The proposals of a district that are under way. `step` is called now and then, and may raise."""
    within = Scope.of(district_code(region))
    found: list[tuple[Key, Proposal]] = []
    for kind in registry.records.values():
        for number, proposal in kind.proposals(within=within) if kind.proposals is not None else ():
            found.append(((kind.key, number), proposal))
            if len(found) % AT_ONCE == 0:
                step()
    return found


def outcomes_of(
    proposals: Sequence[tuple[Key, Proposal]], ready: Around, on: date, say: Callable[[int], None] = lambda n: None
) -> dict[tuple[Key, str], str]:
    """What each rule of `ready`, and each row of its lists, says of each, where that is not pass: fail, unknown, or
    unset where only something is not configured. A drawing that cannot be read is left out: no rule changes that."""
    found: dict[tuple[Key, str], str] = {}
    for first in range(0, len(proposals), AT_ONCE):
        say(100 * first // len(proposals))
        some = proposals[first : first + AT_ONCE]
        rows, _drawn, said = together([one for _key, one in some], ready, on)
        for rule, outcome in said.outcomes(warnings=True).items():
            unset = said.unset(rule)
            for row in np.flatnonzero((outcome != NONE) & (outcome != PASS)):
                word = "unset" if unset[row] else OUTCOMES[outcome[row]].value
                found[some[rows[row]][0], rule] = word
    return found


def together(
    proposals: Sequence[Proposal], ready: Around, on: date
) -> tuple[list[int], list[tuple[Drawn, Asked]], Together]:
    """Which of the proposals could be drawn, how these are drawn, and what is said of them."""
    made = drawn_together(proposals, ready)
    rows = [row for row, one in enumerate(made) if one is not None]
    drawn = [one for one in made if one is not None]
    said = judged_together([shapes for shapes, _asked in drawn], [asked for _shapes, asked in drawn], ready, on)
    return rows, drawn, said
