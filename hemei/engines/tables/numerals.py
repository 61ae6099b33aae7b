"""Numbers in Chinese letters, as far as there is one way to read them."""

from __future__ import annotations

import re

DIGITS = {**{letter: digit for digit, letter in enumerate("〇一二三四五六七八九")}, "零": 0, "两": 2}
TENS = re.compile("([一二三四五六七八九])?十([一二三四五六七八九])?")


def number_in_words(text: str) -> int | None:
    """A number up to 99, or one said digit by digit as years are; None where the text is no such number.

    >>> number_in_words("两"), number_in_words("十二"), number_in_words("二〇〇三"), number_in_words("二层半")
    (2, 12, 2003, None)
    """
    if found := TENS.fullmatch(text):
        return (DIGITS[found[1]] if found[1] else 1) * 10 + (DIGITS[found[2]] if found[2] else 0)
    if text and len(text) in (1, 4) and all(letter in DIGITS for letter in text):
        return int("".join(str(DIGITS[letter]) for letter in text))
    return None
