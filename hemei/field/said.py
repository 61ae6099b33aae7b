"""What pages without a signal send: JSON of a fixed shape, read as if no page of ours had sent it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from hemei.core.errors import Mistaken

LONGEST_INSTANCE = 64


def read_said(raw: str, kinds: Mapping[str, type]) -> dict[str, Any]:
    """What is said, with at least these names, each of exactly that kind: to JSON true is no number, to Python it is.

    Its `instance` is in plain letters, its `place` a number that databases know. Raises Mistaken for anything else.
    """
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        raise unreadable() from None
    if not isinstance(said, dict) or any(type(said.get(name)) is not kind for name, kind in kinds.items()):
        raise unreadable()
    number = said["instance"]
    if not (8 <= len(number) <= LONGEST_INSTANCE and number.isascii() and number.isprintable()):
        raise unreadable()
    if not 0 <= said["place"] < 2**62:
        raise unreadable()
    return said


def unreadable() -> Mistaken:
    return Mistaken(_("发来的内容读不懂，请更新页面后再发。"), code="unreadable")
