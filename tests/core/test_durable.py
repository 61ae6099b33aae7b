"""A commit of SQLite is on the disk before anybody hears of it, and the next writer does not wait for that."""

from __future__ import annotations

from pathlib import Path

from tests.faults.ground import empty_site

SCRIPT = """
import os, sqlite3
import django; django.setup()
from django.core.management import call_command
from django.db import connection
call_command("migrate", verbosity=0)
from hemei.core.models import AuditEntry
from hemei.core import writing
from hemei.core.access import SYSTEM

synced = []
real = os.fdatasync
def watched(file):
    with sqlite3.connect(connection.settings_dict["NAME"]) as beside:
        committed = beside.execute("SELECT count(*) FROM core_auditentry WHERE verb = 'told'").fetchone()[0]
    synced.append((os.readlink(f"/proc/self/fd/{file}").endswith("-wal"), committed, len(writing.TURNS._queue)))
    real(file)
os.fdatasync = watched
with writing.writing():
    writing.audit_all([writing.entry_for(SYSTEM, "told", "x:1", "42")])
    assert synced == []
assert synced == [(True, 1, 0)], synced

def broken(file):
    raise OSError(5, "Input/output error")
os.fdatasync = broken
from hemei.core.trouble import Trouble, trouble_of
try:
    with writing.writing():
        pass
except OSError as fault:
    assert trouble_of(fault) is Trouble.DISK
else:
    raise AssertionError("a disk that fails was not noticed")
print("well")
"""


def test_a_commit_is_synced_after_the_turn_and_before_the_answer(tmp_path: Path) -> None:
    with empty_site(tmp_path / "site", server="") as site:
        said = site.python("-c", SCRIPT)
    assert said.out.strip() == "well", said.err[-3000:]
