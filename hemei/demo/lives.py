"""What becomes of a finding: the steps of its case, by whom and when, told until it ends or today comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from hemei.demo.looking import DOOR, SYSTEM, Calendar, Village
from hemei.terms.finding import Severity

# Where each verb leads; None leaves the state as it is. A test holds this against the declared life of a case.
TARGET = {
    "case.open": "found",
    "case.report": "reported",
    "case.confirm": "found",
    "case.dismiss": "withdrawn",
    "case.assign": "assigned",
    "case.contain": "contained",
    "case.look_again": None,
    "case.refuse": None,
    "case.serve": None,
    "case.remedy": "remedied",
    "case.return": "assigned",
    "case.accept": "accepted",
    "case.ask_withdrawal": None,
    "case.withdraw": "withdrawn",
}
LOOK_AGAIN_DAYS = 7
USUAL_DAYS = {
    Severity.ROUTINE: 30.0,
    Severity.SERIOUS: 26.0,
    Severity.URGENT: 14.0,
}  # median, from assigned to remedied
PASSED, D_REMEDIES = "验收合格", ("demolish", "rebuild", "relocate")
WHY_RETURNED = ("照片看不清整治部位", "裂缝只抹了面，未加固", "漏雨处雨后仍渗水", "警戒和拆除垃圾未清理")
WHY_MISTAKEN = ("现场复看为抹灰收缩裂纹，不影响安全", "填报时误选，房屋完好", "门框受潮变形，与结构无关")


class NotYet(Exception):
    """The next step lies after the last day of the year."""


@dataclass(frozen=True, slots=True)
class Step:
    verb: str
    to_state: str
    at: int
    recorded_at: int
    by: int
    note: str = ""
    remedy: str = ""
    witnesses: tuple[str, ...] = ()
    up: bool = False  # handed to the township from here on


@dataclass(frozen=True, slots=True)
class Appraised:
    """What the agency found."""

    at: int
    grade: str
    after_repair: bool


@dataclass
class Story:
    """One case being told."""

    calendar: Calendar
    rng: np.random.Generator
    village: Village
    township: Sequence[int]
    district: Sequence[int]
    severity: Severity
    steps: list[Step] = field(default_factory=list)
    appraisals: list[Appraised] = field(default_factory=list)
    vacated_at: int = 0  # when people moved out; 0: they did not
    mistaken: bool = False

    @property
    def state(self) -> str:
        return self.steps[-1].to_state

    @property
    def known(self) -> int:
        return self.steps[-1].recorded_at

    def begin(self, at: int, recorded_at: int, by: int) -> None:
        verb = "case.report" if by == DOOR else "case.open"
        self.steps.append(Step(verb, TARGET[verb] or "", at, recorded_at, by))
        if by != DOOR:
            self.assign_by_region(at, recorded_at)

    def assign_by_region(self, at: int, recorded_at: int) -> None:
        self.steps.append(Step("case.assign", "assigned", at, recorded_at, SYSTEM, "按区域自动交办"))

    def step(
        self,
        verb: str,
        days: float,
        by: int,
        note: str = "",
        *,
        remedy: str = "",
        witnesses: tuple[str, ...] = (),
        up: bool = False,
    ) -> None:
        """The next step, so many days after the last became known. Raises NotYet where that is after today."""
        at = self.calendar.later(self.known, days)
        if at >= self.calendar.end:
            raise NotYet
        offline = self.rng.random() < 0.08
        delay = self.rng.exponential(12 * 3600) if offline else self.rng.uniform(2, 120)
        recorded_at = min(at + int(delay), self.calendar.end - 1)
        self.steps.append(Step(verb, TARGET[verb] or self.state, at, recorded_at, by, note, remedy, witnesses, up))

    def any_of(self, people: Sequence[int], but: int = -9) -> int:
        others = [person for person in people if person != but]
        return int(others[int(self.rng.integers(len(others)))])

    def one_of(self, notes: Sequence[str]) -> str:
        return notes[int(self.rng.integers(len(notes)))]

    def accepter(self, but: int) -> int:
        """Who may end it: the graver, the higher; never whoever remedied or asked."""
        if self.severity == Severity.URGENT:
            return self.any_of(self.district, but)
        if self.severity == Severity.SERIOUS or self.village.officer == but:
            return self.any_of(self.township, but)
        return self.village.officer


def tell(story: Story, *, doubtful: float) -> None:
    """Tell a case from its first step to its end or the last day. `doubtful` is the chance that it was a mistake."""
    try:
        if story.state == "reported" and not verified(story, doubtful):
            return
        if story.rng.random() < doubtful:
            mistaken(story)
        elif story.severity == Severity.URGENT:
            urgent(story)
        else:
            usual(story)
    except NotYet:
        return


def verified(story: Story, doubtful: float) -> bool:
    """A report from a phone nobody knows: the village calls or looks, mostly within a day."""
    story_days = story.rng.exponential(0.8)
    if story.rng.random() < 0.3 + doubtful:
        story.step("case.dismiss", story_days, story.village.officer, story.one_of(WHY_MISTAKEN))
        story.mistaken = True
        return False
    story.step("case.confirm", story_days, story.village.officer, "电话核实属实")
    story.assign_by_region(story.steps[-1].at, story.known)
    return True


def mistaken(story: Story) -> None:
    story.mistaken = True
    worker = story.any_of(story.village.workers)
    story.step("case.ask_withdrawal", story.rng.exponential(4), worker, story.one_of(WHY_MISTAKEN))
    story.step("case.withdraw", story.rng.exponential(5), story.accepter(worker), "已到现场核实，同意撤销")


def usual(story: Story) -> None:
    rng = story.rng
    if rng.random() < 0.1:
        story.step("case.assign", rng.uniform(0.5, 6), story.any_of(story.township), "转镇里统筹整治", up=True)
    if story.severity == Severity.SERIOUS and rng.random() < 0.3:
        story.step("case.serve", rng.uniform(0.5, 5), story.village.officer, "《整改告知书》已当面送达")
    if rng.random() < 0.012:
        refuse(story)
    days = USUAL_DAYS[story.severity] * rng.lognormal(0, 0.75)
    repair(story, days * (rng.uniform(3, 7) if rng.random() < 0.06 else 1), "repair")


def refuse(story: Story) -> None:
    """拒不整改: two witnesses, one tier up, and a long wait."""
    witnesses = ("邻居一", "村民代表二")
    story.step(
        "case.refuse",
        story.rng.uniform(5, 30),
        story.village.officer,
        "多次上门，户主不同意整治",
        witnesses=witnesses,
        up=True,
    )
    story.step("case.serve", story.rng.uniform(2, 12), story.any_of(story.township), "《停用通知书》留置送达")


def urgent(story: Story) -> None:
    """People out first, then the agency's report, then what it asks for."""
    rng = story.rng
    contained = rng.random() < 0.75
    if contained:
        story.step("case.contain", rng.exponential(0.6), story.village.officer, "人员已撤离，拉警戒线，贴停用告示")
    if rng.random() < 0.5:
        story.step("case.serve", rng.uniform(0.2, 2), story.any_of(story.township), "《停用通知书》已送达")
    grade = appraised(story) if rng.random() < 0.7 else ""
    days = USUAL_DAYS[Severity.URGENT] * rng.lognormal(0, 0.6) * (2.5 if grade == "D" else 1)
    if grade == "D" and not moved_out(story, contained):
        days = 400  # people still live there: nothing can be accepted
    if contained:
        days = watched(story, days)
    repair(story, days, story.one_of(D_REMEDIES) if grade == "D" else "repair")


