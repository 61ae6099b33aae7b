"""Which cells of a workbook are struck out, as clerks cancel what no longer holds: by the cell's own style, or by that
of a part of its text."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass

from hemei.engines.tables.unsaid import CELL, STYLE, STYLES, Unsaid, attributes_of, number_of, text_of

STRIKE = re.compile(r"""<(?:\w+:)?d?strike(?:\s*/>|\s+val\s*=\s*["'](?:1|true|sngStrike|dblStrike)["'])""")
FONTS = re.compile(r"<(?:\w+:)?fonts[\s>].*?</(?:\w+:)?fonts>", re.DOTALL)
FONT = re.compile(r"<(?:\w+:)?font(?:\s*/>|>.*?</(?:\w+:)?font>)", re.DOTALL)
STRING = re.compile(rb"<(?:\w+:)?si(?:\s*/>|[\s>].*?</(?:\w+:)?si>)", re.DOTALL)
STRINGS = "xl/sharedStrings.xml"
LARGEST_STRINGS = 200_000_000
FILLED = rb"""(?=[^>]*?\ss\s*=\s*["'](?:%s)["'])[^>]*(?<!/)>(?!</)"""
OF_STRING = rb"""(?=[^>]*?\st\s*=\s*["']s["'])[^>]*><(?:\w+:)?v>(?:%s)</"""
IN_PLACE = re.compile(
    CELL
    + rb"""(?=[^>]*?\st\s*=\s*["']inlineStr["'])[^>]*>(?:(?!</(?:\w+:)?c>).)*?"""
    + rb"""<(?:\w+:)?d?strike(?:\s*/>|\s+val\s*=\s*["'](?:1|true)["'])""",
    re.DOTALL,
)


@dataclass(frozen=True)
class Struck:
    """What a struck-out cell is known by: the numbers of its style or of its text."""

    styles: tuple[int, ...] = ()
    strings: tuple[int, ...] = ()


def struck_in(archive: zipfile.ZipFile) -> Struck:
    """How cells are struck out in a workbook."""
    text = text_of(archive, "xl/styles.xml")
    found, styles = FONTS.search(text), STYLES.search(text)
    fonts = [bool(STRIKE.search(font)) for font in FONT.findall(found[0] if found else "")]
    by_style = [one.get("fontId", "") for one in attributes_of(STYLE.findall(styles[0] if styles else ""))]
    struck = (k for k, font in enumerate(by_style) if font.isdigit() and int(font) < len(fonts) and fonts[int(font)])
    return Struck(tuple(struck), _strings(archive))


def _strings(archive: zipfile.ZipFile) -> tuple[int, ...]:
    if STRINGS not in archive.namelist() or archive.getinfo(STRINGS).file_size > LARGEST_STRINGS:
        return ()
    content = archive.read(STRINGS)
    if b"strike" not in content:
        return ()
    texts = enumerate(found[0] for found in STRING.finditer(content))
    return tuple(k for k, text in texts if b"strike" in text and STRIKE.search(text.decode("utf-8", "replace")))


def crossed_out(xml: bytes, struck: Struck, unsaid: Unsaid) -> None:
    """Note the struck-out cells in a piece of a sheet's XML."""
    for letters, digits in IN_PLACE.findall(xml) if b"strike" in xml else ():
        unsaid.struck.setdefault(int(digits), set()).add(number_of(letters) - 1)
    for numbers, what in ((struck.styles, FILLED), (struck.strings, OF_STRING)):
        if numbers:
            known = b"|".join(str(number).encode() for number in numbers)
            for letters, digits in re.findall(CELL + what % known, xml):
                unsaid.struck.setdefault(int(digits), set()).add(number_of(letters) - 1)
