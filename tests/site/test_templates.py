"""Every template keeps to the Content-Security-Policy, and says nothing that cannot be translated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hemei.site.messages import SOURCE

TEMPLATES = sorted(SOURCE.glob("**/templates/**/*.html"))
NOT_ALLOWED = {
    "an inline style": re.compile(r"<[^>{%]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an inline handler": re.compile(r"<[^>{%]*\son[a-z]+\s*=", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))", re.IGNORECASE),
    "a script's address": re.compile(r"(?:href|action)\s*=\s*[\"']?javascript:", re.IGNORECASE),
    "an outside address": re.compile(r"(?:src|href|action)\s*=\s*[\"']?(?:https?:)?//", re.IGNORECASE),
}
TRANSLATED = re.compile(
    r"{%\s*comment\b.*?{%\s*endcomment\s*%}|{#.*?#}|{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
CHINESE = re.compile(r"[一-鿿]+")


def name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_nothing_that_the_browser_would_refuse(path: Path) -> None:
    text = path.read_text()
    assert [what for what, pattern in NOT_ALLOWED.items() if pattern.search(text)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_chinese_word_can_be_translated(path: Path) -> None:
    bare = CHINESE.findall(TRANSLATED.sub("", path.read_text()))
    assert [word for word in bare if word != "中文"] == []  # the button that leads back to Chinese says so in Chinese


def test_the_net_catches_what_it_is_for() -> None:
    bad = '<p style="x"><style></style><a onclick="x" href="javascript:x"><script>x</script><img src="//cdn.example/x">'
    assert all(pattern.search(bad) for pattern in NOT_ALLOWED.values())
    assert CHINESE.findall(TRANSLATED.sub("", '{% translate "村" %}镇{{ x|default:_("无") }}')) == ["镇"]
