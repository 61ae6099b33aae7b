"""The three sheets of an XLSForm as rows of texts that remember their cells."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain, pairwise
from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from hemei.engines.forms.faults import Fault, FormRefused

SHEETS = ("survey", "choices", "settings", "findings")
OTHERS = ("entities", "external_choices", "osm")  # sheets of XLSForm that ask for what we do not do
SAME = {"calculate": "calculation", "relevance": "relevant", "value": "name", "caption": "label"}
SAME |= {"id_string": "form_id", "title": "form_title"}
TOPS = {"survey": {"type", "name"}, "choices": {"list_name", "name"}, "settings": {"form_id", "version"}}
LARGEST_FILE = 5_000_000
LARGEST_UNPACKED = 50_000_000
MOST_ROWS, MOST_COLUMNS, MOST_SHEETS = 5_000, 200, 20
UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)  # comes along with copied text
OLD_FORMAT = b"\xd0\xcf\x11\xe0"
REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)(\d+)["']""")
FILLED_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s>])[^<>]*(?<!/)>(?!</(?:\w+:)?c>)")
TAG, END = re.compile(rb"<(?:\w+:)?c(?=[\s/>])[^<>]*>"), re.compile(rb"</(?:\w+:)?c>")
TYPE_ERROR, TYPE_TEXT = re.compile(rb"""\st\s*=\s*["']e["']"""), re.compile(rb"""\st\s*=\s*["']str["']""")
FORMULA, VALUE = re.compile(rb"<(?:\w+:)?f[\s/>]"), re.compile(rb"<(?:\w+:)?v>[^<]")
ROW = re.compile(rb"<(?:\w+:)?row(?=[\s>])[^<>]*(?<!/)>")
OF_PART = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Covered(str):
    """What a cell shows that is merged with a filled one above it: nothing of its own."""


class Unread(str):
    """A cell whose formula failed or was never reckoned: it would be read as empty. `why` says which."""

    why = ""


@dataclass(frozen=True)
class Row:
    """One row below the header: its number in Excel and its texts by column heading, without the empty ones."""

    sheet: str
    number: int
    texts: Mapping[str, str]
    letters: Mapping[str, str]
    covered: frozenset[str] = frozenset()  # headings whose cell is merged with a filled one above
    dated: frozenset[str] = frozenset()  # headings whose cell Excel has made a day
    unread: frozenset[str] = frozenset()  # headings whose cell has a formula without a value

    def get(self, heading: str) -> str:
        return self.texts.get(heading, "")

    def fault(self, heading: str, problem: str, remedy: str) -> Fault:
        """A fault in the cell under that heading; the row alone where the sheet has no such column."""
        letter = self.letters.get(heading, "")
        return Fault(self.sheet, self.number, f"{letter}{self.number}" if letter else "", problem, remedy)


@dataclass(frozen=True)
class Sheet:
    """A sheet: heading (trimmed, small letters before "::") → column letter, and the rows that are not empty."""

    name: str
    letters: Mapping[str, str]
    rows: tuple[Row, ...]
    top: int = 1  # the row of the headings
    faults: tuple[Fault, ...] = ()  # cells that say nothing, and those below no heading
    unheaded: bool = False  # whether one stands below no heading, which may be the one that is missed

    def fault(self, heading: str, problem: str, remedy: str) -> Fault:
        """A fault in the heading itself."""
        letter = self.letters.get(heading, "")
        return Fault(self.name, self.top, f"{letter}{self.top}" if letter else "", problem, remedy)


Cells = Sequence[Sequence[object]]


def read_sheets(source: bytes | Path) -> dict[str, Sheet]:
    """The sheets of SHEETS that the workbook has. Raises FormRefused where it cannot be opened or is too large."""
    named: dict[str, Cells] = {}
    for name, cells in read_cells(source).items():
        if named.setdefault(text_of(name).lower(), cells) is not cells and text_of(name).lower() in SHEETS + OTHERS:
            twice = Fault(name, 0, "", f"有两张工作表都叫 {text_of(name)}。", "请删去一张，或改成别的名称。")
            raise FormRefused([twice])
    return {
        name: sheet_of(name, named[name], _top_of(name, named[name])) for name in (*SHEETS, *OTHERS) if name in named
    }


def _top_of(name: str, cells: Cells) -> int:
    """The row of the headings, from 0 on: a title may stand above them."""
    for number, line in enumerate(cells[:10]) if name in TOPS else ():
        if TOPS[name] <= {heading_of(text_of(cell)) for cell in line}:
            return number
    return 0


