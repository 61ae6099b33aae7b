"""YAML that remembers its lines, so that an author's mistake is named with file and line."""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

FIRST_YEAR, LAST_YEAR = 1949, 2149
"""A day of a law outside these years is a slip of the pen."""


class LawError(ValueError):
    """A mistake in a law file: `file:line: what is wrong`; `place` is the first half of it and `said` the other."""

    def __init__(self, entry: Entry | Path, message: str, key: str = "") -> None:
        place = f"{entry.file}:{entry.lines.get(key, entry.line)}" if isinstance(entry, Entry) else str(entry)
        self.place, self.said = place, message
        super().__init__(f"{place}：{message}")


class Entry(dict[str, Any]):
    """A mapping of a YAML file that knows where it and each of its keys stand."""

    file: Path
    line: int
    lines: dict[str, int]

    def need(self, key: str) -> Any:
        """What stands under a key. Raises LawError where nothing does."""
        if self.get(key) in (None, ""):
            raise LawError(self, f"缺少 {key}：请补写这一项", key)
        return self[key]

    def text(self, key: str, default: str = "") -> str:
        """A word or a sentence; a number is taken as it is written."""
        value = self.get(key)
        if value is None:
            return default
        if isinstance(value, bool | list | dict):
            raise LawError(self, f"{key}: 应是一段文字，这里写的是 {_shown(value)}", key)
        return str(value)

    def need_text(self, key: str) -> str:
        """The text under a key. Raises LawError where there is none."""
        self.need(key)
        return self.text(key)

    def name(self, key: str = "id") -> str:
        """A name by which other files call this: letters, digits, dots and dashes, so that nobody misreads it."""
        value = self.need(key)
        if not isinstance(value, str):
            raise LawError(self, f"{key}: {_shown(value)} 应是一个名称，以字母开头，例如 area.R01", key)
        if not re.fullmatch(r"[^\W\d_][\w.-]*", value) or unicodedata.normalize("NFKC", value) != value:
            said = f"{key}: “{value}”里有空格或全角符号，只能用文字、数字、点和横线，例如 area.R01"
            raise LawError(self, said, key)
        return value

    def number(self, key: str, default: float | None = None, *, least: float = 0.0) -> float | None:
        """A number of at least `least`; the default where the key is absent or empty."""
        value = self.get(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise LawError(self, f"{key}: {value!r} 不是数：请只写半角数字，不带单位和百分号，例如 0.3", key)
        if value < least:
            raise LawError(self, f"{key}: {value:g} 太小，不能小于 {least:g}", key)
        return float(value)

    def truth(self, key: str) -> bool:
        """True or false, false where nothing stands. Raises LawError for anything else."""
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
        if not words and known is not None:
            raise LawError(self, f"{key}: 列表是空的：不限的话，请删去这一项", key)
        twice = [word for word, count in Counter(words).items() if count > 1]
        if twice:
            raise LawError(self, f"{key}: {'、'.join(twice)} 写了两次，请删去一个", key)
        strange = [word for word in words if known is not None and word not in known]
        if strange:
            comma = "；列表里要用半角逗号“,”隔开" if any(mark in "".join(strange) for mark in "，、；") else ""
            raise LawError(self, f"{key}: {'、'.join(strange)} 不认识，可用：{'、'.join(known or ())}{comma}", key)
        return words

    def one_of(self, key: str, known: Sequence[str], default: str = "") -> str:
        """A word of those `known`. Raises LawError for any other."""
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
        """A day, None where nothing stands. Raises LawError for what is no day, or of an absurd year."""
        value = self.get(key)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            raise LawError(self, f"{key}: '{value}' 不是日期，请写成 2026-11-01", key)
        if value is not None and not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise LawError(self, f"{key}: {value} 的年份不对，请写 {FIRST_YEAR} 到 {LAST_YEAR} 年之间的日子", key)
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


def _whole(loader: _Loader, node: yaml.ScalarNode) -> int | str:
    """Whole numbers as people write them: to YAML 1.1 the number 010 is eight, and 1:30 is ninety."""
    return int(node.value) if re.fullmatch(r"[-+]?(0|[1-9][0-9]*)", node.value) else str(node.value)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:int", _whole)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _day)


def read_entries(path: Path) -> list[Entry]:
    """The list of mappings in a file; an empty file has none. Raises LawError."""
    try:
        text = path.read_text(encoding="utf-8")
        loader = _Loader(text)
    except UnicodeDecodeError as error:
        raise LawError(path, "不是 UTF-8 编码，请另存为 UTF-8") from error
    except yaml.YAMLError as error:
        raise LawError(path, f"有不能出现在文本里的字符（{error}）") from error
    loader.file = path
    try:
        root = loader.get_single_node()
        data = None if root is None else loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        line, said = _what_is_wrong(error, text.splitlines())
        raise LawError(Path(f"{path}:{line}"), f"不是 YAML：{said}") from error
    finally:
        loader.dispose()
    entries = [] if data is None else data
    if not isinstance(entries, list):
        raise LawError(Path(f"{path}:1"), "应为一个列表，每项以“- ”开头")
    for node, entry in zip(() if root is None else root.value, entries, strict=True):
        if not isinstance(entry, Entry):
            place = Path(f"{path}:{node.start_mark.line + 1}")
            raise LawError(place, f"每项应是“名称: 值”的形式，这里写的是 {_shown(entry)}")
    return entries


_WIDE = re.compile(r"^\s*(?:-\s*)?[\w.-]+：|^[\s\u3000]*\u3000|^\s*[－—–]|[【】［］｛｝]|\{[^}]*，|\[[^\]]*，")
"""Punctuation of a Chinese keyboard where YAML wants its own: after a key, before one, as a dash, in lists."""
_CAUSES = {
    "\\t": "缩进请用空格，不要用制表符（Tab）",
    "mapping values are not allowed": "可能是冒号前的缩进不齐，或文字里有冒号；有冒号的文字要加引号",
    "could not find expected ':'": "这一行没有“名称: 值”的冒号；冒号要用半角，后面空一格，例如 kind: deny",
    "expected <block end>": "这一行的缩进和上面不齐，或少了“- ”；同一项里的各行要对齐",
    "unexpected end of stream": "从这一行起，引号没有关上",
    "expected ',' or ']'": "从这一行起，方括号没有关上，或少了逗号",
    "expected ',' or '}'": "从这一行起，花括号没有关上，或少了逗号",
    "undefined alias": "以 * 开头的文字要加引号",
    "cannot start any token": "以 %、@ 或反引号开头的文字要加引号",
    "could not determine a constructor": "不要用以 ! 开头的标记，请删去它",
    "but found another document": "一个文件只写一份，请删去单独一行的 ---",
}
"""What usually causes an error of the reader, by words of its message, and the remedy."""
_OPENED = ("quoted scalar", "flow sequence", "flow mapping", "simple key")
"""What was begun on an earlier line than the one where its end was missed."""


def _what_is_wrong(error: yaml.MarkedYAMLError, lines: list[str]) -> tuple[int, str]:
    """The line to mend and what to do there, in words."""
    problem, context = str(error.problem), str(error.context)
    line = error.problem_mark.line + 1 if error.problem_mark else 1
    if error.context_mark and any(word in context for word in _OPENED):
        line = error.context_mark.line + 1
    wide = next((n for n in (line, line - 1) if 0 < n <= len(lines) and _WIDE.search(lines[n - 1])), None)
    if wide is not None:
        return wide, "用了全角标点或全角空格：冒号、逗号、括号、短横和缩进要用半角，冒号后空一格"
    said = next((said for words, said in _CAUSES.items() if words in problem), "")
    return line, said or f"请检查这一行和上一行的缩进、引号和括号（{problem}）"


def meant(word: str, known: Iterable[str]) -> str:
    """The name that was probably meant by one that nobody knows, as the end of a sentence; "" where none is like it.

    >>> meant("highway.controlzone", ["highway.control_zone", "slope"]), meant("坡", ["slope"])
    ('；是不是 highway.control_zone？', '')
    """
    like = difflib.get_close_matches(word, list(known), n=1, cutoff=0.75)
    return f"；是不是 {like[0]}？" if like else ""


def _shown(value: Any) -> str:
    """A value as an author would recognise it."""
    if isinstance(value, list):
        return f"列表 [{', '.join(map(str, value))}]"
    return "一组“名称: 值”" if isinstance(value, dict) else str(value)
