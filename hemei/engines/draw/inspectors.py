"""Who inspects which township: the second half of 双随机, dealt out by the same public seed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hemei.engines.draw.frame import DrawError
from hemei.engines.draw.houses import chance, checked_seed

ATTEMPTS = 10_000


@dataclass(frozen=True, slots=True)
class Inspector:
    """A person who may be drawn: an id, and the townships (their own, relatives') they must not inspect."""

    id: str
    avoids: frozenset[str] = frozenset()


def assign(
    inspectors: Iterable[Inspector], strata: Iterable[str], seed: str, *, team: int = 1
) -> dict[str, tuple[str, ...]]:
    """Draw `team` inspectors for each stratum: stratum → ids, by stratum.

    Nobody gets a stratum they avoid, and two persons' numbers of strata differ by at most one. Inspectors and strata
    are each put in an order that the seed decides, and the inspectors are dealt out to the strata in turn; a deal that
    sends anybody where they must not go is thrown away whole and the next one is made, so that each permitted deal is
    equally likely. The order of `inspectors` and `strata` does not matter. Raises DrawError where no deal can be made.
    """
    checked_seed(seed)
    persons = by_id(inspectors)
    codes = sorted(set(strata))
    check_possible(persons, codes, team)
    for attempt in range(1, ATTEMPTS + 1):
        dealt = deal(list(persons), codes, seed, attempt, team)
        if all(code not in persons[person] for code, persons_sent in dealt.items() for person in persons_sent):
            return dealt
    raise DrawError(f"发了 {ATTEMPTS} 次都有人分到本乡镇：回避的限制太多，请增加检查人员后再抽。")


def by_id(inspectors: Iterable[Inspector]) -> dict[str, frozenset[str]]:
    """The townships that each inspector has to avoid, by id. Raises DrawError for an id that comes twice."""
    persons: dict[str, frozenset[str]] = {}
    for inspector in inspectors:
        if inspector.id in persons:
            raise DrawError(f"检查人员 {inspector.id} 出现了两次：请去掉重复的人员。")
        persons[inspector.id] = inspector.avoids
    return persons


def check_possible(persons: dict[str, frozenset[str]], codes: list[str], team: int) -> None:
    """Raises DrawError where a township has too few inspectors who need not avoid it."""
    if team < 1:
        raise DrawError("每个乡镇至少要派 1 名检查人员。")
    for code in codes:
        free = sum(code not in avoided for avoided in persons.values())
        if free < team:
            raise DrawError(f"乡镇 {code} 需要 {team} 名检查人员，不需回避的只有 {free} 名：请增加其他乡镇的检查人员。")


def deal(persons: list[str], codes: list[str], seed: str, attempt: int, team: int) -> dict[str, tuple[str, ...]]:
    """One deal: the k-th seat goes to the k-th inspector, beginning again with the first when all have had one."""
    turn = str(attempt)
    hand = sorted(persons, key=lambda person: (chance(seed, "inspector", turn, person), person))
    table = sorted(codes, key=lambda code: (chance(seed, "stratum", turn, code), code))
    seats = {
        code: tuple(hand[(place * team + seat) % len(hand)] for seat in range(team)) for place, code in enumerate(table)
    }
    return {code: seats[code] for code in codes}
