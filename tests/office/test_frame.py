"""The frame of the office pages and its small parts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client, override_settings
from django.utils import translation

from hemei.core.lifecycle import LIFE
from hemei.core.models import Place
from hemei.office.navigation import navigation
from hemei.office.subjects import subject_of, subject_words
from hemei.office.templatetags.office import besides, region_words
from hemei.office.templatetags.states import state_class, state_word
from tests.conftest import People

SignIn = Callable[[str], Client]
STYLES = (Path(__file__).resolve().parents[2] / "front" / "src" / "states.css").read_text()


def part(name: str, **context: object) -> str:
    return re.sub(r"\s+", " ", render_to_string(f"office/_{name}.html", context)).strip()


@pytest.mark.parametrize("key", [state.key for state in LIFE.states] + ["none", "unknown"])
def test_every_state_has_a_colour_a_sign_and_a_word(key: str) -> None:
    assert f"--{key}: #" in STYLES
    assert f"--{key}-sign: url(" in STYLES
    assert f".is-{key} {{ --state: var(--{key}); --sign: var(--{key}-sign); }}" in STYLES
    assert f'class="state is-{key}"' in part("state", state=key)
    assert str(state_word(key)) in part("state", state=key)


def test_signs_differ_in_shape_where_colours_may_not_be_told_apart() -> None:
    shapes = re.findall(r"--\w+-sign: (url\(.*\));", STYLES)
    assert len(shapes) == len(set(shapes)) == len(LIFE.states) + 2


def test_a_key_nobody_knows_is_unknown() -> None:
    assert state_class("gone") == "is-unknown"
    assert state_word("gone") == state_word("unknown")


@pytest.mark.parametrize(
    ("days", "said", "kind"),
    [
        (12, "还有 12 天", ""),
        (3, "还有 3 天", "soon"),
        (0, "今天到期", "soon"),
        (-2, "已超期 2 天", "over"),
        (None, "无期限", "quiet"),
    ],
)
def test_days_left_in_words(days: int | None, said: str, kind: str) -> None:
    with translation.override("zh-hans"):
        html = part("days_left", days=days)
    assert re.sub(r"<[^>]+>", "", html).strip() == said
    assert kind in html


def test_a_number_nobody_knows_is_no_zero() -> None:
    with translation.override("zh-hans"):
        assert "无数据" in part("tile", label="漏检率", value=None)
        assert ">0<" in part("tile", label="未销号", value=0)


def test_the_pager_leads_on_only_where_there_is_more() -> None:
    with translation.override("zh-hans"):
        assert "/cases?after=9" in part("pager", page={"total": 128, "next_url": "/cases?after=9"})
        assert "没有更多了" in part("pager", page={"total": 8})


def test_error_summary_leads_to_the_field() -> None:
    class Reason(forms.Form):
        reason = forms.CharField(label="理由")

    html = part("errors", form=Reason({}))
    assert '<a href="#id_reason">理由</a>' in html
    field = Template('{% include "office/_field.html" with field=form.reason %}').render(Context({"form": Reason({})}))
    assert 'class="field wrong"' in field


def test_a_moment_is_told_in_the_districts_time() -> None:
    late = datetime(2026, 11, 23, 16, 40, tzinfo=UTC)
    assert Template("{% load office %}{{ late|moment }}").render(Context({"late": late})) == "2026年11月24日 00:40"


@override_settings(FILING_NUMBER="鄂ICP备0001号", COMPLAINTS="12345", MAP_APPROVAL_NUMBER="鄂S(2026)001号")
def test_the_footer_says_what_the_district_has_configured(people: People, signed_in: SignIn) -> None:
    page = signed_in("village").get("/office/").content.decode()
    for said in ("鄂ICP备0001号", "12345", "鄂S(2026)001号"):
        assert said in page.partition("<footer")[2]


def test_what_is_not_configured_is_said_to_be_so(people: People, signed_in: SignIn) -> None:
    assert signed_in("village").get("/office/").content.decode().partition("<footer")[2].count("未配置") == 3


def test_the_rarer_pages_stand_in_two_menus(people: People, signed_in: SignIn) -> None:
    menus = signed_in("district").get("/office/rounds/").context["nav"]
    assert [menu.label for menu in menus] == ["", "检查安排", "管理"]
    assert "台账" in [link.label for link in menus[0].links]
    assert [link.label for link in menus[1].links if link.active] == ["轮次"]
    assert menus[1].active
    assert not menus[2].active


def test_a_row_names_its_village_where_its_place_does_not(house: Place) -> None:
    names = {"429021103": "宋洛乡", "429021103201": "上河村", "429021103201001": "一组"}
    house.region, house.label = "429021103201001", "河边一号"
    assert besides(names, house) == "宋洛乡上河村一组"
    house.label = "上河村河边一号"
    assert besides(names, house) == ""
    assert region_words({}, "429021103201001") == "429021103201001"


@pytest.mark.parametrize(("subject", "said"), [("case:12", "隐患 12"), ("mystery:1", "mystery:1")])
def test_the_audit_says_in_words_what_was_written_and_finds_it_by_them(subject: str, said: str) -> None:
    with translation.override("zh-hans"):
        assert subject_words(subject) == said
        assert subject_of(said) == subject_of(subject) == subject


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/office/", ["今天"]),
        ("/office/password/", []),
        ("/office/cases/7/do/accept/", ["隐患"]),
        ("/office/dues/7/hand-over/", ["轮次"]),
        ("/office/duties/7/end/", ["单位和人员"]),
        ("/field/plates/", ["门牌码"]),
        ("/field/places/7/check/houses.survey/", ["待查"]),
    ],
)
def test_the_navigation_marks_where_one_is_and_nothing_else(path: str, marked: list[str], people: People) -> None:
    menus = navigation(people.district, path)
    assert [link.label for menu in menus for link in menu.links if link.active] == marked


def test_a_page_of_trouble_can_be_read_in_the_other_language_too(signed_in: SignIn) -> None:
    client = signed_in("village")
    with translation.override("zh-hans"):  # which an English page would not leave as it was
        page = client.get("/office/cases/999999/")
        assert (page.status_code, 'value="en"' in page.content.decode()) == (404, True)
        client.post("/i18n/setlang/", {"language": "en", "next": "/office/cases/999999/"})
        assert 'value="zh-hans"' in client.get("/office/cases/999999/").content.decode()
