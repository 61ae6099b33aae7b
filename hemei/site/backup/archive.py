"""What is in a backup: a tar archive inside the seal, in an order in which it can be written and read in one go.

`about.json` (which migrations, which columns of which table), `keys.json`, the rows of every table as gzipped lines
(`tables/NAME/NUMBER.jsonl.gz`), every file of evidence (`evidence/SHA-256`, or an empty `missing/SHA-256`), and
`end.json` with the digest of everything.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import IO, Any, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.errors import Mistaken
from hemei.core.files import parts_of
from hemei.core.queries.digest import Held, Rows
from hemei.engines.sealed import CHUNK, SealedReader, Unreadable, WrongPassphrase

FORMAT = 1
PART = 4 * 2**20  # bytes of lines in one member
TABLE = re.compile(r"tables/([a-z0-9_]+)/(\d{6})\.jsonl\.gz")
FILE = re.compile(r"(evidence|missing)/([0-9a-f]{64})")

Rowed = Callable[[str, Iterator[bytes]], None]
Filed = Callable[[str, Iterator[bytes]], None]


DAMAGED = {
    "foreign": gettext_lazy("它不是和美的备份，或者开头已经改变"),
    "start": gettext_lazy("它的开头有损坏"),
    "key": gettext_lazy("它的密钥是用这里不认识的办法做的，可能出自更新的版本"),
    "chunk": gettext_lazy("它在第 %(chunk)d MB 处有损坏，或者从那里起缺了"),
}


class BadBackup(Mistaken):
    """The file cannot be restored from; nothing has been touched."""


class Unfit(ValueError):
    """What lies inside the seal is not what a backup holds; the message says what, in the reader's language."""


@dataclass(frozen=True)
class Contents:
    """What a backup says of itself."""

    about: dict[str, Any]
    keys: dict[str, str]
    end: dict[str, Any]

    @property
    def columns(self) -> dict[str, list[str]]:
        return dict(self.about["columns"])


