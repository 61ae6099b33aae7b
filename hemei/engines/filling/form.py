"""What stands between {{ and }} in a form, and what is put there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

UNREADABLE = "这个文件打不开：请用 Excel 或 WPS 另存为 .xlsx，或用 Word、WPS 另存为 .docx，不要加密码。"

Value = str | int | float | date | None
Item = Mapping[str, Value]


class BadForm(ValueError):
    """The file is no form that can be filled; the message says why and what to do."""


@dataclass(frozen=True)
class Values:
    """What a form may ask for: single values by name, and lists whose fields are asked for as "list.field"."""

    single: Mapping[str, Value] = field(default_factory=dict)
    lists: Mapping[str, Sequence[Item]] = field(default_factory=dict)
