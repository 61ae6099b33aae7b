import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemei.engines.draw import DrawError, Entry, frame_bytes, frame_hash, read_frame

HONGPING, MUYU = "429021103", "429021102"
entries = st.builds(
    Entry,
    id=st.text("abcXYZ019-_", min_size=1, max_size=6),
    stratum=st.sampled_from([HONGPING, MUYU]),
    tile=st.integers(0, 2**52 - 1),
    weight=st.integers(1, 9),
)
frames = st.lists(entries, max_size=30, unique_by=lambda entry: entry.id)


def test_lines_are_sorted_by_township_then_tile_then_id() -> None:
    frame = [Entry("b", HONGPING, 9), Entry("a", HONGPING, 10), Entry("z", MUYU, 99, 4), Entry("B", HONGPING, 9)]
    assert frame_bytes(frame).decode() == (
        "stratum,tile,id,weight\n429021102,99,z,4\n429021103,9,B,1\n429021103,9,b,1\n429021103,10,a,1\n"
    )


def test_the_hash_is_that_of_the_published_bytes() -> None:
    frame = [Entry("a", HONGPING, 1)]
    assert frame_hash(frame) == hashlib.sha256(b"stratum,tile,id,weight\n429021103,1,a,1\n").hexdigest()


@given(frames, st.randoms(use_true_random=False))
def test_neither_the_order_nor_a_round_trip_changes_the_bytes(frame: list[Entry], rnd: random.Random) -> None:
    published = frame_bytes(frame)
    rnd.shuffle(frame)
    assert frame_bytes(frame) == published
    assert frame_bytes(read_frame(published)) == published


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"id": "王小明"}, "编号"),
        ({"id": "a,b"}, "编号"),
        ({"stratum": "红坪镇"}, "乡镇代码"),
        ({"tile": -1}, "图块号"),
        ({"weight": 0}, "不能为零"),
    ],
)
def test_entries_that_could_not_be_published_are_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(DrawError, match=said):
        Entry(**({"id": "a", "stratum": HONGPING, "tile": 1, "weight": 1} | wrong))  # type: ignore[arg-type]


def test_a_house_twice_is_refused_by_its_id() -> None:
    with pytest.raises(DrawError, match=r"编号 a .*两次"):
        frame_bytes([Entry("a", HONGPING, 1), Entry("a", MUYU, 2)])


@pytest.mark.parametrize(
    "published",
    [
        b"stratum,tile,id,weight\r\n429021103,1,a,1\r\n",
        b"\xef\xbb\xbfstratum,tile,id,weight\n429021103,1,a,1\n",
        b"stratum,tile,id,weight\n429021103,1,a,1",
        b"stratum,tile,id,weight\n429021103,01,a,1\n",
        b"stratum,tile,id,weight\n429021103,2,a,1\n429021103,1,b,1\n",
        b"stratum,tile,id,weight\n429021103,1,a\n",
        b"\xff\xfe",
        b"",
    ],
)
def test_a_file_that_is_not_as_published_is_refused(published: bytes) -> None:
    with pytest.raises(DrawError):
        read_frame(published)
