"""The placeholders themselves: {{户主}}, {{隐患.问题}}; braces and dots may be full-width."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

NAMED = re.compile(r"[{｛]{2}\s*([^{}｛｝]{1,60}?)\s*[}｝]{2}")


def split(name: str) -> tuple[str, str]:
    """The list and the field that a placeholder names; no list for a single value.

    >>> split("隐患.问题"), split("户主")
    (('隐患', '问题'), ('', '户主'))
    """
    of, dot, field = name.replace("．", ".").replace("。", ".").partition(".")
    return (of.strip(), field.strip()) if dot else ("", name)


def written(value: Any) -> str:
    """A value as a form shows it.

    >>> written(date(2026, 11, 3)), written(12.50), written(None)
    ('2026年11月3日', '12.5', '')
    """
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value:g}" if isinstance(value, float) else str(value)


def lookup(single: Mapping[str, Any], lists: Mapping[str, Any], item: tuple[str, Mapping[str, Any]] | None) -> Any:
    """A function from a placeholder's name to its value, within one item of a list where there is one."""

    def find(name: str) -> Any:
        of, field = split(name)
        if not of:
            return single.get(field)
        return item[1].get(field) if item and item[0] == of else None

    return find


def replaced(text: str, find: Callable[[str], Any]) -> str:
    return NAMED.sub(lambda match: written(find(match[1])), text)


def list_named(texts: list[str], lists: Mapping[str, Any]) -> str:
    """The list whose fields a row asks for, or ""."""
    names = (split(name)[0] for text in texts for name in NAMED.findall(text))
    return next((of for of in names if of in lists), "")
