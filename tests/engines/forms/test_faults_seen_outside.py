"""Faults found by looking at workbooks from outside: each was accepted in silence, or broke the page, before."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from openpyxl import Workbook, load_workbook

from hemei.engines.forms import FormRefused, read_form, read_published
from hemei.engines.forms.marking import marked
from hemei.engines.forms.plainsheet import read_plain, require_questions
from hemei.engines.forms.plainwriting import as_plain
from hemei.engines.forms.remarks import remarks
from hemei.engines.forms.workbook import read_cells
from tests.engines.forms.test_faulty_workbooks import (
    Case,
    Tweak,
    findings,
    merge,
    plain,
    read,
    refused,
    rows,
    told,
    xlsform,
)


def renamed(title: str, answer: str, condition: str | None = None) -> Tweak:
    """A sheet of findings under that title."""

    def tweak(book: Workbook) -> None:
        if condition:
            findings(book, "", "", C2=condition)
        else:
            findings(book, "有裂缝吗？", answer)
        book["问题"].title = title

    return tweak


def more_findings(title: str) -> Tweak:
    def tweak(book: Workbook) -> None:
        with_findings(book)
        book["问题"].title = title

    return tweak


def with_findings(book: Workbook) -> None:
    findings(book, "有裂逢吗？", "有")
    book["问题"].append(["有裂缝吗？", "很多", None, "houses.F02"])
    book["问题"].append([None, None, "宽多少毫米 >", "houses.F03"])
    book["问题"].append(["备注", "有", None, "houses.F04"])
    book["问题"].append(["有裂缝吗？", "有", None, None])


XLSFORM = [
    Case("a day that is none in a limit", {"A8": "date", "F8": ". >= date('1900-1-1')"}, "F8", "“1900-1-1”不是日期",
         "'2026-11-03'"),
    Case("a day that no calendar has", {"D8": "today() > date('2026-13-45')"}, "D8", "“2026-13-45”不是日期", "两位"),
    Case("a day that is a number", {"D8": "today() > date(5)"}, "D8", "“5”不是日期", "'2026-11-03'"),
    Case("a year beside a day", {"A8": "date", "F8": ". < 2026"}, "F8", "不能和数字“2026”比", "'2026-11-03'"),
    Case("a number's answer beside a day", {"D8": "today() > ${width}"}, "D8", "不能和数字“${width}”比", "today() -"),
    Case("a number that is a text", {"D8": "number('abc') > 1"}, "D8", "“abc”不是数字", "数字"),
    Case("a number of 400 digits", {"F3": f". < {'9' * 400}"}, "F3", "太大", "小一些"),
    Case("two answers at once", {"D3": "${crack} = 'yes' and ${crack} = 'no'"}, "D3", "永远不成立", "（or）"),
    Case("two choices that read alike", {"choices!C3": " 有。"}, "C3", "文字一样", "不同的文字", "choices"),
    Case("a group with nothing in it", {}, "A2", "一道题也没有", "都删去",
         tweak=lambda book: rows(book["survey"], 2, ["begin group", "walls", "墙"], ["end group"])),
    Case("a whole number between two that follow each other", {"F3": ". > 1.2 and . < 1.8"}, "F3",
         "没有一个答案能符合", "核对"),
    Case("a finding for two answers at once", {}, "C2", "永远不成立", "或", "findings",
         tweak=renamed("findings", "", "有裂缝吗 = 有 且 有裂缝吗 = 没有")),
]  # fmt: skip
PLAIN = [
    Case("choices alike but for their width", {"D2": "有；没有；Ａ级；A级"}, "D2", "有重复的选项：A级", "删去"),
    Case("two answers at once in words", {"F3": "有裂缝吗 = 有 且 有裂缝吗 = 没有"}, "F3", "“有裂缝吗”不能", "“或”"),
    Case("a condition on itself", {"F3": "宽多少毫米 > 3"}, "F3", "“宽多少毫米”就是这一题自己", "排在前面"),
    Case("a calculation of what follows", {"I5": "备注 + 1"}, "I5", "“备注”排在后面，在第 6 行", "移到"),
    Case("a day that no calendar has", {"C3": "日期", "G3": None, "F6": "宽多少毫米 > 2026-2-30"}, "F6", "不是日期",
         "月和日"),
    Case("a year for a day", {"C3": "日期", "G3": None, "F6": "宽多少毫米 > 2026年"}, "F6", "后面应是日期",
         "晚于 今天"),
    Case("a unit behind a number", {"F6": "宽多少毫米 > 5 毫米"}, "F6", "停在“毫米”", "不要写单位"),
    Case("choices that may be all or one", {"C2": "多选", "F3": None, "F6": "有裂缝吗 含 有、没有"}, "F6",
         "都要有，还是", "含 甲 或 乙"),
    Case("a type with its unit", {"C3": "整数（毫米）"}, "C3", "还不支持类型", "请改为 整数，括号里的话"),
    Case("a type that is none", {"C6": "电话"}, "C6", "还不支持类型“电话”", "请改为 文字"),
    Case("either type", {"C2": "选择"}, "C2", "还不支持类型“选择”", "单选 或 多选"),
    Case("a heading for what hangs on an answer", {"F1": "显示条件"}, "F3", "不认识“显示条件”", "请改为“何时问”"),
    Case("a note below the questions", {"B8": "注：一式两份"}, "C8", "没有写类型", "注请写到别的工作表"),
    Case("a choice that Excel made a span of time", {"D2": timedelta(hours=30)}, "D2", "日期或时间", "文本"),
    Case("nothing for always", {"F3": "无"}, "F3", "“无”不是条件", "清空"),
    Case("findings on a sheet of another name", {}, "", "有“问题编号”一列", "改名为“问题”", "问题表",
         tweak=renamed("问题表", "有")),
]  # fmt: skip
HARMLESS: list[dict[str, object]] = [
    {"F3": "【有裂缝吗】=【有】", "E2": "必须", "E3": "×"},
    {"C2": "复选", "F6": "有裂缝吗 含 有 或 没有"},
    {"C2": "多选", "F6": "有裂缝吗 含 有 且 没有 且 宽多少毫米 不小于 3"},
    {"D2": "空置；有人住", "F3": "有裂缝吗 为空置", "F6": "宽多少毫米 不为空"},
    {"C3": "日期", "G3": "2000/1/1 到 今天", "F6": "宽多少毫米 早于 2000年1月1日 或 宽多少毫米 >= 2020.1.2"},
    {"C3": "日期", "G3": None, "F6": "宽多少毫米 晚于 今天", "I5": "今天 - 2020-1-1"},
]


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
    change: dict[str, object] = {"C1": "label::English (en)", "choices!C1": "label::English (en)"}
    form = read_form(xlsform(Case("", change)))
    assert form.text(form.by_name["crack"].labels, "zh") == "有裂缝吗？"


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
    ("findings of an XLSForm", xlsform, Case("", {"A8": "range"}, tweak=more_findings("findings")),
     ["A8", "A2", "B3", "C4", "D6"]),
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


@pytest.mark.parametrize("changes", HARMLESS, ids=lambda changes: str(list(changes.values())[-1]))
def test_what_clerks_write_is_read(changes: dict[str, object]) -> None:
    assert len(read(plain(Case("", changes))).everything) == 5


@pytest.mark.parametrize(
    ("changes", "name", "text"),
    [
        ({"C2": "复选", "F6": "有裂缝吗 含 有 或 没有"}, "备注", "selected(${q1}, 'c1') or selected(${q1}, 'c2')"),
        ({"C2": "多选", "F6": "有裂缝吗 含 有 且 没有"}, "备注", "selected(${q1}, 'c1') and selected(${q1}, 'c2')"),
        ({"C3": "日期", "G3": None, "F6": "宽多少毫米 早于 2000年1月1日"}, "备注", "date(${q2}) < date('2000-01-01')"),
        ({"C3": "日期", "G3": None, "F6": "宽多少毫米 不早于 今天"}, "备注", "date(${q2}) >= today()"),
        ({"D2": "空置；有人住", "F3": "有裂缝吗 为空置"}, "宽多少毫米", "${q1} = 'c1'"),
        ({"F6": "宽多少毫米 不为空"}, "备注", "${q2} != ''"),
    ],
)
def test_it_is_read_as_it_is_meant(changes: dict[str, object], name: str, text: str) -> None:
    (question,) = [one for one in read(plain(Case("", changes))).everything if one.labels["zh"] == name]
    assert question.relevant
    assert question.relevant.text == text


@pytest.mark.parametrize(
    ("rows_", "row", "said"),
    [
        ([["农房检查表"], ["题目", "选项", "必填"], ["墙", "有；没有", "是"]], 2, "缺少“类型”列"),
        ([*[["说明"]] * 11, ["题目", "类型"], ["墙", "文字"]], 12, "太靠下"),
        ([["户主", "电话"]], 0, "没有“题目”和“类型”"),
        ([], 0, "没有“题目”和“类型”"),
    ],
)
def test_what_a_plain_sheet_lacks_is_told_in_its_own_words(rows_: list[list[str]], row: int, said: str) -> None:
    book = Workbook()
    assert book.active
    for line in rows_:
        book.active.append(line)
    file = io.BytesIO()
    book.save(file)
    with pytest.raises(FormRefused) as refusal:
        require_questions(read_cells(file.getvalue()))
    (fault,) = refusal.value.errors
    assert (fault.sheet, fault.row, said in fault.problem) == ("Sheet", row, True)
    require_questions(read_cells(plain(Case(""))))
    require_questions(read_cells(xlsform(Case(""))))


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({}, 1),
        ({"E4": "是"}, 0),
        ({"E4": "是", "F4": "有裂缝吗 = 有"}, 0),  # asked of the repeat as a whole
        ({"I5": "次数(面积)"}, 0),
        ({"D2": "有；没有、看不清", "E4": "是", "F3": None}, 1),
        ({"B6": "宽多少毫米", "C6": "整数", "F3": None, "H6": None, "E4": "是", "A3": "合计", "A5": "合计"}, 0),
    ],
)
def test_what_may_be_meant_otherwise_is_remarked(changes: dict[str, object], count: int) -> None:
    form = read(plain(Case("", changes)))
    found = remarks(None, form)
    assert len(found) == count, found
    assert not remarks(form, form)


def test_a_number_that_stands_in_for_a_missing_one_is_enough() -> None:
    def known(book: Workbook) -> None:
        rows(book["survey"], 6, ["calculate", "known", None, None, None, None, "if(${area} != '', ${area}, 0)"])
        book["survey"]["G8"] = "sum(${known})"

    assert not remarks(None, read(xlsform(Case("", tweak=known))))
    assert [one.problem for one in remarks(None, read(xlsform(Case(""))))] == [
        "“total”要算 合计(“面积”)，有一份没有填这一题，就什么也算不出来。"
    ]


def test_a_question_copied_in_its_group_is_remarked() -> None:
    twice = Case("", tweak=lambda book: book["survey"].append(["text", "again", "备注"]))
    assert any("出现了两次" in one.problem for one in remarks(None, read(xlsform(twice))))


def test_what_hangs_on_the_instance_is_not_asked_of_the_repeat_as_a_whole() -> None:
    form = read(plain(Case("", {"F4": "XPath：position(..) > 1"})))
    assert [section.relevant for section in form.sections] == [None, None, None]


def test_a_form_in_english_first_is_written_in_the_words_it_is_read_in() -> None:
    changes: dict[str, object] = {"settings!D1": "default_language", "settings!D2": "English (en)"}
    changes |= {"H1": "label::English (en)", "H2": "Cracks?", "H3": "Width", "H4": "Room", "H5": "Area", "H8": "Memo"}
    changes |= {"choices!D1": "label::English (en)", "choices!D2": "yes", "choices!D3": "no"}
    form = read(xlsform(Case("", changes)))
    again = read_plain(read_cells(as_plain(form)), id="t", version="1", title="t", present=form)
    assert form.languages[0] == "en"
    assert again.sections == form.sections


def test_a_stroke_in_quotes_is_a_text() -> None:
    form = read(plain(Case("", {"I5": "连接(有裂缝吗，“-”，宽多少毫米)"})))
    assert form.by_name["q4"].calculation
    assert form.by_name["q4"].calculation.text == "concat(${q1}, '-', ${q2})"


def test_a_refused_workbook_is_handed_back_with_its_faults_marked() -> None:
    case = Case(
        "",
        {"C6": "打分", "D2": date(2026, 1, 2), "G3": "=1/0", "E4": None, "B5": "=甲", "J2": True},
        tweak=merge("A2:A3"),
    )
    content = plain(case)
    faults = refused(content)
    handed = marked(read_cells(content), faults, ("在哪里", "哪里不对", "怎么改"))
    assert handed
    book = load_workbook(io.BytesIO(handed))
    assert book.sheetnames == ["要改的地方", "表单"]
    assert [str(row[0].value) for row in book["要改的地方"].iter_rows(min_row=2)] == [
        f"表单 {one.cell}" for one in faults
    ]
    red = {cell.coordinate for row in book["表单"].iter_rows() for cell in row if cell.comment}
    assert red == {one.cell for one in faults} == {"D2", "G3", "B5", "C6"}
    assert [one.cell for one in refused(handed)] == [one.cell for one in faults]  # it is not taken as it is


def test_what_is_mended_in_it_is_taken() -> None:
    handed = marked(read_cells(content := plain(Case("", {"C6": "打分"}))), refused(content), ("", "", ""))
    assert handed
    book = load_workbook(io.BytesIO(handed))
    book["表单"]["C6"] = "文字"
    file = io.BytesIO()
    book.save(file)
    assert read(file.getvalue()).sections == read(plain(Case(""))).sections


def test_of_merged_cells_none_is_taken_for_empty_in_what_is_handed_back() -> None:
    content = plain(Case("", tweak=merge("E2:E4")))
    handed = marked(read_cells(content), refused(content), ("", "", ""))
    assert handed
    assert [one.cell for one in refused(handed)] == ["E3"]


def test_one_choice_alone_is_remarked_and_written_as_it_is() -> None:
    form = read(xlsform(Case("", {"choices!A3": "other", "E5": "yes"})))
    assert [one.problem for one in remarks(None, form)] == ["“有裂缝吗？”只有一个选项“有”。"]
    assert read_plain(read_cells(as_plain(form)), id="t", version="1", title="t", present=form).everything
