"""What an answer of each kind looks like when it is stored, and how a person may type it.

Stored answers are what JSON and an OpenRosa record both can say: a choice is its name, several choices a list of names,
an integer and a decimal a number, a date "2026-11-03", a picture its file name, a position "latitude longitude altitude
accuracy" in WGS 84 degrees and metres, a text a text.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from hemei.engines.forms.form import Kind, Question

Value = str | int | float | list[str]

LONGEST_TEXT = 5_000
LARGEST_INTEGER = 2**31 - 1
LARGEST_DECIMAL = 1e15
FIRST_YEAR, LAST_YEAR = 1800, 2200
INTEGER = re.compile(r"[+-]?\d{1,10}")
DECIMAL = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d{0,17})?|\.\d{1,17})(?:[eE][+-]?\d{1,2})?")  # as Collect writes them
DATE = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|(\d{2})(\d{2}))")
SPOKEN_DATE = str.maketrans({"年": "-", "月": "-", "日": None, "/": "-", ".": "-"})
FILE_NAME = re.compile(r"[^/\\\x00-\x1f]{1,200}")


class NotAnAnswer(ValueError):
    """What was typed is no answer to the question; the message says what would be."""


def typed(question: Question, texts: list[str]) -> Value | None:
    """The stored answer for what a person typed or picked, or None for nothing. Raises NotAnAnswer."""
    if question.kind is Kind.SELECT_MULTIPLE:
        return list(dict.fromkeys(text for text in texts if text)) or None
    text = without_control_characters(texts[-1] if texts else "").strip()
    return READ.get(question.kind, str)(text) if text else None


def without_control_characters(text: str) -> str:
    """The text without what XML cannot hold; line breaks and tabs stay."""
    if text.isprintable():  # most are, and this asks in one go
        return text
    return "".join(letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs"))


def plain(text: str) -> str:
    """Full-width digits and signs made ASCII, blanks and thousands commas dropped."""
    return unicodedata.normalize("NFKC", text).replace(" ", "").replace(",", "").replace("−", "-")


def integer(text: str) -> int:
    """A whole number as people write it. Raises NotAnAnswer."""
    if not INTEGER.fullmatch(plain(text)):
        raise NotAnAnswer(f"“{text}”不是整数，请填写像 12 这样的数字。")
    return int(plain(text))


def decimal(text: str) -> float:
    """A decimal number as people write it. Raises NotAnAnswer."""
    if not DECIMAL.fullmatch(plain(text)):
        raise NotAnAnswer(f"“{text}”不是数字，请填写像 12.5 这样的数字。")
    return float(plain(text))


def day(text: str) -> str:
    """The date in ISO form; 2026-11-3, 2026/11/3, 2026.11.3, 2026年11月3日 and 20261103 are understood."""
    found = DATE.fullmatch(plain(text).translate(SPOKEN_DATE))
    try:
        return date(*(int(part) for part in found.groups() if part)).isoformat() if found else unreadable(text)
    except ValueError:
        return unreadable(text)


def unreadable(text: str) -> str:
    """Raises NotAnAnswer: what stands there is no day."""
    raise NotAnAnswer(f"“{text}”不是日期，请填写像 2026-11-03 这样的日期。")


def position(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).replace(",", " ").split())


READ: Mapping[Kind, Callable[[str], Value]] = {
    Kind.INTEGER: integer,
    Kind.DECIMAL: decimal,
    Kind.DATE: day,
    Kind.GEOPOINT: position,
}


def problem_with(question: Question, value: object) -> str:
    """What is wrong with a stored answer, in a sentence for whoever gave it, or ""."""
    return CHECKS[question.kind](question, value)


def wrong_choice(question: Question, value: object) -> str:
    return "" if isinstance(value, str) and value in question.choice_names else "请从给出的选项里选一个。"


def wrong_choices(question: Question, value: object) -> str:
    if not isinstance(value, list) or not all(
        isinstance(name, str) and name in question.choice_names for name in value
    ):
        return "请从给出的选项里选。"
    return "" if len(set(value)) == len(value) else "同一个选项只能选一次。"


def wrong_text(question: Question, value: object) -> str:
    if not isinstance(value, str) or without_control_characters(value) != value:
        return "请填写文字。"
    return "" if len(value) <= LONGEST_TEXT else f"文字太长，最多 {LONGEST_TEXT} 字。"


def wrong_integer(question: Question, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        return "请填写整数。"
    return "" if abs(value) <= LARGEST_INTEGER else "数字太大。"


def wrong_decimal(question: Question, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return "请填写数字。"
    return "" if abs(value) <= LARGEST_DECIMAL else "数字太大。"


def wrong_date(question: Question, value: object) -> str:
    try:
        found = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        found = None
    if found is None:
        return "请填写像 2026-11-03 这样的日期。"
    return "" if FIRST_YEAR <= found.year <= LAST_YEAR else f"{found.year} 年不对，请核对年份。"


def wrong_picture(question: Question, value: object) -> str:
    return "" if isinstance(value, str) and FILE_NAME.fullmatch(value) else "照片的文件名不对，请重新拍照或选择。"


def wrong_position(question: Question, value: object) -> str:
    try:
        numbers = [float(part) for part in value.split()] if isinstance(value, str) else []
    except ValueError:
        numbers = []
    if len(numbers) not in (2, 3, 4) or not all(map(math.isfinite, numbers)):
        return "位置应为“纬度 经度”，例如 31.744 110.680。"
    return "" if abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180 else "纬度或经度超出范围：先写纬度，再写经度。"


def no_answer(question: Question, value: object) -> str:
    return "这是一段说明，不需要回答。"


CHECKS: Mapping[Kind, Callable[[Question, object], str]] = {
    Kind.SELECT_ONE: wrong_choice,
    Kind.SELECT_MULTIPLE: wrong_choices,
    Kind.TEXT: wrong_text,
    Kind.INTEGER: wrong_integer,
    Kind.DECIMAL: wrong_decimal,
    Kind.DATE: wrong_date,
    Kind.IMAGE: wrong_picture,
    Kind.GEOPOINT: wrong_position,
    Kind.NOTE: no_answer,
    Kind.CALCULATE: no_answer,
}
