"""What the reader of cells does not say of a workbook: which rows and columns are hidden, which cells are struck out,
which formulas ended in an error or have no result yet, how a formula's text stood (the reader makes a number of
"0012"), how a number is shown whose format adds noughts (1 as "0001"), and from which day on its dates are counted."""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hemei.engines.tables.cells import UNCALCULATED

COLUMN = re.compile(rb"<(?:\w+:)?col\s[^>]*>")
HIDDEN = re.compile(rb"""<(?:\w+:)?row(?=\s)(?=[^>]*?\shidden\s*=\s*["'](?:1|true)["'])[^>]*?\sr\s*=\s*["'](\d+)["']""")
CELL = rb"""<(?:\w+:)?c(?=\s)(?=[^>]*?\sr\s*=\s*["']([A-Z]+)(\d+)["'])"""
FORMULA = rb"""(?:<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>))"""
ERROR_OR_TEXT = re.compile(
    CELL + rb"""(?=[^>]*?\st\s*=\s*["'](?:e|str)["'])[^>]*>""" + FORMULA + rb"?<(?:\w+:)?v(?:\s[^>]*)?>([^<]+)</"
)
NO_RESULT = re.compile(
    CELL + rb"(?![^>]*?\st\s*=)[^>]*>" + FORMULA + rb"(?:<(?:\w+:)?v(?:\s*/>|></(?:\w+:)?v>))?</(?:\w+:)?c>"
)
IN_STYLE = rb"""(?=[^>]*?\ss\s*=\s*["'](%s)["'])(?![^>]*?\st\s*=\s*["'](?!n["']))[^>]*>"""
NUMBER_IN_STYLE = CELL + IN_STYLE + FORMULA + rb"?<(?:\w+:)?v>(\d+)</"
NOUGHTS = re.compile(r"(0{2,})(?:;@)?")
FORMAT = re.compile(r"<(?:\w+:)?numFmt\s[^>]*>")
STYLES = re.compile(r"<(?:\w+:)?cellXfs[\s>].*?</(?:\w+:)?cellXfs>", re.DOTALL)
STYLE = re.compile(r"<(?:\w+:)?xf(?=[\s/>])[^>]*>")
SINCE_1904 = re.compile(r"""<(?:\w+:)?workbookPr\s[^>]*?\bdate1904\s*=\s*["'](?:1|true)["']""")
SAYS_SO = (b'"e"', b'"str"', b"'e'", b"'str'")
HAS_FORMULA = (b"<f", b":f")
TAGS = re.compile(r"<(?:\w+:)?(?:sheet|Relationship)\s[^>]*>")
ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
LARGEST = 5_000_000


@dataclass
class Unsaid:
    """Of one sheet: the numbers of its hidden rows and columns (first and last, from 0); row number → the struck-out
    columns from 0; row number → column from 0 → what stands in cells with formulas."""

    hidden: set[int] = field(default_factory=set)
    columns: list[tuple[int, int]] = field(default_factory=list)
    struck: dict[int, set[int]] = field(default_factory=dict)
    cells: dict[int, dict[int, str]] = field(default_factory=dict)
    since_1904: bool = False


def computed(xml: bytes, unsaid: Unsaid) -> None:
    """Note the formulas in a piece of a sheet's XML that are errors, texts or have no result. One that says it is a
    text and has none is an empty cell."""
    if any(sign in xml for sign in SAYS_SO):
        for letters, digits, text in ERROR_OR_TEXT.findall(xml):
            note(unsaid, letters, digits, html.unescape(text.decode("utf-8", "replace")))
    if any(sign in xml for sign in HAS_FORMULA):
        for letters, digits in NO_RESULT.findall(xml):
            note(unsaid, letters, digits, UNCALCULATED)


def unseen_columns(xml: bytes, unsaid: Unsaid) -> None:
    """Note the columns that are hidden or have no width."""
    for one in attributes_of(tag.decode("utf-8", "replace") for tag in COLUMN.findall(xml)):
        if one.get("hidden") in ("1", "true") or one.get("width") in ("0", "0.0"):
            first, last = one.get("min", ""), one.get("max", "")
            if first.isdigit() and last.isdigit():
                unsaid.columns.append((int(first) - 1, int(last) - 1))


def padded(xml: bytes, widths: Mapping[int, int], unsaid: Unsaid) -> None:
    """Note the numbers that are shown with noughts before them: `widths` style → digits."""
    if widths:
        styles = b"|".join(str(style).encode() for style in widths)
        for letters, digits, style, number in re.findall(NUMBER_IN_STYLE % styles, xml):
            note(unsaid, letters, digits, number.decode().zfill(widths[int(style)]))


def widths_of(archive: zipfile.ZipFile) -> dict[int, int]:
    """Style → digits, of the styles whose format is nothing but noughts."""
    text = text_of(archive, "xl/styles.xml")
    formats = {one.get("numFmtId", ""): one.get("formatCode", "") for one in attributes_of(FORMAT.findall(text))}
    found = STYLES.search(text)
    styles = attributes_of(STYLE.findall(found[0] if found else ""))
    shown = (NOUGHTS.fullmatch(formats.get(one.get("numFmtId", ""), "")) for one in styles)
    return {style: len(noughts[1]) for style, noughts in enumerate(shown) if noughts}


def note(unsaid: Unsaid, letters: bytes, digits: bytes, text: str) -> None:
    unsaid.cells.setdefault(int(digits), {})[number_of(letters) - 1] = text


def by_sheet(archive: zipfile.ZipFile, by_part: Mapping[str, Unsaid]) -> dict[str, Unsaid]:
    """What is unsaid by the sheet's name; what is not named in the workbook's own list is left out."""
    since_1904 = bool(SINCE_1904.search(text_of(archive, "xl/workbook.xml")))
    for part in by_part.values():
        part.since_1904 = since_1904
    if not since_1904 and not any(one.hidden or one.columns or one.struck or one.cells for one in by_part.values()):
        return {}
    parts = {
        one.get("Id", ""): posixpath.normpath(posixpath.join("/xl", one.get("Target", ""))).lstrip("/")
        for one in tags_in(archive, "xl/_rels/workbook.xml.rels")
    }
    names = {one.get("name", ""): parts.get(_id(one), "") for one in tags_in(archive, "xl/workbook.xml")}
    return {name: by_part[part] for name, part in names.items() if part in by_part}


def number_of(letters: bytes) -> int:
    """The number of a column from 1 on, 0 for no letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _id(attributes: Mapping[str, str]) -> str:
    return next((value for key, value in attributes.items() if key.endswith(":id")), "")


def tags_in(archive: zipfile.ZipFile, part: str) -> list[dict[str, str]]:
    return attributes_of(TAGS.findall(text_of(archive, part)))


def text_of(archive: zipfile.ZipFile, part: str) -> str:
    if part not in archive.namelist() or archive.getinfo(part).file_size > LARGEST:
        return ""
    return archive.read(part).decode("utf-8", "replace")


def attributes_of(tags: Iterable[str]) -> list[dict[str, str]]:
    return [{name: html.unescape(double or single) for name, double, single in ATTRIBUTE.findall(tag)} for tag in tags]
