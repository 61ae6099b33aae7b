"""Writes the year's rounds and draws, and freezes the draw that comes next."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta

from hemei.core import personal
from hemei.core.access import SYSTEM
from hemei.core.actions.draw import Candidate, DrawPlan, canonical, freeze
from hemei.core.actions.founding import PastDue, PastRound, add_rounds
from hemei.core.models import DrawState, RoundState
from hemei.demo.district import District
from hemei.demo.draws import EVENT_BEFORE, FROZEN_BEFORE, HeldDraw
from hemei.demo.looking import PATROL_LENGTH, Round
from hemei.demo.written import MATTER, Written, instance, moment
from hemei.demo.year import Year
from hemei.terms.day import start_of, today

MINUTES = {"survey": 20, "patrol": 40}
EVENT_IN_DAYS, OPENS_IN_DAYS, ENDS_IN_DAYS = 7, 9, 34  # of the draw that waits for its event


def write_turns(district: District, year: Year, written: Written, known: Mapping[str, int]) -> None:
    """`known` says which id each check was given, by its instance id."""
    turns = Turns(district, year, written, known)
    draws = (None,) * (len(year.rounds) - len(year.draws)) + year.draws
    rounds = [turns.round(turn, held) for turn, held in zip(year.rounds, draws, strict=True)]
    add_rounds(where=written.where, rows=rounds, by=SYSTEM)
    turns.freeze_next_draw()


class Turns:
    """The year's rounds, put into the words of the core's bulk actions."""

    def __init__(self, district: District, year: Year, written: Written, known: Mapping[str, int]) -> None:
        self.district, self.year, self.written, self.known = district, year, written, known

    def round(self, turn: Round, held: HeldDraw | None) -> PastRound:
        return PastRound(
            matter=MATTER,
            tier=turn.tier,
            name=turn.name,
            starts=turn.starts,
            ends=turn.ends,
            state=RoundState.CLOSED if turn.ends < self.year.calendar.until else RoundState.PUBLISHED,
            dues=list(self.dues(turn)),
            published_at=start_of(turn.starts),
            reason=turn.reason,
            minutes_each=MINUTES[turn.tier],
            draw=self.draw(held) if held else {},
        )

    def dues(self, turn: Round) -> Iterator[PastDue]:
        checks, staff, calendar = self.year.checks, self.year.staff, self.year.calendar
        rows = zip(turn.house.tolist(), turn.due.tolist(), turn.by.tolist(), turn.check.tolist(), strict=True)
        for house, due, by, check in rows:
            yield PastDue(
                place=self.written.places[house],
                region=self.district.house_region[house],
                due_on=calendar.day(due),
                account=self.written.accounts[by],
                unit=self.written.units[int(staff.unit[by])],
                check=self.known[instance(check)] if check >= 0 else None,
                done_at=moment(int(checks.at[check])) if check >= 0 else None,
            )

    def draw(self, held: HeldDraw) -> dict[str, object]:
        """The columns of a draw that was held and published."""
        calendar = self.year.calendar
        opens = calendar.day(held.opens)
        inspectors = [{"code": code, "avoids": []} for code in held.people]
        secret = {
            "places": dict(zip(held.code.tolist(), self.written.places, strict=True)),
            "people": {code: self.written.accounts[row] for code, row in held.people.items()},
        }
        event_on = opens - timedelta(days=EVENT_BEFORE)
        return {
            "state": DrawState.PUBLISHED,
            "event": held.event,
            "event_on": event_on,
            "opens_on": opens,
            "frame": held.frame,
            "frame_hash": hashlib.sha256(held.frame).hexdigest(),
            "sizes": dict(held.sizes),
            "codes": personal.encrypt(json.dumps(secret)),
            "seed": held.seed,
            "drawn": list(held.drawn),
            "inspectors": inspectors,
            "inspectors_hash": hashlib.sha256(canonical(inspectors)).hexdigest(),
            "assignments": dict(held.assignments),
            "frozen_at": start_of(opens - timedelta(days=FROZEN_BEFORE)),
            "drawn_at": start_of(event_on) + timedelta(hours=21),
            "published_at": start_of(opens + timedelta(days=PATROL_LENGTH + 1)),
        }

    def freeze_next_draw(self) -> None:
        """The coming quarter's draw: its frame is frozen, its event has not happened."""
        staff, day = self.year.staff, today()
        event_on = day + timedelta(days=EVENT_IN_DAYS)
        plan = DrawPlan(
            name="下季度随机巡查",
            matter=MATTER,
            region=self.district.code,
            event=f"（演示）{event_on:%Y年%m月%d日}公开摇号的六个号码",
            event_on=event_on,
            opens_on=day + timedelta(days=OPENS_IN_DAYS),
            ends=day + timedelta(days=ENDS_IN_DAYS),
            candidates=[
                Candidate(self.written.accounts[int(row)]) for row in staff.holding("inspector", self.district.code)
            ],
        )
        officer = int(staff.holding("district_officer", self.district.code)[0])
        freeze(where=self.written.where, plan=plan, by=self.written.actor(officer))
