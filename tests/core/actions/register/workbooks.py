"""Workbooks as clerks keep them, each with the one thing that makes it hard. Run it to look at them:

python -m tests.core.actions.register.workbooks /tmp/workbooks
"""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from collections.abc import Callable
from datetime import date, time
from pathlib import Path

import xlsxwriter
import xlwt
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

V, N = "429999103200", "429999103201"  # 上河村, 下河村
HOUSEHOLDS = ["村代码", "组", "户号", "户主姓名", "联系电话", "人口"]
ONE = [V, "一组", "0001", "王小明", "13800001234", 4]
TWO = [V, "一组", "0002", "李大山", "13900005678", 2]
CASES = ["台账编号", "村代码", "问题", "严重程度", "发现日期", "办结日期"]

Maker = Callable[[], bytes]
ALL: dict[str, tuple[str, Maker]] = {}  # what it is about → its file's name, its maker


def case(name: str, file: str = "表.xlsx") -> Callable[[Maker], Maker]:
    def keep(maker: Maker) -> Maker:
        ALL[name] = (file, maker)
        return maker

    return keep


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def sheet_of(*rows: list[object]) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "农户"
    for row in rows:
        sheet.append(row)
    return book, sheet


def simple(*rows: list[object]) -> bytes:
    return saved(sheet_of(*rows)[0])


def of_formulas(book: xlsxwriter.Workbook, asks: str) -> xlsxwriter.worksheet.Worksheet:
    """A sheet of two rows, each cell a formula for what `asks` has there, with its result."""
    sheet = book.add_worksheet("农户")
    sheet.write_row(0, 0, HOUSEHOLDS)
    for number, row in enumerate((ONE, TWO), 1):
        for column, cell in enumerate(row):
            sheet.write_formula(number, column, f"={asks}!{chr(65 + column)}{number}", None, cell)
    return sheet


