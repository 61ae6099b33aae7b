"""What goes wrong with what a person asked for: in their language, beside what caused it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _


class Mistaken(Exception):
    """Something asked for cannot be done as it stands. `field` names what to mend; `code` is stable for programs."""

    def __init__(self, message: str | Promise, *, field: str = "", code: str = "mistaken") -> None:
        super().__init__(str(message))
        self.message = message
        self.field = field
        self.code = code


class Conflict(Mistaken):
    """It clashes with what is already there."""


def filled(text: str, field: str) -> str:
    """What was written, without the blanks around it. Raises Mistaken where there is nothing."""
    if not text.strip():
        raise Mistaken(_("请填写这一项。"), field=field, code="empty")
    return text.strip()
