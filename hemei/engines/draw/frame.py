"""The frozen frame: every house that can be drawn, in the one order and spelling that is published and hashed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

COLUMNS = "stratum,tile,id,weight"
OPAQUE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
STRATUM = re.compile(r"[0-9]{2,15}")
WHOLE_NUMBER = re.compile(r"0|[1-9][0-9]*")
LARGEST_TILE = (1 << 52) - 1


class DrawError(ValueError):
    """The frame, the sizes, the seed or the inspectors allow no draw; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One house of the frame: opaque id, stratum (township code), tile key (`terms.tile`), weight of at least 1.

    A house patrolled lately gets a smaller weight than the others, never zero: every house can always be drawn.
    """

    id: str
    stratum: str
    tile: int
    weight: int = 1

    def __post_init__(self) -> None:
        if not OPAQUE_ID.fullmatch(self.id):
            raise DrawError(f"编号 {self.id!r} 不能用：只能由 1–64 个英文字母、数字、“-”或“_”组成。")
        if not STRATUM.fullmatch(self.stratum):
            raise DrawError(f"房屋 {self.id} 的乡镇代码 {self.stratum!r} 不对：只能是 2–15 位数字。")
        if not 0 <= self.tile <= LARGEST_TILE:
            raise DrawError(f"房屋 {self.id} 的图块号 {self.tile} 不在 0 到 {LARGEST_TILE} 之间。")
        if self.weight < 1:
            raise DrawError(
                f"房屋 {self.id} 的权重 {self.weight} 不对：权重是不小于 1 的整数，近期查过的可以小，但不能为零。"
            )


def in_order(frame: Iterable[Entry]) -> list[Entry]:
    """The frame by stratum, then tile, then id. Raises DrawError where an id stands twice."""
    entries = sorted(frame, key=lambda entry: (entry.stratum, entry.tile, entry.id))
    seen: set[str] = set()
    for entry in entries:
        if entry.id in seen:
            raise DrawError(f"编号 {entry.id} 在抽样框里出现了两次：请先去掉重复的房屋，再冻结抽样框。")
        seen.add(entry.id)
    return entries


def frame_bytes(frame: Iterable[Entry]) -> bytes:
    r"""The canonical file of a frame: UTF-8, LF, a header, one line a house by (stratum, tile, id), nothing quoted.

    The order in which the entries come does not matter.

    >>> frame_bytes([Entry("h2", "429021103", 7, 4), Entry("h1", "429021103", 5)])
    b'stratum,tile,id,weight\n429021103,5,h1,1\n429021103,7,h2,4\n'
    """
    lines = [f"{entry.stratum},{entry.tile},{entry.id},{entry.weight}" for entry in in_order(frame)]
    return "".join(f"{line}\n" for line in [COLUMNS, *lines]).encode()


def frame_hash(frame: Iterable[Entry]) -> str:
    """SHA-256 of `frame_bytes`, 64 lower-case hexadecimal digits: what is published before the seed is known."""
    return hashlib.sha256(frame_bytes(frame)).hexdigest()


def read_frame(published: bytes) -> list[Entry]:
    """The entries of a published frame file, in its order. Raises DrawError unless the bytes are canonical."""
    try:
        header, *lines = published.decode().split("\n")
    except UnicodeDecodeError:
        raise DrawError("抽样框文件不是 UTF-8 编码：请使用公布的原始文件，不要用 Excel 另存。") from None
    entries = [read_line(number, line) for number, line in enumerate(lines[:-1], start=2)]
    if header != COLUMNS or frame_bytes(entries) != published:
        raise DrawError("抽样框文件被改动过（表头、顺序或换行与规定不符）：请使用公布的原始文件。")
    return entries


def read_line(number: int, line: str) -> Entry:
    """One line of a frame file; `number` is its line number, for the message. Raises DrawError."""
    cells = line.split(",")
    if len(cells) != 4 or not (WHOLE_NUMBER.fullmatch(cells[1]) and WHOLE_NUMBER.fullmatch(cells[3])):
        raise DrawError(f"抽样框文件第 {number} 行读不懂：应为“乡镇代码,图块号,编号,权重”。")
    return Entry(id=cells[2], stratum=cells[0], tile=int(cells[1]), weight=int(cells[3]))
