"""A request whose body was cut off on its way is answered as such.

What is there of it may read as a whole form with less in it: a check without its photos. It must not be taken for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

SAID = "发送的内容不完整，请重新发送。 The request was cut off; please send it again.\n".encode()
ANSWER = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(SAID))), ("Retry-After", "1")]


class Body(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...
    def readline(self, size: int = -1, /) -> bytes: ...


class Whole:
    """A body of so many bytes. Where fewer come, reading it fails, and `cut` says so."""

    def __init__(self, body: Body, length: int) -> None:
        self._body, self._left, self.cut = body, length, False

    def read(self, size: int = -1, /) -> bytes:
        """As many bytes as asked for, or all that are left. Raises OSError where they do not come."""
        wanted = self._wanted(size)
        pieces = bytearray()
        while len(pieces) < wanted:
            pieces += self._next(self._body.read, wanted - len(pieces))
        return bytes(pieces)

    def readline(self, size: int = -1, /) -> bytes:
        """The next line, as far as `size`. Raises OSError where the body ends before it should."""
        wanted = self._wanted(size)
        return self._next(self._body.readline, wanted) if wanted else b""

    def _wanted(self, size: int) -> int:
        return self._left if size < 0 else min(size, self._left)

    def _next(self, take: Callable[[int], bytes], size: int) -> bytes:
        try:
            piece = take(size)
        except OSError:
            self.cut = True
            raise
        if not piece:
            self.cut = True
            raise OSError("the request was cut off")
        self._left -= len(piece)
        return piece


def whole_bodies(application: WSGIApplication) -> WSGIApplication:
    """The application, which is never told less than a request says that it sends."""

    def answered(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        length = str(environ.get("CONTENT_LENGTH") or "")
        if not length.isdecimal():  # in chunks: whoever takes them looks for their end
            return application(environ, start_response)
        body = environ["wsgi.input"] = Whole(environ["wsgi.input"], int(length))

        replaced = False

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            nonlocal replaced
            replaced = body.cut and not _told_a_phone(status, headers)
            if replaced:
                return start_response("503 Service Unavailable", ANSWER, *more)
            return start_response(status, headers, *more)

        said = application(environ, start)
        if not replaced:
            return said
        if close := getattr(said, "close", None):
            close()
        return [SAID]

    return answered


def _told_a_phone(status: str, headers: list[tuple[str, str]]) -> bool:
    """OpenRosa has an answer of its own, 400 in an envelope. Collect shows its words and keeps the form as ever."""
    return status.startswith("400") and any(name == "X-OpenRosa-Version" for name, _said in headers)
