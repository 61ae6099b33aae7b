"""One way to write: wait in turn, begin, ask `may`, write, leave an audit entry, commit. All of it or nothing."""

from __future__ import annotations

import fcntl
import functools
import hashlib
import hmac
import inspect
import json
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from hemei.core.access import Actor, matter_of, require
from hemei.core.inserting import insert_all
from hemei.core.models import AuditEntry, Place
from hemei.core.prepared import Given, Prepared, leave, new, read_again
from hemei.core.together import Together

Function = TypeVar("Function", bound=Callable[..., Any])


class Unaudited(RuntimeError):
    """An action ended without leaving an audit entry: a fault of ours."""


class Turns:
    """First come, first served: a lock that keeps its queue in order, between threads and between processes."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._queue: deque[threading.Event] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        mine = threading.Event()
        with self._guard:
            self._queue.append(mine)
            if self._queue[0] is mine:
                mine.set()
        mine.wait()
        try:
            file = _lock_of(settings.WRITE_LOCK, os.getpid())
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)
        finally:
            with self._guard:
                self._queue.popleft()
                if self._queue:
                    self._queue[0].set()


@functools.lru_cache(maxsize=4)
def _lock_of(path: Path, process: int) -> int:
    """The lock's file, opened once: a forked process opens its own, for a lock goes with what was opened."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)


TURNS = Turns()
_entries = threading.local()


@contextmanager
def writing() -> Iterator[None]:
    """A transaction for writing, durable when it ends.

    SQLite has one writer at a time, so the queue forms before BEGIN, in order. Its commits are synced to the disk
    after the turn, so that the next one need not wait for that; whoever syncs, syncs what was committed before, too.
    """
    if connection.in_atomic_block or connection.vendor != "sqlite":
        with transaction.atomic():
            yield
    else:
        with TURNS.turn(), transaction.atomic():
            yield
        _sync_log()


def _sync_log() -> None:
    """Bring SQLite's write-ahead log to the disk, as `synchronous=FULL` would within the commit.

    What has moved on from the log into the database by now was synced there before the log was used again. Raises
    OSError where the disk fails; what was sent then has to be sent again, and is known.
    """
    name = str(connection.settings_dict["NAME"])
    if name.startswith("file:") or name == ":memory:":
        return
    try:
        file = os.open(f"{name}-wal", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:  # a database without such a log syncs each commit by itself
        return
    try:
        os.fdatasync(file)
    finally:
        os.close(file)


TOGETHER = Together(TURNS.turn, _sync_log)


def action(
    *, verb: str | Callable[[dict[str, Any]], str], on: str, together: bool = False
) -> Callable[[Function], Function]:
    """Declare a write: keyword-only, with `by: Actor`, on the argument named `on`.

    The thing is read again inside the transaction, so that what `may` and the function see is what is there now.
    Raises Refused when the actor may not, Unaudited when the function forgot its audit entry.

    What comes many times a second may be done `together` with others of its kind (`core/together.py`), by another
    thread perhaps: it must not lean on anything that belongs to the thread which asked, but for the language.
    """

    def declare(function: Function) -> Function:
        parameters = inspect.signature(function).parameters
        if any(p.kind is not p.KEYWORD_ONLY for p in parameters.values()) or not {"by", on} <= parameters.keys():
            raise TypeError(f"{function.__name__}: an action is keyword-only and takes `by` and `{on}`")

        @functools.wraps(function)
        def perform(**arguments: Any) -> Any:
            thing = arguments[on]

            def work() -> Any:
                if isinstance(thing, models.Model) and thing.pk is not None:
                    _hold_its_place(thing)
                    read_again(thing)
                asked = verb if isinstance(verb, str) else verb(arguments)
                require(arguments["by"], asked, thing)
                before = getattr(_entries, "count", 0)
                with about(matter_of(thing)):
                    result = function(**arguments)
                if getattr(_entries, "count", 0) == before:
                    raise Unaudited(asked)
                return result

            if together and connection.vendor == "sqlite" and not connection.in_atomic_block:
                return TOGETHER(work)
            with writing():
                return work()

        perform.verb = verb  # type: ignore[attr-defined]
        return perform  # type: ignore[return-value]

    return declare


PLACE_HELD = Prepared(lambda: Place.objects.select_for_update().filter(pk=Given("pk")).order_by().values_list("pk"))


def _hold_its_place(thing: models.Model) -> None:
    """What hangs on a place is changed by one at a time, who holds the place before the thing: a look that opens a case
    and a step at another case there would else each count without the other. SQLite has one writer anyway."""
    place = getattr(thing, "place_id", None)
    if place is not None and connection.vendor == "postgresql":
        PLACE_HELD(pk=place)


@contextmanager
def about(matter: str) -> Iterator[None]:
    """Entries left meanwhile belong to this matter; an action within an action says its own."""
    outer, _entries.matter = getattr(_entries, "matter", "*"), matter
    try:
        yield
    finally:
        _entries.matter = outer


def nothing_new() -> None:
    """Say that an action was asked for again and changed nothing, so that it owes no entry."""
    _entries.count = getattr(_entries, "count", 0) + 1


def audit(
    by: Actor,
    verb: str,
    subject: str,
    region: str,
    *,
    values: Any = None,
    detail: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Leave the entry that says who did it. `values` may be personal: only their keyed digest is kept."""
    entry = entry_for(by, verb, subject, region, values=values, detail=detail, at=at)
    _entries.count = getattr(_entries, "count", 0) + 1
    leave(entry)


def audit_all(entries: Sequence[AuditEntry]) -> None:
    """Leave several entries at once, made by `entry_for`."""
    _entries.count = getattr(_entries, "count", 0) + len(entries)
    insert_all(entries)


def entry_for(
    by: Actor,
    verb: str,
    subject: str,
    region: str,
    *,
    values: Any = None,
    detail: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> AuditEntry:
    """An entry that is not left yet."""
    return new(
        AuditEntry,
        id=None,
        at=at or timezone.now(),
        actor=str(by),
        account_id=by.account.pk if by.account else None,
        verb=verb,
        subject=subject,
        region=region,
        matter=None if (matter := getattr(_entries, "matter", "*")) == "*" else matter,
        digest=keyed_digest(values),
        detail=detail or {},
    )


def keyed_digest(values: Any) -> str:
    """HMAC-SHA-256 of the values as canonical JSON: tells whether they were these, and nothing else."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, default=str, separators=(",", ":"))
    return hmac.new(settings.AUDIT_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
