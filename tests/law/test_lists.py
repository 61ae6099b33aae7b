"""Rows of the positive and negative lists, asked about one piece of work after another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hemei.law import sample_district
from hemei.law.book import NATIONAL, Book, read_book
from hemei.law.lists import by_lists, forbidding, kind_of, title_of
from hemei.law.plan import Row
from hemei.law.subject import Subject
from hemei.terms.proposal import Ruling
from hemei.terms.verdict import Kind, Outcome

ON = date(2026, 11, 1)
SAMPLE = Path(sample_district.__file__).parent / "sample"
NEGATIVE = Row("negative_list", 3, "新建集市", "沿河不受限制", "sample.negative", False, "甲类", ("settlement", "new"))
POSITIVE = Row("positive_list", 1, "维修", "", "sample.list", True, "甲类", ("repair", "public_project"))
HERE = Subject("p", work="new", zone="甲类", tier="一档")


@pytest.fixture(scope="module")
def book() -> Book:
    return read_book(NATIONAL, SAMPLE)


def asked(book: Book, subject: Subject, *rows: Row, on: date = ON, **said) -> list[Ruling]:
    plan = {table: tuple(row for row in rows if row.table == table) for table in ("negative_list", "positive_list")}
    return list(by_lists(plan, book, subject, on, **{"version": "v1", **said}))


def test_a_negative_row_fails_the_work_it_names_in_its_zone_and_names_itself(book: Book) -> None:
    (one,) = asked(book, HERE, NEGATIVE)
    assert (one.rule, one.outcome, one.kind) == ("plan.negative_list.3", Outcome.FAIL, Kind.DENY)
    assert "负面清单第 3 行：新建集市" in one.title
    assert "甲类" in one.said
    assert (one.clause, one.layer_version, one.note) == ("《演示规划（虚构）》负面清单", "v1", "沿河不受限制")
    assert "甲类不得" in one.text
    assert one.remedy


def test_what_stands_is_asked_by_rows_that_name_it_only(book: Book) -> None:
    stands = replace(HERE, work="existing")
    old = replace(NEGATIVE, number=4, works=("existing", "new"))
    (one,) = asked(book, stands, NEGATIVE, old, POSITIVE)
    assert (one.rule, one.outcome) == ("plan.negative_list.4", Outcome.FAIL)
    assert "不等于违法" in one.remedy
    assert asked(book, replace(stands, zone="乙类"), old) == []
    assert [one.outcome for one in asked(book, stands, old, version="")] == [Outcome.UNKNOWN]
    assert [one.outcome for one in asked(book, stands, replace(POSITIVE, works=("existing",)))] == [Outcome.PASS]


@pytest.mark.parametrize(
    ("subject", "outcomes"),
    [
        (replace(HERE, work="repair"), [Outcome.PASS]),
        (replace(HERE, zone="乙类"), []),
        (replace(HERE, zone=""), []),  # the zones are known, and here is none
        (replace(HERE, work=""), [Outcome.UNKNOWN]),
        (replace(HERE, work="existing"), []),
        (replace(HERE, may_be=(("乙类", ""),)), [Outcome.UNKNOWN]),
        (replace(HERE, zone="乙类", may_be=(("甲类", ""),)), [Outcome.UNKNOWN]),
        (replace(HERE, zone="甲类", may_be=(("甲类", "二档"),)), [Outcome.FAIL]),
    ],
)
def test_where_and_for_what_a_row_holds(book: Book, subject: Subject, outcomes: list[Outcome]) -> None:
    assert [one.outcome for one in asked(book, subject, NEGATIVE)] == outcomes


def test_without_a_layer_of_zones_a_row_with_a_zone_is_unknown_and_one_for_all_zones_holds(book: Book) -> None:
    (one,) = asked(book, replace(HERE, zone=""), NEGATIVE, version="")
    assert one.outcome is Outcome.UNKNOWN
    assert "未配置" in one.said
    (one,) = asked(book, replace(HERE, zone=""), replace(NEGATIVE, zone=""), version="")
    assert one.outcome is Outcome.FAIL


def test_a_row_without_kinds_of_work_or_without_a_name_decides_nothing(book: Book) -> None:
    assert asked(book, HERE, replace(NEGATIVE, works=()), replace(NEGATIVE, name=None)) == []


def test_a_row_without_a_clause_only_warns(book: Book) -> None:
    (one,) = asked(book, HERE, replace(NEGATIVE, clause=""))
    assert (one.outcome, one.kind, one.remedy) == (Outcome.FAIL, Kind.WARN, "")
    assert "没有写明依据" in one.said
    assert list(forbidding({"negative_list": (replace(NEGATIVE, clause=""),)}, book, "甲类", "new", ON)) == []


def test_before_its_clause_is_in_force_a_row_says_nothing(book: Book) -> None:
    assert asked(book, HERE, NEGATIVE, on=date(2025, 12, 31)) == []


def test_a_public_project_is_on_the_positive_list_like_anything_else(book: Book) -> None:
    (one,) = asked(book, replace(HERE, use="public", work="public_project"), POSITIVE)
    assert (one.outcome, one.kind) == (Outcome.PASS, Kind.ALLOW_ONLY)
    assert "（演示）" in one.title


def test_what_is_on_no_row_of_a_zone_s_positive_list_is_said_once_as_a_hint(book: Book) -> None:
    rows = POSITIVE, replace(POSITIVE, number=2, works=("linear_works",))
    (one,) = asked(book, HERE, *rows)
    assert (one.outcome, one.kind) == (Outcome.FAIL, Kind.WARN)
    assert "第 1、2 行" in one.said
    found = [one.outcome for one in asked(book, replace(HERE, work="linear_works"), *rows)]
    assert found == [Outcome.PASS]
    assert asked(book, replace(HERE, zone="乙类"), *rows) == []


def test_the_public_learns_nothing_of_a_zone_from_an_internal_layer(book: Book) -> None:
    answers = {
        (one.outcome, one.said, one.title, one.layer_version, one.note)
        for zone in ("甲类", "乙类", "")
        for one in asked(book, replace(HERE, zone=zone), NEGATIVE, public=True)
    }
    assert len(answers) == 1
    assert next(iter(answers))[0] is Outcome.UNKNOWN
    assert "到窗口核实" in next(iter(answers))[1]


def test_a_row_is_called_by_its_title(book: Book) -> None:
    plan = {"negative_list": (NEGATIVE,)}
    assert title_of("plan.negative_list.3", plan) == "负面清单第 3 行：新建集市"
    assert title_of("plan.positive_list", plan) == "正面清单"
    assert title_of("control.R01", plan) == ""


@pytest.mark.parametrize("row", [NEGATIVE, replace(NEGATIVE, clause=""), POSITIVE, replace(POSITIVE, clause="")])
def test_a_row_is_of_the_kind_of_what_it_says(book: Book, row: Row) -> None:
    (one,) = asked(book, replace(HERE, work=row.works[0]), row)
    assert one.kind is kind_of(row)