class Sheets(dict[str, Cells]):
    """Every sheet of cells by its name, and which of them are hidden."""

    hidden: frozenset[str] = frozenset()


def read_cells(source: bytes | Path) -> Sheets:
    """Every sheet of cells by its name, as it stands, hidden ones last.

    Raises FormRefused where it cannot be opened or is too large.
    """
    packed = source.read_bytes() if isinstance(source, Path) else source
    unread = check_size(packed)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(packed)) as workbook:
            told = [one for one in workbook.sheets_metadata if one.typ is SheetTypeEnum.WorkSheet]
            if len(told) > MOST_SHEETS:
                raise FormRefused(
                    of_the_file(f"有 {len(told)} 张工作表，最多 {MOST_SHEETS} 张。", "请删去用不着的工作表。")
                )
            told.sort(key=lambda one: one.visible is not SheetVisibleEnum.Visible)  # hidden ones last
            present = [(one.name, workbook.get_sheet_by_name(one.name)) for one in told]
            sheets = Sheets((name, with_unread(with_covered(sheet), unread.get(name, ()))) for name, sheet in present)
            sheets.hidden = frozenset(one.name for one in told if one.visible is not SheetVisibleEnum.Visible)
            return sheets
    except CalamineError as error:
        raise FormRefused(
            of_the_file(
                f"打不开这个工作簿（{error}）。", "请在 Excel 中打开后另存为“Excel 工作簿（.xlsx）”，不要加密码。"
            )
        ) from None


def with_unread(cells: list[list[object]], unread: Iterable[tuple[str, int, str]]) -> Cells:
    """The cells of a sheet, those without a value told from those that nobody filled."""
    for letters, row, why in unread:
        column = number_of(letters)
        cells += [[""] * len(cells[0] if cells else ()) for _ in range(len(cells), row)]
        if column > len(cells[0]):
            cells[:] = [[*line, *[""] * (column - len(line))] for line in cells]
        cells[row - 1][column - 1] = cell = Unread()
        cell.why = why
    return cells


def with_covered(sheet: CalamineSheet) -> list[list[object]]:
    """The cells of a sheet, those that merging empties told from those that nobody filled."""
    cells: list[list[object]] = list(map(list, sheet.to_python(skip_empty_area=False)))
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if top < bottom and top < len(cells) and left < len(cells[top]) and text_of(cells[top][left]):
            for line in cells[top + 1 : bottom + 1]:
                line[left : right + 1] = [Covered() for _ in line[left : right + 1]]
    return cells


def not_merged(sheet: Sheet, harmless: Sequence[str]) -> Iterator[Fault]:
    """Cells of rows that say something, merged with the one above: what it says would hold for its own row alone."""
    above = {row.number + 1: row.covered for row in sheet.rows}  # of three cells merged into one it is said once
    for row in sheet.rows:
        for heading in sorted(row.covered.difference(harmless, above.get(row.number, ()))):
            yield row.fault(heading, "这一格和上面的合并了，读出来是空的。", "请取消合并，每一行各写各的。")


def not_a_day(sheet: Sheet, harmless: Sequence[str] = ()) -> Iterator[Fault]:
    """Cells in which Excel keeps a day or a time where a text was typed: “1-2” has become the 2nd of January."""
    for row in sheet.rows:
        for heading in sorted(row.dated.difference(harmless)):
            problem = f"这一格被 Excel 改成了日期或时间“{row.get(heading)}”。"
            yield row.fault(heading, problem, "请把单元格格式改为“文本”，再照原样写一遍。")


def place_of_text(sheets: Mapping[str, Cells], named: Sequence[str], text: str) -> tuple[str, int, str]:
    """Sheet, row and cell in which that text stands, in one of the sheets so named; ("", 0, "") where in none."""
    return place_where(sheets, named, lambda said: said == text)


def place_where(
    sheets: Mapping[str, Cells], named: Sequence[str], fits: Callable[[str], object]
) -> tuple[str, int, str]:
    """The first cell whose text fits, as `place_of_text` has it."""
    for name in (name for name in sheets if text_of(name).lower() in named):
        for number, line in enumerate(sheets[name], 1):
            for column, cell in enumerate(line, 1):
                if fits(text_of(cell)):
                    return name, number, f"{letters_of(column)}{number}"
    return "", 0, ""


