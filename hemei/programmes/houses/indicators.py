"""Numbers about houses, with their definitions. Pure arithmetic over answers and counts that queries bring."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

FOUND, CLEARLY = frozenset({"slight", "obvious", "severe"}), frozenset({"obvious", "severe"})
LEFT_OUT = frozenset({"none", "absent"})  # what the survey could not see, or was not asked, it did not leave out


def missed_signs(
    patrol: Mapping[str, Any], survey: Mapping[str, Any], signs: Mapping[str, Collection[str]]
) -> list[str]:
    """The signs that a patrol found, that must have been visible at the survey before it, and that the survey left out.

    Parameters: the answers of both, and the signs by part of the house. The patrol names those signs in `<part>_seen`;
    in its earlier form it said so of the whole part, in `<part>_visible`, which is taken to speak of what is clear.
    Source: ours; no official definition is known.

    >>> signs = {"wall": ["wall_crack", "corner_gap"]}
    >>> patrol = {"wall_crack": "obvious", "corner_gap": "slight", "wall_seen": ["wall_crack"]}
    >>> missed_signs(patrol, {"wall_crack": "none", "corner_gap": "none"}, signs)
    ['wall_crack']
    >>> missed_signs(patrol, {"wall_crack": "unseen", "corner_gap": "none"}, signs)
    []
    >>> missed_signs({"corner_gap": "severe", "wall_visible": "yes"}, {"corner_gap": "none"}, signs)
    ['corner_gap']
    """
    missed = []
    for part, here in signs.items():
        named = patrol.get(f"{part}_seen") or ()
        whole = patrol.get(f"{part}_visible") == "yes"
        for sign in here:
            visible = (sign in named and patrol.get(sign) in FOUND) or (whole and patrol.get(sign) in CLEARLY)
            if visible and survey.get(sign) in LEFT_OUT:
                missed.append(sign)
    return missed


def missed_at_survey(missed: Iterable[Collection[str]], patrolled: int) -> tuple[int, int, Counter[str]]:
    """Houses at which the survey missed a sign, houses patrolled after a survey, and how often each sign was missed.

    `missed` has the signs of every house at which something was found; at the others nothing was missed.

    >>> missed_at_survey([["wall_crack"], [], ["wall_crack", "roof_leak"]], 40)
    (2, 40, Counter({'wall_crack': 2, 'roof_leak': 1}))
    """
    houses = [signs for signs in missed if signs]
    return len(houses), patrolled, Counter(sign for signs in houses for sign in signs)


def coverage(looked: int, due: int) -> tuple[int, int]:
    """Houses looked at ÷ houses due, in a tier and a span of days.

    >>> coverage(3, 4)
    (3, 4)
    """
    return looked, due
