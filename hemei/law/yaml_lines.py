"""YAML that remembers its lines, so that an author's mistake is named with file and line."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml


class LawError(ValueError):
    """A mistake in a law file: `file:line: what is wrong`."""

    def __init__(self, entry: Entry | Path, message: str) -> None:
        place = f"{entry.file}:{entry.line}" if isinstance(entry, Entry) else str(entry)
        super().__init__(f"{place}：{message}")


class Entry(dict[str, Any]):
    """A mapping of a YAML file that knows where it stands."""

    file: Path
    line: int

    def need(self, key: str) -> Any:
        if self.get(key) in (None, ""):
            raise LawError(self, f"缺少 {key}")
        return self[key]

    def day(self, key: str) -> date | None:
        value = self.get(key)
        if value is not None and not isinstance(value, date):
            raise LawError(self, f"{key}: {value!r} 不是日期，请写成 2026-11-01")
        return value

    def only(self, *known: str) -> None:
        """Refuse a key that nothing reads: it is a slip of the pen."""
        for key in self:
            if key not in known:
                raise LawError(self, f"不认识的项“{key}”，可用：{'、'.join(known)}")


class _Loader(yaml.SafeLoader):
    """YAML 1.2's idea of true and false: `on`, `no` and the like are words."""

    file: Path


_BOOL = "tag:yaml.org,2002:bool"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL or first in "tTfF"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Entry:
    entry = Entry({str(key): value for key, value in loader.construct_mapping(node, deep=True).items()})
    entry.file, entry.line = loader.file, node.start_mark.line + 1
    if len(entry) < len(node.value):
        raise LawError(entry, "有重复的项")
    return entry


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_entries(path: Path) -> list[Entry]:
    """The list of mappings in a file; an empty file has none. Raises LawError."""
    loader = _Loader(path.read_text(encoding="utf-8"))
    loader.file = path
    try:
        data = loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise LawError(Path(f"{path}:{line}"), f"不是 YAML（{error.problem}）") from error
    finally:
        loader.dispose()
    entries = data or []
    if not isinstance(entries, list) or not all(isinstance(entry, Entry) for entry in entries):
        raise LawError(path, "应为一个列表，每项以“- ”开头")
    return entries
