"""What clerks mean by what stands in a cell: codes, whole numbers, decimals, dates, yes or no, texts.

Every parser takes a cell as a file gives it and returns None for an empty one. What it cannot read it refuses with a
reason and a remedy; it never guesses.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from hemei.engines.tables.numerals import number_in_words
from hemei.terms.day import FIRST_DAY, LAST_DAY

Cell = object
"""str, int, float, bool, date, datetime, time or None."""

BLANKS = " \t\r\n\u00a0\u3000\u200b\ufeff"
UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\xad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
"""Signs that take no room or turn the direction of writing: they come along with what is copied from a web page."""

DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))
"""The same dash, as several keyboards write it (NFKC has made － one already)."""

APOSTROPHES = "'’‘`′"
"""Before a code: what tells Excel that it is a text, typed by whoever thought that any of them would."""

UNCALCULATED = "#="
"""What stands for a formula whose result the file does not have."""

ONLY_DIGITS = "请只填数字，例如 120.5 或 1985。"
ERRORS = {"#CALC!", "#SPILL!", "#GETTING_DATA", "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"}
NEUTRALISED = re.compile(r"'[=+\-@\t\r\n＝＋－＠]")
SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?[Ee]\+?\d+")
NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
UNIT = re.compile(r"(?<=[\d.〇零一二两三四五六七八九十])(?:人|口|层|间|栋|座|处|套|年|平方米|平方|平米|m2|米|m)$")
"""What may stand after a number without changing it (half-width: ㎡ is m2 here)."""
DATE = re.compile(r"((?:1[89]|2[01])\d\d)(?:-(\d{1,2})-(\d{1,2})|(\d{2})(\d{2}))")
MONTH = re.compile(r"((?:1[89]|2[01])\d\d)[年./-](?:0?[1-9]|1[0-2])(?:月|[月./-]\d{1,2}日?)?")
"""A year with its month, and its day where that is known."""

SPOKEN_DATE = str.maketrans({"年": "-", "月": "-", "日": None, "号": None, "/": "-", ".": "-"})
MIDNIGHT = re.compile(r"[ T]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?$")
EXACT_DIGITS = 15
"""Excel keeps this many digits of a number; the rest of an ID number typed as a number is lost."""

EPOCH = date(1899, 12, 30)
FROM_1904 = 1462
"""Days between the two days from which workbooks count: Excel's own, and that of old ones made on a Mac."""
SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
SERIALS = range(
    25_569, 73_051
)  # 1970-01-01 … 2099-12-31: what is smaller may as well be a year, or 2023.5 without its point
YES = frozenset(["是", "有", "√", "✓", "✔", "对", "1", "Y", "YES", "TRUE"])
NOTHING = frozenset(["无", "没有", "不详", "不明", "未知", "-", "--", "—", "——", "/", "\\", "、", "×"])
"""What clerks write where there is no name and no number."""

UNKNOWN = NOTHING - {"无", "没有", "×"}
"""What clerks write where a date, a number or a yes or no is not known."""

NO = frozenset(["否", "无", "没有", "×", "✗", "X", "0", "N", "NO", "FALSE"])


class Since1904(float):
    """A number of a workbook that counts its days from 1904 on: as a date it is another one."""


class BadCell(ValueError):
    """A cell that cannot be read: `reason` says why, `remedy` what to type instead."""

    def __init__(self, reason: str, remedy: str) -> None:
        self.reason, self.remedy = reason, remedy
        super().__init__(reason + remedy)


