"""A restore that is killed, and one of a backup that an older Hemei made."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.faults.furnish import PHONE
from tests.faults.ground import ROOT, SERVER, Site, empty_site
from tests.faults.test_backup import OPENED, PASSPHRASE, READ_PHONE, digest

KILLED_AT = """
import os, sys, django
django.setup()
from pathlib import Path
from hemei.site.backup import restoring, target
room = {"restoring": restoring, "target": target}[sys.argv[2].partition(".")[0]]
setattr(room, sys.argv[2].partition(".")[2], lambda *a, **k: os.kill(os.getpid(), 9))
restoring.restore(Path(sys.argv[1]), os.environ["HEMEI_BACKUP_PASSPHRASE"], replace=True, say=print)
"""
OLDER = """
import sys, django
django.setup()
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from hemei.core import portable
from hemei.site.backup import making
last = ("core", sys.argv[2])
executor = MigrationExecutor(connection)
graph = executor.loader.graph
later = {key for key in graph.nodes if key[0] == "core" and key[1] > last[1]}
others = [key for key in graph.leaf_nodes() if key[0] != "core" and not later & set(graph.forwards_plan(key))]
apps = executor.migrate([last, *others]).apps
region = apps.get_model("core", "Region")
region.objects.create(code="429999", name="云岭林区", level=6)
region.objects.create(code="429999103200", name="上河村", level=12)
place = apps.get_model("core", "Place").objects.create(kind="house", region="429999103200", label="河边一号")
now = timezone.now()
apps.get_model("core", "Case").objects.create(
    matter="houses", place=place, region=place.region, code="houses.F02", title="裂缝", severity=1, state="found",
    found_at=now, found_recorded_at=now, opened_at=now,
).steps.create(verb="case.open", to_state="found", at=now, recorded_at=now, actor="x")
making.tables = lambda: portable.tables(apps)
digest, faults = making.make(__import__("pathlib").Path(sys.argv[1]), PASSPHRASE, say=lambda line: None, cost=2**12)
print(f"Digest of everything: {digest}")
""".replace("PASSPHRASE", repr(PASSPHRASE))
COUNT = (
    "import django; django.setup()\n"
    "from hemei.core.models import Case, Place, RegionMove\n"
    "print(Place.objects.get().label, Case.objects.get().state, RegionMove.objects.count())"
)


@pytest.fixture(scope="module")
def backup(furnished: Site, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    file = tmp_path_factory.mktemp("cut-off") / "district.hemei"
    return file, digest(furnished.run("backup", str(file), **OPENED))


@pytest.fixture
def other(tmp_path: Path):
    """Another district, with keys of its own."""
    with empty_site(tmp_path / "other", SERVER) as site:
        assert site.run("import", "docs/registers-sample", "--yes").status == 0
        yield site


@pytest.mark.parametrize("point", ["restoring._compare", "restoring._lay_keys"])
def test_killed_on_the_way_what_stood_there_stands(backup: tuple[Path, str], other: Site, point: str) -> None:
    before = digest(other.run("verify"))
    killed = other.python("-c", KILLED_AT, str(backup[0]), point, **OPENED)
    assert killed.status == -signal.SIGKILL, killed.err
    assert digest(other.run("verify")) == before
    assert digest(other.run("restore", str(backup[0]), "--replace", **OPENED)) == backup[1]
    assert other.python("-c", READ_PHONE).out.strip() == PHONE


def test_killed_between_database_and_keys_it_says_so_until_it_is_run_again(
    backup: tuple[Path, str], other: Site
) -> None:
    killed = other.python("-c", KILLED_AT, str(backup[0]), "restoring._turn_keys", **OPENED)
    assert killed.status == -signal.SIGKILL, killed.err
    for command in (("verify",), ("serve", "--port", "1"), ("zero", "--region", "429999")):
        said = other.run(*command)
        assert said.status != 0
        assert "a restore was broken off here" in said.err
        assert "--replace" in said.err
    assert digest(other.run("restore", str(backup[0]), "--replace", **OPENED)) == backup[1]
    assert digest(other.run("verify")) == backup[1]
    assert other.python("-c", READ_PHONE).out.strip() == PHONE


def test_killed_at_any_moment_it_is_the_one_or_the_other(backup: tuple[Path, str], other: Site) -> None:
    """Never half of it: what stood there, what was restored, or a plain word that it was broken off."""
    before, chance = digest(other.run("verify")), random.Random(20261125)
    for _turn in range(3):
        restoring = subprocess.Popen(
            [*other.hemei, "restore", str(backup[0]), "--replace"], cwd=ROOT, env=other.environment | OPENED,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(chance.uniform(0.3, 6))
        restoring.kill()
        restoring.wait()
        said = other.run("verify")
        if said.status:
            assert "a restore was broken off here" in said.err
        else:
            assert digest(said) in (before, backup[1])
    assert digest(other.run("restore", str(backup[0]), "--replace", **OPENED)) == backup[1]
    assert digest(other.run("verify")) == backup[1]


@pytest.mark.parametrize("last", ["0005_staging_decisions", "0016_person_erased_at"])
def test_a_backup_of_an_older_hemei_is_brought_up_to_date(tmp_path: Path, last: str) -> None:
    file = tmp_path / "older.hemei"
    with empty_site(tmp_path / "older", SERVER) as older:
        told = digest(older.python("-c", OLDER, str(file), last))
    with empty_site(tmp_path / "here", SERVER) as here:
        assert digest(here.run("restore", str(file), **OPENED)) == told
        assert here.python("-c", COUNT).out.split() == ["河边一号", "found", "0"]
        assert here.run("verify").status == 0
        assert here.run("zero", "--region", "429999").status == 0
