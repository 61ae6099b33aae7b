"""What clerks write of persons: names, telephones, numbers of papers, which no fault repeats."""

from __future__ import annotations

import re

from hemei.engines.tables.cells import BLANKS, NOTHING, BadCell, Cell, as_code, as_text, one_line

SPACED = re.compile(rf"(?<=[\u3400-\u9fff])[{BLANKS}]+(?=[\u3400-\u9fff])")
SEVERAL = re.compile(r"[\u3400-\u9fff·]{2,8}(?:[/、，,;；][\u3400-\u9fff·]{2,8})+")
SIGNS = re.compile(r"^\+86|[-()]")
DIGITS = range(5, 16)  # an office's short number … a number with its area code and an extension


def as_name(cell: Cell) -> str | None:
    """A person's name, without the blanks that make two letters as wide as three; 无 and dashes are none.

    >>> as_name("王　明"), as_name("Tom Lee"), as_name("无")
    ('王明', 'Tom Lee', None)

    Raises BadCell.
    """
    remedy = "一格只写一个人的姓名。"
    text = one_line(as_text(cell), remedy)
    if text is None or text in NOTHING:
        return None
    text = SPACED.sub("", text)
    if SEVERAL.fullmatch(text):
        raise BadCell(f"“{text}”是几个人的姓名。", remedy)
    return text


def as_phone(cell: Cell) -> str | None:
    """A telephone number; 无 and dashes are none.

    >>> as_phone("138 0000 1234"), as_phone("0719-3331234"), as_phone("无")
    ('13800001234', '0719-3331234', None)

    Raises BadCell.
    """
    code = as_code(cell)
    if code is None or code in NOTHING:
        return None
    digits = SIGNS.sub("", code)
    if digits.isascii() and digits.isdigit() and len(digits) in DIGITS:
        return code
    raise BadCell(
        "这一格不是一个电话号码：写了几个号码，写了号码以外的字，或者位数不对。",
        "一格只写一个号码，例如 13800001234；别的号码和说明写到备注列。",
    )


def as_id_number(cell: Cell) -> str | None:
    """The number of an identity card or another paper; 无 and dashes are none.

    >>> as_id_number("110105 19491231 002X"), as_id_number("无")
    ('11010519491231002X', None)

    Raises BadCell.
    """
    code = as_code(cell)
    if code is None or code in NOTHING:
        return None
    if not any(letter.isdigit() for letter in code):
        raise BadCell("这一格里没有证件号码。", "请填证件上的号码；还没有的空着，说明写到备注列。")
    return code