def as_text(cell: Cell) -> str | None:
    """The cell as text, without blanks around it and without the mark that neutralises formulas.

    >>> as_text("　红坪镇 "), as_text(12.0), as_text(" ")
    ('红坪镇', '12', None)

    Raises BadCell.
    """
    if cell is None or isinstance(cell, bool):
        return None if cell is None else "是" if cell else "否"
    if isinstance(cell, int | float | Decimal):
        return plain_number(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(" ", "minutes")
    text = cell.isoformat() if isinstance(cell, date | time) else str(cell)
    text = UNSEEN.sub("", text[1:] if NEUTRALISED.match(text) else text).strip(BLANKS)
    if text == UNCALCULATED:
        raise BadCell(
            "这一格是公式，文件里没有它的结果。", "请用 Excel 或 WPS 打开文件，保存一次再传上来，或改成固定的内容。"
        )
    if text in ERRORS:
        raise BadCell(f"这一格是出错的公式（{text}）。", "请改成固定的内容。")
    return text or None


def plain_number(number: float | Decimal) -> str:
    """A number as a person types it: 12 for 12.0, never 1.2e+01. Raises BadCell."""
    exact = Decimal(f"{number:.15g}") if isinstance(number, float) else Decimal(number)
    if not exact.is_finite():
        raise BadCell("这一格的数字无效。", "请重新填写。")
    return f"{exact.normalize():f}"


def half_width(cell: Cell) -> str | None:
    """The text with full-width digits, letters and signs made half-width."""
    text = as_text(cell)
    return None if text is None else unicodedata.normalize("NFKC", text).strip(BLANKS)


def as_code(cell: Cell) -> str | None:
    """A code, identifier or telephone number: half-width, no blanks inside, no ".0" tail, leading zeros kept, dashes of
    every kind made one.

    >>> as_code("４２９０２１ 103 200"), as_code(429021103200.0), as_code("’0012"), as_code('="0012"'), as_code("01—1")
    ('429021103200', '429021103200', '0012', '0012', '01-1')

    Raises BadCell.
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= 10**EXACT_DIGITS:
        raise BadCell(
            f"{plain_number(cell)} 超过 {EXACT_DIGITS} 位，Excel 按数字存放时已经丢掉了后几位。",
            "请先把这一列设为“文本”格式，再重新填写原号码。",
        )
    text = one_line(half_width(cell), "一格只写一个编号或代码，不要换行。")
    if text is None:
        return None
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    text = re.sub(rf"[{BLANKS}]", "", text).translate(DASHES).lstrip(APOSTROPHES).rstrip(",;、。")
    if SCIENTIFIC.fullmatch(text):
        raise BadCell(f"“{text}”是科学计数法，后几位已经丢失。", "请先把这一列设为“文本”格式，再重新填写原号码。")
    return (text.partition(".")[0] if re.fullmatch(r"\d+\.0+", text) else text) or None


def one_line(text: str | None, remedy: str) -> str | None:
    """The text. Raises BadCell where it has several lines: they are several things, and no one runs them together."""
    if text and ("\n" in text or "\r" in text):
        raise BadCell(f"这一格里写了几行（{' '.join(text.split())[:40]}）。", remedy)
    return text


def as_decimal(cell: Cell) -> Decimal | None:
    """A number, exactly as it is shown: thousands commas, full-width digits and numbers kept as text are understood.

    >>> as_decimal("１，２００．５０"), as_decimal(120.1), as_decimal("")
    (Decimal('1200.50'), Decimal('120.1'), None)

    Raises BadCell.
    """
    if isinstance(cell, bool | date | time | timedelta):
        raise BadCell(f"“{as_text(cell)}”不是数字。", "请填写数字，例如 120.5；单元格格式选“常规”。")
    if isinstance(cell, int | float | Decimal):
        return Decimal(plain_number(cell))
    text = half_width(cell)
    if text is None or text in NOTHING:
        return None
    text = UNIT.sub("", text.replace(" ", "").replace("−", "-"))
    text = text.replace(",", "") if THOUSANDS.fullmatch(text) else text
    if not NUMBER.fullmatch(text):
        raise BadCell(f"“{text}”不是数字。", ONLY_DIGITS)
    return Decimal(text)


def as_int(cell: Cell) -> int | None:
    """A whole number; 12.0 is one, 12.5 is not.

    >>> as_int("１２"), as_int(12.0), as_int("1,200"), as_int("两层")
    (12, 12, 1200, 2)

    Raises BadCell.
    """
    text = half_width(cell) if isinstance(cell, str) else None
    if text and (said := number_in_words(UNIT.sub("", text))) is not None:
        return said
    try:
        number = as_decimal(cell)
    except BadCell as bad:
        raise BadCell(bad.reason, "请只填整数，例如 3。" if bad.remedy == ONLY_DIGITS else bad.remedy) from None
    if number is not None and number != int(number):
        raise BadCell(f"“{number}”不是整数。", "请填写整数，例如 12。")
    return None if number is None else int(number)


def as_year(cell: Cell) -> int | None:
    """A year, or that of a day or month.

    >>> as_year("1998年5月"), as_year(date(1998, 5, 1)), as_year("二〇〇三年"), as_year(1998.0), as_year("不详")
    (1998, 1998, 2003, 1998, None)

    Raises BadCell.
    """
    if isinstance(cell, date):
        return _believable(cell.date() if isinstance(cell, datetime) else cell).year
    text = half_width(cell)
    if text and (found := MONTH.fullmatch(text.replace(" ", ""))):
        return int(found[1])
    try:
        return as_int(cell)
    except BadCell:
        if text is None or text.startswith("#"):
            raise
        raise BadCell(
            f"“{text}”看不出是哪一年。", "请写四位数的年份，例如 1998；只知道大概的，写“不详”或空着。"
        ) from None


def as_date(cell: Cell) -> date | None:
    """A date: an Excel date or its serial number, or a text with year, month and day in this order.

    >>> {as_date(cell).isoformat() for cell in ("2026年11月3日", 46329, "20261103", "２０２６/11/3")}
    {'2026-11-03'}

    Raises BadCell.
    """
    if isinstance(cell, date):
        return _believable(cell.date() if isinstance(cell, datetime) else cell)
    text = half_width(cell)
    if text is None or text in NOTHING:
        return None
    serial = SERIAL.fullmatch(text)
    days = int(serial[1]) + FROM_1904 * isinstance(cell, Since1904) if serial else 0
    if days in SERIALS:
        return EPOCH + timedelta(days=days)
    found = DATE.fullmatch(MIDNIGHT.sub("", text).translate(SPOKEN_DATE).replace(" ", ""))
    if not found:
        problem = (
            "缺少月或日。" if re.fullmatch(r"(?:1[89]|2[01])\d\d(?:\D?\d{1,2})?\D?", text) else "不是能看懂的日期。"
        )
        raise BadCell(f"“{text}”{problem}", "请写全年月日，例如 2026-11-03。")
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        raise BadCell(f"“{text}”这一天不存在。", "请核对年月日，例如 2026-11-03。") from None


def _believable(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise BadCell(f"“{day}”年份不对。", "请写 1800 年到 2199 年之间的日期，例如 2026-11-03。")
    return day


def as_yes_no(cell: Cell) -> bool | None:
    """Yes or no, in the words and signs that ledgers use.

    >>> as_yes_no("是"), as_yes_no("×"), as_yes_no(1.0), as_yes_no(None)
    (True, False, True, None)

    Raises BadCell.
    """
    text = half_width(cell)
    if text is None or text in UNKNOWN:
        return None
    if text.upper() in YES:
        return True
    if text.upper() in NO:
        return False
    raise BadCell(f"“{text}”看不出是还是否。", "请填写“是”或“否”。")
