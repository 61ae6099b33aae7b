"""`district.yaml`: which file is which register, which column is which field, which coordinate system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from hemei.core.errors import Mistaken
from hemei.engines.tables import LOOK_FOR_HEADER
from hemei.terms.region import BadRegionCode, RegionCode

NAME = "district.yaml"
LARGEST = 200_000
OPTIONS = frozenset({"file", "sheet", "columns", "choices", "crs", "kind", "matter", "code", "title", "severity"})
OPTIONS |= {"keep_full_id", "reason", "optional", "header", "hidden", "struck"}
EXAMPLE = """\
district: "429999"          # 本区的 6 位区划代码
crs: EPSG:4490              # 坐标系：EPSG 编号、GCJ-02 或 BD-09
registers:
  regions:    {file: 区划.xlsx}
  households: {file: 农户.xlsx}
  places:     {file: 农房.xlsx, kind: house, columns: {label: 房屋名称}}
"""


@dataclass(frozen=True)
class Sheet:
    """One register in one file."""

    register: str
    file: str
    sheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)  # field → heading
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # field → the clerk's word → our key
    crs: str = ""
    own_crs: bool = False  # said for this file, and so stronger than what the file says of itself
    kind: str = ""
    matter: str = ""
    code: str = ""
    title: str = ""
    severity: str = ""
    keep_full_id: bool = False
    reason: str = ""
    optional: bool = False  # no fault where the file has no such sheet
    header: tuple[int, int] | None = None  # the header's first row, from 1, and how many rows it takes
    hidden: str = ""  # "skip": hidden rows are left out
    struck: str = ""  # "skip": rows that are struck out whole are left out

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Layout:
    district: str
    sheets: Sequence[Sheet]


def layout_of(folder: Path, registers: Sequence[str]) -> Layout:
    """Read the folder's `district.yaml`. `registers` are the known ones, in the order in which they are read.

    Raises Mistaken with what to write, and where.
    """
    path = folder / NAME
    if not path.is_file():
        raise Mistaken(
            _("文件夹里没有 %(name)s。请用记事本新建这个文件，写明哪个文件是哪种登记表，例如：\n\n%(example)s")
            % {"name": NAME, "example": EXAMPLE},
            field="files",
            code="no_layout",
        )
    return parse(path.read_bytes(), registers)


def parse(text: bytes, registers: Sequence[str]) -> Layout:
    return built(_loaded(text), registers)


def built(said: Mapping[str, Any], registers: Sequence[str]) -> Layout:
    """The layout from what `district.yaml`, or a person on the page, says. Raises Mistaken."""
    district = _district(said.get("district"))
    listed = said.get("registers")
    if not isinstance(listed, dict) or not listed:
        raise _wrong(_("没有 registers 一节"))
    if unknown := [str(key) for key in listed if key not in registers]:
        raise _wrong(
            _("不认识登记表“%(unknown)s”，可以写：%(known)s")
            % {"unknown": "、".join(unknown), "known": "、".join(registers)}
        )
    crs = str(said.get("crs") or "")
    sheets = [
        _sheet(key, entry, crs)
        for key in registers
        if key in listed
        for entry in (listed[key] if isinstance(listed[key], list) else [listed[key]])
    ]
    return Layout(district, sheets)


def _loaded(text: bytes) -> dict[str, Any]:
    if len(text) > LARGEST:
        raise _wrong(_("文件太大"))
    try:
        said = yaml.safe_load(text.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        raise _wrong(_("文字编码不是 UTF-8，请另存为 UTF-8")) from fault
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        where = _("第 %(line)d 行") % {"line": mark.line + 1} if mark else _("格式")
        raise _wrong(_("%(where)s写法有误，请核对冒号后的空格和缩进") % {"where": where}) from fault
    if not isinstance(said, dict):
        raise _wrong(_("内容不是“名称: 值”的形式"))
    return said


def _district(said: object) -> str:
    try:
        return str(RegionCode.parse(str(said or "")))
    except BadRegionCode as fault:
        raise _wrong(_("district 要写本区的 6 位区划代码")) from fault


def _sheet(register: str, entry: object, crs: str) -> Sheet:
    if isinstance(entry, str):
        entry = {"file": entry}
    if not isinstance(entry, dict) or not isinstance(entry.get("file"), str):
        raise _wrong(_("“%(register)s”要写 file: 文件名") % {"register": register})
    if unknown := [str(key) for key in entry if key not in OPTIONS]:
        raise _wrong(
            _("“%(register)s”里不认识“%(unknown)s”，可以写：%(known)s")
            % {"register": register, "unknown": "、".join(unknown), "known": "、".join(sorted(OPTIONS))}
        )
    if entry.get("keep_full_id") is True and not str(entry.get("reason") or "").strip():
        raise _wrong(_("“%(register)s”要保存完整证件号，须用 reason 写明用途和依据") % {"register": register})
    own = str(entry.get("crs") or "")
    texts = {name: str(entry.get(name) or "") for name in ("sheet", "kind", "matter", "code", "title", "severity")}
    return Sheet(
        register=register,
        file=entry["file"],
        columns=_strings(entry.get("columns"), register, "columns"),
        choices={str(k): _strings(v, register, "choices") for k, v in _mapping(entry.get("choices"), register).items()},
        crs=own or crs,
        own_crs=bool(own),
        keep_full_id=entry.get("keep_full_id") is True,
        reason=str(entry.get("reason") or "").strip(),
        optional=entry.get("optional") is True,
        header=_header(entry.get("header"), register),
        hidden="skip" if entry.get("hidden") == "skip" else "",
        struck="skip" if entry.get("struck") == "skip" else "",
        **texts,
    )


def _header(said: object, register: str) -> tuple[int, int] | None:
    """`header: 3`, or `header: [3, 2]` where two rows from row 3 on are the header."""
    if said is None:
        return None
    first, depth = said if isinstance(said, list | tuple) and len(said) == 2 else (said, 1)
    if (
        not isinstance(first, int)
        or not isinstance(depth, int)
        or not (1 <= first <= LOOK_FOR_HEADER and 1 <= depth <= 3)
    ):
        raise _wrong(_("“%(register)s”的 header 写表头是第几行（1–40），两行写成 [行, 2]") % {"register": register})
    return first, depth


def _mapping(said: object, register: str) -> dict[Any, Any]:
    if said is None:
        return {}
    if not isinstance(said, dict):
        raise _wrong(_("“%(register)s”的 choices 要写成“字段: {表里的词: 我们的值}”") % {"register": register})
    return said


def _strings(said: object, register: str, option: str) -> dict[str, str]:
    if said is None:
        return {}
    if not isinstance(said, dict):
        raise _wrong(_("“%(register)s”的 %(option)s 要写成“名称: 列名”") % {"register": register, "option": option})
    return {str(key): str(value) for key, value in said.items()}


def _wrong(what: str) -> Mistaken:
    return Mistaken(
        _("%(name)s：%(what)s。写法例如：\n\n%(example)s") % {"name": NAME, "what": what, "example": EXAMPLE},
        field="files",
        code="bad_layout",
    )
