"""The two things a cell of a form may say in XLSForm's own language: yes or no, and `${question} = 'choice'`."""

from __future__ import annotations

import re
import unicodedata

from hemei.engines.forms.form import Condition

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
CHOICE_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
SHAPE = re.compile(r"""\$\{\s*([A-Za-z][A-Za-z0-9_]*)\s*\}\s*=\s*(?:'([^'"]*)'|"([^'"]*)")""")
CURLY_QUOTES = str.maketrans("‘’“”", "''\"\"")
YES, NO = frozenset({"yes", "true", "true()", "1"}), frozenset({"", "no", "false", "false()", "0"})


def condition_of(text: str) -> Condition | None:
    """The condition, or None where the text has any other shape.

    >>> condition_of("${wall_crack} = 'obvious'")
    Condition(question='wall_crack', equals='obvious')
    >>> condition_of("${storeys} > 2") is None
    True
    """
    found = SHAPE.fullmatch(text.strip())
    return Condition(found[1], found[2] if found[2] is not None else found[3]) if found else None


def half_width(text: str) -> str:
    """The text with the punctuation of a Chinese keyboard made ASCII; equal to the text where there is none.

    >>> half_width("＄｛altered｝＝‘yes’")
    "${altered}='yes'"
    """
    return unicodedata.normalize("NFKC", text).translate(CURLY_QUOTES)


def said(text: str) -> bool | None:
    """Yes or no; None where the text says neither."""
    word = text.strip().lower()
    return True if word in YES else False if word in NO else None
