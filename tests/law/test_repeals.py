"""A document that ceased to hold: marks from the next day on, rules that end or are judged on, and nothing before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from hemei.law.book import national
from hemei.law.lists import by_lists
from hemei.law.plan import Row
from hemei.law.repeals import Repeal, repealed, resting_on
from hemei.law.subject import Subject

LAST, NEXT = date(2026, 8, 14), date(2026, 8, 15)
WATER = "中华人民共和国水污染防治法"
RULES = {"control.R40", "control.R41", "control.R42"}


def repeal(**said) -> Repeal:
    return Repeal(WATER, LAST, "生态环境法典", **said)


def test_rules_that_end_are_judged_up_to_the_last_day_only() -> None:
    book = repealed(national(), [repeal(ends_rules=True)])
    assert resting_on(national(), {WATER}) == RULES
    before, after = ({rule.id for rule in book.on(day).rules} for day in (LAST, NEXT))
    assert before == {rule.id for rule in national().on(LAST).rules}
    assert {rule.id for rule in national().on(NEXT).rules} - after == RULES


def test_rules_that_stay_are_judged_on_and_marked() -> None:
    book = repealed(national(), [repeal()])
    for day in (LAST, NEXT):
        assert [rule.id for rule in book.on(day).rules] == [rule.id for rule in national().on(day).rules]
    clause = book.clauses[book.rule("control.R40").clause]
    assert "已由生态环境法典替代" not in clause.marks(LAST)
    assert {"已由生态环境法典替代", "效力待核"} <= set(clause.marks(NEXT))
    others = [key for key, one in book.clauses.items() if one.document != WATER]
    assert all(book.clauses[key] is national().clauses[key] for key in others)


def test_a_rule_that_would_begin_later_never_does() -> None:
    late = replace(national().rule("control.R40"), id="own.R1", start=NEXT + timedelta(days=9))
    book = replace(national(), rules=(*national().rules, late))
    assert "own.R1" not in {rule.id for rule in repealed(book, [repeal(ends_rules=True)]).rules}
    assert "own.R1" in {rule.id for rule in repealed(book, [repeal()]).rules}


def test_nothing_recorded_is_the_same_law() -> None:
    assert repealed(national(), []) is national()


@pytest.mark.parametrize(("ends", "day", "said"), [(True, LAST, 1), (True, NEXT, 0), (False, NEXT, 1)])
def test_rows_of_the_lists_follow_their_clause(ends: bool, day: date, said: int) -> None:
    book = repealed(national(), [repeal(ends_rules=ends)])
    clause = national().rule("control.R40").clause
    plan = {"negative_list": (Row("negative_list", 1, "不得新建", clause=clause, works=("new",)),)}
    assert len(by_lists(plan, book, Subject("p", "house", "new"), day)) == said


@pytest.mark.parametrize(("day", "said"), [(date(2026, 1, 31), 0), (date(2026, 2, 1), 1), (date(2026, 3, 2), 0)])
def test_rows_of_the_lists_have_days_of_their_own(day: date, said: int) -> None:
    row = Row("negative_list", 1, "不得新建", works=("new",), start=date(2026, 2, 1), end=date(2026, 3, 1))
    assert len(by_lists({"negative_list": (row,)}, national(), Subject("p", "house", "new"), day)) == said
