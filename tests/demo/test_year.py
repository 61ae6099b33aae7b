"""A made-up year is as lawful as a real one."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np

from hemei.core.lifecycle import LIFE, Need
from hemei.core.remedies import REMEDIES
from hemei.core.roles import ACCEPT_LEVEL, ROLES
from hemei.demo.answers import Answers
from hemei.demo.district import District
from hemei.demo.lives import TARGET, Appraised
from hemei.demo.looking import DOOR, PHONE, SYSTEM
from hemei.demo.year import CaseLife, HouseAppraisal, Teller, Year, make_year
from hemei.engines.forms import examine, read_form
from hemei.programmes.houses.findings import FINDINGS
from hemei.programmes.houses.programme import FORMS
from tests.demo.conftest import UNTIL


def test_the_verbs_lead_where_the_declared_life_says() -> None:
    for verb, target in TARGET.items():
        if verb not in ("case.open", "case.report"):
            assert LIFE.by_verb[verb].target == target


def test_every_step_is_one_that_the_graph_knows(year: Year) -> None:
    for life in year.cases:
        first = life.steps[0]
        assert (first.verb, first.to_state) in {("case.open", "found"), ("case.report", "reported")}
        for before, step in pairwise(life.steps):
            declared = LIFE.by_verb[step.verb]
            assert before.to_state in declared.sources, life
            assert step.to_state == (declared.target or before.to_state)


def test_steps_bring_what_they_need(year: Year) -> None:
    for life in year.cases:
        for step in life.steps[1:]:
            needs = LIFE.by_verb[step.verb].needs
            assert step.note or Need.NOTE not in needs
            assert len(set(step.witnesses)) >= 2 or Need.TWO_WITNESSES not in needs
            if Need.REMEDY_KIND in needs:
                assert REMEDIES[step.remedy].ends_danger


def test_time_runs_forward_and_stops_before_the_last_day(year: Year) -> None:
    for life in year.cases:
        for step in life.steps:
            assert year.calendar.first <= step.at <= step.recorded_at < year.calendar.end
        for before, step in pairwise(life.steps):
            assert before.at <= step.at
            assert before.recorded_at <= step.recorded_at


def test_nobody_accepts_their_own_remedy_or_agrees_to_their_own_request(year: Year) -> None:
    for life in year.cases:
        doer = {step.verb: step.by for step in life.steps}
        if "case.accept" in doer:
            assert doer["case.accept"] != doer["case.remedy"]
        if "case.withdraw" in doer:
            assert doer["case.withdraw"] != doer["case.ask_withdrawal"]


def test_everybody_acts_within_their_duty(district: District, year: Year) -> None:
    staff = year.staff
    for life in year.cases:
        for step in life.steps[1:]:
            if step.by == SYSTEM:
                assert step.verb == "case.assign"
                continue
            role = ROLES[staff.role[step.by]]
            assert step.verb in role.rights
            assert district.house_region[life.house].startswith(staff.region[step.by])
            if step.verb in ("case.accept", "case.withdraw"):
                assert role.level <= ACCEPT_LEVEL[life.kind.severity]


def test_nobody_lives_in_a_d_house_whose_case_is_closed(year: Year) -> None:
    dangerous = {a.house: a.appraised.at for a in year.appraisals if a.appraised.grade == "D"}
    for life in year.cases:
        if life.state == "accepted" and dangerous.get(life.house, 2**40) < life.steps[-1].at:
            assert year.vacated[life.house] <= life.steps[-1].at


def test_two_people_sign_an_appraisal_and_numbers_are_given_once(year: Year) -> None:
    assert year.appraisals
    for row in year.appraisals:
        assert len(set(row.signatories)) == 2
        assert {year.staff.role[signatory] for signatory in row.signatories} == {"appraiser"}
    assert len({row.report_no for row in year.appraisals}) == len(year.appraisals)


def ended_before(earlier: CaseLife, later: CaseLife) -> bool:
    return earlier.state in ("accepted", "withdrawn") and earlier.steps[-1].at <= later.steps[0].at


def test_a_house_has_one_open_case_of_a_kind_and_what_comes_back_names_its_forerunner(year: Year) -> None:
    same = defaultdict(list)
    for life in year.cases:
        same[life.house, life.trouble].append(life)
    for lives in same.values():
        lives.sort(key=lambda life: life.steps[0].at)
        assert all(ended_before(a, b) for a, b in pairwise(lives))
    for life in year.cases:
        if life.forerunner >= 0:
            before = year.cases[life.forerunner]
            assert (before.house, before.trouble, before.state) == (life.house, life.trouble, "accepted")


def test_the_shape_is_believable(year: Year) -> None:
    states = Counter(life.state for life in year.cases)
    assert {"accepted", "assigned", "withdrawn"} <= set(states)
    assert states["accepted"] > 0.6 * len(year.cases)
    verbs = Counter(step.verb for life in year.cases for step in life.steps)
    assert verbs["case.return"] > 0
    assert verbs["case.contain"] > 0
    assert any(step.by == DOOR for life in year.cases for step in life.steps[:1])
    days = {1: 90, 2: 60, 3: 30}
    overdue = [
        life
        for life in year.cases
        if not LIFE.by_key[life.state].ending
        and life.steps[0].at + days[life.kind.severity] * 86400 < year.calendar.end
    ]
    assert overdue


def test_every_finding_is_what_the_answers_show(district: District, year: Year) -> None:
    answers = Answers(district, year)
    shown = defaultdict(set)
    for finding in year.findings:
        life = year.cases[finding.case]
        assert life.house == year.checks.house[finding.check]
        assert life.steps[0].at <= year.checks.at[finding.check]
        shown[finding.check].add(life.kind.finding)
    for row in range(len(year.checks.at)):
        given = answers.of(row)
        assert {kind.id for kind in FINDINGS if kind.applies and kind.applies(given)} == shown.get(row, set())


def test_cases_begin_with_a_check_by_whoever_opened_them(year: Year) -> None:
    first = {}
    for finding in year.findings:
        first.setdefault(finding.case, finding.check)
    assert set(first) == set(range(len(year.cases)))
    for case, check in first.items():
        step = year.cases[case].steps[0]
        assert (step.at, step.recorded_at, step.by) == (
            year.checks.at[check],
            year.checks.recorded_at[check],
            year.checks.by[check],
        )


def test_the_forms_accept_the_answers(district: District, year: Year) -> None:
    forms = {
        tier: read_form((FORMS / f"{name}.xlsx").read_bytes())
        for tier, name in (("self", "selfcheck"), ("survey", "survey"), ("patrol", "patrol"))
    }
    answers = Answers(district, year)
    rows = {finding.check for finding in year.findings} | set(range(0, len(year.checks.at), 25))
    for row in sorted(rows):
        assert examine(forms[year.checks.tier[row]], answers.of(row)) == []


def test_the_ledger_ends_before_the_year_begins(year: Year) -> None:
    ledger = year.ledger
    assert len(set(ledger.number)) == len(ledger.number)
    assert all(on < year.calendar.starts for on in ledger.found_on)
    assert all(ended is None or ended > on for on, ended in zip(ledger.found_on, ledger.ended_on, strict=True))
    assert None in ledger.ended_on


def test_the_same_seed_gives_the_same_year(district: District, year: Year) -> None:
    again = make_year(district, UNTIL)
    assert again.cases == year.cases
    assert again.findings == year.findings
    assert again.appraisals == year.appraisals
    assert np.array_equal(again.checks.at, year.checks.at)
    assert {PHONE, DOOR} <= set(again.checks.by.tolist())


def test_people_leave_a_d_house_before_another_case_of_it_is_accepted(district: District, year: Year) -> None:
    teller = Teller(district, year.staff, year.calendar, year.checks)
    remedied = next(life for life in year.cases if life.state == "accepted")
    teller.cases = [remedied]
    end = remedied.steps[-1].at
    teller.appraisals = [HouseAppraisal(remedied.house, Appraised(end - 86400, "D", after_repair=False), (0, 1), "演1")]
    teller.move_out()
    assert teller.vacated == {remedied.house: end}
