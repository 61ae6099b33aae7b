"""Whoever reads rows a part at a time may write in between, whoever else has written meanwhile."""

from __future__ import annotations

from pathlib import Path

from tests.faults.ground import empty_site

SCRIPT = """
import sqlite3
import django; django.setup()
from django.core.management import call_command
from django.db import connection
call_command("migrate", verbosity=0)
from hemei.core.models import Job
from hemei.core.stepwise import stepwise
from hemei.core.worker import Progress, run, take_next, work

for number in range(7):
    Job.objects.create(kind="look", arguments={"number": number})

def beside():
    with sqlite3.connect(connection.settings_dict["NAME"]) as other:
        other.execute("UPDATE core_job SET total = total + 1")

@work("look")
def look(job, progress):
    seen = []
    rows = Job.objects.order_by("-pk")
    for one in stepwise(rows, 3) if job.arguments["number"] else rows.iterator(chunk_size=3):
        beside()
        progress(1, 1)  # says so at once: it is the last
        seen.append(one.arguments["number"])
    return {"seen": seen}

open_statement, stepwise_ = run(take_next()), run(take_next())
assert open_statement.attempts == 0 and open_statement.state == "running", "what the tests' guard is for is gone"
assert stepwise_.result == {"seen": list(range(7))}, (stepwise_.message, stepwise_.result)
assert [len(list(stepwise(Job.objects.all(), n))) for n in (1, 6, 7, 8)] == [7] * 4
assert list(stepwise(Job.objects.values_list("id", "kind"), 3)) == [(n, "look") for n in range(1, 8)]
print("well")
"""


def test_a_job_says_how_far_it_is_while_it_reads_and_others_write(tmp_path: Path) -> None:
    with empty_site(tmp_path / "site", server="") as site:
        said = site.python("-c", SCRIPT)
    assert said.out.strip() == "well", said.err[-3000:]
