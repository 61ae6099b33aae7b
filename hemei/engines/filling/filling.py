"""Any form of a district's own: what it asks for, and the form filled."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

from hemei.engines.filling import document, workbook
from hemei.engines.filling.form import UNREADABLE, BadForm, Values
from hemei.engines.filling.marks import NAMED

LARGEST_UNPACKED = 50_000_000
MOST_PARTS = 2_000
ROOMS = {"xlsx": workbook, "docx": document}


def placeholders(content: bytes, kind: str) -> list[str]:
    """The names asked for in a form of this kind ("xlsx" or "docx"), each once, in order. Raises BadForm."""
    return list(dict.fromkeys(name for text in _room(content, kind).texts_of(content) for name in NAMED.findall(text)))


def fill(content: bytes, kind: str, values: Values) -> bytes:
    """The form with every placeholder replaced: what is not known is left empty. Raises BadForm.

    A row of a table (or of a sheet) that asks for fields of a list ("{{隐患.问题}}") is repeated for each of its items;
    of an empty list one empty row stays.
    """
    return bytes(_room(content, kind).filled(content, values))


def _room(content: bytes, kind: str) -> Any:
    if kind not in ROOMS:
        raise BadForm(f"还不能用 .{kind} 做表格：请用 .xlsx 或 .docx。")
    _check(content, ROOMS[kind].MARK)
    return ROOMS[kind]


def _check(content: bytes, mark: str) -> None:
    """Refuse what is no such file, and what would not fit in memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise BadForm("表格太大：请只留要填的那几页。")
            if mark not in archive.namelist():
                raise BadForm(UNREADABLE)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError):
        raise BadForm(UNREADABLE) from None
