"""The language of the command line: Chinese where the person's locale is, else English; HEMEI_LANG says otherwise.

Read by Python's own gettext, because `hemei screen` does without Django. Help is put together when the commands are
imported: the language of a process is that of its first word.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations, translation
from pathlib import Path
from types import ModuleType

import click

LOCALES = Path(__file__).parents[1] / "locale"
SAID_BY = ("HEMEI_LANG", "LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set decides, as POSIX has it
PIECES = re.compile(r"[\u2e80-\uffef][，。；：、？！）”]*|[^\s\u2e80-\uffef]+[，。；：、？！）”]* ?|\s")
CHINESE, ENGLISH = "zh-hans", "en"


def spoken() -> str:
    """A bare console, whose locale says nothing, often has no Chinese letters: it is spoken to in English."""
    said = next((os.environ[name] for name in SAID_BY if os.environ.get(name)), "")
    return CHINESE if said.lower().startswith("zh") else ENGLISH


def _(text: str) -> str:
    """The text in the language of the person at the keyboard."""
    return text if spoken() == CHINESE else _english().gettext(text)


def in_words(said: str) -> str:
    """What engine and law say in Chinese of a file or a rule, in the language of the person at the keyboard."""
    if spoken() == CHINESE:
        return said
    from hemei.core.english import english  # only where there is something to say: it reads the tables

    return english().said(said)


@cache
def _english() -> GNUTranslations:
    return translation("django", LOCALES, [ENGLISH])


CLICK: Mapping[str, str] = {  # what click itself says
    "Usage:": "用法：",
    "Options": "选项",
    "Commands": "命令",
    "Show this message and exit.": "显示这段说明。",
    "Show the version and exit.": "显示版本号。",
    "default: {default}": "默认：{default}",
    "required": "必填",
    "Missing option": "缺少选项",
    "Missing argument": "缺少参数",
    "Missing {param_type}": "缺少 {param_type}",
    "Missing command.": "没有写命令。",
    "No such option {name!r}.": "没有 {name} 这个选项。",
    "No such command {name!r}.": "没有 {name} 这个命令。",
    "Invalid value for {param_hint}: {message}": "{param_hint} 不对：{message}",
    "Invalid value: {message}": "写得不对：{message}",
    "Option {name!r} does not take a value.": "选项 {name} 不带值。",
    "Could not open file {filename!r}: {message}": "打不开文件 {filename}：{message}",
    "Repeat for confirmation": "再输一遍",
    "Error: The two entered values do not match.": "两次输入的不一样。",
    "file": "文件",
    "directory": "文件夹",
    "path": "路径",
    "{name} {filename!r} does not exist.": "没有{name} {filename}。",
    "{name} {filename!r} is a directory.": "{name} {filename} 是文件夹。",
    "{name} {filename!r} is a file.": "{name} {filename} 是文件。",
    "{name} {filename!r} is not readable.": "{name} {filename} 读不了。",
    "{name} {filename!r} is not writable.": "{name} {filename} 写不了。",
    "{value!r} is not a valid {number_type}.": "{value} 不是 {number_type}。",
    "{value} is not in the range {range}.": "{value} 不在 {range} 之内。",
}


def teach_click() -> None:
    """Let click say its own words in Chinese too; it asks gettext for them under a name of its modules."""
    parts: tuple[ModuleType, ...] = (
        *(click.core, click.decorators, click.exceptions, click.formatting, click.parser, click.termui, click.types),
    )
    for part in parts:
        vars(part)["_"] = lambda text: CLICK.get(text, text)
    vars(click.formatting)["wrap_text"] = wrapped


def wrapped(
    text: str, width: int = 78, initial_indent: str = "", subsequent_indent: str = "", preserve_paragraphs: bool = False
) -> str:
    """Lines of so many columns: Chinese breaks anywhere but before a mark, and each of its letters takes two."""
    paragraphs = re.split(r"\n\s*\n", text) if preserve_paragraphs else [text]
    told = []
    for paragraph in paragraphs:
        lines, line = [], initial_indent
        for piece in PIECES.findall(" ".join(paragraph.split())):
            if columns(line + piece.rstrip()) > width and line.strip():
                lines.append(line.rstrip())
                line, piece = subsequent_indent, piece.lstrip()
            line += piece
        told.append("\n".join([*lines, line.rstrip()]))
    return "\n\n".join(told)


def columns(text: str) -> int:
    """How many columns of a terminal the text takes: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
