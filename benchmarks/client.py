"""Connections that ask and wait: as little work as possible, because they share the machine with what they measure."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

HOST = "127.0.0.1"


class Connection:
    """One kept-alive HTTP connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = self._open()

    def _open(self) -> socket.socket:
        opened = socket.create_connection((HOST, self.port), timeout=60)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a whole request; returns the status and the body."""
        self.socket.sendall(request)
        got = self.socket.recv(65536)
        while b"\r\n\r\n" not in got:
            got += self._more()
        head, _, body = got.partition(b"\r\n\r\n")
        lower = head.lower()
        length = lower.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0].strip()
        if length:
            while len(body) < int(length):
                body += self._more()
        elif b"transfer-encoding: chunked" in lower:
            while not body.endswith(b"0\r\n\r\n"):
                body += self._more()
        if b"connection: close" in lower:
            self.socket.close()
            self.socket = self._open()
        return int(head[9:12]), body

    def _more(self) -> bytes:
        got = self.socket.recv(262144)
        if not got:
            raise ConnectionError("the server hung up in the middle of an answer")
        return got


@dataclass
class Taken:
    """What one user saw: how long each answer took (seconds) and what each request was of."""

    times: list[float] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    wrong: list[tuple[str, int]] = field(default_factory=list)


def run(
    port: int,
    users: int,
    seconds: float,
    next_request: Callable[[int, int], tuple[str, bytes] | None],
    *,
    thinks: float = 0.0,
    good: Sequence[int] = (200, 302, 304),
) -> tuple[list[Taken], float]:
    """Let so many users ask for so long; `next_request(user, number)` is what they ask. Returns what they saw, and how
    long it lasted."""
    taken = [Taken() for _ in range(users)]
    until = time.perf_counter() + seconds

    def use(user: int) -> None:
        connection, mine, number = Connection(port), taken[user], 0
        if thinks:
            time.sleep(thinks * user / users)
        while time.perf_counter() < until:
            asked = next_request(user, number)
            if asked is None:
                return
            kind, request = asked
            began = time.perf_counter()
            status, _body = connection.ask(request)
            mine.times.append(time.perf_counter() - began)
            mine.kinds.append(kind)
            if status not in good:
                mine.wrong.append((kind, status))
            number += 1
            if thinks:
                time.sleep(thinks)

    threads = [threading.Thread(target=use, args=(user,), daemon=True) for user in range(users)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken, time.perf_counter() - began


def press(
    port: int,
    users: int,
    seconds: float,
    next_request: Callable[[int, int], tuple[str, bytes] | None],
    *,
    good: Sequence[int] = (200, 302, 304),
) -> tuple[list[Taken], float]:
    """As `run` for users who never think, all in this thread: threads that wait for each other would take processor
    time from what is measured. Answers have to say how long they are, or end in the head."""
    taken = [Taken() for _ in range(users)]
    open_ones = [Connection(port) for _ in range(users)]
    by_file = {one.socket.fileno(): user for user, one in enumerate(open_ones)}
    kinds, began, got = [""] * users, [0.0] * users, [b""] * users
    poll = select.epoll()

    def send(user: int) -> bool:
        asked = next_request(user, len(taken[user].times))
        if asked is None:
            return False
        kinds[user], request = asked
        began[user], got[user] = time.perf_counter(), b""
        open_ones[user].socket.sendall(request)
        return True

    start = time.perf_counter()
    until, waiting = start + seconds, 0
    for file, user in by_file.items():
        if send(user):
            poll.register(file, select.EPOLLIN)
            waiting += 1
    while waiting:
        for file, _event in poll.poll():
            user = by_file[file]
            part = open_ones[user].socket.recv(65536)
            if not part:
                raise ConnectionError("the server hung up in the middle of an answer")
            got[user] += part
            if not _is_whole(got[user]):
                continue
            now = time.perf_counter()
            status, mine = int(got[user][9:12]), taken[user]
            mine.times.append(now - began[user])
            mine.kinds.append(kinds[user])
            if status not in good:
                mine.wrong.append((kinds[user], status))
            if now >= until or not send(user):
                poll.unregister(file)
                waiting -= 1
    lasted = time.perf_counter() - start
    for one in open_ones:
        one.socket.close()
    return taken, lasted


def _is_whole(got: bytes) -> bool:
    head, end, body = got.partition(b"\r\n\r\n")
    if not end:
        return False
    length = head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0].strip()
    return len(body) >= int(length or 0)


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)] if values else float("nan")


def get(path: str, cookie: str = "") -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Language: zh-CN", "Accept-Encoding: gzip"]
    return "\r\n".join([*lines, *([f"Cookie: {cookie}"] if cookie else []), "", ""]).encode()


def post(
    path: str, body: bytes, cookie: str = "", kind: str = "application/x-www-form-urlencoded", **more: str
) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"Cookie: {cookie}"] if cookie else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
