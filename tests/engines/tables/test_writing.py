import csv
import doctest
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from hemei.engines.tables import Sheet, as_code, as_date, as_text, read, write_csv, write_gpkg, write_xlsx, writing

DANGEROUS = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", '=HYPERLINK("http://x")', "{=1}"]
HEADER = ["编号", "户主", "面积", "日期"]
ROWS: list[list[object]] = [["007", "张三", 120.5, date(2026, 11, 3)], ["429021103200", None, Decimal("80.00"), None]]
texts = st.text("红坪=+-@'\"\t ,，\n1a　", max_size=8)


def test_the_examples_in_the_docstrings() -> None:
    assert doctest.testmod(writing).attempted
    assert not doctest.testmod(writing).failed


def test_a_workbook_comes_back_as_it_was_written(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", [Sheet("农房", HEADER, ROWS)])
    (table,) = read(tmp_path / "a.xlsx")
    first, second = table.rows
    assert list(first.values.values()) == ["007", "张三", 120.5, date(2026, 11, 3)]
    assert (as_code(second.values["编号"]), second.values["户主"]) == ("429021103200", None)
    assert as_date(first.values["日期"]) == date(2026, 11, 3)


def test_the_header_is_bold_and_frozen_and_the_columns_are_wide_enough(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", [Sheet("农房", HEADER, [*ROWS, ["x", "很" * 100, 1, None]])])
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["农房"]
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold
    assert sheet.auto_filter.ref == "A1:D4"
    assert sheet.column_dimensions["A"].width >= len("429021103200")
    assert sheet.column_dimensions["B"].width < 60
    assert sheet["A2"].number_format == "@"


@pytest.mark.parametrize("text", DANGEROUS)
def test_nothing_runs_when_the_file_is_opened(text: str) -> None:
    book, plain = io.BytesIO(), io.BytesIO()
    write_xlsx(book, [Sheet("a", ["内容", text], [[text, ""]])])
    write_csv(plain, ["内容", text], [[text, ""]])
    sheet = openpyxl.load_workbook(io.BytesIO(book.getvalue())).active
    assert sheet is not None
    assert {sheet["A2"].data_type, sheet["B1"].data_type} == {"s"}
    _, line = csv.reader(io.StringIO(plain.getvalue().decode("utf-8-sig"), newline=""))
    assert line[0].startswith("'") == (text != "{=1}")


def test_links_and_numbers_written_as_text_stay_text() -> None:
    book = io.BytesIO()
    write_xlsx(book, [Sheet("a", ["x"], [["http://example.org"], ["12"], ["1e5"]])])
    sheet = openpyxl.load_workbook(io.BytesIO(book.getvalue())).active
    assert sheet is not None
    assert [sheet[f"A{row}"].value for row in (2, 3, 4)] == ["http://example.org", "12", "1e5"]
    assert sheet["A2"].hyperlink is None


@given(st.lists(st.tuples(texts, texts), max_size=6))
def test_texts_survive_csv_and_back(rows: list[tuple[str, str]]) -> None:
    file = io.BytesIO()
    write_csv(file, ["甲", "乙"], rows)
    (table,) = read(file.getvalue(), "a.csv")
    wanted = [[as_text(cell) for cell in row] for row in rows if any(as_text(cell) for cell in row)]
    assert [[as_text(cell) for cell in row.values.values()] for row in table.rows] == wanted


def test_csv_opens_in_excel_and_numbers_stay_numbers(tmp_path: Path) -> None:
    moment = datetime(2026, 11, 3, 0, 30, tzinfo=UTC)
    write_csv(tmp_path / "a.csv", ["数", "时", "是", "空"], [[-3, moment, True, None]])
    assert (tmp_path / "a.csv").read_bytes() == "\ufeff数,时,是,空\r\n-3,2026-11-03 08:30,是,\r\n".encode()


def test_what_excel_cannot_hold_is_cut_or_cleaned_not_lost() -> None:
    book = io.BytesIO()
    moment = datetime(2026, 11, 3, 0, 30, tzinfo=UTC)
    write_xlsx(book, [Sheet("a", ["x"], [["长" * 40_000], ["a\x00\x1fb"], [10**17], [moment], [float("nan")]])])
    (table,) = read(book.getvalue(), "a.xlsx")
    long, clean, number, at, nan = (row.values["x"] for row in table.rows)
    assert isinstance(long, str)
    assert len(long) == 32_767
    assert long.endswith("…")
    assert (clean, number, nan) == ("ab", "100000000000000000", "nan")
    assert at == datetime(2026, 11, 3, 8, 30)  # noqa: DTZ001


def test_sheet_names_that_excel_refuses_are_made_fit() -> None:
    book = io.BytesIO()
    write_xlsx(
        book,
        [Sheet("红坪/木鱼: [2026]?" * 3, ["x"], []), Sheet("A", ["x"], []), Sheet("a", ["x"], []), Sheet("", [], [])],
    )
    names = openpyxl.load_workbook(io.BytesIO(book.getvalue())).sheetnames
    assert len({name.lower() for name in names}) == 4
    assert all(0 < len(name) <= 31 for name in names)


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST_ROWS", 250)
    book = io.BytesIO()
    write_xlsx(book, [Sheet("农房", ["n"], ([k] for k in range(600)))])
    tables = read(book.getvalue(), "a.xlsx")
    assert [table.name for table in tables] == ["农房", "农房 2", "农房 3"]
    assert [row.values["n"] for table in tables for row in table.rows] == list(range(600))


def test_features_come_back_from_a_geopackage_in_cgcs2000(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hemei.engines.tables.geopackage.BATCH", 2)
    spot = bytes(shapely.to_wkb(shapely.Point(110.68, 31.744)))
    fields = {"编号": str, "年份": int, "面积": float, "日期": date}
    features: list[tuple[bytes | None, list[object]]] = [
        (spot, ["007", 1998, 120.5, date(2026, 11, 3)]),
        (None, [None, None, None, None]),
        (spot, ["=1", 2000, None, date(2026, 1, 1)]),
    ]
    assert write_gpkg(tmp_path / "a.gpkg", "农房", fields, iter(features), geometry="Point") == 3
    (table,) = read(tmp_path / "a.gpkg")
    assert (table.name, table.crs, table.header) == ("农房", "EPSG:4490", list(fields))
    assert [(row.geometry, list(row.values.values())) for row in table.rows] == features


def test_an_empty_layer_is_a_layer(tmp_path: Path) -> None:
    assert write_gpkg(tmp_path / "a.gpkg", "农房", {"编号": str}, []) == 0
    (table,) = read(tmp_path / "a.gpkg")
    assert (table.header, list(table.rows)) == (["编号"], [])
