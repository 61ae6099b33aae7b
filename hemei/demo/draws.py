"""The draws behind the year's patrols: frames, public seeds and who goes where, made up but truly drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from hemei.demo.district import District
from hemei.demo.looking import PATROL_DAYS, Calendar, Drawn
from hemei.demo.plane import Objects, stream
from hemei.demo.staffing import Staff
from hemei.engines.draw import Entry, Inspector, assign, draw, frame_bytes
from hemei.terms.region import Level

WEIGHT, WEIGHT_LATELY = 4, 1  # as the core's own draws have it
SHARE, LEAST = 0.01, 5  # of a township's houses, and at least
FROZEN_BEFORE, EVENT_BEFORE = 12, 2  # days before the list opens


@dataclass(frozen=True, slots=True)
class HeldDraw:
    """One draw of the year. `code` has the opaque code of each house, `people` the staff row of each inspector's."""

    opens: int  # day of the year
    event: str
    seed: str
    frame: bytes
    code: Objects
    people: Mapping[str, int]
    sizes: Mapping[str, int]
    drawn: Sequence[Mapping[str, object]]
    assignments: Mapping[str, Sequence[str]]
    result: Drawn


def hold_draws(district: District, staff: Staff, calendar: Calendar) -> tuple[HeldDraw, ...]:
    """Each quarter's draw; who was patrolled in an earlier one is a quarter as likely in the next."""
    rng = stream(district.seed, "draws")
    township = np.array([code[: Level.TOWNSHIP] for code in district.house_region], dtype=object)
    people = {f"I{n:02d}": int(row) for n, row in enumerate(staff.holding("inspector", district.code), 1)}
    lately = np.zeros(len(township), dtype=bool)
    held = []
    for number, day in enumerate(PATROL_DAYS, 1):
        opaque = rng.choice(1 << 24, len(township), replace=False)
        code = np.array([f"H{number}{value:06x}" for value in opaque.tolist()], dtype=object)
        weight = np.where(lately, WEIGHT_LATELY, WEIGHT)
        rows = zip(code, township, district.house_tile.tolist(), weight.tolist(), strict=True)
        seed = " ".join(f"{n:02d}" for n in sorted(rng.permutation(33)[:6] + 1))
        event = f"（演示）{calendar.starts + timedelta(days=day - EVENT_BEFORE):%Y年%m月%d日}公开摇号的六个号码"
        held.append(drawn_from([Entry(*row) for row in rows], code, people, day, event, seed))
        lately[held[-1].result.house] = True
    return tuple(held)


def drawn_from(
    entries: Sequence[Entry], code: Objects, people: Mapping[str, int], opens: int, event: str, seed: str
) -> HeldDraw:
    """Draw from a frame whose rows are the houses in order."""
    sizes = sizes_of(entries)
    drawn = draw(entries, sizes, seed)
    dealt = assign([Inspector(one) for one in people], sizes, seed)
    row_of = {house: row for row, house in enumerate(code)}
    chosen = sorted((row_of[one.id], people[dealt[one.stratum][0]]) for one in drawn)
    return HeldDraw(
        opens=opens,
        event=event,
        seed=seed,
        frame=frame_bytes(entries),
        code=code,
        people=people,
        sizes=sizes,
        drawn=[{"code": one.id, "stratum": one.stratum, "number": one.number} for one in drawn],
        assignments={where: list(sent) for where, sent in dealt.items()},
        result=Drawn(np.array([house for house, _ in chosen]), np.array([by for _, by in chosen])),
    )


def sizes_of(entries: Sequence[Entry]) -> dict[str, int]:
    here: dict[str, int] = {}
    for entry in entries:
        here[entry.stratum] = here.get(entry.stratum, 0) + 1
    return {code: min(max(LEAST, round(count * SHARE)), count) for code, count in sorted(here.items())}
