"""A form of a district's own, filled: what stood around the placeholders stays, rows repeat, nothing runs."""

from __future__ import annotations

import doctest
import io
import zipfile
from datetime import date

import pytest
from docx import Document
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Border, Side
from openpyxl.worksheet.datavalidation import DataValidation

from hemei.engines.filling import BadForm, Values, fill, following, marks, placeholders

VALUES = Values(
    {"户主": "王小明", "村": "上河村", "人口": 4, "今天": date(2026, 11, 3), "备注": "=1+1"},
    {
        "隐患": [
            {"问题": "墙体开裂", "期限": date(2026, 12, 1)},
            {"问题": "屋顶漏雨", "期限": None},
            {"问题": "=cmd()"},
        ],
        "成员": [],
    },
)


def workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    rows: list[list[object]] = [
        ["{{村}}农房隐患台账", None, None],
        ["户主：{{户主}}（{{ 人口 }}人）", None, "{{人口}}"],
        ["序号", "问题", "期限"],
        ["一", "{{隐患.问题}}", "｛｛隐患．期限｝｝"],
        ["填表日期", "{{今天}}", "{{备注}}"],
        ["{{成员.姓名}}", "签字", None],
    ]
    for row in rows:
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("B6:C6")
    sheet["B4"].border = Border(bottom=Side("thin"))
    sheet.row_dimensions[4].height = 33
    sheet.row_dimensions[5].height = 44
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def document() -> bytes:
    paper = Document()
    line = paper.add_paragraph("村：")
    line.add_run("{{").bold = True
    line.add_run("村}").italic = True
    line.add_run("}，户主{{户主}}。")
    table = paper.add_table(rows=3, cols=2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "{{村}}隐患"
    table.cell(1, 0).text, table.cell(1, 1).text = "{{隐患.问题}}", "{{隐患.期限}}"
    table.cell(2, 0).text, table.cell(2, 1).text = "日期", "{{今天}}"
    paper.sections[0].footer.paragraphs[0].text = "第 页 {{村}}"
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def test_the_examples_in_the_docstrings() -> None:
    assert doctest.testmod(marks).failed == 0


def test_what_a_form_asks_for() -> None:
    asked = ["村", "户主", "人口", "隐患.问题", "隐患．期限", "今天", "备注", "成员.姓名"]
    assert placeholders(workbook(), "xlsx") == asked
    assert placeholders(document(), "docx") == ["村", "户主", "隐患.问题", "隐患.期限", "今天"]


def test_a_workbook_keeps_its_look_and_repeats_its_row() -> None:
    sheet = load_workbook(io.BytesIO(fill(workbook(), "xlsx", VALUES))).active
    assert sheet is not None
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0][0] == "上河村农房隐患台账"
    assert cells[1] == ["户主：王小明（4人）", None, 4]
    assert [row[1] for row in cells[3:6]] == ["墙体开裂", "屋顶漏雨", "=cmd()"]
    assert cells[3][2].date() == date(2026, 12, 1)  # type: ignore[union-attr]
    assert cells[6][0] == "填表日期"
    assert cells[7] == [None, "签字", None]
    assert {one.coord for one in sheet.merged_cells.ranges} == {"A1:C1", "B8:C8"}
    assert [sheet.row_dimensions[row].height for row in (4, 5, 6, 7)] == [33, 33, 33, 44]
    assert sheet["B6"].border.bottom.style == "thin"


def test_nothing_in_a_filled_workbook_runs() -> None:
    with zipfile.ZipFile(io.BytesIO(fill(workbook(), "xlsx", VALUES))) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_a_document_keeps_its_look_and_repeats_its_row() -> None:
    paper = Document(io.BytesIO(fill(document(), "docx", VALUES)))
    line = paper.paragraphs[0]
    assert line.text == "村：上河村，户主王小明。"
    assert [run.text for run in line.runs if run.bold] == ["上河村"]
    [table] = paper.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["上河村隐患", "上河村隐患"],
        ["墙体开裂", "2026年12月1日"],
        ["屋顶漏雨", ""],
        ["=cmd()", ""],
        ["日期", "2026年11月3日"],
    ]
    assert paper.sections[0].footer.paragraphs[0].text == "第 页 上河村"


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        (b"", "xlsx", "打不开"),
        (b"PK\x03\x04", "docx", "打不开"),
        (workbook(), "docx", "打不开"),
        (document(), "xlsx", "打不开"),
        (b"", "doc", "请用 .xlsx 或 .docx"),
    ],
)
def test_what_is_no_form_is_refused(content: bytes, kind: str, said: str) -> None:
    with pytest.raises(BadForm, match=said):
        fill(content, kind, VALUES)


def ledger() -> bytes:
    """With what refers to the repeated row: a total, a sum on another sheet, choices, a filter, an area to print."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "台账"
    for row in (
        ["问题", "期限", "已改"],
        ["{{隐患.问题}}", "{{隐患.期限}}", None],
        ["合计", "=COUNTA(A2:A2)", "=$B$3+A1"],
    ):
        sheet.append(row)
    sheet["A2"].alignment = Alignment(wrap_text=True)
    sheet.column_dimensions["A"].width = 6
    choice = DataValidation(type="list", formula1='"是,否"')
    choice.add("C2")
    sheet.add_data_validation(choice)
    sheet.auto_filter.ref, sheet.print_area = "A1:C2", "A1:C3"
    book.create_sheet("汇总").append(["=SUM(台账!B2:B2)", "=B9"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_what_refers_to_a_repeated_row_grows_with_it() -> None:
    book = load_workbook(io.BytesIO(fill(ledger(), "xlsx", VALUES)))
    sheet, other = book["台账"], book["汇总"]
    assert [sheet["B5"].value, sheet["C5"].value] == ["=COUNTA(A2:A4)", "=$B$5+A1"]
    assert [other["A1"].value, other["B1"].value] == ["=SUM(台账!B2:B4)", "=B9"]
    assert sheet.print_area.replace("$", "") == "'台账'!A1:C5"
    assert sheet.auto_filter.ref == "A1:C4"
    assert [str(rule.sqref) for rule in sheet.data_validations.dataValidation] == ["C2:C4"]


def test_a_row_has_room_for_what_it_wraps_and_keeps_a_height_that_is_said() -> None:
    sheet = load_workbook(io.BytesIO(fill(ledger(), "xlsx", VALUES)))["台账"]
    assert (sheet.row_dimensions[2].height or 0) > 30, "墙体开裂 takes two lines of six"
    assert sheet.row_dimensions[1].height is None


def test_references() -> None:
    assert doctest.testmod(following).failed == 0
