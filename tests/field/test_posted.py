"""Posts are read as they come: photos to the disk, whatever their size, and nothing is left behind."""

from __future__ import annotations

import hashlib
import io
import tracemalloc
from collections.abc import Iterator

import pytest
from django.test import RequestFactory
from PIL import Image

from hemei.core.files import partials, path_of
from hemei.core.models import Check, Evidence, Place
from hemei.field.views import collect
from tests.conftest import People
from tests.field.collector import BOUNDARY, Phone, multipart
from tests.field.test_collect import CRACKED, phone_of, survey

MEGABYTE = 2**20


@pytest.fixture
def phone(people: People, well: Place) -> Phone:
    return phone_of(people.grid)


def large_photo(size: int) -> bytes:
    """A JPEG with much behind its end, which readers leave alone."""
    out = io.BytesIO()
    Image.new("RGB", (16, 12), "blue").save(out, "JPEG")
    return out.getvalue() + b"\xa5" * (size - len(out.getvalue()))


class Trickling(io.RawIOBase):
    """A body that is never whole in memory: it is made while it is read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size and (piece := next(self._pieces, b"")):
            self._rest += piece
        given, self._rest = self._rest[:size], self._rest[size:]
        return given


def send(phone: Phone, pieces: Iterator[bytes], length: int | str):
    token = phone.base.rpartition("/")[2]
    request = RequestFactory(headers={"x-openrosa-version": "1.0", "accept-language": "zh-CN"}).request(
        REQUEST_METHOD="POST",
        PATH_INFO=f"/key/{token}/submission",
        CONTENT_TYPE=f"multipart/form-data; boundary={BOUNDARY}",
        CONTENT_LENGTH=str(length),
        **{"wsgi.input": Trickling(pieces)},
    )
    return collect.submission(request, token)


def test_fifty_megabytes_of_photos_are_not_held_in_memory(phone: Phone, well: Place) -> None:
    xml = survey(well, **CRACKED, photo="一.jpg")
    content = large_photo(17 * MEGABYTE)
    digest = hashlib.sha256(content).hexdigest()
    whole = multipart(xml, {"一.jpg": b"@@"})
    before, _mark, after = whole.partition(b"@@")
    extra = f'\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name="b"; filename="b.jpg"\r\n\r\n'.encode()

    def pieces() -> Iterator[bytes]:
        yield before
        for number in range(3):
            for start in range(0, len(content), 65536):
                yield content[start : start + 65536]
            if number < 2:
                yield extra
        yield after

    length = len(before) + len(after) + 3 * len(content) + 2 * len(extra)
    assert length > 50 * MEGABYTE
    phone.forms()  # what is loaded once is not counted
    tracemalloc.start()
    try:
        answer = send(phone, pieces(), length)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.status_code == 201, answer.content.decode()
    assert peak < 8 * MEGABYTE
    assert [(one.sha256, one.size) for one in Evidence.objects.all()] == [(digest, len(content))]
    assert path_of(digest).stat().st_size == len(content)
    assert not list(partials().glob("*"))  # the photos nobody asked for are gone


def test_answers_of_fifty_megabytes_are_refused_in_words(phone: Phone) -> None:
    before, _mark, after = multipart(b"@@", {}).partition(b"@@")
    size = 50 * MEGABYTE
    pieces = (piece for part in ([before], (b"<a>" * 21845 for _ in range(size // 65535)), [after]) for piece in part)
    tracemalloc.start()
    try:
        answer = send(phone, pieces, len(before) + len(after) + size // 65535 * 65535)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.status_code == 400
    assert "超过 1 MB" in answer.content.decode()
    assert peak < 8 * MEGABYTE
    assert not Check.objects.exists()


def test_what_was_cut_off_leaves_nothing_behind(phone: Phone, well: Place) -> None:
    body = multipart(survey(well, **CRACKED, photo="一.jpg"), {"一.jpg": large_photo(2 * MEGABYTE)})
    assert phone.post(body[: len(body) // 2]).status_code == 400
    assert phone.post(body.replace(b"hemei_place>", b"elsewhere>")).status_code == 404
    assert not list(partials().glob("*"))
    assert not Evidence.objects.exists()


def test_a_photo_that_is_too_large_is_named(phone: Phone, well: Place, settings) -> None:
    settings.MAX_PHOTO_BYTES = MEGABYTE
    xml = survey(well, **CRACKED, photo="一.jpg")
    [answer] = phone.send(xml, {"一.jpg": large_photo(MEGABYTE + 1)})
    assert answer.status_code == 400
    assert "“一.jpg”超过 1 MB" in answer.content.decode()
    assert not Check.objects.exists()


def test_a_post_that_is_too_large_is_refused_by_what_it_says_and_by_what_it_is(phone, well: Place, settings) -> None:
    settings.MAX_PHOTO_BYTES = MEGABYTE // 5
    body = multipart(survey(well, **CRACKED, photo="一.jpg"), {"一.jpg": large_photo(2 * MEGABYTE)})
    for length in (len(body), ""):
        answer = send(phone, iter([body]), length)
        assert answer.status_code == 413
        assert "太大" in answer.content.decode()
        assert not list(partials().glob("*"))


def test_a_post_may_hold_as_many_bytes_of_files_as_is_announced(phone: Phone, well: Place, settings) -> None:
    """Collect counts the form and its files, not what stands about them, and would send the same in vain for ever."""
    settings.MAX_PHOTO_BYTES = MEGABYTE // 5
    announced = int(phone.get(f"{phone.base}/formList")["X-OpenRosa-Accept-Content-Length"])
    xml = survey(well, **CRACKED, photo="一.jpg")
    photo = large_photo(MEGABYTE // 5)
    rest = {f"{number}.jpg": b"\xff" * 1000 for number in range(99)}
    rest["99.jpg"] = b"\xff" * (announced - len(xml) - len(photo) - 99_000)
    [answer] = phone.send(xml, {"一.jpg": photo} | rest, at_a_time=101)
    assert answer.status_code == 201, answer.content.decode()
    assert Evidence.objects.get().size == len(photo)
    rest["99.jpg"] += b"1"
    assert phone.send(xml, {"一.jpg": photo} | rest, at_a_time=101)[0].status_code == 413


@pytest.mark.parametrize(
    "disposition", ['name="一.jpg"', 'name="一.jpg"; filename="IMG_1.jpg"', 'name="p"; filename="一.jpg"']
)
def test_a_file_is_known_by_its_parts_name_too(phone: Phone, well: Place, disposition: str) -> None:
    body = multipart(survey(well, **CRACKED, photo="一.jpg"), {"一.jpg": large_photo(1000)})
    told = b'name="%b"; filename="%b"' % (("一.jpg".encode(),) * 2)
    assert told in body
    assert phone.post(body.replace(told, disposition.encode())).status_code == 201
    assert [one.name for one in Evidence.objects.all()] == ["一.jpg"]
    assert not list(partials().glob("*"))


def test_a_part_that_was_replaced_is_not_looked_for(phone: Phone, well: Place) -> None:
    """Two parts that say they are one file: the later counts, and the earlier is there by no name."""
    body = multipart(survey(well, **CRACKED, photo="一.jpg"), {"一.jpg": large_photo(1000), "b": large_photo(2000)})
    for name, other in (("一.jpg", 'name="一.jpg"; filename="x.jpg"'), ("b", 'name="b"; filename="x.jpg"')):
        body = body.replace(f'name="{name}"; filename="{name}"'.encode(), other.encode())
    assert phone.post(body).status_code == 201
    assert not Evidence.objects.exists()
    assert not list(partials().glob("*"))


def test_two_forms_in_one_post_are_none(phone: Phone, well: Place) -> None:
    one, other = survey(well), survey(well, **CRACKED)
    flag = b'\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="b.xml"\r\n\r\n'
    twice = [one + f"\r\n--{BOUNDARY}".encode() + flag + second for second in (other, one)]
    answers = [phone.post(multipart(xml, {})) for xml in twice]
    assert [answer.status_code for answer in answers] == [400, 201]
    assert "两份不同的表单" in answers[0].content.decode()
    assert Check.objects.count() == 1


def test_what_was_compressed_is_said_to_be(phone: Phone, well: Place) -> None:
    phone.headers["Content-Encoding"] = "gzip"
    answer = phone.post(b"\x1f\x8b")
    assert answer.status_code == 400
    assert "压缩过" in answer.content.decode()
