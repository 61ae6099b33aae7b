"""What is not built yet and under way, whichever programme keeps it: what one rule says of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from hemei.core.access import Scope
from hemei.core.errors import Mistaken
from hemei.core.registry import registry
from hemei.law.around import Around
from hemei.law.proposal import judged
from hemei.programmes.control.judging import drawn_in_metres
from hemei.programmes.control.keeping import district_code
from hemei.terms.proposal import Proposal

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
) -> dict[Key, str]:
    """Fail or unknown of each by the rules of `ready`; all others pass. A drawing that cannot be read is unknown."""
    found: dict[Key, str] = {}
    for number, (key, proposal) in enumerate(proposals):
        say(100 * number // len(proposals))
        try:
            verdicts = judged(*drawn_in_metres(proposal, ready), ready, on).verdicts
        except Mistaken:
            found[key] = "unknown"
            continue
        outcomes = {verdict.outcome.value for verdict in verdicts}
        worst = next((word for word in ("fail", "unknown") if word in outcomes), "")
        if worst:
            found[key] = worst
    return found
