"""Which rows of a workbook somebody has hidden: the reader of cells does not say."""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
from collections.abc import Mapping

HIDDEN = re.compile(rb"""<(?:\w+:)?row(?=\s)(?=[^>]*?\shidden\s*=\s*["'](?:1|true)["'])[^>]*?\sr\s*=\s*["'](\d+)["']""")
TAGS = re.compile(r"<(?:\w+:)?(?:sheet|Relationship)\s[^>]*>")
ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
LARGEST = 5_000_000


def hidden_by_sheet(archive: zipfile.ZipFile, by_part: Mapping[str, set[int]]) -> dict[str, set[int]]:
    """The hidden rows by the sheet's name; what is not named in the workbook's own list is left out."""
    if not any(by_part.values()):
        return {}
    parts = {
        one.get("Id", ""): posixpath.normpath(posixpath.join("/xl", one.get("Target", ""))).lstrip("/")
        for one in _tags(archive, "xl/_rels/workbook.xml.rels")
    }
    names = {one.get("name", ""): parts.get(_id(one), "") for one in _tags(archive, "xl/workbook.xml")}
    return {name: by_part[part] for name, part in names.items() if by_part.get(part)}


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
