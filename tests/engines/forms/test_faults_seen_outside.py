"""Faults found by looking at workbooks from outside: each was accepted in silence, or broke the page, before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from openpyxl import Workbook

from hemei.engines.forms import read_form, read_published
from tests.engines.forms.test_faulty_workbooks import Case, findings, plain, read, refused, rows, told, xlsform

XLSFORM = [
    Case("a day that is none in a limit", {"A8": "date", "F8": ". >= date('1900-1-1')"}, "F8", "“1900-1-1”不是日期",
         "'2026-11-03'"),
    Case("a day that no calendar has", {"D8": "today() > date('2026-13-45')"}, "D8", "“2026-13-45”不是日期", "两位"),
    Case("a day that is a number", {"D8": "today() > date(5)"}, "D8", "“5”不是日期", "'2026-11-03'"),
    Case("a year beside a day", {"A8": "date", "F8": ". < 2026"}, "F8", "不能和数字“2026”比", "'2026-11-03'"),
    Case("a number's answer beside a day", {"D8": "today() > ${width}"}, "D8", "不能和数字“${width}”比", "today() -"),
    Case("a number that is a text", {"D8": "number('abc') > 1"}, "D8", "“abc”不是数字", "数字"),
    Case("two answers at once", {"D3": "${crack} = 'yes' and ${crack} = 'no'"}, "D3", "永远不成立", "（or）"),
    Case("two choices that read alike", {"choices!C3": " 有。"}, "C3", "文字一样", "不同的文字", "choices"),
    Case("a group with nothing in it", {}, "A2", "一道题也没有", "都删去",
         tweak=lambda book: rows(book["survey"], 2, ["begin group", "walls", "墙"], ["end group"])),
    Case("a whole number between two that follow each other", {"F3": ". > 1.2 and . < 1.8"}, "F3",
         "没有一个答案能符合", "核对"),
    Case("a finding for two answers at once", {}, "C2", "永远不成立", "或", "findings", tweak=lambda book: findings(
        book, "", "", C2="有裂缝吗 = 有 且 有裂缝吗 = 没有") or setattr(book["问题"], "title", "findings")),
]  # fmt: skip
PLAIN = [
    Case("choices alike but for their width", {"D2": "有；没有；Ａ级；A级"}, "D2", "有重复的选项：A级", "删去"),
    Case("two answers at once in words", {"F3": "有裂缝吗 = 有 且 有裂缝吗 = 没有"}, "F3", "“有裂缝吗”不能", "“或”"),
]  # fmt: skip


@pytest.mark.parametrize("case", XLSFORM, ids=lambda case: case.what)
def test_of_an_xlsform_the_cell_is_named(case: Case) -> None:
    told(case, xlsform(case), "survey")


@pytest.mark.parametrize("case", PLAIN, ids=lambda case: case.what)
def test_of_a_plain_sheet_the_cell_is_named(case: Case) -> None:
    told(case, plain(case), "表单")


def test_what_was_published_keeps_its_condition() -> None:
    changes: dict[str, object] = {"D8": "today() > date(5)", "F3": ". > 1.2 and . < 1.8"}
    form = read_published(xlsform(Case("", changes)))
    assert form.by_name["remark"].relevant
    assert form.by_name["width"].constraint


def test_faults_stand_in_the_order_of_rows_and_columns() -> None:
    faulty = {"E3": "看情况", "C2": "打分", "D3": "一；二", "B6": None, "E2": "看情况"}
    made = xlsform(Case("", {"A8": "range", "B3": "1", "H1": "appearance", "H7": "x", "choices!B3": "n o"}))
    assert [one.cell for one in refused(plain(Case("", {**faulty, "D5": 5})))] == ["C2", "D3", "E3", "D5", "B6"]
    assert [one.cell for one in refused(made)] == ["B3", "H7", "A8", "B3"]


@pytest.mark.parametrize("days", ["today() - ${built} > 30", "${built} + 7 > today()", "${built} > '2020-01-01'"])
def test_days_are_compared_as_days(days: str) -> None:
    assert read(xlsform(Case("", {"A3": "date", "B3": "built", "F3": None, "D8": days})))


def test_a_form_whose_first_language_is_english_is_read() -> None:
    change = {"C1": "label::English (en)", "choices!C1": "label::English (en)"}
    form = read_form(xlsform(Case("", change)))
    assert form.text(form.by_name["crack"].labels, "zh") == "有裂缝吗？"


def with_findings(book: Workbook) -> None:
    findings(book, "有裂逢吗？", "有")
    book["问题"].append(["有裂缝吗？", "很多", None, "houses.F02"])
    book["问题"].append([None, None, "宽多少毫米 >", "houses.F03"])
    book["问题"].append(["备注", "有", None, "houses.F04"])
    book["问题"].append(["有裂缝吗？", "有", None, None])


ALL_AT_ONCE: list[tuple[str, Callable[[Case], bytes], Case, list[str]]] = [
    ("a formula and others", plain, Case("", {"B3": "=B2", "E2": "看情况", "C6": "打分"}), ["E2", "B3", "C6"]),
    ("a formula in a name", xlsform, Case("", {"B2": "=B3", "A8": "range", "choices!B3": "n o"}), ["B2", "A8", "B3"]),
    ("a formula in a list", xlsform, Case("", {"choices!B3": "=B2", "A8": "range"}), ["A8", "B3"]),
    ("a formula in a condition", plain, Case("", {"F3": "=F2", "E6": "看情况"}), ["F3", "E6"]),
    ("below no heading", plain, Case("", {"K3": "待定", "E2": "看情况"}), ["E2", "K3"]),
    ("below no heading of an XLSForm", xlsform, Case("", {"H2": "以后再说", "A8": "range"}), ["H2", "A8"]),
    ("a slip in a heading", xlsform, Case("", {"G1": "calculations", "B8": "1"}), ["G7", "B8"]),
    ("findings beside questions", plain, Case("", {"C6": "打分"}, tweak=with_findings),
     ["C6", "A2", "B3", "C4", "D6"]),
    ("findings beside a question without words", plain, Case("", {"B6": None}, tweak=with_findings),
     ["B6", "B3", "C4", "D6"]),
    ("findings of an XLSForm", xlsform, Case("", {"A8": "range"}, tweak=lambda book: with_findings(book) or setattr(
        book["问题"], "title", "findings")), ["A8", "A2", "B3", "C4", "D6"]),
]  # fmt: skip


@pytest.mark.parametrize(("make", "case", "cells"), [o[1:] for o in ALL_AT_ONCE], ids=[o[0] for o in ALL_AT_ONCE])
def test_everything_is_told_at_once(make: Callable[[Case], bytes], case: Case, cells: list[str]) -> None:
    faults = refused(make(case))
    assert [one.cell for one in faults] == cells, "\n".join(map(str, faults))


def test_formulas_that_nobody_reads_do_no_harm() -> None:
    def beside(book: Workbook) -> None:
        book["表单"]["K1"], book["表单"]["K2"] = "备注", "=1/0"
        book.create_sheet("汇总")["A1"] = "=COUNTA(表单!B:B)"

    assert read(plain(Case("", tweak=beside)))


@pytest.mark.parametrize(
    ("heading", "mend"),
    [("requird", "required"), ("lable::中文", "label::中文"), ("label:中文", "label::中文"), ("label_zh", "label::zh")],
)
def test_of_a_heading_with_a_slip_the_right_one_is_told(heading: str, mend: str) -> None:
    told(
        Case("", cell="H8", said="还不支持", mend=mend),
        xlsform(Case("", {"E1": None, "H1": heading, "H8": "x"})),
        "survey",
    )
