"""What the reader of cells does not say of a workbook: which rows are hidden, which formulas ended in an error or have
no result yet, and how a formula's text stood (the reader makes a number of "0012")."""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

from hemei.engines.tables.cells import UNCALCULATED

HIDDEN = re.compile(rb"""<(?:\w+:)?row(?=\s)(?=[^>]*?\shidden\s*=\s*["'](?:1|true)["'])[^>]*?\sr\s*=\s*["'](\d+)["']""")
CELL = rb"""<(?:\w+:)?c(?=\s)(?=[^>]*?\sr\s*=\s*["']([A-Z]+)(\d+)["'])"""
FORMULA = rb"""(?:<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>))"""
ERROR_OR_TEXT = re.compile(
    CELL + rb"""(?=[^>]*?\st\s*=\s*["'](?:e|str)["'])[^>]*>""" + FORMULA + rb"?<(?:\w+:)?v(?:\s[^>]*)?>([^<]+)</"
)
NO_RESULT = re.compile(
    CELL + rb"(?![^>]*?\st\s*=)[^>]*>" + FORMULA + rb"(?:<(?:\w+:)?v(?:\s*/>|></(?:\w+:)?v>))?</(?:\w+:)?c>"
)
SAYS_SO = (b'"e"', b'"str"', b"'e'", b"'str'")
HAS_FORMULA = (b"<f", b":f")
TAGS = re.compile(r"<(?:\w+:)?(?:sheet|Relationship)\s[^>]*>")
ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
LARGEST = 5_000_000


@dataclass
class Unsaid:
    """Of one sheet: the numbers of its hidden rows; row number → column from 0 → what stands in cells with formulas."""

    hidden: set[int] = field(default_factory=set)
    cells: dict[int, dict[int, str]] = field(default_factory=dict)


def computed(xml: bytes, unsaid: Unsaid) -> None:
    """Note the formulas in a piece of a sheet's XML that are errors, texts or have no result. One that says it is a
    text and has none is an empty cell."""
    if any(sign in xml for sign in SAYS_SO):
        for letters, digits, text in ERROR_OR_TEXT.findall(xml):
            note(unsaid, letters, digits, html.unescape(text.decode("utf-8", "replace")))
    if any(sign in xml for sign in HAS_FORMULA):
        for letters, digits in NO_RESULT.findall(xml):
            note(unsaid, letters, digits, UNCALCULATED)


def note(unsaid: Unsaid, letters: bytes, digits: bytes, text: str) -> None:
    unsaid.cells.setdefault(int(digits), {})[number_of(letters) - 1] = text


def by_sheet(archive: zipfile.ZipFile, by_part: Mapping[str, Unsaid]) -> dict[str, Unsaid]:
    """What is unsaid by the sheet's name; what is not named in the workbook's own list is left out."""
    if not any(part.hidden or part.cells for part in by_part.values()):
        return {}
    parts = {
        one.get("Id", ""): posixpath.normpath(posixpath.join("/xl", one.get("Target", ""))).lstrip("/")
        for one in _tags(archive, "xl/_rels/workbook.xml.rels")
    }
    names = {one.get("name", ""): parts.get(_id(one), "") for one in _tags(archive, "xl/workbook.xml")}
    return {name: by_part[part] for name, part in names.items() if part in by_part}


def number_of(letters: bytes) -> int:
    """The number of a column from 1 on, 0 for no letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _id(attributes: Mapping[str, str]) -> str:
    return next((value for key, value in attributes.items() if key.endswith(":id")), "")


def _tags(archive: zipfile.ZipFile, part: str) -> list[dict[str, str]]:
    if part not in archive.namelist() or archive.getinfo(part).file_size > LARGEST:
        return []
    text = archive.read(part).decode("utf-8", "replace")
    return [
        {name: html.unescape(double or single) for name, double, single in ATTRIBUTE.findall(tag)}
        for tag in TAGS.findall(text)
    ]
