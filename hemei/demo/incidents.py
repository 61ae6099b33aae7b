"""When something goes wrong with which house, before anybody has looked."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

import numpy as np

from hemei.demo.district import District
from hemei.demo.lives import Step
from hemei.demo.looking import DAYS, Calendar, Checks
from hemei.demo.troubles import ALL_TROUBLES, TOLD, TROUBLES, UNSURE
from hemei.terms.finding import Severity

BEFORE = 0.8  # years before the first day in which troubles arose that nobody had found
JUDGED = 0.3  # of serious troubles, how many a survey's first judgement calls 存在一定安全隐患
MINOR_REPORTS = 0.0035  # of self-checks of houses in which nothing else is wrong
IN_WORDS = 0.25  # of those, how many say in words what no question asks
COMES_BACK = 0.06  # of accepted repairs


@dataclass(frozen=True, slots=True)
class Incident:
    house: int
    trouble: int  # row of ALL_TROUBLES
    onset: int  # moment
    judged: bool
    doubtful: float  # the chance that what a household reports of it turns out to be a mistake
    forerunner: int = -1


def drawn_incidents(district: District, calendar: Calendar, rng: np.random.Generator) -> list[Incident]:
    """Troubles by house and moment; never two of a family, two urgent ones or two judged ones at one house."""
    incidents: list[Incident] = []
    taken: set[tuple[int, str]] = set()
    for number, trouble in enumerate(TROUBLES):
        weight = trouble.weight(district.houses)
        chance = trouble.rate / 1000 * (1 + BEFORE) * weight / weight.mean()
        for house in np.flatnonzero(rng.random(len(weight)) < chance).tolist():
            urgent = trouble.severity == Severity.URGENT
            family = (house, "urgent" if urgent else trouble.family or trouble.finding)
            if family in taken or (house, trouble.family) in taken:
                continue
            taken |= {family, (house, trouble.family or trouble.finding)}
            judged = urgent or (trouble.severity == Severity.SERIOUS and rng.random() < JUDGED)
            judged = judged and (house, "judged") not in taken
            if judged:
                taken.add((house, "judged"))
            onset = calendar.first + int(rng.uniform(-BEFORE, 1) * DAYS * 86400)
            incidents.append(Incident(house, number, onset, judged, 0.06))
    return incidents


def recurrence(incident: Incident, case: int, last: Step, rng: np.random.Generator) -> Incident | None:
    """The same trouble again, some weeks after its repair was accepted."""
    if last.to_state != "accepted" or rng.random() > COMES_BACK:
        return None
    onset = last.at + int(rng.uniform(15, 90) * 86400)
    return Incident(incident.house, incident.trouble, onset, False, 0.02, forerunner=case)


def minor_reports(checks: Checks, troubled: Set[int], rng: np.random.Generator) -> list[tuple[int, Incident]]:
    """Self-checks of sound houses in which somebody was unsure, or wrote a remark: one a house at most."""
    asked = np.flatnonzero((checks.tier == "self") & (rng.random(len(checks.tier)) < MINOR_REPORTS))
    unsure, told = ALL_TROUBLES.index(UNSURE), ALL_TROUBLES.index(TOLD)
    reports: dict[int, tuple[int, Incident]] = {}
    for row in asked.tolist():
        house = int(checks.house[row])
        if house not in troubled and house not in reports:
            said, doubtful = (told, 0.2) if rng.random() < IN_WORDS else (unsure, 0.7)
            reports[house] = (row, Incident(house, said, int(checks.at[row]), False, doubtful))
    return list(reports.values())
