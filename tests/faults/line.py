"""A line on which bytes may stop at any moment: what a browser takes for the server, on a port of its own."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from random import Random

A_READ = 2**14
A_FORM = 60_000  # bytes: about what a check with its photo takes
AN_ANSWER = 2_000  # of which the head takes about half
HEAD_ENDS = b"\r\n\r\n"


class Line:
    """Passes on what comes. A `bad` one ends each connection somewhere: in what is asked, or in what is answered.

    Never within the head of an answer: on plain HTTP a browser takes such a head for a whole one with an empty page
    behind it, for an empty script even, that replaces the one by which a page stays on the phone. With TLS, as outside
    of this machine, Chromium (156) refused it wherever it was cut.
    """

    def __init__(self, server: int, rng: Random) -> None:
        self.server, self.rng, self.bad = server, rng, False
        self._open: set[socket.socket] = set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._listen, daemon=True).start()

    def cut(self) -> None:
        """What is under way ends here."""
        for one in list(self._open):
            _end(one)

    def close(self) -> None:
        _end(self._listening)
        self.cut()

    def _listen(self) -> None:
        with suppress(OSError):  # closed
            while True:
                phone, _address = self._listening.accept()
                asked, told = self._how_far()
                threading.Thread(target=self._carry, args=(phone, asked, told), daemon=True).start()

    def _how_far(self) -> tuple[float, float]:
        """After how many bytes of what is asked, and of what is answered, the connection ends."""
        if not self.bad:
            return float("inf"), float("inf")
        if self.rng.random() < 0.5:
            return self.rng.randrange(A_FORM), float("inf")
        return float("inf"), self.rng.randrange(AN_ANSWER)

    def _carry(self, phone: socket.socket, asked: float, told: float) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.server))
        except OSError:  # nobody answers there at the moment
            _end(phone)
            return
        both = {phone, server}
        self._open |= both
        back = threading.Thread(target=_pass_on, args=(server, phone, told), daemon=True)
        back.start()
        _pass_on(phone, server, asked)
        back.join()
        self._open -= both


def _pass_on(source: socket.socket, target: socket.socket, left: float) -> None:
    with suppress(OSError):
        while left > 0 and (read := source.recv(A_READ)):
            passed = read[: int(min(left, len(read)))]
            if read.startswith(b"HTTP/") and HEAD_ENDS in read and HEAD_ENDS not in passed:
                break
            target.sendall(passed)
            left -= len(read)
    _end(source)
    _end(target)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
