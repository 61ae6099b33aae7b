"""The wheel by itself: built, installed into an empty environment without Node, served, opened, stopped.

The environment has the libraries of this one by a path, so that nothing is downloaded; of Hemei it has only the wheel.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from urllib.parse import SplitResult, urlsplit

import pytest

from tests.conftest import ROOT
from tests.field.collector import BOUNDARY, filled, multipart

pytestmark = pytest.mark.xdist_group("wheel")  # one after the other, in one process: the second start follows the first
LONGEST_START_S = 120


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an environment that has nothing but the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    install = [str(folder / "venv/bin/pip"), "install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    subprocess.run(install, check=True)
    (packages,) = (folder / "venv/lib").glob("python3.*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_paths()["purelib"])
    return folder


def environment(folder: Path) -> dict[str, str]:
    return {"PATH": str(folder / "venv/bin"), "HEMEI_VAR": str(folder / "var"), "LANG": "C.UTF-8"}


def python(folder: Path, code: str) -> str:
    command = [str(folder / "venv/bin/python"), "-c", code]
    return subprocess.run(
        command, cwd=folder, env=environment(folder), check=True, capture_output=True, text=True
    ).stdout


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, float]]:
    """The address at which it says that it is ready, and after how many seconds it said so. Stopped as by Ctrl-C."""
    command = [str(folder / "venv/bin/hemei"), "serve", "--port", str(free_port())]
    started = time.monotonic()
    server = subprocess.Popen(
        command, cwd=folder, env=environment(folder), stdout=subprocess.PIPE, text=True, process_group=0
    )
    assert server.stdout is not None
    patience = Timer(LONGEST_START_S, server.kill)
    patience.start()
    try:
        said, took = server.stdout.readline(), time.monotonic() - started
        patience.cancel()
        assert said.startswith("Hemei is ready: "), said
        yield said.removeprefix("Hemei is ready: ").strip(), took
        os.killpg(server.pid, signal.SIGINT)
        server.wait(timeout=120)  # that it stops is what is tested; how fast, a benchmark tells
    finally:
        patience.cancel()
        server.kill()
        subprocess.run(["pkill", "-9", "-f", str(folder)], check=False)  # its processes, which left its group
        server.stdout.close()
        server.wait(timeout=30)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def opened(address: str, **headers: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=20) as answer:
        return str(answer.read().decode())


def test_it_is_the_wheel_that_runs(installed: Path) -> None:
    assert python(installed, "import hemei; print(hemei.__file__)").startswith(str(installed))


def test_forms_and_migrations_are_inside(installed: Path) -> None:
    code = (
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'hemei.site.settings'; django.setup()\n"
        "from hemei.core.registry import registry\n"
        "print(sorted(form.id for form in registry.declared_forms.values() if form.shipped.version))\n"
        "from django.db.migrations.loader import MigrationLoader\n"
        "print(sorted(app for app, name in MigrationLoader(None).graph.leaf_nodes()))"
    )
    forms, apps = python(installed, code).splitlines()
    assert forms == "['houses.patrol', 'houses.selfcheck', 'houses.survey']"
    assert "core" in apps
    assert "houses" in apps


def test_it_serves_pages_in_both_languages_with_their_files(installed: Path) -> None:
    with served(installed) as (address, _took):
        assert opened(f"{address}/healthz") == '{"status": "ok"}'
        chinese = opened(f"{address}/sign-in/")
        assert "登录" in chinese
        assert "Sign in" in opened(f"{address}/sign-in/", **{"Accept-Language": "en"})
        sheets = re.findall(r'href="(/static/[^"]+\.css)"', chinese)
        assert sheets
        for sheet in sheets:
            assert re.search(r"\.[0-9a-f]{12}\.css$", sheet), f"{sheet} is not hashed"
            assert "{" in opened(f"{address}{sheet}")
    assert subprocess.run([str(installed / "venv/bin/hemei"), "verify"], env=environment(installed)).returncode == 0


A_KEY = """
import os, django; os.environ["DJANGO_SETTINGS_MODULE"] = "hemei.site.settings"; django.setup()
from datetime import date
from hemei.core.access import SYSTEM, At
from hemei.core.actions.collector import issue_collector
from hemei.core.models import Account, Duty, Unit
unit = Unit.objects.create(name="村委会", seal_name="村委会", kind="village_committee", region="429999103200")
account = Account.objects.create(username="grid", name="网格员")
Duty.objects.create(account=account, unit=unit, role="grid_worker", region="429999103200", starts=date(2020, 1, 1))
print(issue_collector(where=At("429999103200"), account=account, name="手机", by=SYSTEM)[1])
"""


def test_a_phone_may_send_in_chunks(installed: Path) -> None:
    """Without a length told: the answer names the form that is missing, so the whole body was read."""
    with served(installed) as (address, _took):
        base = urlsplit(f"{address}/key/{python(installed, A_KEY).strip()}")
        body = multipart(filled("no.such.form", {"remark": "长" * 100_000}), {})
        pieces = (body[i : i + 10_000] for i in range(0, len(body), 10_000))
        connection = http.client.HTTPConnection(base.netloc, timeout=60)
        headers = {"X-OpenRosa-Version": "1.0", "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        connection.request("POST", f"{base.path}/submission", pieces, headers, encode_chunked=True)
        answer = connection.getresponse()
        said = answer.read().decode()
        connection.close()
        halved = half_closed(base, body)
    assert (answer.status, "没有这张表" in said) == (404, True), said
    assert halved.startswith(b"HTTP/1.1 400")
    assert "发送的内容不完整".encode() in halved


def half_closed(base: SplitResult, body: bytes) -> bytes:
    """What is answered to a phone that says it sends so much, stops in the middle and still listens."""
    head = f"POST {base.path}/submission HTTP/1.1\r\nHost: {base.netloc}\r\nX-OpenRosa-Version: 1.0\r\n"
    head += f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection((base.hostname or "", base.port or 0), timeout=60) as line:
        line.sendall(head.encode() + body[: len(body) // 2])
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65_536), b""))


def test_it_starts_a_second_time(installed: Path) -> None:
    with served(installed) as (address, _took):
        assert address.startswith("http://127.0.0.1:")
