"""What is sealed opens with its passphrase, whole; with any byte changed, added or missing it does not."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemei.engines import sealed
from hemei.engines.sealed import SealedReader, SealedWriter, Unreadable, WrongPassphrase

BRIDGE = "一座桥"
SMALL = 48  # bytes in a chunk, so that short texts have several


@pytest.fixture(autouse=True, scope="module")
def _small_chunks():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealed, "CHUNK", SMALL)
        yield


def seal(content: bytes, phrase: str = BRIDGE, pieces: int = 17) -> bytes:
    target = io.BytesIO()
    writer = SealedWriter(target, phrase, cost=2)
    for at in range(0, len(content), pieces):
        writer.write(content[at : at + pieces])
    writer.finish()
    return target.getvalue()


def opened(file: bytes, phrase: str = BRIDGE, size: int = 31) -> bytes:
    reader, parts = SealedReader(io.BytesIO(file), phrase), []
    while part := reader.read(size):
        parts.append(part)
    return b"".join(parts)


@given(content=st.binary(max_size=4 * SMALL), pieces=st.integers(1, 100), size=st.integers(1, 100))
def test_it_comes_back(content: bytes, pieces: int, size: int) -> None:
    assert opened(seal(content, pieces=pieces), size=size) == content


@pytest.mark.parametrize("length", [0, 1, SMALL - 1, SMALL, SMALL + 1, 2 * SMALL, 3 * SMALL])
def test_the_edges_of_chunks(length: int) -> None:
    content = bytes(range(length % 256)) * (length // max(length % 256, 1)) + b"x" * length
    assert opened(seal(content)) == content
    assert SealedReader(io.BytesIO(seal(content)), BRIDGE).read() == content


@given(content=st.binary(max_size=3 * SMALL), data=st.data())
def test_any_changed_bit_is_seen(content: bytes, data: st.DataObject) -> None:
    file = bytearray(seal(content))
    file[data.draw(st.integers(0, len(file) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((Unreadable, WrongPassphrase)):
        opened(bytes(file))


@given(content=st.binary(max_size=3 * SMALL), data=st.data())
def test_any_end_but_its_own_is_seen(content: bytes, data: st.DataObject) -> None:
    file = seal(content)
    with pytest.raises((Unreadable, WrongPassphrase)):
        opened(file[: data.draw(st.integers(0, len(file) - 1))])
    with pytest.raises((Unreadable, WrongPassphrase)):
        opened(file + data.draw(st.binary(min_size=1, max_size=2 * SMALL)))


def test_chunks_keep_their_places() -> None:
    file, sealed_chunk = seal(b"x" * (3 * SMALL)), SMALL + sealed.TAG
    chunks = file[-3 * sealed_chunk :]
    swapped = chunks[sealed_chunk : 2 * sealed_chunk] + chunks[:sealed_chunk] + chunks[2 * sealed_chunk :]
    with pytest.raises(Unreadable):
        opened(file[: -3 * sealed_chunk] + swapped)
    with pytest.raises(Unreadable) as cut:
        opened(file[: -2 * sealed_chunk])
    assert (cut.value.code, cut.value.chunk) == ("chunk", 1)


def test_another_passphrase_is_refused_before_the_first_byte() -> None:
    with pytest.raises(WrongPassphrase):
        SealedReader(io.BytesIO(seal(b"x")), "另一座桥")


def test_what_is_no_sealed_file_is_said() -> None:
    with pytest.raises(Unreadable, match="no sealed file"):
        SealedReader(io.BytesIO(b"PK\3\4" + b"x" * 100), BRIDGE)


def test_a_header_that_asks_for_too_much_is_not_believed() -> None:
    file = seal(b"x").replace(b'"n": 2,', b'"n": 1073741824,')
    header = file.index(b"{")
    length = file.index(b"}", header) + 1 - header
    with pytest.raises(Unreadable, match="not known here"):
        SealedReader(io.BytesIO(file[: header - 2] + length.to_bytes(2, "big") + file[header:]), BRIDGE)


def test_twice_the_same_looks_different() -> None:
    assert seal(b"x" * 100)[-100:] != seal(b"x" * 100)[-100:]
