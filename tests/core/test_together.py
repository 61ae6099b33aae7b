"""Several threads' writes in one transaction: each answered for itself, all or none of them on the disk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.ground import Site, empty_site

MADE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""
PREPARED = """
import os, sqlite3, threading
import django; django.setup()
from django.db import connection, connections, DatabaseError
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.utils.translation import get_language, override
from hemei.core import together, writing
from hemei.core.access import SYSTEM
from hemei.core.models import AuditEntry

def leave(subject):
    writing.audit(SYSTEM, "told", subject, "42")
    return subject, get_language(), threading.get_ident()

EARLIER = set(AuditEntry.objects.values_list("pk", flat=True))

def stored():
    return [one.subject for one in AuditEntry.objects.order_by("id") if one.pk not in EARLIER]

def beside(works):
    '''Each in a thread of its own, all of them waiting before the first has its turn; what each was answered.'''
    said = [None] * len(works)
    def ask(n, language, work):
        with override(language):
            try:
                said[n] = writing.TOGETHER(work)
            except Exception as fault:
                said[n] = fault
        connections.close_all()
    threads = []
    with writing.TURNS.turn():
        for n, (language, work) in enumerate(works):
            threads.append(threading.Thread(target=ask, args=(n, language, work)))
            threads[-1].start()
            while not (writing.TOGETHER._is_led and len(writing.TOGETHER._waiting) == n):
                pass
    for thread in threads:
        thread.join()
    assert not writing.TOGETHER._is_led and not writing.TOGETHER._waiting
    return said

def zh(work):
    return "zh-hans", work

def say(subject):
    return zh(lambda: leave(subject))

begun = []
BEGIN = DatabaseWrapper._start_transaction_under_autocommit
def counted(self):
    begun.append(threading.get_ident())
    BEGIN(self)
DatabaseWrapper._start_transaction_under_autocommit = counted
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with empty_site(tmp_path_factory.mktemp("together") / "site", server="") as site:
        assert site.python("-c", MADE).status == 0
        yield site


def well(site: Site, script: str) -> None:
    said = site.python("-c", PREPARED + script + "\nprint('well')")
    assert said.out.strip() == "well", said.err[-3000:]


def test_what_waits_together_is_written_in_one_transaction_each_in_its_language(site: Site) -> None:
    well(
        site,
        """
said = beside([("zh-hans", lambda: leave("x:1")), ("en", lambda: leave("x:2")), ("zh-hans", lambda: leave("x:3"))])
assert [(subject, language) for subject, language, _ in said] == [
    ("x:1", "zh-hans"), ("x:2", "en"), ("x:3", "zh-hans")], said
assert len({thread for _, _, thread in said}) == 1 == len(begun), (said, begun)
assert stored() == ["x:1", "x:2", "x:3"]
""",
    )


def test_more_than_fit_are_led_by_the_next_in_line(site: Site) -> None:
    well(
        site,
        """
together.MOST_AT_ONCE = 2
said = beside([say(f"x:{n}") for n in range(5)])
assert stored() == [f"x:{n}" for n in range(5)], stored()
assert [len({thread for *_, thread in some}) for some in (said[:2], said[2:4], said[4:])] == [1, 1, 1]
assert len(begun) == len(set(begun)) == 3, begun
""",
    )


def test_one_that_fails_takes_nothing_of_the_others_with_it(site: Site) -> None:
    well(
        site,
        """
def failing():
    leave("x:2")
    raise ValueError("no")
def twice():
    entry = AuditEntry.objects.get(subject="x:1", pk__gt=max(EARLIER, default=0))
    entry._state.adding = True
    entry.save(force_insert=True)  # refused by the database itself
first, second, third, fourth = beside([say("x:1"), zh(failing), zh(twice), say("x:4")])
assert isinstance(second, ValueError) and isinstance(third, DatabaseError), (second, third)
assert (first[0], fourth[0]) == ("x:1", "x:4")
assert stored() == ["x:1", "x:4"]
assert len(begun) == 1
""",
    )


def test_where_the_transaction_itself_breaks_all_hear_of_it_and_the_next_are_written(site: Site) -> None:
    """As SQLite does for some faults of the disk, the whole of it is rolled back underneath."""
    well(
        site,
        """
def breaking():
    leave("x:2")
    connection.connection.execute("ROLLBACK")
    leave("x:3")
    raise DatabaseError("database or disk is full")
said = beside([say("x:1"), zh(breaking), say("x:4")])
assert all(isinstance(one, DatabaseError) for one in said), said
assert [one for one in stored() if one != "x:3"] == [], stored()
assert beside([say("x:5")])[0][0] == "x:5"
assert stored()[-1] == "x:5"
""",
    )


def test_where_the_commit_or_the_sync_fails_nobody_is_told_that_it_is_stored(site: Site) -> None:
    well(
        site,
        """
from hemei.core.trouble import Trouble, trouble_of
COMMIT = DatabaseWrapper._commit
def full(self):
    raise DatabaseError("database or disk is full")
DatabaseWrapper._commit = full
said = beside([say("x:1"), say("x:2")])
assert all(isinstance(one, DatabaseError) for one in said), said
DatabaseWrapper._commit = COMMIT
assert stored() == []
def broken():
    raise OSError(5, "Input/output error")
writing.TOGETHER._make_durable = broken
said = beside([say("x:3"), say("x:4")])
assert [trouble_of(one) for one in said] == [Trouble.DISK] * 2, said
""",
    )


def test_nobody_is_answered_before_all_of_them_are_on_the_disk(site: Site) -> None:
    well(
        site,
        """
happened, sync = [], os.fdatasync
def watched(file):
    happened.append("synced")
    sync(file)
os.fdatasync = watched
ANSWER = together._Asked.answer
def answer(self):
    happened.append("answered")
    return ANSWER(self)
together._Asked.answer = answer
beside([say("x:1"), say("x:2"), say("x:3")])
assert happened == ["synced", "answered", "answered", "answered"], happened
""",
    )


def test_whoever_cannot_have_the_turn_leaves_the_line(site: Site) -> None:
    well(
        site,
        """
from contextlib import contextmanager
@contextmanager
def none():
    raise OSError(13, "Permission denied")
    yield
turn, writing.TOGETHER._turn = writing.TOGETHER._turn, none
try:
    writing.TOGETHER(lambda: leave("x:1"))
except OSError:
    pass
else:
    raise AssertionError("it had no turn")
writing.TOGETHER._turn = turn
assert writing.TOGETHER(lambda: leave("x:2"))[0] == "x:2"
assert stored() == ["x:2"]
""",
    )