def repacked(book: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The workbook with its parts changed; a part of which nothing is given is left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if (content := change(name, old.read(name))) is not None:
                new.writestr(name, content)
    return out.getvalue()


def with_sheet(book: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with what its first sheet holds changed."""
    return repacked(book, lambda name, content: change(content) if name == "xl/worksheets/sheet1.xml" else content)


@case("a title row above, merged across")
def titled() -> bytes:
    book, sheet = sheet_of(
        ["青石镇2026年农户台账"], ["填报单位：青石镇", None, None, "填报日期：2026年10月"], HOUSEHOLDS, ONE, TWO
    )
    sheet.merge_cells("A1:F1")
    return saved(book)


@case("two header rows, merged across and down")
def two_headers() -> bytes:
    top: list[object] = ["村代码", "组", "户号", "户主", None, "配偶", None, "人口"]
    low: list[object] = [None, None, None, "姓名", "联系电话", "姓名", "联系电话", None]
    book, sheet = sheet_of(
        ["农户台账"],
        top,
        low,
        [V, "一组", "0001", "王小明", "13800001234", "赵四", "13700000000", 4],
        [V, "一组", "0002", "李大山", None, None, None, 2],
    )
    for cells in ("A1:H1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2", "H2:H3"):
        sheet.merge_cells(cells)
    return saved(book)


@case("two header rows as CSV, where nothing is merged", "表.csv")
def two_headers_csv() -> bytes:
    lines = [
        "村代码,组,户号,户主,,人口",
        ",,,姓名,联系电话,",
        f"{V},一组,0001,王小明,13800001234,4",
        f"{V},一组,0002,李大山,,2",
    ]
    return "\r\n".join(lines).encode("gbk")


@case("villages and groups merged down their rows")
def merged_down() -> bytes:
    book, sheet = sheet_of(HOUSEHOLDS, ONE, [None, None, *TWO[2:]])
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("B2:B3")
    return saved(book)


@case("full-width digits and letters, blanks inside codes")
def full_width() -> bytes:
    wide: list[object] = ["４２９９９９１０３２００", "一组", "０００１", "王小明", "１３８　０００１ １２３４", "４"]
    return simple(HOUSEHOLDS, wide, [f" {V[:6]} {V[6:]} ", *TWO[1:]])


@case("numbers stored as text, codes stored as numbers, 宅 numbers with .0")
def numbers() -> bytes:
    first: list[object] = [int(V), "一组", 1.0, "王小明", 13800001234, "4"]
    return simple(HOUSEHOLDS, first, [float(V), "一组", "2.0", "李大山", "13900005678", " 2 "])


@case("a code that Excel turned into 4.29999E+11, as text")
def scientific() -> bytes:
    return simple(HOUSEHOLDS, ONE, ["4.29999E+11", *TWO[1:]])


@case("a code that Excel turned into 4.29999E+11, as the number that is left of it")
def scientific_number() -> bytes:
    return simple(HOUSEHOLDS, ONE, [4.29999e11, *TWO[1:]])


@case("numbers that their format shows with noughts before them")
def noughts() -> bytes:
    book, sheet = sheet_of(HOUSEHOLDS, [V, "一组", 1, *ONE[3:]], [V, "一组", 2, *TWO[3:]])
    for cell in (sheet["C2"], sheet["C3"]):
        cell.number_format = "0000"
    return saved(book)


@case("an old workbook with numbers shown with noughts", "表.xls")
def old_noughts() -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet, style = book.add_sheet("农户"), xlwt.easyxf(num_format_str="0000")
    for number, row in enumerate([HOUSEHOLDS, [V, "一组", 1, *ONE[3:]], [V, "一组", 2, *TWO[3:]]]):
        for column, cell in enumerate(row):
            sheet.write(
                number, column, cell, style if isinstance(cell, int) and column == 2 else xlwt.Style.default_style
            )
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@case("totals that name their village, signatures without a table")
def named_totals() -> bytes:
    signed: list[object] = ["村（盖章）", None, None, "2026年5月1日"]
    return simple(HOUSEHOLDS, ONE, ["上河村小计", None, 1, "共1户", None, 4], TWO, ["青石镇合计：", None, 2], signed)


@case("a new workbook under the name of lines of text", "表.csv")
def workbook_as_csv() -> bytes:
    return simple(HOUSEHOLDS, ONE, TWO)


@case("an old workbook under a new name", "表.xlsx")
def old_as_new() -> bytes:
    return old()


@case("names spaced out to one width, words for nothing where there is no number")
def spaced_names() -> bytes:
    first: list[object] = [V, "一组", "0001", "王　小 明", "无", 4]
    return simple(HOUSEHOLDS, first, [V, "一组", "0002", "李\u00a0大山", "—", 2], [V, "一组", "0003", "不详", None, 1])


@case("two things in one cell, one below the other")
def two_lines() -> bytes:
    return simple(HOUSEHOLDS, [V, "一组", "0001\n0002", *ONE[3:]], [*ONE[:3], "王小明\n李大山", None, 4], TWO)


@case("a row for each house of a household, the household's part the same")
def a_row_for_each_house() -> bytes:
    return simple(HOUSEHOLDS, ONE, TWO, ONE, [*TWO[:3], "李小山", *TWO[4:]])


@case("a household refused, and said again")
def a_household_refused_and_said_again() -> bytes:
    crowd = [*TWO[:-1], 300]
    return simple(HOUSEHOLDS, ONE, crowd, crowd)


@case("dates as Excel dates, serials, texts and something else")
def dates() -> bytes:
    about: list[object] = [V, "墙体开裂", "一般"]
    return simple(
        CASES,
        ["A-1", *about, date(2025, 3, 1), None],
        ["A-2", *about, 45717, "2025.3.9"],
        ["A-3", *about, "2025年3月1日", "20250309"],
        ["A-4", *about, "去年春天", None],
        ["A-5", *about, "2025-02-30", None],
    )


@case("CSV in GBK", "表.csv")
def gbk() -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows([HOUSEHOLDS, ONE, TWO])
    return file.getvalue().encode("gb18030")


@case("hidden rows")
def hidden() -> bytes:
    book, sheet = sheet_of(HOUSEHOLDS, ONE, TWO)
    sheet.row_dimensions[3].hidden = True
    return saved(book)


@case("hidden columns, a row struck out and a part of another, a hidden sheet of last year")
def crossed_out() -> bytes:
    book, sheet = sheet_of(HOUSEHOLDS, ONE, TWO, [V, "一组", "0003", "孙七", None, 1])
    sheet.column_dimensions["E"].hidden = True
    for cell in sheet[4]:
        cell.font = Font(strike=True)
    sheet["D3"] = CellRichText("李大山", TextBlock(InlineFont(strike=True), "李小山"))
    older = book.create_sheet("2019年")
    older.append(HOUSEHOLDS)
    older.sheet_state = "veryHidden"
    return saved(book)


@case("the same in an old workbook", "表.xls")
def old_crossed_out() -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet, struck = book.add_sheet("农户"), xlwt.easyxf("font: struck_out on")
    for number, row in enumerate([HOUSEHOLDS, ONE, TWO, [V, "一组", "0003", "孙七", None, 1]]):
        for column, cell in enumerate(row):
            style = struck if number == 3 or (number, column) == (2, 5) else xlwt.Style.default_style
            if cell is not None:
                sheet.write(number, column, cell, style)
    sheet.col(4).hidden = True
    older = book.add_sheet("2019年")
    older.write(0, 0, "户号")
    older.visibility = 2
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@case("a header of three rows below who filled it in, merged across")
def three_headers() -> bytes:
    book, sheet = sheet_of(
        ["青石镇农户基本情况统计表"],
        ["填报单位：青石镇人民政府", None, None, None, "填报日期：2026年10月8日"],
        ["序号", "村代码", "组", "户主信息", None, None, "家庭情况", None],
        [None, None, None, "户号", "基本", None, "人口", None],
        [None, None, None, None, "姓名", "联系电话", "总数", "常住"],
        [1, V, "一组", "0001", "王小明", "13800001234", 4, 2],
        [2, V, "一组", "0002", "李大山", "13900005678", 2, 2],
    )
    for cells in ["A1:H1", "A2:D2", "A3:A5", "B3:B5", "C3:C5", "D3:F3", "G3:H3", "D4:D5", "E4:F4", "G4:H4"]:
        sheet.merge_cells(cells)
    return saved(book)


@case("a header in row 30")
def far_down() -> bytes:
    return simple(*[[f"第{number}条说明"] for number in range(1, 30)], HOUSEHOLDS, ONE, TWO)


@case("another table below, its columns in another order")
def another_below() -> bytes:
    return simple(HOUSEHOLDS, ONE, TWO, [], ["村代码", "户主姓名", "户号", "人口"], [V, "孙七", "0003", 1])


@case("another table below, and the first goes on under its header again")
def goes_on() -> bytes:
    return simple(HOUSEHOLDS, ONE, ["村代码", "房屋编号", "层数"], [V, "F-1", 2], HOUSEHOLDS, TWO)


@case("another table above")
def another_above() -> bytes:
    return simple(["村代码", "房屋编号", "层数"], [V, "F-1", 2], [], HOUSEHOLDS, ONE, TWO)


@case("the same columns three times beside each other")
def side_by_side() -> bytes:
    third: list[object] = [V, "0003", "孙七"]
    return simple(["村代码", "户号", "户主姓名"] * 3, [V, "0001", "王小明", V, "0002", "李大山", *third])


@case("a time of day where nobody looks, a day that Excel counts as none")
def odd_times() -> bytes:
    book, sheet = sheet_of([*HOUSEHOLDS, "登记时间"], [*ONE, time(9, 30)], [*TWO, 0])
    sheet["G3"].number_format = "yyyy/m/d"
    return saved(book)


@case("words for what nobody knows where a number is wanted")
def unknown() -> bytes:
    return simple(HOUSEHOLDS, [*ONE[:5], "不详"], [*TWO[:5], "—"])


@case("lines of text under a new workbook's name", "表.xlsx")
def text_as_workbook() -> bytes:
    return gbk()


@case("CSV whose cells full-width commas part", "表.csv")
def wide_commas() -> bytes:
    lines = (HOUSEHOLDS, ONE, TWO)
    return "".join("，".join(str(cell) for cell in row) + "\r\n" for row in lines).encode("gbk")


@case("CSV cut off in its last cell", "表.csv")
def cut_in_last_cell() -> bytes:
    return gbk().removesuffix(b"\r\n")


@case("CSV cut off in the middle of its last row", "表.csv")
def cut_in_last_row() -> bytes:
    whole = gbk()
    return whole[: whole.rindex("大".encode("gbk"))]


@case("平 for 坪 in a village's name")
def twins() -> bytes:
    return simple(["村", *HOUSEHOLDS[1:]], ["红平村", *ONE[1:]], ["红坪村", *TWO[1:]])


@case("notes and signatures below the table")
def notes() -> bytes:
    signed: list[object] = ["填表人：张三", None, None, "审核人：李四", None, "2026年10月"]
    return simple(HOUSEHOLDS, ONE, TWO, ["注：人口按户籍填写。"], signed, ["以上情况属实"])


@case("a totals row, and a subtotal between")
def totals() -> bytes:
    return simple(HOUSEHOLDS, ONE, ["小计", None, None, 1, None, 4], TWO, [None, "合 计", None, 2, None, 6])


@case("the printed form's numbers of columns, an example, the header printed again")
def printed() -> bytes:
    example: list[object] = ["示例", "一组", "0009", "某某", "13800000000", 3]
    return simple(HOUSEHOLDS, ["甲", "乙", 1, 2, 3, 4], example, ONE, list(HOUSEHOLDS), TWO)


@case("a row of the numbers of villages' groups between the rows")
def section_titles() -> bytes:
    return simple(HOUSEHOLDS, ["一、上河村一组"], ONE, ["二、上河村二组"], TWO)


@case("several sheets: notes first, then one for each village, a hidden list of codes")
def several_sheets() -> bytes:
    book, sheet = sheet_of(["填表说明"], ["一", "户号在村里不重复"])
    sheet.title = "说明"
    for name, row in (("上河村", ONE), ("下河村", [N, *ONE[1:]])):
        other = book.create_sheet(name)
        other.append(HOUSEHOLDS)
        other.append(row)
    codes = book.create_sheet("代码")
    codes.append(HOUSEHOLDS)
    codes.append([V, "一组", "9999", "不该读到", None, 1])
    codes.sheet_state = "hidden"
    return saved(book)


@case("a heading that stands twice")
def twice() -> bytes:
    return simple([*HOUSEHOLDS, "备注", "备注"], [*ONE, "甲", "乙"])


@case("headings with stars, line breaks and remarks in brackets")
def starred() -> bytes:
    return simple(["*村\n代码", "组", "户 号（必填）", "* 户主姓名", "联系电话(选填)", "人口"], ONE, TWO)


@case("an old workbook", "表.xls")
def old() -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("农户")
    sheet.write_merge(0, 0, 0, 5, "农户台账")
    for number, row in enumerate([HOUSEHOLDS, [int(V), *ONE[1:]], TWO], 1):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@case("a new workbook under an old name", "表.xls")
def renamed() -> bytes:
    return simple(HOUSEHOLDS, ONE, TWO)


@case("lines of text under an old workbook's name", "表.xls")
def text_renamed() -> bytes:
    return "\r\n".join("\t".join(str(cell) for cell in row) for row in (HOUSEHOLDS, ONE, TWO)).encode("gbk")


@case("codes put together by formulas, an empty one among them")
def formulas() -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = of_formulas(book, "代码")
    sheet.write_formula(2, 4, '=IF(代码!E2="","",代码!E2)', None, "")
    book.close()

    def as_excel_has_it(content: bytes) -> bytes:
        """Excel says of a formula with an empty result that it is a text; XlsxWriter does not."""
        assert b'<c r="E3">' in content
        return content.replace(b'<c r="E3">', b'<c r="E3" t="str">')

    return with_sheet(file.getvalue(), as_excel_has_it)


@case("formulas that are errors, or that no program has worked out yet")
def broken_formulas() -> bytes:
    return simple(HOUSEHOLDS, ["#REF!", *ONE[1:]], [V, "一组", "=1+1", *TWO[3:]], [*ONE[:5], "#DIV/0!"], TWO)


@case("signs that nobody sees, copied from a web page")
def unseen() -> bytes:
    row: list[object] = [f"\u202a{V}\u202c", "一组\u200b", "00\u200b01\ufeff", "王\u200d小明", "13800001234", 4]
    return simple(HOUSEHOLDS, row, TWO)


@case("cells whose contents have run together")
def run_together() -> bytes:
    return simple(HOUSEHOLDS, [V, "一组" * 30, *ONE[2:]], [V, "一组", "0003", "李大山" * 40, None, 2], TWO)


@case("a header and nothing below it")
def only_a_header() -> bytes:
    return simple(HOUSEHOLDS)


def write_all(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, (file, maker)) in enumerate(ALL.items(), 1):
        (folder / f"{number:02d} {name}{Path(file).suffix}").write_bytes(maker())


def many_sheets(count: int) -> bytes:
    book, _sheet = sheet_of(HOUSEHOLDS, ONE)
    for number in range(1, count):
        other = book.create_sheet(f"第{number}张")
        other.append(HOUSEHOLDS)
        other.append([V, "一组", f"1{number:03d}", "王小明"])
    return saved(book)


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
