"""Clients that send to a running server while its processes are killed, and what they were answered."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from tests.conftest import ROOT, photo
from tests.faults import collecting
from tests.faults.ground import Site, free_port

CLIENTS = 3
LONGEST_S = 1.2
PATIENCE_S = 60
AGAIN = (ConnectionError, http.client.HTTPException, TimeoutError)  # what a client may meet, besides a 503


class Storm:
    """One server and its clients. `rage` lets them work and kills; `calm` ends everything."""

    def __init__(self, site: Site, rng: Random) -> None:
        self.site, self.rng = site, rng
        self.port = free_port()
        self.token = (site.var / "api-token").read_text()
        self.acknowledged: list[dict[str, Any]] = []
        self.wrong: list[str] = []
        self.server: subprocess.Popen[str] | None = None
        self.unavailable = 0  # how often a client was asked to come again
        self._numbers = count(1)
        self._unanswered: list[dict[str, Any]] = []  # checks that were sent and not answered for: sent again
        self._unheard: list[collecting.Form] = []  # the same of forms that a phone sent
        self._lock = threading.Lock()

    def rage(self) -> None:
        """Start the server where none runs, send, and kill one of its processes or all of them."""
        if self.server is None or self.server.poll() is not None:
            self.start()
        with self.clients():
            time.sleep(self.rng.uniform(0.1, LONGEST_S))
            self.kill(self.rng.choice(["all", "the watching one", "an answering one", "all"]))

    @contextmanager
    def clients(self) -> Iterator[None]:
        """Some clients that send for as long as this lasts."""
        stop = threading.Event()
        clients = [
            threading.Thread(target=self._client, args=(Random(self.rng.random()), stop), daemon=True)
            for _ in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        try:
            yield
        finally:
            stop.set()
            for client in clients:
                client.join(PATIENCE_S)

    def calm(self) -> None:
        """No process is left."""
        if self.server is not None:
            self.kill("all")
            self.server = None

    def start(self) -> None:
        command = [*self.site.hemei, "serve", "--port", str(self.port)]
        with open(self.site.var / "server.log", "ab") as log:
            self.server = subprocess.Popen(
                command, cwd=ROOT, env=self.site.environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self.server.stdout is not None
        said = self.server.stdout.readline()
        self.server.stdout.close()
        assert said.startswith("Hemei is ready"), (self.site.var / "server.log").read_text()[-3000:]

    @property
    def processes(self) -> list[int]:
        """Those that answer."""
        assert self.server is not None
        return sorted(_below(self.server.pid))

    def kill(self, which: str) -> None:
        assert self.server is not None
        answering = list(_below(self.server.pid))
        if which == "an answering one" and answering:
            _end([answering[0]])
            self._wait_until_it_answers()
            return
        _end([self.server.pid] if which == "the watching one" else [self.server.pid, *answering])
        self.server.wait(PATIENCE_S)
        _wait_until_gone(answering)  # those of a watching one that was killed end by themselves
        self.server = None

    def _wait_until_it_answers(self) -> None:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            try:
                if self.ask("GET", "/healthz")[0] == 200:
                    return
            except (*AGAIN, OSError):
                time.sleep(0.1)
        raise AssertionError("the server did not come back after one of its processes was killed")

    def _client(self, rng: Random, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                rng.choice([self._send_checks, self._send_form, self._take_step])(rng)
            except (*AGAIN, OSError):
                time.sleep(0.02)
            except Exception as fault:
                self.wrong.append(repr(fault))
                return

    def _send_checks(self, rng: Random) -> None:
        with self._lock:
            batch = [self._unanswered.pop() for _ in range(min(3, len(self._unanswered)))]
            while len(batch) < 4:
                batch.append(self.check(rng, photographed=rng.random() < 0.3))
        try:
            status, body = self.ask("POST", "/api/checks", {"checks": batch})
        except BaseException:
            self._unanswered += batch
            raise
        if status == 503:
            self._come_again()
            self._unanswered += batch
            return
        assert status == 200, (status, body)
        for outcome, sent in zip(body["outcomes"], batch, strict=True):
            assert outcome["outcome"] in ("stored", "repeated"), outcome
            self.acknowledged.append(
                {
                    "kind": "check",
                    "instance": sent["instance_id"],
                    "cases": len(outcome["cases"]),
                    "photos": [hashlib.sha256(base64.b64decode(file["content"])).hexdigest() for file in sent["files"]],
                }
            )

    def _send_form(self, rng: Random) -> None:
        """One as ODK Collect sends it; one that was not answered for is sent again, the same bytes."""
        with self._lock:
            again = self._unheard.pop() if self._unheard else None
            form = again or collecting.form(
                rng, f"form-{next(self._numbers):06d}", rng.choice(self._places()), self.site.var
            )
        try:
            status, said = collecting.post(self.port, collecting.address(self.site.var), form.body, PATIENCE_S)
        except BaseException:
            self._unheard.append(form)
            raise
        if status == 503:
            self._unheard.append(form)
            self._come_again()
            return
        assert status == 201, (status, said)
        self.acknowledged.append(form.promised)

    def check(self, rng: Random, *, photographed: bool) -> dict[str, Any]:
        colour = (rng.randrange(256), rng.randrange(256), rng.randrange(256))
        files = [{"name": "现场.jpg", "content": _base64(colour)}] if photographed else []
        leans = {"wall_leaning": "yes", "corner_gap": "no"} if rng.random() < 0.3 else {}
        return {
            "instance_id": f"storm-{next(self._numbers):06d}",
            "place": rng.choice(self._places()),
            "form": "houses.selfcheck",
            "answers": leans,
            "at": datetime.now(UTC).isoformat(),
            "channel": "call",
            "files": files,
        }

    def _take_step(self, rng: Random) -> None:
        status, listed = self.ask("GET", "/api/cases?size=20")
        if status == 503:
            self._come_again()
        open_ones = [case for case in listed.get("items", []) if case["state"] in ("assigned", "contained")]
        if not open_ones:
            return
        case, note = rng.choice(open_ones), f"现场 {rng.random()}"
        verb = "contain" if case["state"] == "assigned" else "look_again"
        colour = (rng.randrange(256), rng.randrange(256), rng.randrange(256))
        sent = {"note": note, "files": [{"name": "现场.jpg", "content": _base64(colour)}]}
        status, body = self.ask("POST", f"/api/cases/{case['id']}/steps/{verb}", sent)
        assert status in (200, 409, 503), (status, body)  # 409: another client was there first
        if status == 503:
            self._come_again()
        if status == 200:
            said = {"kind": "step", "case": case["id"], "verb": f"case.{verb}", "note": note}
            self.acknowledged.append(said)

    def _come_again(self) -> None:
        self.unavailable += 1
        time.sleep(0.05)

    def _places(self) -> list[int]:
        if not hasattr(self, "_known"):
            status, listed = self.ask("GET", "/api/places/house?size=50")
            if status == 503:
                raise ConnectionError("come again")
            assert status == 200, listed
            self._known = [place["id"] for place in listed["items"]]
        return self._known

    def ask(
        self, method: str, address: str, body: Any = None, *, page: bool = False, language: str = "zh-hans"
    ) -> tuple[int, Any]:
        """Status and answer, of the API with its key, or of a page as a visitor sees it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            headers = {"Accept-Language": language}
            if not page:
                headers |= {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
            connection.request(method, address, json.dumps(body) if body is not None else None, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        return response.status, json.loads(content) if content[:1] in (b"{", b"[") else {
            "text": content.decode(errors="replace")
        }


def _base64(colour: tuple[int, int, int]) -> str:
    return base64.b64encode(photo(f"rgb{colour}").content).decode()


def end_with_all_below(pid: int) -> None:
    """This process and every one that descends from it, at once."""
    processes = [pid, *_below(pid)]
    _end(processes)
    _wait_until_gone(processes)


def _below(pid: int) -> Iterator[int]:
    """Every process that descends from this one."""
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, listed.read_text().split()):
            yield from (child, *_below(child))


def _end(processes: list[int]) -> None:
    for pid in processes:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _wait_until_gone(processes: list[int]) -> None:
    until = time.monotonic() + PATIENCE_S
    while left := [pid for pid in processes if Path(f"/proc/{pid}").exists() and not _is_dead(pid)]:
        assert time.monotonic() < until, f"processes {left} outlived the one that watched them"
        time.sleep(0.02)


def _is_dead(pid: int) -> bool:
    """Ended, and nobody has asked how."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True
