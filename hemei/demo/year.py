"""A year of look, find, fix, accept in the demo district, as columns, from the same seed as the district.

Moments are whole seconds since 1970 (UTC); `at` is when something happened, `recorded_at` when it became known. Nothing
happens on `until` or later. `by` is a row of the staff, or PHONE, DOOR, SYSTEM of `looking`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from hemei.demo.district import District
from hemei.demo.draws import HeldDraw, hold_draws
from hemei.demo.incidents import Incident, drawn_incidents, minor_reports, recurrence
from hemei.demo.ledger import Ledger, make_ledger
from hemei.demo.lives import Appraised, Step, Story, tell
from hemei.demo.looking import (
    SYSTEM,
    Calendar,
    Checks,
    Round,
    Village,
    Weather,
    make_checks,
    make_weather,
    village_staff,
)
from hemei.demo.plane import stream
from hemei.demo.staffing import Staff, Units, make_staff
from hemei.demo.troubles import ALL_TROUBLES, SEVERE_JUDGEMENT, SOME_JUDGEMENT, Trouble
from hemei.terms.region import Level

SEEN = {"self": 0.4, "survey": 0.88, "patrol": 0.95}  # the chance that a look sees what is there
COPIED = frozenset({"case.remedy", "case.return", "case.accept", "case.ask_withdrawal", "case.withdraw"})


@dataclass(frozen=True, slots=True)
class Finding:
    check: int  # row of Checks
    case: int  # row of cases
    trouble: int  # row of ALL_TROUBLES


@dataclass(frozen=True, slots=True)
class CaseLife:
    """One case with all its steps, the first of them case.open or case.report."""

    house: int
    trouble: int
    steps: tuple[Step, ...]
    forerunner: int = -1  # row of the case it is the return of

    @property
    def state(self) -> str:
        return self.steps[-1].to_state

    @property
    def is_open(self) -> bool:
        return self.state in ("found", "assigned", "contained", "remedied")

    @property
    def kind(self) -> Trouble:
        return ALL_TROUBLES[self.trouble]


@dataclass(frozen=True, slots=True)
class HouseAppraisal:
    house: int
    appraised: Appraised
    signatories: tuple[int, int]
    report_no: str


@dataclass(frozen=True, slots=True)
class Year:
    calendar: Calendar
    units: Units
    staff: Staff
    weather: tuple[Weather, ...]
    rounds: tuple[Round, ...]  # the last of them the patrols, one for each draw
    draws: tuple[HeldDraw, ...]
    checks: Checks
    cases: tuple[CaseLife, ...]
    findings: tuple[Finding, ...]
    appraisals: tuple[HouseAppraisal, ...]
    vacated: dict[int, int]  # house → when the people moved out
    standing: frozenset[tuple[int, int]]  # check and trouble: a survey before it passed by what was there already
    ledger: Ledger


def make_year(district: District, until: date) -> Year:
    """The year before `until`."""
    calendar = Calendar(until)
    units, staff = make_staff(district)
    weather = make_weather(district, calendar)
    draws = hold_draws(district, staff, calendar)
    checks, rounds = make_checks(district, staff, calendar, weather, [draw.result for draw in draws])
    teller = Teller(district, staff, calendar, checks)
    teller.run()
    return Year(
        calendar=calendar,
        units=units,
        staff=staff,
        weather=weather,
        rounds=rounds,
        draws=draws,
        checks=checks,
        cases=tuple(teller.cases),
        findings=tuple(sorted(teller.findings, key=lambda finding: (finding.check, finding.case))),
        appraisals=tuple(teller.appraisals),
        vacated=teller.vacated,
        standing=frozenset(teller.standing),
        ledger=make_ledger(district, calendar),
    )


class Teller:
    """Walks through the incidents, lets the checks find them, and tells each case."""

    def __init__(self, district: District, staff: Staff, calendar: Calendar, checks: Checks) -> None:
        self.district, self.calendar, self.checks = district, calendar, checks
        self.rng = stream(district.seed, "cases")
        self.villages = village_staff(staff, list(district.names_at(Level.VILLAGE)))
        self.townships: dict[str, list[int]] = {
            code: staff.holding("township_officer", code).tolist() for code in district.names_at(Level.TOWNSHIP)
        }
        self.officers: list[int] = staff.holding("district_officer", district.code).tolist()
        self.appraisers: list[int] = staff.holding("appraiser", district.code).tolist()
        self.by_house = np.lexsort((checks.at, checks.house))
        self.first = np.searchsorted(checks.house[self.by_house], np.arange(len(district.house_region) + 1))
        self.cases: list[CaseLife] = []
        self.findings: list[Finding] = []
        self.appraisals: list[HouseAppraisal] = []
        self.vacated: dict[int, int] = {}
        self.standing: set[tuple[int, int]] = set()

    def run(self) -> None:
        waiting = drawn_incidents(self.district, self.calendar, self.rng)
        troubled = {incident.house for incident in waiting}
        while waiting:
            returned = [self.happen(incident) for incident in waiting]
            waiting = [again for again in returned if again is not None]
        for check, incident in minor_reports(self.checks, troubled, self.rng):
            self.open(incident, check, [check])
        self.move_out()

    def move_out(self) -> None:
        """危房不住人: before anything at a D house is accepted, its people have left."""
        graded_d = {row.house: row.appraised.at for row in self.appraisals if row.appraised.grade == "D"}
        for life in self.cases:
            last = life.steps[-1]
            if life.state == "accepted" and graded_d.get(life.house, last.at) < last.at:
                self.vacated[life.house] = min(self.vacated.get(life.house, last.at), last.at)

    def looks(self, house: int, since: int) -> list[int]:
        """The checks of a house from a moment on, in order."""
        rows = self.by_house[self.first[house] : self.first[house + 1]]
        return [int(row) for row in rows if self.checks.at[row] >= since]

    def happen(self, incident: Incident) -> Incident | None:
        """Let the looks at the house find the trouble; tell its case. Returns the trouble if it comes back later."""
        trouble = ALL_TROUBLES[incident.trouble]
        looks = self.looks(incident.house, incident.onset)
        seeing = [row for row in looks if self.sees(row, trouble)]
        surveyed = [row for row in looks if self.checks.tier[row] == "survey"]
        self.standing |= {(row, incident.trouble) for row in seeing if surveyed and surveyed[0] < row}
        if not seeing:
            return None
        case, gone = self.open(incident, seeing[0], seeing)
        if incident.judged:
            judged = SEVERE_JUDGEMENT if trouble.finding < "houses.F10" else SOME_JUDGEMENT
            self.open_companion(case, ALL_TROUBLES.index(judged), [r for r in seeing if self.checks.at[r] < gone])
        return recurrence(incident, case, self.cases[case].steps[-1], self.rng)

    def sees(self, row: int, trouble: Trouble) -> bool:
        tier = self.checks.tier[row]
        shown = trouble.selfcheck if tier == "self" else trouble.survey
        return bool(shown) and self.rng.random() < SEEN[tier]

    def open(self, incident: Incident, first: int, seeing: Sequence[int]) -> tuple[int, int]:
        """Open a case at the first look that saw it, tell it, hang later looks on it. Returns its row and its end."""
        kind, house = ALL_TROUBLES[incident.trouble], incident.house
        story = Story(
            self.calendar, self.rng, self.village_of(house), self.township_of(house), self.officers, kind.severity
        )
        checks = self.checks
        story.begin(int(checks.at[first]), int(checks.recorded_at[first]), int(checks.by[first]))
        tell(story, doubtful=incident.doubtful if checks.tier[first] == "self" else 0.02)
        gone = story.steps[0].at + 1 if story.mistaken else first_of("case.remedy", story.steps, self.calendar.end)
        case = self.add(CaseLife(house, incident.trouble, tuple(story.steps), incident.forerunner), seeing, gone)
        for appraised in story.appraisals:
            self.appraise(house, appraised)
        if story.vacated_at:
            self.vacated[house] = story.vacated_at
        return case, gone

    def open_companion(self, case: int, judged: int, seeing: Sequence[int]) -> None:
        """The case of the survey's first judgement: it goes the way of the case of the sign it was judged by."""
        seeing = [row for row in seeing if self.checks.tier[row] != "self"]
        if not seeing:
            return
        first = seeing[0]
        at, recorded, by = (int(column[first]) for column in (self.checks.at, self.checks.recorded_at, self.checks.by))
        life = self.cases[case]
        steps = [Step("case.open", "found", at, recorded, by)]
        steps.append(Step("case.assign", "assigned", at, recorded, SYSTEM, "按区域自动交办"))
        for step in life.steps:
            held = steps[-1].to_state == "contained"
            wanted = step.verb in COPIED or step.verb == "case.contain" or (step.verb == "case.look_again" and held)
            if wanted and step.at >= at and step.recorded_at >= recorded:
                # Asking for withdrawal changes no state: it stays what the companion's own was.
                stays = step.verb in ("case.ask_withdrawal", "case.look_again")
                steps.append(moved(step, steps[-1].to_state if stays else step.to_state))
        gone = first_of("case.remedy", steps, self.calendar.end)
        self.add(CaseLife(life.house, judged, tuple(steps)), seeing, gone)

    def add(self, life: CaseLife, seeing: Sequence[int], gone: int) -> int:
        case = len(self.cases)
        self.cases.append(life)
        self.findings += [Finding(row, case, life.trouble) for row in seeing if self.checks.at[row] < gone]
        return case

    def appraise(self, house: int, appraised: Appraised) -> None:
        one, other = (int(a) for a in self.rng.choice(self.appraisers, 2, replace=False))
        number = f"演鉴字〔{self.calendar.until.year}〕{len(self.appraisals) + 1:03d}号"
        self.appraisals.append(HouseAppraisal(house, appraised, (one, other), number))

    def village_of(self, house: int) -> Village:
        return self.villages[self.district.house_village[house]]

    def township_of(self, house: int) -> list[int]:
        return self.townships[str(self.district.house_village[house])[: Level.TOWNSHIP]]


def first_of(verb: str, steps: Sequence[Step], otherwise: int) -> int:
    return next((step.at for step in steps if step.verb == verb), otherwise)


def moved(step: Step, to_state: str) -> Step:
    return Step(step.verb, to_state, step.at, step.recorded_at, step.by, step.note, step.remedy, step.witnesses)
