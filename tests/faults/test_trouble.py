"""A disk that is full, and a database that goes away: said clearly, nothing lost, and over by itself."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.conftest import PASSWORD
from tests.faults.ground import SERVER, Site, copy_of, fill, free_port, small_disk
from tests.faults.storm import PATIENCE_S, Storm

BALLAST = 6 * 2**20  # what is cleared away again
POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))


@pytest.fixture
def storm(furnished: Site, tmp_path: Path) -> Iterator[Storm]:
    with small_disk(tmp_path / "disk") as disk, copy_of(furnished, disk / "var") as site:
        storm = Storm(site, Random(7))
        yield storm
        storm.calm()


def eventually(what: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < until, "it did not recover"
        time.sleep(0.2)


def looked(site: Site, acknowledged: list[dict[str, Any]], tmp_path: Path) -> None:
    """Everything that was answered for is there, and `verify` finds no fault."""
    file = tmp_path / "acknowledged.json"
    file.write_text(json.dumps(acknowledged))
    said = site.python("-m", "tests.faults.look", str(file))
    assert said.status == 0, said.out + said.err[-3000:]
    verified = site.run("verify")
    assert verified.status == 0, verified.out


def test_a_full_disk(storm: Storm, tmp_path: Path) -> None:
    storm.start()
    ballast = storm.site.var / "ballast"
    assert storm.ask("GET", "/healthz")[0] == 200
    processes = storm.processes
    with storm.clients():
        eventually(lambda: len(storm.acknowledged) > 5)
        fill(ballast)
        eventually(lambda: storm.unavailable > 3)
    fill(ballast)  # what broke off meanwhile was swept away again
    status, said = storm.ask("GET", "/healthz")
    assert (status, said) == (503, {"status": "trouble", "trouble": ["disk"]})
    status, said = storm.ask("POST", "/api/checks", {"checks": [storm.check(Random(1), photographed=True)]})
    assert (status, said.get("code")) == (503, "unavailable"), said
    assert "磁盘满了" in said["detail"]
    if not storm.site.url:  # signing in writes to the database, which lies on this disk only on SQLite
        status, text = sign_in(storm)
        assert status == 503
        assert "服务器的磁盘满了" in text
        assert "请不要关闭这一页" in text
    assert storm.ask("GET", "/api/places/house?size=1")[0] == 200  # reading goes on
    ballast.unlink()
    eventually(lambda: storm.ask("GET", "/healthz")[0] == 200)
    before = len(storm.acknowledged)
    with storm.clients():
        eventually(lambda: len(storm.acknowledged) > before + 5)
    assert not storm.wrong, storm.wrong[:3]
    assert storm.processes == processes  # none had to be started anew
    storm.calm()
    looked(storm.site, storm.acknowledged, tmp_path)


def sign_in(storm: Storm) -> tuple[int, str]:
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    address = f"http://127.0.0.1:{storm.port}/sign-in/"
    headers = {"Accept-Language": "zh-hans"}
    with opener.open(urllib.request.Request(address, headers=headers), timeout=PATIENCE_S) as page:
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page.read().decode())
    assert token is not None
    form = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], "username": "grid", "password": PASSWORD}).encode()
    try:
        with opener.open(urllib.request.Request(address, form, headers), timeout=PATIENCE_S) as answer:
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode()


class Cluster:
    """A PostgreSQL of this test's own, to stop and to start."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data, self.port = folder, folder / "data", free_port()
        self.url = f"postgresql://hemei@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        self.data.mkdir()
        self.folder.chmod(0o755)
        if os.getuid() == 0:
            shutil.chown(self.data, "postgres")
        self._run("initdb", "-D", str(self.data), "-U", "hemei", "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8")

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.data}"
        self._run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.data / "log"), "-o", options, "start")

    def stop(self, how: str, *, check: bool = True) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", how, "-w", "stop", check=check)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        command = [*as_postgres, str(POSTGRES[-1] / program), *arguments]
        subprocess.run(command, check=check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    if not SERVER or not POSTGRES:
        pytest.skip("needs a PostgreSQL server of its own; tests/run.sh brings one")
    folder = Path(tempfile.mkdtemp(prefix="hemei-cluster-"))
    cluster = Cluster(folder)
    try:
        cluster.make()
        cluster.start()
        yield cluster
    finally:
        cluster.stop("immediate", check=False)
        shutil.rmtree(folder, ignore_errors=True)


def test_a_database_that_goes_away_and_comes_back(cluster: Cluster, tmp_path: Path) -> None:
    site = Site(tmp_path / "var", cluster.url)
    site.var.mkdir()
    made = site.python("-m", "tests.faults.furnish")
    assert made.status == 0, made.err
    storm = Storm(site, Random(7))
    try:
        storm.start()
        with storm.clients():
            eventually(lambda: len(storm.acknowledged) > 5)
            cluster.stop("immediate")  # as if its power was cut
            eventually(lambda: storm.unavailable > 3)
        assert storm.ask("GET", "/healthz") == (503, {"status": "trouble", "trouble": ["database"]})
        for language, said in (("zh-hans", "暂时连不上数据库"), ("en", "The database cannot be reached")):
            status, page = storm.ask("GET", "/d/abcdefghijklmnopqrstuvwxyz/", page=True, language=language)
            assert status == 503
            assert said in page["text"]
            assert "Traceback" not in page["text"]
        cluster.start()
        eventually(lambda: storm.ask("GET", "/healthz")[0] == 200)
        before = len(storm.acknowledged)
        with storm.clients():
            eventually(lambda: len(storm.acknowledged) > before + 5)
        assert not storm.wrong, storm.wrong[:3]
        storm.calm()
        looked(site, storm.acknowledged, tmp_path)
    finally:
        storm.calm()
