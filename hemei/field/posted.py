"""What a phone posts, read as it comes: the form's XML into memory, the photos to the disk with their hash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, cast

import multipart
from django.http import HttpRequest, UnreadablePostError
from django.utils.translation import gettext as _

from hemei.core.files import AT_ONCE, Received, receive
from hemei.engines.forms.submission import LARGEST

XML_PART = "xml_submission_file"
MOST_PARTS = 200  # Collect sends a hundred files at a time
FLAG = "*isIncomplete*"
AROUND = 2**20  # bytes about form and files, which Collect does not count when it fills a post as it was told
A_READ = AT_ONCE // 4


class Malformed(Exception):
    """The request is no multipart form; the message says why."""


class TooLarge(Malformed):
    """It is one, and more than one post may hold."""

    def __init__(self) -> None:
        super().__init__(_("一次发送的内容太大，请减少照片后再发。"))


@dataclass
class Posted:
    """A form's XML, and the files beside it. They lie apart until they are kept."""

    xml: bytes | None = None
    files: dict[str, Received] = field(default_factory=dict)  # by file name
    by_part: dict[str, Received] = field(default_factory=dict)  # by the part's, where that is another

    def take(self, part: str, name: str, file: Received) -> None:
        if before := self.files.get(name):
            before.path.unlink(missing_ok=True)
            self.by_part = {called: one for called, one in self.by_part.items() if one is not before}
        self.files[name] = file
        if part != name:
            self.by_part[part] = file

    @property
    def named(self) -> dict[str, Received]:
        """The files by every name they have: the protocol names the part by its file, and Collect says it twice."""
        return self.by_part | self.files


@contextmanager
def posted(request: HttpRequest, largest: int) -> Iterator[tuple[bytes, dict[str, Received]]]:
    """The XML and the files of a post, at most `largest` bytes of them; files that nobody kept meanwhile go away.

    Raises Malformed for what was cut off or never was a form, TooLarge.
    """
    taken = Posted()
    try:
        _read(request, largest + AROUND, taken)
        if len(taken.xml or b"") + sum(file.size for file in taken.files.values()) > largest:
            raise TooLarge
        if taken.xml is None:
            raise Malformed(_("发送的内容里没有表单（xml_submission_file）。"))
        yield taken.xml, taken.named
    finally:
        for file in taken.files.values():
            file.path.unlink(missing_ok=True)


def _read(request: HttpRequest, largest: int, taken: Posted) -> None:
    kind, options = multipart.parse_options_header(request.headers.get("Content-Type", ""))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise Malformed(_("发送的内容不是表单（multipart/form-data）。"))
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Malformed(_("发送的内容压缩过，这里读不了：请不压缩再发。"))
    length = _length(request)
    if length > largest:
        raise TooLarge
    # Not strict: that refuses folded header lines, and the line's end behind the last boundary where it happens to be
    # read by itself, so that a phone would send the same form in vain for ever. What was cut off is refused anyway.
    parser = multipart.PushMultipartParser(options["boundary"], content_length=length, max_segment_count=MOST_PARTS)
    try:
        _take_parts(parser.parse_blocking(_Counted(_body(request), largest).read, A_READ), taken)
    except (multipart.MultipartError, UnreadablePostError) as cut:
        raise Malformed(_("发送的内容不完整，请在信号好的地方重新发送。")) from cut


def _take_parts(events: Iterator[multipart.MultipartSegment | bytearray | None], taken: Posted) -> None:
    for part in events:
        assert isinstance(part, multipart.MultipartSegment)
        pieces = cast(Iterator[bytes], iter(lambda: next(events), None))
        if part.name == XML_PART:
            before, taken.xml = taken.xml, _at_most(pieces, LARGEST + 1)
            if before not in (None, taken.xml):
                raise Malformed(_("一次发送里有两份不同的表单，请分开发送。"))
        elif part.name == FLAG:
            _at_most(pieces, 0)
        else:
            taken.take(part.name, part.filename or part.name, receive(pieces))


def _at_most(pieces: Iterable[bytes], size: int) -> bytes:
    """The beginning of what comes; the rest is read, because a client listens only when it has sent everything."""
    kept = bytearray()
    for piece in pieces:
        kept += piece[: size - len(kept)]
    return bytes(kept)


class _Counted:
    """A body of which nobody said how long it is ends where it becomes too long."""

    def __init__(self, body: IO[bytes] | HttpRequest, largest: int) -> None:
        self._body, self._left = body, largest

    def read(self, size: int) -> bytes:
        part = self._body.read(size)
        self._left -= len(part)
        if self._left < 0:
            raise TooLarge
        return part


def _length(request: HttpRequest) -> int:
    """How many bytes the body has, -1 where it comes in chunks."""
    told = request.headers.get("Content-Length", "")
    return int(told) if told.isascii() and told.isdigit() else -1


def _body(request: HttpRequest) -> IO[bytes] | HttpRequest:
    """The body to read: Django's own stops at once where no length was told, as in a chunked request."""
    return request.META["wsgi.input"] if _length(request) < 0 else request
