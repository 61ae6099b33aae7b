"""Writes of several threads in one transaction: whoever waits longest carries out what the others wait for, too.

One writer at a time is what SQLite has. What a turn to write costs beside the writing itself (beginning, reading again
the pages that another connection has changed, committing, syncing, handing the turn on) is paid here once for all that
had come by then. Each write keeps to itself: one that fails takes nothing of the others with it, and none of them is
answered before all are on the disk.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.db import connection, transaction
from django.utils.translation import get_language, override

MOST_AT_ONCE = 8


class _Asked:
    """What one thread wants written, and what came of it."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self.work, self.language = work, get_language()
        self.heard_of, self.leads = threading.Event(), False
        self.result: Any = None
        self.fault: BaseException | None = None

    def carry_out(self) -> None:
        """Raises what breaks the transaction that it is a part of; any other fault is this one's alone."""
        try:
            with override(self.language), transaction.atomic():
                self.result = self.work()
        except Exception as fault:
            if connection.in_atomic_block and connection.needs_rollback:
                raise
            self.fault = fault

    def answer(self) -> Any:
        if self.fault is not None:
            raise self.fault
        return self.result


class Together:
    """`turn` gives the turn to write and takes it back; `make_durable` brings what was committed to the disk."""

    def __init__(self, turn: Callable[[], AbstractContextManager[None]], make_durable: Callable[[], None]) -> None:
        self._turn, self._make_durable = turn, make_durable
        self._guard = threading.Lock()
        self._waiting: deque[_Asked] = deque()
        self._is_led = False

    def __call__(self, work: Callable[[], Any]) -> Any:
        """What `work` returns or raises, carried out in a transaction by this thread or by another one of this process.

        Where the transaction itself fails, each of those in it hears of that, and nothing of them is stored.
        """
        mine = _Asked(work)
        with self._guard:
            self._waiting.append(mine)
            mine.leads, self._is_led = not self._is_led, True
        if not mine.leads:
            mine.heard_of.wait()
        if mine.leads:
            self._lead()
        return mine.answer()

    def _lead(self) -> None:
        some = self._first(1)  # this thread's own
        try:
            try:
                with self._turn():
                    some += self._first(MOST_AT_ONCE - 1)
                    _carry_out(some)
            finally:
                self._hand_on()
            self._make_durable()
        except BaseException as fault:
            for one in some:
                one.fault = fault
            raise
        finally:
            for one in some[1:]:
                one.heard_of.set()

    def _first(self, most: int) -> list[_Asked]:
        with self._guard:
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), most))]

    def _hand_on(self) -> None:
        """Let whoever waits longest now queue for the next turn, while the disk is busy with this one."""
        with self._guard:
            self._is_led = bool(self._waiting)
            if self._is_led:
                self._waiting[0].leads = True
                self._waiting[0].heard_of.set()


def _carry_out(some: list[_Asked]) -> None:
    if len(some) == 1:
        some[0].carry_out()
        return
    with transaction.atomic():
        for one in some:
            one.carry_out()
