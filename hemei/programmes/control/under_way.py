"""What is not built yet and under way, whichever programme keeps it: what the rules say of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from hemei.core.access import Scope
from hemei.core.errors import Mistaken
from hemei.core.registry import registry
from hemei.law.around import Around
from hemei.law.proposal import judged
from hemei.law.rules import EVERYWHERE
from hemei.programmes.control.judging import drawn_in_metres
from hemei.programmes.control.keeping import district_code
from hemei.terms.proposal import Proposal, Ruling
from hemei.terms.verdict import Outcome, Verdict

Key = tuple[str, int]
"""Kind of record, and its key."""


def proposals_under_way(region: str) -> list[tuple[Key, Proposal]]:
    """The proposals of a district that are under way."""
    within = Scope.of(district_code(region))
    return [
        ((kind.key, number), proposal)
        for kind in registry.records.values()
        if kind.proposals is not None
        for number, proposal in kind.proposals(within=within)
    ]


def outcomes_of(
    proposals: Sequence[tuple[Key, Proposal]], ready: Around, on: date, say: Callable[[int], None] = lambda n: None
) -> dict[tuple[Key, str], str]:
    """What each rule of `ready`, and each row of its lists, says of each, where that is not pass: fail, unknown, or
    unset where only something is not configured. A drawing that cannot be read is left out: no rule changes that."""
    found: dict[tuple[Key, str], str] = {}
    for number, (key, proposal) in enumerate(proposals):
        say(100 * number // len(proposals))
        try:
            said = judged(*drawn_in_metres(proposal, ready), ready, on)
        except Mistaken:
            continue
        found |= {(key, one.rule): _word(one) for one in said.verdicts if one.outcome is not Outcome.PASS}
        found |= {(key, one.rule): _word_of_row(one) for one in said.lists if one.outcome is not Outcome.PASS}
    return found


def _word(verdict: Verdict) -> str:
    """As `screening` tells what is unknown from what is not configured."""
    there = verdict.layer == EVERYWHERE or bool(verdict.layer_version)
    known = verdict.threshold is not None and there
    return verdict.outcome.value if known or verdict.outcome is Outcome.FAIL else "unset"


def _word_of_row(ruling: Ruling) -> str:
    """The same of a row of a list, which asks for no number."""
    is_unset = ruling.outcome is Outcome.UNKNOWN and not ruling.layer_version
    return "unset" if is_unset else ruling.outcome.value
