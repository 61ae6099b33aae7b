"""The language of the command line: of the person at the keyboard, and never of what programs read."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from hemei.site.speaking import columns, spoken, wrapped
from tests.conftest import ROOT

CJK = re.compile("[\u4e00-\u9fff]")
EVERY_HELP = """
import json, sys
import click, django
django.setup()
from hemei.site.cli import spoken, teach_click
if spoken() == "zh-hans":
    teach_click()
from hemei.site.commands.group import cli
def told(command, above):
    context = click.Context(command, above, command.name)
    yield context.command_path, command.get_help(context)
    for one in getattr(command, "commands", {}).values():
        yield from told(one, context)
print(json.dumps(dict(told(cli, None))))
"""


def every_help(language: str, folder: object) -> dict[str, str]:
    said = {"HEMEI_LANG": language, "HEMEI_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "hemei.site.settings"}
    ran = subprocess.run(
        [sys.executable, "-c", EVERY_HELP], env=os.environ | said, cwd=ROOT, capture_output=True, check=True
    )
    found: dict[str, str] = json.loads(ran.stdout)
    return found


def test_every_command_explains_itself_in_either_language(tmp_path) -> None:
    chinese, english = every_help("zh_CN", tmp_path), every_help("en", tmp_path)
    assert set(chinese) == set(english)
    assert len(chinese) > 25
    for path in chinese:
        explained = chinese[path].split("\n\n")[1]
        assert CJK.search(explained), path
        assert not re.search(r"Usage|Options:|Show this|default|required", chinese[path]), path
        assert not CJK.search(english[path]), path
        assert all(columns(line) <= 84 for line in chinese[path].splitlines() if CJK.search(line)), path


@pytest.mark.parametrize(
    ("set_to", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8", "HEMEI_LANG": "en"}, "en"),
        ({"LANG": "de_DE.UTF-8", "HEMEI_LANG": "zh"}, "zh-hans"),
    ],
)
def test_the_locale_decides_unless_it_is_said(
    monkeypatch: pytest.MonkeyPatch, set_to: dict[str, str], language: str
) -> None:
    for name in ("HEMEI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in set_to.items():
        monkeypatch.setenv(name, value)
    assert spoken() == language


def test_what_programs_read_is_the_same_in_both(hemei, three_cases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hemei.site.cli.teach_click", lambda: None)  # which would teach it for all tests to come
    asked = ("zero", "--region", "429999", "--format")
    english = [hemei(*asked, form).out for form in ("json", "csv", "table")]
    monkeypatch.setenv("HEMEI_LANG", "zh")
    chinese = [hemei(*asked, form).out for form in ("json", "csv", "table")]
    assert chinese[:2] == english[:2]
    assert "known by now" in english[2]
    assert "按 此刻 所知" in chinese[2]
    assert "没有 999999 这个区域" in hemei("zero", "--region", "999999").err


def test_chinese_lines_break_anywhere_but_before_a_mark() -> None:
    text = "看一看，找出来，修好它，验过关，直到清零为止。 HEMEI_VAR 不拆开"
    for width in range(12, 40):
        lines = wrapped(text, width).split("\n")
        assert "".join("".join(lines).split()) == "".join(text.split())
        assert max(map(columns, lines)) <= width + 2  # a mark stays with its letter
        assert not any(line[0] in "，。；：、" for line in lines)
        assert any("HEMEI_VAR" in line for line in lines)
    assert wrapped("一\n\n二", preserve_paragraphs=True) == "一\n\n二"