def of_the_file(problem: str, remedy: str) -> list[Fault]:
    """A fault of the whole file, in no row of it."""
    return [Fault("", 0, "", problem, remedy)]


def check_size(packed: bytes) -> dict[str, list[tuple[str, int, str]]]:
    """Sheet → its cells without a value: column, row and why.

    Raises FormRefused for what is no workbook or would not fit in memory once it is unpacked.
    """
    if len(packed) > LARGEST_FILE:
        raise FormRefused(of_the_file(f"文件超过 {LARGEST_FILE // 1_000_000} MB。", "请删去表中的图片和多余的工作表。"))
    if packed.startswith(OLD_FORMAT):
        raise FormRefused(
            of_the_file(
                "这是旧的 .xls 文件，或加了密码的 .xlsx 工作簿。",
                "请去掉密码，在 Excel 中另存为“Excel 工作簿（.xlsx）”。",
            )
        )
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            if "xl/workbook.xml" not in archive.namelist():  # .ods, .xlsb, .docx: their cells are not looked at below
                raise zipfile.BadZipFile
            if sum(part.file_size for part in archive.infolist()) > LARGEST_UNPACKED:
                raise FormRefused(of_the_file("解压后的内容过大。", "请删去多余的行、列和工作表。"))
            if archive.testzip() is not None:  # also where a part unpacks to more than it declares
                raise zipfile.BadZipFile
            unread: dict[str, list[tuple[str, int, str]]] = {}
            for part, name in sheets_by_part(archive).items():
                content = archive.read(part)
                check_extent(content, name)
                unread.setdefault(name, []).extend(without_value(content))
            return unread
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError):
        raise FormRefused(
            of_the_file("这不是完好的 .xlsx 工作簿。", "请在 Excel 中另存为“Excel 工作簿（.xlsx）”，不要加密码。")
        ) from None


def sheets_by_part(archive: zipfile.ZipFile) -> dict[str, str]:
    """Part of the archive → what the sheet in it is called; "" for one that the workbook does not name."""
    parts = [part for part in archive.namelist() if part.startswith("xl/worksheets/") and part.endswith(".xml")]
    named = dict.fromkeys(parts, "")
    try:
        targets = {
            one.get("Id"): one.get("Target", "").removeprefix("/xl/")
            for one in fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        }
        for one in fromstring(archive.read("xl/workbook.xml")).iter():
            part = f"xl/{targets.get(one.get(OF_PART), '')}"
            if part in named:
                named[part] = one.get("name", "")
    except (KeyError, ParseError, DefusedXmlException):
        pass  # the reader says what is wrong with it
    return named


def without_value(xml: bytes) -> Iterator[tuple[str, int, str]]:
    """Cells that show an error, and formulas of which nobody has kept the value: they would be read as empty."""
    for tag, inside in cells_in(xml):
        error = TYPE_ERROR.search(tag) is not None
        unknown = FORMULA.search(inside) and not VALUE.search(inside) and not TYPE_TEXT.search(tag)
        if (error or unknown) and (place := place_of(tag)):
            yield *place, "这一格的公式出错了。" if error else "这一格的公式没有算出来。"