def appraised(story: Story) -> str:
    at = story.calendar.later(story.known, story.rng.uniform(5, 20))
    if at >= story.calendar.end:
        return ""
    grade = str(story.rng.choice(["B", "C", "D"], p=[0.15, 0.5, 0.35]))
    story.appraisals.append(Appraised(at, grade, after_repair=False))
    return grade


def moved_out(story: Story, contained: bool) -> bool:
    if not contained and story.rng.random() < 0.4:
        return False
    story.vacated_at = story.appraisals[-1].at
    return True


def watched(story: Story, days: float) -> float:
    """While contained, somebody looks again every week. Returns how many days are left."""
    while days > LOOK_AGAIN_DAYS + 1:
        story.step(
            "case.look_again", LOOK_AGAIN_DAYS - 0.3, story.any_of(story.village.workers), "警戒完好，无人返回居住"
        )
        days -= LOOK_AGAIN_DAYS
    return days


def repair(story: Story, days: float, kind: str) -> None:
    """Remedied, looked at by somebody else, now and then returned, in the end accepted."""
    rng = story.rng
    up = any(step.up for step in story.steps)
    crew = list(story.township) if up and rng.random() < 0.5 else [*story.village.workers, story.village.officer]
    remedier = story.any_of(crew)
    # Nobody repairs before the agency has reported.
    wait = max((a.at - story.known) / 86400 + 1 for a in story.appraisals) if story.appraisals else 0.0
    story.step("case.remedy", max(days, wait, 0.5), remedier, "已按要求整治", remedy=kind)
    while rng.random() < 0.09:
        why = story.one_of(WHY_RETURNED)
        story.step("case.return", rng.uniform(0.5, 6), story.accepter(remedier), why)
        story.step("case.remedy", rng.uniform(2, 18), remedier, "已返工", remedy=kind)
    if kind == "repair" and story.appraisals and story.appraisals[0].grade in "CD":
        at = story.calendar.later(story.known, rng.uniform(1, 6))
        if at < story.calendar.end:
            story.appraisals.append(Appraised(at, str(rng.choice(["A", "B"], p=[0.3, 0.7])), after_repair=True))
    wait = (story.appraisals[-1].at - story.known) / 86400 if story.appraisals else 0.0
    story.step("case.accept", max(rng.exponential(6), wait + 0.5, 0.3), story.accepter(remedier), PASSED)
