"""What the programmes do by themselves, once a day."""

from __future__ import annotations

from datetime import date

from hemei.core.registry import registry
from hemei.terms.day import today


class EachDay:
    """Calls what programmes declare as `each_day`: first when the server starts, then as each day begins.

    That a day was done is remembered in this process only, so that it is done again after a restart; and where one of
    them fails, all of that day are called again. They find nothing left to do.
    """

    __name__ = "each_day"

    def __init__(self) -> None:
        self._done: date | None = None

    def __call__(self) -> None:
        day = today()
        if self._done == day:
            return
        for programme in registry.programmes.values():
            if programme.each_day:
                programme.each_day(day)
        self._done = day
