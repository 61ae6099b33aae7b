"""Keeping what somebody uploads: several files or a zip, weighed and looked at before anything is unpacked."""

from __future__ import annotations

import re
import secrets
import shutil
import stat
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from hemei.core.actions.register.layout import NAME
from hemei.core.errors import Mistaken
from hemei.core.trouble import trouble_of

FOLDER = "imports"
SUFFIXES = (".xlsx", ".xls", ".xlsm", ".csv", ".gpkg", ".geojson", ".json", ".parquet", ".geoparquet", ".yaml", ".yml")
BESIDE = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qmd", ".xml")  # a Shapefile's
MOST_FILES, MOST_PARTS = 60, 1_000  # the parts are those of FileGDBs
GDB_PART = re.compile(r"gdb|timestamps|a[0-9a-f]{8}\.[\w.]{1,40}", re.IGNORECASE)
UNPACKED_FACTOR = 5  # a zip may grow to this many times what may be uploaded
OTHER_OFFICE = (".et", ".ett", ".ods", ".xlsb")
CHUNK = 1 << 20
LONGEST_NAME = 100


def receive(files: Iterable[tuple[str, IO[bytes]]]) -> str:
    """Store uploaded files in a new folder below VAR; returns its address there. Raises Mistaken, and keeps nothing."""
    address = f"{FOLDER}/{secrets.token_hex(16)}"
    folder = settings.VAR / address
    folder.mkdir(parents=True, mode=0o700)
    try:
        left = _Allowance(settings.MAX_REGISTER_BYTES)
        for name, content in files:
            if name.lower().endswith(".zip"):
                _unpack(content, folder)
            else:
                _keep(folder, _plain_name(name), content, left)
        _name_layout(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return address


class _Allowance:
    """How many bytes and files may still come."""

    def __init__(self, limit: int) -> None:
        self.limit = self.bytes = limit
        self.files, self.parts = MOST_FILES, MOST_PARTS

    def one_file(self) -> None:
        self.files -= 1
        if self.files < 0:
            raise Mistaken(_("文件超过 %(most)d 个，请分几次导入。") % {"most": MOST_FILES}, field="files")

    def one_part(self) -> None:
        self.parts -= 1
        if self.parts < 0:
            raise Mistaken(_("FileGDB 里的文件太多，请只留要导入的图层。"), field="files")

    def spend(self, count: int) -> None:
        self.bytes -= count
        if self.bytes < 0:
            raise Mistaken(
                _("文件合计超过 %(limit)d MB，请分几次导入。") % {"limit": self.limit // 2**20}, field="files"
            )


def _keep(folder: Path, name: str, content: IO[bytes], left: _Allowance) -> None:
    if name.lower().endswith(OTHER_OFFICE):
        raise Mistaken(
            _("还不能读“%(name)s”：请在 WPS 或 LibreOffice 中打开，另存为“Excel 工作簿（.xlsx）”再传。")
            % {"name": name},
            field="files",
        )
    if not name.lower().endswith((*SUFFIXES, *BESIDE)):
        raise Mistaken(
            _("不能导入“%(name)s”：请使用 %(suffixes)s 文件，或把它们打成一个 .zip。")
            % {"name": name, "suffixes": "、".join(SUFFIXES[:7])},
            field="files",
        )
    path = folder / name
    if path.exists():
        raise Mistaken(_("有两个文件都叫“%(name)s”，请改名后再传。") % {"name": name}, field="files")
    left.one_file()
    with path.open("xb") as target:
        for chunk in _chunks(content):
            left.spend(len(chunk))
            target.write(chunk)


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    while chunk := content.read(CHUNK):
        yield chunk


def _plain_name(name: str) -> str:
    plain = PurePosixPath(name.replace("\\", "/")).name
    if not plain or plain.startswith(".") or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise Mistaken(_("文件名“%(name)s”不能用，请改短一些。") % {"name": name[:40]}, field="files")
    return plain


def _unpack(content: IO[bytes], folder: Path) -> None:
    """The files of a zip, without its folders. Nothing is believed: neither its names nor the sizes it states."""
    left = _Allowance(settings.MAX_REGISTER_BYTES * UNPACKED_FACTOR)
    try:
        with zipfile.ZipFile(content) as archive:
            for entry in archive.infolist():
                name = name_in_zip(entry)
                if entry.is_dir() or _is_clutter(name):
                    continue
                _check_entry(entry, name)
                with archive.open(entry) as inside:
                    if part := _gdb_part(name):
                        _keep_part(folder, *part, inside, left)
                    else:
                        _keep(folder, _plain_name(name), inside, left)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as fault:
        if trouble_of(fault):  # not the clerk's: the disk is full
            raise
        raise Mistaken(_("这个 .zip 打不开：请重新压缩，不要加密码。"), field="files") from fault


def _gdb_part(name: str) -> tuple[str, str] | None:
    """The FileGDB and the part of it that a zip's entry is: a FileGDB is a folder of many files."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if len(parts) < 2 or not parts[-2].lower().endswith(".gdb"):
        return None
    return (_plain_name(parts[-2]), parts[-1]) if GDB_PART.fullmatch(parts[-1]) else ("", "")


def _keep_part(folder: Path, gdb: str, part: str, content: IO[bytes], left: _Allowance) -> None:
    if not gdb:
        return  # what somebody else's program has put beside it (locks, notes)
    (folder / gdb).mkdir(mode=0o700, exist_ok=True)
    left.one_part()
    with (folder / gdb / part).open("xb") as target:
        for chunk in _chunks(content):
            left.spend(len(chunk))
            target.write(chunk)


def name_in_zip(entry: zipfile.ZipInfo) -> str:
    """The name as the clerk's Windows wrote it: GBK where the archive does not say that it is UTF-8."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


def _is_clutter(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return not parts or "__MACOSX" in parts or parts[-1] in (".DS_Store", "Thumbs.db") or parts[-1].startswith("~$")


def _check_entry(entry: zipfile.ZipInfo, name: str) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    climbs = path.is_absolute() or ".." in path.parts or ":" in path.parts[0]
    if climbs or stat.S_ISLNK(entry.external_attr >> 16):
        raise Mistaken(_("压缩包里的路径“%(name)s”不安全，没有解开。") % {"name": name[:60]}, field="files")


def _name_layout(folder: Path) -> None:
    other = folder / "district.yml"
    if other.exists() and not (folder / NAME).exists():
        other.rename(folder / NAME)
