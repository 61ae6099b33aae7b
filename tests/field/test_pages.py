"""The household's pages are light, need no script, and a plate tells a stranger nothing."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory

ROOT = Path(__file__).resolve().parents[2]
STYLE = ROOT / "front" / "src" / "household.css"
SIGNS = sorted((ROOT / "hemei" / "field" / "static" / "field" / "signs").glob("*.svg"))
LIMIT = 30_000
ASKED = {
    "question": {
        "name": "wall_crack",
        "title": "墙上有没有裂缝？",
        "text": "新裂的、变长的、能塞进一枚硬币的，都算。",
        "sign": "wall_crack",
        "choices": [("yes", "有", True), ("no", "没有", False), ("unsure", "看不清楚", False)],
    },
    "number": 3,
    "total": 9,
    "carried": [("ground", "no")],
    "photo": True,
    "telephone": "0719-3330000",
    "telephone_name": "青石村委会",
    "contacts": [("青石村委会", "0719-3330000")],
    "trouble_url": "/h/x/q",
    "pair_url": "/h/x/pair",
}
PAGES = ["plate", "question", "leave_now", "thanks", "pair", "status"]


def page(name: str, **context: object) -> str:
    return render_to_string(f"field/{name}.html", {**ASKED, **context, "request": RequestFactory().get("/h/x")})


def test_the_style_sheet_is_small_and_old_fashioned() -> None:
    text = STYLE.read_text()
    assert len(text.encode()) <= 8_192
    assert not re.search(
        r"var\(|--[a-z]|grid|:has\(|@import|@layer|url\(", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    )


@pytest.mark.parametrize("name", PAGES)
def test_a_page_with_all_it_loads_stays_under_the_limit(name: str) -> None:
    html = page(name)
    loaded = [STYLE.read_bytes()]
    for source in re.findall(r'<img[^>]* src="/static/([^"]+)"', html):
        loaded.append(Path(str(finders.find(source))).read_bytes())
    assert sum(len(gzip.compress(part)) for part in (html.encode(), *loaded)) <= LIMIT
    assert "<script" not in html


def test_danger_says_first_to_leave_and_then_whom_to_call() -> None:
    html = page("leave_now")
    assert html.index("请马上离开房子") < html.index('href="tel:0719-3330000"') < html.index('href="tel:119"')


def test_without_a_number_the_page_says_so() -> None:
    assert "未配置" in page("leave_now", contacts=[])
    assert "未配置" in page("plate", telephone="", telephone_name="")


def test_an_unpaired_phone_is_not_told_that_it_made_a_check() -> None:
    assert "不算一次自查" in page("thanks", fine=True)
    assert "已经记下" in page("thanks", fine=True, verified=True)


@pytest.mark.parametrize("path", SIGNS, ids=lambda path: path.stem)
def test_a_sign_is_a_light_picture_with_a_name(path: Path) -> None:
    text = path.read_text()
    assert len(text) < 1_500
    assert re.search(r"<title>[^<]{4,}</title>", text)
    assert "style=" not in text