class Writer:
    """Writes the members one after the other."""

    def __init__(self, target: io.RawIOBase) -> None:
        self._tar = tarfile.open(fileobj=cast(IO[bytes], target), mode="w|", bufsize=CHUNK, format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self.rows, self.held = Rows(), Held()

    def json(self, name: str, value: object) -> None:
        self.member(name, json.dumps(value, ensure_ascii=False, sort_keys=True).encode())

    def member(self, name: str, content: bytes) -> None:
        self._add(name, len(content), io.BytesIO(content))

    def table(self, name: str, lines: Iterator[bytes]) -> None:
        """The rows of a table, at least one member even where there are none."""
        part, number = bytearray(), 0
        for line in self.rows.take(name, lines):
            part += line + b"\n"
            if len(part) >= PART:
                self._part(name, number, bytes(part))
                part, number = bytearray(), number + 1
        if part or not number:
            self._part(name, number, bytes(part))

    def _part(self, name: str, number: int, lines: bytes) -> None:
        self.member(f"tables/{name}/{number:06d}.jsonl.gz", gzip.compress(lines, 4, mtime=0))

    def evidence(self, sha256: str, path: Path) -> str:
        """One file as it lies there; returns what is wrong with it, or nothing."""
        try:
            file = path.open("rb")
        except FileNotFoundError:
            self.member(f"missing/{sha256}", b"")
            return self.held.take(sha256, None)
        with file:
            size, digest = path.stat().st_size, hashlib.sha256()
            self._add(f"evidence/{sha256}", size, _Hashed(file, digest))
        return self.held.take(sha256, (size, digest.hexdigest()))

    def close(self) -> None:
        self._tar.close()

    def _add(self, name: str, size: int, content: Any) -> None:
        info = tarfile.TarInfo(name)
        info.size = size
        self._tar.addfile(info, content)
        self._tar.members = []  # type: ignore[attr-defined]  # else it would remember a million names


class _Hashed:
    """A file whose bytes are hashed on their way."""

    def __init__(self, file: IO[bytes], digest: Any) -> None:
        self._file, self._digest = file, digest

    def read(self, size: int = -1) -> bytes:
        part = self._file.read(size)
        self._digest.update(part)
        return part


def read_through(path: Path, passphrase: str, *, rows: Rowed, evidence: Filed) -> Contents:
    """Read a whole backup, handing on rows and files; every seal, hash and count is checked on the way.

    Raises BadBackup. What has been handed on by then must not be kept.
    """
    try:
        with path.open("rb") as file:
            opened = SealedReader(file, passphrase)
            contents = _read(_members(opened), rows, evidence)
            while opened.read(CHUNK):  # what stands after the archive's end is sealed too
                pass
    except OSError as fault:
        raise BadBackup(_("%(file)s 读不了：%(fault)s") % {"file": path, "fault": fault.strerror or fault}) from fault
    except WrongPassphrase as fault:
        raise BadBackup(
            _("口令不对，或者 %(file)s 的开头已经改变；这里原样未动。请核对口令，或者换一份备份。") % {"file": path},
            code="passphrase",
        ) from fault
    except Unreadable as fault:
        raise _damaged(path, DAMAGED[fault.code] % {"chunk": fault.chunk}) from fault
    except Unfit as fault:
        raise _damaged(path, str(fault)) from fault
    except (tarfile.TarError, EOFError, gzip.BadGzipFile) as fault:
        raise _damaged(path, _("里面的内容读不懂（%(fault)s）") % {"fault": fault}) from fault
    return contents


def _damaged(path: Path, what: str) -> BadBackup:
    return BadBackup(
        _("不能用 %(file)s 恢复：%(what)s；这里原样未动。请重新拷贝这份备份，还是不行就换一份。")
        % {"file": path, "what": what},
        code="damaged",
    )


def _members(opened: IO[bytes] | Any) -> Iterator[tuple[str, IO[bytes]]]:
    with tarfile.open(fileobj=opened, mode="r|", bufsize=CHUNK) as tar:
        while info := tar.next():
            content = tar.extractfile(info)
            if content is None:
                raise Unfit(_("里面的 %(name)s 不是文件") % {"name": info.name})
            yield info.name, content
            tar.members = []  # type: ignore[attr-defined]


def _read(members: Iterator[tuple[str, IO[bytes]]], rows: Rowed, evidence: Filed) -> Contents:
    counted, held = Rows(), Held()
    about = _json(members, "about.json")
    if about.get("format") != FORMAT:
        versions = {"format": about.get("format"), "known": FORMAT}
        raise Unfit(_("它的格式是 %(format)s，这里只认识 %(known)s，请换用做出它的那个版本") % versions)
    keys = _json(members, "keys.json")
    end: dict[str, Any] = {}
    for name, parts in groupby(members, key=lambda member: _place_of(member[0])):
        if name == "end.json":
            end = json.loads(next(parts)[1].read())
        elif name:
            rows(name, counted.take(name, _lines(parts)))
        else:
            for member, content in parts:
                _file(member, content, held, evidence)
    if (end.get("digest"), end.get("rows"), end.get("files")) != (counted.together(held), counted.rows, held.files):
        raise Unfit(_("里面的内容与它自己说的不一样"))
    return Contents(about, keys, end)


def _place_of(name: str) -> str:
    """The table of a member, "" for evidence."""
    if found := TABLE.fullmatch(name):
        return found[1]
    if FILE.fullmatch(name):
        return ""
    if name == "end.json":
        return name
    raise Unfit(_("里面的 %(name)s 不属于备份") % {"name": name})


def _lines(parts: Iterator[tuple[str, IO[bytes]]]) -> Iterator[bytes]:
    for _name, content in parts:
        for line in gzip.decompress(content.read()).split(b"\n"):
            if line:
                yield line


def _file(name: str, content: IO[bytes], held: Held, evidence: Filed) -> None:
    kind, _slash, sha256 = name.partition("/")
    if kind == "missing":
        held.take(sha256, None)
        return
    digest, size = hashlib.sha256(), 0

    def passing() -> Iterator[bytes]:
        nonlocal size
        for part in parts_of(content):
            digest.update(part)
            size += len(part)
            yield part

    through = passing()
    evidence(sha256, through)
    for _part in through:  # what nobody wanted is read all the same
        pass
    held.take(sha256, (size, digest.hexdigest()))


def _json(members: Iterator[tuple[str, IO[bytes]]], expected: str) -> dict[str, Any]:
    name, content = next(members, ("", io.BytesIO()))
    if name != expected:
        raise Unfit(_("里面缺了 %(name)s") % {"name": expected})
    return dict(json.loads(content.read()))
