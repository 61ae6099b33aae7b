"""Markup in what a phone sends: it is text wherever it is shown, on every page, printed sheet, export and answer."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import product
from typing import Any
from xml.etree import ElementTree

import pytest
from django.http import HttpResponse
from django.test import Client

from hemei.core.access import At
from hemei.core.actions.collector import issue_collector
from hemei.core.actions.door import issue_door
from hemei.core.models import Case, Check, Evidence, Place
from hemei.core.registry import registry
from hemei.engines.forms import is_asked
from tests.conftest import VILLAGE, People, photo
from tests.field.collector import Phone, filled
from tests.site.test_addresses import ADDRESSES, AT_THE_DOOR, NUMBER, Address, all_of, village_records
from tests.site.test_formulas import STARTS
from tests.site.test_headers import faults

__all__ = ["village_records"]

SIGN = "yinmai"  # stands in whatever the phone sends, and nowhere else
RUNS = f"{SIGN}run"
MARKUP = (
    f"<script>{RUNS}(1)</script><img src=x onerror={RUNS}(2)>\"'><svg/onload={RUNS}(3)></textarea></title></script>"
    f"--><a href=javascript:{RUNS}(4)>点我</a>{{{{7|add:1330}}}}{{% now 'Y' %}}&lt;b&gt;"
)
PICTURE = f"<img src=x onerror={RUNS}(5)>.jpg"
FORMULA = f"=HYPERLINK({SIGN})"
WITHOUT_EDITING = {"hemei_device": MARKUP, "hemei_channel": "call"}


class Page(HTMLParser):
    """What of a page would run, or belongs to no page of ours."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.running: list[str] = []
        self.within = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.within = tag if tag in ("script", "style") and ("type", "application/json") not in attributes else ""
        for name, value in attributes:
            if name.startswith("on") or SIGN in name or (value or "").strip().startswith("javascript:"):
                self.running.append(f"<{tag} {name}={value}>")

    def handle_endtag(self, tag: str) -> None:
        self.within = ""

    def handle_data(self, data: str) -> None:
        if self.within and SIGN in data:
            self.running.append(f"{self.within}: {data[:80]}")


def sent_from(people: People) -> list[int]:
    """A self-check and a survey of one house with markup in every text that a phone can send: the keys of what came."""
    _key, token = issue_collector(where=At(VILLAGE), account=people.grid.account, name=MARKUP, by=people.grid)
    phone = Phone(f"http://testserver/key/{token}")
    phone.headers["User-Agent"] = MARKUP
    before = {model: set(model.objects.values_list("pk", flat=True)) for model in (Case, Check, Evidence)}
    for form, said in (
        (
            "houses.selfcheck",
            {"wall_leaning": "yes", "remark": MARKUP, "hemei_on_behalf": MARKUP[:60], "photo": PICTURE},
        ),
        ("houses.selfcheck", {"wall_leaning": "yes", "remark": FORMULA, "hemei_on_behalf": FORMULA}),
        ("houses.survey", survey() | {"remark": MARKUP, "restriction": MARKUP}),
    ):
        told = {"hemei_place": str(NUMBER)} | WITHOUT_EDITING | said
        version = registry.forms[form].read.version
        [answer] = phone.send(
            filled(form, told, version=version), {PICTURE: photo().content} if "photo" in said else {}
        )
        assert answer.status_code == 201, answer.content.decode()
    return sorted({pk for model, old in before.items() for pk in set(model.objects.values_list("pk", flat=True)) - old})


def survey() -> dict[str, str]:
    """The least that a survey has to say, with something found, so that its free texts are asked."""
    form, said = registry.forms["houses.survey"].read, {"first_judgement": "some"}
    for question in form.questions:
        if question.required and question.name not in said and is_asked(question, said):
            named = question.choice_names
            usual = next((one for one in ("none", "no") if one in named), min(named, default="2"))
            said[question.name] = usual
    return said


def shown(address: Address, keys: list[int]) -> Iterator[str]:
    for pk in [NUMBER, *keys] if address.of_a_record else [NUMBER]:
        path = address(pk)
        yield path
        if path.endswith(".csv"):
            yield path.removesuffix("csv") + "xlsx"


def wrong(answer: HttpResponse, content: bytes) -> list[Any]:
    """What of an answer in which the sign stands is more than text."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    if kind == "text/html":
        text = content.decode()
        return [*Page(text).running, *re.findall(r"\b1337\b", text), *faults(answer, b"")]
    if kind == "text/csv":
        cells = [cell for line in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in line]
        return [cell for cell in cells if SIGN in cell and cell.startswith(STARTS)]
    if kind.endswith("json"):
        json.loads(content)
    elif kind.endswith("xml"):
        return [one.tag for one in ElementTree.fromstring(content).iter() if one.tag in ("script", "img", "svg")]
    return [] if answer.headers.get("X-Content-Type-Options") == "nosniff" else [kind]


@pytest.mark.parametrize(("who", "language"), [("district", "zh-CN"), ("village", "en"), ("administrator", "zh-CN")])
def test_what_a_phone_sends_is_text_wherever_it_is_shown(village_records: People, who: str, language: str) -> None:
    keys = sent_from(village_records)
    client = Client(headers={"accept-language": language}, raise_request_exception=False)
    client.force_login(getattr(village_records, who).account, "django.contrib.auth.backends.ModelBackend")
    told, on = {}, set()
    for path in (path for address in ADDRESSES for path in shown(address, keys)):
        answer = client.get(path)
        content = all_of(answer)
        assert answer.status_code < 500, path
        if SIGN.encode() in content:
            on.add(re.sub(r"\d+", "N", path))
            if more := wrong(answer, content):
                told[path] = more
    assert told == {}
    if who == "district":
        assert on >= {"/office/places/N/", "/office/places/N/file/", "/api/checks/N", "/field/checks/N/"}, on


def test_so_it_is_behind_the_plate_of_the_house(village_records: People) -> None:
    sent_from(village_records)
    door = issue_door(place=Place.objects.get(pk=NUMBER), by=village_records.village)
    household = Client(headers={"accept-language": "zh-CN"})
    household.post(f"/d/{door.token}/phone/", {"code": door.code})
    for way in product(AT_THE_DOOR, ("get", "post")):
        answer = getattr(household, way[1])(f"/d/{door.token}/{way[0]}", follow=True)
        content = all_of(answer)
        if SIGN.encode() in content:
            assert wrong(answer, content) == [], way


def test_what_is_held_against_it_would_be_found() -> None:
    page = f"<p title=\"{MARKUP}\">{MARKUP}</p><script type='application/json'>{SIGN}</script>"
    assert len(Page(page).running) >= 3
    from django.utils.html import escape

    assert Page(f"<p title='{escape(MARKUP)}'>{escape(MARKUP)}</p>").running == []
