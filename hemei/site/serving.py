"""Serving: static files gathered when they have changed, the web server in processes of its own, one worker beside it.

The process that was started by hand runs no requests. It watches the server processes and is the one place in which
the chores are done (sealing the audit chain, sending messages, doing jobs), so that they are done once however many
processes answer requests. Server processes are spawned, never forked: a fork would copy locks that threads hold.
"""

from __future__ import annotations

import fcntl
import hashlib
import http.client
import multiprocessing
import socket
import threading
from collections.abc import Callable
from time import sleep

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connections
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from hemei.core.actions.register.applying import forget_strays
from hemei.core.actions.seal import Sealer, seal_pending
from hemei.core.daily import EachDay
from hemei.core.files import forget_partials
from hemei.core.outbox import Outbox
from hemei.core.worker import Worker

THREADS = 8  # requests answered at a time by one process: most wait, for the one writer of SQLite or for a disk
LONGEST_STOP_S = 20  # how long a request may take to end once we were told to stop


def gather_static_files() -> bool:
    """Hash and compress what browsers load into STATIC_ROOT. Returns False if that is how they were left last time."""
    mark, digest = settings.VAR / "static.digest", _static_digest()
    if mark.exists() and mark.read_text() == digest and settings.STATIC_ROOT.is_dir():
        return False
    call_command("collectstatic", interactive=False, clear=settings.STATIC_ROOT.is_dir(), verbosity=0)
    mark.write_text(digest)
    return True


def _static_digest() -> str:
    """Which files there are, how large and how old: tells the same gathering from another without reading them."""
    found = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda pair: pair[0]):
            told = storage.get_modified_time(path).timestamp()
            found.update(f"{path}\0{storage.size(path)}\0{told}\n".encode())
    return found.hexdigest()


def is_taken(host: str, port: int) -> bool:
    """Whether somebody listens there already. The server itself would share the port and say nothing."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def run(host: str, port: int, *, processes: int, chores: bool, ready: Callable[[], None]) -> None:
    """Serve until told to stop; `ready` is called once the first answer has come."""
    multiprocessing.set_start_method("spawn", force=True)
    connections.close_all()
    server = Server(
        "hemei.site.wsgi:application_apart",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=THREADS,
        websockets=False,
        log_level=LogLevels.error,  # it would warn that waiting threads outnumber processors, which is meant
        respawn_failed_workers=True,
        workers_kill_timeout=LONGEST_STOP_S,
    )
    worker = Worker([Sealer(), Outbox(), EachDay()])
    server.on_startup(threading.Thread(target=_wait_until_it_answers, args=(host, port, ready), daemon=True).start)
    if chores:
        forget_strays()
        forget_partials()
        connections.close_all()
        server.on_startup(worker.start)
    with open(settings.SERVING_LOCK, "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)  # waits for a restore that is under way
        server.serve()
    if chores:
        worker.stop()
        worker.join(timeout=LONGEST_STOP_S)
        seal_pending()  # what the last requests left


def _wait_until_it_answers(host: str, port: int, ready: Callable[[], None]) -> None:
    """However slow the machine is: whoever waits for the word must not wait for ever."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (compared, not bound)
    while True:
        connection = http.client.HTTPConnection(here, port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            sleep(0.1)
            continue
        finally:
            connection.close()
        ready()
        return
