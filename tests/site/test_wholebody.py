"""What was cut off on its way is not taken for something shorter."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.http import UnreadablePostError
from django.test import RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from hemei.site.wholebody import SAID, Whole, whole_bodies

PHOTO = SimpleUploadedFile("roof.jpg", b"a photo" * 40)
SHEET = encode_multipart(BOUNDARY, {"check": "{}", "photo": PHOTO, "photo_question": "roof"})


class Slow(io.BytesIO):
    """Gives no more than a few bytes at a time, as a line does."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(7 if size is None or size < 0 else min(7, size))


def asked(body: bytes, length: int) -> tuple[str, bytes, list[str]]:
    """The status, the body, and what the application had understood."""
    understood: list[str] = []
    statuses: list[str] = []

    def application(environ: Any, start_response: Any) -> list[bytes]:
        request = WSGIRequest(environ)
        for _again in range(2):  # the guard against forged posts asks first, and minds no broken line
            with suppress(UnreadablePostError):
                understood[:] = [*request.POST, *request.FILES]
        start_response("200 OK", [])
        return [b"stored"]

    def start(status: str, *_more: Any) -> Any:
        statuses.append(status)

    sent = RequestFactory().post("/", {}).environ | {"CONTENT_TYPE": MULTIPART_CONTENT, "CONTENT_LENGTH": str(length)}
    said = b"".join(whole_bodies(application)(sent | {"wsgi.input": Slow(body)}, start))
    return statuses[-1], said, understood


def test_a_whole_request_goes_through_in_whatever_pieces_it_comes() -> None:
    status, said, understood = asked(SHEET, len(SHEET))
    assert (status, said) == ("200 OK", b"stored")
    assert understood == ["check", "photo_question", "photo"]


@pytest.mark.parametrize("missing", [1, 40, 200, len(SHEET) - 1, len(SHEET)])
def test_of_one_that_was_cut_off_nothing_is_understood_and_its_sender_is_asked_again(missing: int) -> None:
    status, said, understood = asked(SHEET[:-missing], len(SHEET))
    assert status.startswith("503")
    assert said == SAID
    assert understood == []


def test_what_a_body_holds_beyond_its_length_is_not_read() -> None:
    whole = Whole(io.BytesIO(b"0123456789"), 4)
    assert (whole.read(3), whole.read(), whole.read(), whole.cut) == (b"012", b"3", b"", False)


def test_lines_are_read_as_far_as_the_body_goes() -> None:
    whole = Whole(io.BytesIO(b"one\ntwo\nthree"), 7)
    assert (whole.readline(), whole.readline(), whole.readline(), whole.cut) == (b"one\n", b"two", b"", False)
    whole = Whole(io.BytesIO(b"one\n"), 7)
    assert whole.readline(2) + whole.readline() == b"one\n"
    with pytest.raises(OSError, match="cut off"):
        whole.readline()
    assert whole.cut


def test_a_connection_that_breaks_is_as_good_as_one_that_ends() -> None:
    class Broken:
        def read(self, size: int = -1, /) -> bytes:
            raise ConnectionResetError

        readline = read

    whole = Whole(Broken(), 4)
    with pytest.raises(ConnectionResetError):
        whole.read(4)
    assert whole.cut
