"""The plain sheet of officials, as clerks write it."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from openpyxl import Workbook

from hemei.engines.forms import Form, FormRefused, Kind
from hemei.engines.forms.changes import changes
from hemei.engines.forms.plainsheet import is_plain, read_plain
from hemei.engines.forms.plainwriting import as_plain
from hemei.engines.forms.workbook import read_cells

ROWS: list[list[Any]] = [
    ["分组", "题目", "类型", "选项", "必填", "何时问", "提示"],
    ["墙体", "墙体裂缝", "单选", "没有；轻微；明显", "是", None, "看四面墙"],
    [None, "裂缝或脱落在变大吗？", "单选题", "是\n否", "", "墙体裂缝 ＝ 明显 或 墙体裂缝=轻微", None],
    [None, "哪几面墙？", "多选", "东；西；南；北", None, "（墙体裂缝 是 明显）且 裂缝或脱落在变大吗 = 是", None],
    ["　其他 ", " 层 数 ", "整数", None, "必填", None, None],
    [None, "建成日期", "日期", None, None, "层 数 ≥ 2 且 哪几面墙 含 北", None],
    [None, "备注", "文本", None, "否", "建成日期 已填", None],
]


def book(rows: list[list[Any]], *more: tuple[str, list[list[Any]]]) -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "表单"
    for row in rows:
        sheet.append(row)
    for name, lines in more:
        other = workbook.create_sheet(name)
        for line in lines:
            other.append(line)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def read(content: bytes, present: Form | None = None) -> Form:
    return read_plain(read_cells(content), id="houses.own1", version="1", title="汛期排查", present=present)


def relevant(form: Form, at: int) -> str:
    found = form.questions[at].relevant
    return found.text if found else ""


def test_what_a_clerk_writes_is_a_form() -> None:
    form = read(book(ROWS))
    assert [(s.labels.get("zh"), len(s.questions)) for s in form.sections] == [("墙体", 3), ("其他", 3)]
    crack, grows, walls, storeys, _built, remark = form.questions
    assert (crack.kind, crack.required, crack.hints["zh"]) == (Kind.SELECT_ONE, True, "看四面墙")
    assert [choice.labels["zh"] for choice in walls.choices] == ["东", "西", "南", "北"]
    assert (storeys.labels["zh"], storeys.required, remark.kind) == ("层 数", True, Kind.TEXT)
    slight, clear = crack.choices[1].name, crack.choices[2].name
    assert relevant(form, 1) == f"${{{crack.name}}} = '{clear}' or ${{{crack.name}}} = '{slight}'"
    assert relevant(form, 2) == f"${{{crack.name}}} = '{clear}' and ${{{grows.name}}} = '{grows.choices[0].name}'"
    assert relevant(form, 4) == f"${{{storeys.name}}} >= 2 and selected(${{{walls.name}}}, '{walls.choices[3].name}')"
    assert "!= ''" in relevant(form, 5)


def test_it_is_written_out_and_read_back_as_it_was() -> None:
    form = read(book(ROWS))
    again = read(as_plain(form), form)
    assert again == form
    assert changes(form, again) == []


def test_codes_go_on_where_a_question_is_renamed_moved_or_has_another_choice() -> None:
    form = read(book(ROWS))
    rows = [list(row) for row in ROWS]
    rows[0].append("代码")
    for row, question in zip(rows[1:], form.questions, strict=True):
        row.append(question.name)
    rows[1][1], rows[1][3] = "墙上的裂缝", "没有；轻微；明显；垮了"
    rows[2][5], rows[3][5] = "墙上的裂缝 = 垮了", None
    rows[4], rows[5], rows[6] = rows[6], rows[4], rows[5]
    rows[4][5] = None
    rows.append([None, "新题", "文字", None, None, None, None, None])
    after = read(book(rows), form)
    assert {q.name for q in form.questions} < {q.name for q in after.questions}
    sorts = {(change.sort, change.label) for change in changes(form, after)}
    assert ("added", "新题") in sorts
    assert ("changed", "墙上的裂缝") in sorts
    assert not any(sort == "dropped" for sort, _ in sorts)
    in_chinese, in_english = ([c.parts for c in changes(form, after, tag) if c.name == "q2"] for tag in ("zh", "en"))
    assert in_chinese == [(("relevant", "墙体裂缝 = 明显 或 墙体裂缝 = 轻微", "墙上的裂缝 = 垮了"),)]
    assert in_english == [(("relevant", "“墙体裂缝” = 明显 or “墙体裂缝” = 轻微", "“墙上的裂缝” = 垮了"),)]
    pictured = replace(form.questions[0].choices[0], picture="没有.jpg")
    first = replace(form.questions[0], choices=(pictured, *form.questions[0].choices[1:]))
    shown = replace(form, sections=(replace(form.sections[0], questions=(first, *form.sections[0].questions[1:])),))
    [(part, had, has)] = changes(form, shown)[0].parts
    assert (part, had.partition("；")[0], has.partition("；")[0]) == ("choices", "没有（c1）", "没有（c1 · 没有.jpg）")
    old, new = form.questions[0], after.questions[0]
    assert [choice.name for choice in new.choices][:3] == [choice.name for choice in old.choices]


@pytest.mark.parametrize(
    ("row", "column", "text", "said", "mend"),
    [
        (1, 2, "下拉表", "还不支持类型", "单选"),
        (1, 2, None, "没有写类型", "单选"),
        (1, 3, "没有", "选项不足两个", "；"),
        (1, 3, "有；有", "有重复的选项", "删去"),
        (4, 3, "一；二", "只有单选、多选能有选项", "清空"),
        (1, 4, "看情况", "必填一栏", "是"),
        (2, 5, "墙裂了 = 明显", "前面没有叫“墙裂了”的题目", "照抄"),
        (2, 5, "墙体裂缝 = 很大", "没有选项“很大”", "没有、轻微、明显"),
        (2, 5, "建成日期 已填", "“建成日期”排在后面", "排在前面"),
        (2, 5, "墙体裂缝", "看不懂何时问", "题目 = 选项"),
        (2, 5, "墙体裂缝 = 明显 且", "前面没有叫", "照抄"),
        (5, 5, "层 数 > 很多", "后面应是数字", "题目 = 选项"),
        (2, 5, "${nothing} = 'x'", "不是前面的题目", "核对"),
    ],
)
def test_a_fault_is_named_by_its_cell(row: int, column: int, text: str | None, said: str, mend: str) -> None:
    rows = [list(line) for line in ROWS]
    rows[row][column] = text
    with pytest.raises(FormRefused) as refusal:
        read(book(rows))
    fault = next(fault for fault in refusal.value.errors if said in fault.problem)
    assert (fault.sheet, fault.row, fault.cell) == ("表单", row + 1, f"{chr(65 + column)}{row + 1}")
    assert mend in fault.remedy


def test_a_title_above_and_blank_rows_move_the_rows_that_are_named() -> None:
    rows = [["2026 年农房检查表"], [], *[list(line) for line in ROWS]]
    rows[3][4] = "也许"
    assert is_plain(read_cells(book(rows)))
    with pytest.raises(FormRefused) as refusal:
        read(book(rows))
    assert [fault.cell for fault in refusal.value.errors] == ["E4"]


def test_rules_are_read_by_question_and_answer_or_in_words() -> None:
    said: list[list[Any]] = [["题目", "答案", "条件", "问题编号"], ["墙体裂缝", "明显；轻微", None, "houses.F12"]]
    said.append([None, None, "墙体裂缝 = 明显 且 层 数 > 1", "houses.F01"])
    form = read(book(ROWS, ("问题", said)))
    assert form.rules is not None
    assert [rule.finding for rule in form.rules] == ["houses.F12", "houses.F01"]
    again = read(as_plain(form), form)
    assert [(r.finding, r.when) for r in again.rules or ()] == [(r.finding, r.when) for r in form.rules]
    for wrong, cell in (
        (["墙裂", "有", None, "x"], "A4"),
        (["墙体裂缝", "很大", None, "x"], "B4"),
        ([None, None, None, "x"], "A4"),
    ):
        with pytest.raises(FormRefused) as refusal:
            read(book(ROWS, ("问题", [*said, wrong])))
        assert refusal.value.errors[0].sheet == "问题"
        assert refusal.value.errors[0].cell == cell


def test_a_second_sheet_of_questions_is_not_passed_over_in_silence() -> None:
    second: list[list[Any]] = [["二〇二六年补充"], ["题目", "类型"], ["屋面", "文本"]]
    with pytest.raises(FormRefused) as refusal:
        read(book(ROWS, ("补充", second), ("说明", [["题目怎么写"]])))
    assert [(fault.sheet, fault.row) for fault in refusal.value.errors] == [("补充", 2)]
    assert "只读工作表“表单”" in str(refusal.value)
