"""Personal numbers: how they are checked and how they are shown."""

from __future__ import annotations

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"


def id_number_is_consistent(number: str) -> bool:
    """Whether the last character of an 18-digit citizen ID number is its check digit (GB 11643-1999).

    A wrong one is a mark (待核), never a refusal: old ledgers are full of typing slips.

    >>> id_number_is_consistent("11010519491231002X"), id_number_is_consistent("110105194912310021")
    (True, False)
    """
    if len(number) != 18 or not (number[:17].isascii() and number[:17].isdigit()):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False))
    return CHECK_DIGITS[total % 11] == number[17].upper()


def last_four(number: str) -> str:
    """The digits that may be shown of a number; all of one that is shorter."""
    return number[-4:]


def mask_id(last: str) -> str:
    """How an ID number is shown of which only the last four characters are known."""
    return f"**************{last}" if last else ""


def mask_phone(phone: str) -> str:
    """First three and last two digits.

    >>> mask_phone("13800001234")
    '138******34'
    """
    return phone if len(phone) < 6 else f"{phone[:3]}{'*' * (len(phone) - 5)}{phone[-2:]}"


def mask_name(name: str) -> str:
    """The family name, the rest starred, as notices for the public show it.

    >>> mask_name("王小明")
    '王**'
    """
    return name[:1] + "*" * max(len(name) - 1, 0)