def cells_in(xml: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The tag of each cell that is not empty, and what stands in it: at most up to the next, should it have no end."""
    for tag, following in pairwise(chain(TAG.finditer(xml), [None])):
        if tag and not tag[0].endswith(b"/>"):
            inside = xml[tag.end() : following.start() if following else len(xml)]
            yield tag[0], END.split(inside, maxsplit=1)[0]


def check_extent(xml: bytes, sheet: str = "") -> None:
    """Refuse a sheet with something written far out: the reader would make room for everything up to it.

    Cells that are only coloured (`<c …/>`, `<c …></c>`) do no harm; a filled cell without a reference stands in the row
    around it.

    Raises FormRefused.
    """
    cells = [place_of(tag) for tag in FILLED_CELL.findall(xml)]
    rows = [] if all(cells) else [place_of(tag) for tag in ROW.findall(xml)]
    for letters, row in filter(None, cells + rows):
        if row > MOST_ROWS or number_of(letters) > MOST_COLUMNS:
            problem = f"{letters}{row} 处还有内容，超出了 {MOST_ROWS} 行、{MOST_COLUMNS} 列的范围。"
            raise FormRefused([Fault(sheet, row, f"{letters}{row}", problem, "请删去表格外面多余的内容。")])


def place_of(tag: bytes) -> tuple[str, int] | None:
    """The column's letters and the row that a tag names; of more than anybody writes, the beginning."""
    found = REFERENCE.search(tag)
    return (found[1][:9].decode().upper(), int(found[2].lstrip(b"0")[:9] or b"0")) if found else None


def number_of(letters: str) -> int:
    """The number of a column: 1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def letters_of(number: int) -> str:
    """The letters that Excel shows for column `number`, from 1 on: A, B … Z, AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def sheet_of(
    name: str,
    cells: Cells,
    top: int = 0,
    heading: Callable[[str], str] | None = None,
    harmless: Sequence[str] = (),
) -> Sheet:
    """A sheet with its columns by heading, which stand in row `top` from 0 on, and are spelled as `heading` has them.

    Raises FormRefused for a heading that comes twice.
    """
    headings = [(heading or heading_of)(text_of(cell)) for cell in cells[top]] if cells else []
    twice = [heading for heading, times in Counter(filter(None, headings)).items() if times > 1]
    faults = [
        Fault(name, top + 1, f"{letters_of(k)}{top + 1}", f"列名“{heading}”出现了两次。", "请删去重复的列。")
        for k, heading in enumerate(headings, 1)
        if heading in twice
    ]
    if faults:
        raise FormRefused(faults)
    letters = {heading: letters_of(k) for k, heading in enumerate(headings, 1) if heading}
    unheaded = list(without_heading(name, headings, cells, top))
    unread = [
        Fault(name, row, f"{letters_of(k + 1)}{row}", cell.why, "请改成直接写的文字，不用公式。")
        for row, line in enumerate(cells[top:], top + 1)
        for k, cell in enumerate(line)
        if isinstance(cell, Unread) and (headings[k] not in harmless or not headings[k])
    ]
    rows = tuple(rows_of(name, headings, letters, cells, top))
    return Sheet(name, letters, rows, top + 1, (*unread, *unheaded), bool(unheaded))


def without_heading(sheet: str, headings: Sequence[str], cells: Cells, top: int) -> Iterator[Fault]:
    """Columns in which something stands of which no heading says what it is: it would be lost without a word."""
    for column in (k for k, heading in enumerate(headings) if not heading):
        filled = (number for number, line in enumerate(cells[top + 1 :], start=top + 2) if text_of(line[column]))
        if number := next(filled, 0):
            letter, text = letters_of(column + 1), text_of(cells[number - 1][column])
            remedy = f"请在 {letter}{top + 1} 补上列名，或删去这一列的内容。"
            yield Fault(sheet, number, f"{letter}{number}", f"这一列没有列名，却写了“{text[:20]}”。", remedy)


def rows_of(sheet: str, headings: Sequence[str], letters: Mapping[str, str], cells: Cells, top: int) -> Iterator[Row]:
    for number, line in enumerate(cells[top + 1 :], start=top + 2):
        texts = {heading: text_of(cell) for heading, cell in zip(headings, line, strict=True) if heading}
        if any(texts.values()):
            said = {heading: text for heading, text in texts.items() if text}
            covered = {heading for heading, cell in zip(headings, line, strict=True) if isinstance(cell, Covered)}
            dated = {
                heading
                for heading, cell in zip(headings, line, strict=True)
                if isinstance(cell, (date, time, timedelta))
            }
            unread = {heading for heading, cell in zip(headings, line, strict=True) if isinstance(cell, Unread)}
            yield Row(sheet, number, said, letters, *(frozenset(one - {""}) for one in (covered, dated, unread)))


def heading_of(text: str) -> str:
    """A heading in one spelling: "Label :: 中文 (zh)" → "label::中文 (zh)", "list name" → "list_name".

    What XLSForm calls by two names goes by one of them.
    """
    word, colons, language = text.replace("：", ":").partition("::")
    if word.strip().lower() == "media":
        return f"media::{language.strip().lower()}"
    name = word.strip().lower().replace(" ", "_")
    spoken = unicodedata.normalize("NFKC", language).strip()
    return SAME.get(name, name) + (f"::{spoken}" if colons else "")


def text_of(cell: object) -> str:
    """What the cell shows: Excel keeps 1 as 1.0, and a version typed as a date as a date."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if not (cell.hour or cell.minute or cell.second) else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return UNSEEN.sub("", str(cell)).strip()
