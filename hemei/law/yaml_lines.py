"""YAML that remembers its lines, so that an author's mistake is named with file and line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml


class LawError(ValueError):
    """A mistake in a law file: `file:line: what is wrong`."""

    def __init__(self, entry: Entry | Path, message: str, key: str = "") -> None:
        place = f"{entry.file}:{entry.lines.get(key, entry.line)}" if isinstance(entry, Entry) else str(entry)
        super().__init__(f"{place}：{message}")


class Entry(dict[str, Any]):
    """A mapping of a YAML file that knows where it and each of its keys stand."""

    file: Path
    line: int
    lines: dict[str, int]

    def need(self, key: str) -> Any:
        if self.get(key) in (None, ""):
            raise LawError(self, f"缺少 {key}")
        return self[key]

    def text(self, key: str, default: str = "") -> str:
        """A word or a sentence; a number is taken as it is written."""
        value = self.get(key)
        if value is None:
            return default
        if isinstance(value, bool | list | dict):
            raise LawError(self, f"{key}: 应是一段文字，这里写的是 {value!r}", key)
        return str(value)

    def need_text(self, key: str) -> str:
        self.need(key)
        return self.text(key)

    def number(self, key: str, default: float | None = None, *, least: float = 0.0) -> float | None:
        """A number of at least `least`; the default where the key is absent or empty."""
        value = self.get(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise LawError(self, f"{key}: {value!r} 不是数", key)
        if value < least:
            raise LawError(self, f"{key}: {value:g} 太小，不能小于 {least:g}", key)
        return float(value)

    def truth(self, key: str) -> bool:
        value = self.get(key)
        if value not in (None, True, False) or (isinstance(value, int) and not isinstance(value, bool)):
            raise LawError(self, f"{key}: {value!r} 应为 true 或 false", key)
        return bool(value)

    def words(self, key: str, known: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of words, each of `known` where that is given."""
        value = self.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or any(isinstance(word, bool | list | dict | None) for word in value):
            raise LawError(self, f"{key}: 应写成列表，例如 [{value if isinstance(value, str) else '甲, 乙'}]", key)
        words = tuple(map(str, value))
        strange = [word for word in words if known is not None and word not in known]
        if strange:
            raise LawError(self, f"{key}: {'、'.join(strange)} 不认识，可用：{'、'.join(known or ())}", key)
        return words

    def one_of(self, key: str, known: Sequence[str], default: str = "") -> str:
        value = self.text(key, default)
        if value not in known:
            raise LawError(self, f"{key}: {value!r} 不认识，可用：{'、'.join(known)}", key)
        return value

    def table(self, key: str) -> Entry:
        """A mapping of its own; an empty one where there is none."""
        value = self.get(key)
        if value is None:
            value = Entry()
            value.file, value.line, value.lines = self.file, self.lines.get(key, self.line), {}
        if not isinstance(value, Entry):
            raise LawError(self, f"{key}: 应是“名称: 值”的形式，例如 {key}: {{甲: 乙}}", key)
        return value

    def rows(self, key: str) -> list[Entry]:
        """A list of mappings; empty where there is none."""
        value = self.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(row, Entry) for row in value):
            raise LawError(self, f"{key}: 应为一个列表，每项是“名称: 值”的形式", key)
        return value

    def day(self, key: str) -> date | None:
        value = self.get(key)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            raise LawError(self, f"{key}: {value!r} 不是日期，请写成 2026-11-01", key)
        return value

    def only(self, *known: str) -> None:
        """Refuse a key that nothing reads: it is a slip of the pen."""
        for key in self:
            if key not in known:
                raise LawError(self, f"不认识的项“{key}”，可用：{'、'.join(known)}", key)


class _Loader(yaml.SafeLoader):
    """YAML 1.2's idea of true and false: `on`, `no` and the like are words."""

    file: Path


_BOOL = "tag:yaml.org,2002:bool"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL or first in "tTfF"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Entry:
    entry = Entry()
    entry.file, entry.line, entry.lines = loader.file, node.start_mark.line + 1, {}
    for key_node, _ in node.value:
        key = str(key_node.value)
        if key in entry.lines:
            raise LawError(Path(f"{loader.file}:{key_node.start_mark.line + 1}"), f"有重复的项“{key}”，请删去一个")
        entry.lines[key] = key_node.start_mark.line + 1
    entry.update((str(key), value) for key, value in loader.construct_mapping(node, deep=True).items())
    return entry


def _day(loader: _Loader, node: yaml.ScalarNode) -> date | datetime:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError as error:
        place = Path(f"{loader.file}:{node.start_mark.line + 1}")
        raise LawError(place, f"没有 {node.value} 这一天") from error


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _day)


def read_entries(path: Path) -> list[Entry]:
    """The list of mappings in a file; an empty file has none. Raises LawError."""
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise LawError(path, "不是 UTF-8 编码，请另存为 UTF-8") from error
    except yaml.YAMLError as error:
        raise LawError(path, f"有不能出现在文本里的字符（{error}）") from error
    loader.file = path
    try:
        data = loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise LawError(Path(f"{path}:{line}"), f"不是 YAML（{error.problem}）{_hint(error)}") from error
    finally:
        loader.dispose()
    entries = [] if data is None else data
    if not isinstance(entries, list):
        raise LawError(Path(f"{path}:1"), "应为一个列表，每项以“- ”开头")
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, Entry):
            raise LawError(path, f"第 {number} 项应是“名称: 值”的形式，这里写的是 {entry!r}")
    return entries


def _hint(error: yaml.MarkedYAMLError) -> str:
    """What usually causes such an error, in words."""
    if "\\t" in str(error.problem):
        return "：缩进请用空格，不要用制表符（Tab）"
    if "mapping values are not allowed" in str(error.problem):
        return "：可能是冒号前的缩进不齐，或文字里的冒号要加引号"
    return "：请检查这一行和上一行的缩进、引号和括号"
