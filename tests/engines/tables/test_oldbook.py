"""Old .xls workbooks: what one reader passes over in silence, another says."""

import io
from struct import pack

import pytest
import xlwt

from hemei.engines.tables import read
from hemei.engines.tables.oldbook import unsaid_of_old

REF = 0xFFFF_0000_0017_0002  # a formula's result of eight bytes: an error, #REF!


@pytest.fixture
def ends_in_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written next are formulas of which Excel kept #REF!."""

    def record(self, row: int, column: int, style: int, tokens: bytes, flags: int = 0) -> None:
        self._rec_data = pack("<3HQHL", row, column, style, REF, flags & 3, 0) + tokens

    monkeypatch.setattr(xlwt.BIFFRecords.FormulaRecord, "__init__", record)


def book() -> tuple[xlwt.Workbook, xlwt.Worksheet]:
    made = xlwt.Workbook(encoding="utf-8")
    sheet = made.add_sheet("农房")
    for column, heading in enumerate(["村代码", "户主", "人口"]):
        sheet.write(0, column, heading)
    return made, sheet


def saved(made: xlwt.Workbook) -> bytes:
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def test_a_formula_that_ended_in_an_error_is_no_empty_cell(ends_in_an_error: None) -> None:
    made, sheet = book()
    sheet.write(1, 0, "0012")
    sheet.write(1, 1, "张三")
    sheet.write(1, 2, xlwt.Formula("A9"))
    (table,) = read(saved(made), "农房.xls")
    assert next(iter(table.rows)).values == {"村代码": "0012", "户主": "张三", "人口": "#REF!"}


def test_an_error_typed_in_is_one_too() -> None:
    made, sheet = book()
    sheet.write(1, 0, "0012")
    sheet.row(1).set_cell_error(2, 0x2A)  # as Excel counts them
    (table,) = read(saved(made), "农房.xls")
    assert next(iter(table.rows)).values == {"村代码": "0012", "户主": None, "人口": "#N/A"}


def test_hidden_rows_are_known() -> None:
    made, sheet = book()
    for number in (1, 2, 3):
        sheet.write(number, 0, f"000{number}")
    sheet.row(2).hidden = True
    assert unsaid_of_old(saved(made))["农房"].hidden == {3}


def test_a_file_cut_in_half_is_left_to_the_reader_to_judge() -> None:
    made, _sheet = book()
    assert unsaid_of_old(saved(made)[:900]) == {}
