"""Numbers about houses, with their definitions. Pure arithmetic over counts that queries bring."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping


def missed_at_survey(
    patrolled: Iterable[tuple[Collection[str], Mapping[str, str], Collection[str]]], seen_in: Mapping[str, str]
) -> tuple[int, int]:
    """Houses at which the survey missed a sign ÷ houses patrolled after a survey.

    Each element of `patrolled`: findings of the patrol, its answers, findings of the survey before it. A sign is
    missed only where the patrol says that it must have been visible at the survey. Source: ours; no official
    definition is known.

    >>> seen_in = {"houses.F12": "wall_visible"}
    >>> old, new = {"wall_visible": "yes"}, {"wall_visible": "no"}
    >>> missed_at_survey([(["houses.F12"], old, []), (["houses.F12"], new, []), (["houses.F12"], old, ["houses.F12"])],
    ...                  seen_in)
    (1, 3)
    """
    missed = total = 0
    for found, answers, before in patrolled:
        total += 1
        missed += any(code not in before and answers.get(seen_in[code]) == "yes" for code in found if code in seen_in)
    return missed, total


def coverage(looked: int, due: int) -> tuple[int, int]:
    """Houses looked at ÷ houses due, in a tier and a span of days.

    >>> coverage(3, 4)
    (3, 4)
    """
    return looked, due
