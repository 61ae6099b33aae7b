"""English pages have no full-width punctuation: it stands in texts that are translated, never beside them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGES = sorted(path for path in (ROOT / "hemei").rglob("templates/**/*.html") if path.is_file())
TRANSLATED = re.compile(
    r"{%\s*comment.*?endcomment\s*%}|{%\s*blocktranslate.*?endblocktranslate\s*%}|{%\s*translate\s+(\"[^\"]*\"|'[^']*').*?%}"
    r"|_\(\"[^\"]*\"\)|_\('[^']*'\)",
    re.DOTALL,
)


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_a_template_keeps_its_punctuation_in_what_is_translated(page: Path) -> None:
    bare = TRANSLATED.sub("", page.read_text("utf-8"))
    assert re.findall(r".{0,30}[（）：、，；。“”].{0,20}", bare) == []
