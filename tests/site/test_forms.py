"""Every form of every page, filled in with rubbish by everybody who may see it: refused in words, never a broken page.

`HEMEI_CASES` says how often each form is tried; `make fuzz` tries often.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from hemei.core.actions.door import issue_door
from hemei.core.models import Place
from tests.conftest import DISTRICT, VILLAGE, People, photo
from tests.site.test_addresses import ADDRESSES, NUMBER, all_of, village_records

__all__ = ["village_records"]

TIMES = int(os.environ.get("HEMEI_CASES", "2"))
ROLES = ("grid", "village", "township", "district", "inspector", "appraiser", "administrator", "auditor")
RUBBISH = [
    *(
        "",
        " ",
        "\x00",
        "a\x00b",
        "0",
        "-1",
        "00",
        "1.5",
        "1e400",
        "-1e400",
        "NaN",
        "Infinity",
        "9" * 30,
        "-" + "9" * 400,
    ),
    *("999999999999999999999", "2147483648", "9223372036854775808", "true", "null", "[]", "{}", "undefined"),
    *("2026-02-30", "0000-00-00", "9999-12-31", "0001-01-01", "10000-01-01", "2026-11-25T25:61", "25/11/2026", "1-1-1"),
    *(
        "<script>alert(1)</script>",
        '"><img src=x>',
        "{{ 7*7 }}",
        "{% load x %}",
        "%s%n%(x)s",
        "' OR 1=1 --",
        "\\",
        "../../x",
    ),
    *(
        "１２３",
        "①",
        "²",
        "٣",
        "\u202e",
        "😀",
        "𠮷",
        "e\u0301",
        "长" * 5000,
        "x" * 100_000,
        "\r\nX: y",
        "=1+1",
    ),
    *(
        VILLAGE,
        DISTRICT,
        "429999103201",
        "42",
        "4",
        "429999103200001",
        "429999103200999999",
        str(NUMBER),
        str(NUMBER + 1),
    ),
    *("houses", "houses.F03", "houses.survey", "self", "*", "house", "xlsx", "zh-hans", "https://elsewhere.example/"),
]
EXTRA = (
    "region",
    "cursor",
    "kind",
    "next",
    "page",
    "on",
    "known",
    "order",
    "state",
    "question",
    "answer",
    "visit",
    "whose",
)


@dataclass
class Form:
    address: str
    method: str = "get"
    fields: dict[str, list[str]] = field(default_factory=dict)  # name → values it offers
    files: list[str] = field(default_factory=list)

    @property
    def sort(self) -> tuple[object, ...]:
        return (urlsplit(self.address).path, self.method, tuple(sorted(self.fields)), tuple(self.files))


class Forms(HTMLParser):
    """The forms of a page, with what each field offers."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.found, self.select = address, list[Form](), ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = urljoin(self.address, told.get("action") or self.address)
            self.found.append(Form(action, told.get("method", "get").lower()))
        elif not self.found or (not told.get("name") and tag != "option"):
            return
        elif tag == "select":
            self.select = told["name"]
            self.found[-1].fields.setdefault(self.select, [])
        elif tag == "option" and self.select:
            self.found[-1].fields[self.select].append(told.get("value", ""))
        elif tag == "input" and told.get("type") == "file":
            self.found[-1].files.append(told["name"])
        elif tag in ("input", "textarea", "button"):
            self.found[-1].fields.setdefault(told["name"], []).append(told.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""


def forms_of(response: HttpResponse, address: str) -> list[Form]:
    if response.status_code != 200 or not response.headers.get("Content-Type", "").startswith("text/html"):
        return []
    parser = Forms(address)
    parser.feed(response.content.decode())
    left_out = ("/sign-out/", "/i18n/setlang/")
    return [one for one in parser.found if one.method in ("get", "post") and urlsplit(one.address).path not in left_out]


def rubbish_file(chance: random.Random) -> SimpleUploadedFile:
    name = chance.choice(["现场.jpg", "a.svg", "台账.xlsx", "x.csv", "../../a.zip", "a" * 300, "\x00.jpg"])
    content = chance.choice(
        [photo().content, b"", b"\x00" * 100, b"<svg/>", b"PK\x03\x04", b"%PDF-", b"a,b\n1,2", b"\xff\xd8\xff"]
    )
    return SimpleUploadedFile(name, content, chance.choice(["image/jpeg", "text/html", "application/pdf", "x"]))


def filled_in(form: Form, chance: random.Random) -> dict[str, object]:
    """Mostly what the form offers, with rubbish in some of its fields, some left out, some given twice."""
    said: dict[str, object] = {}
    for name, offered in form.fields.items():
        fate = chance.random()
        if fate < 0.4 and offered:
            said[name] = chance.choice(offered)
        elif fate < 0.85:
            said[name] = chance.choice(RUBBISH)
        elif fate < 0.95:
            said[name] = [chance.choice(RUBBISH), chance.choice(RUBBISH)]
    if chance.random() < 0.3:
        said[chance.choice(EXTRA)] = chance.choice(RUBBISH)
    if form.method == "post":
        said |= {name: rubbish_file(chance) for name in form.files if chance.random() < 0.7}
    return said


class Browser:
    """Somebody at the pages, whose every press is taken back."""

    def __init__(self, client: Client) -> None:
        self.client, self.broken, self.tried = client, dict[str, str](), 0

    def press(self, method: str, address: str, said: dict[str, object]) -> HttpResponse:
        parts = urlsplit(address)
        query = dict(parse_qsl(parts.query)) | said if method == "get" else said
        self.tried += 1
        with transaction.atomic():
            response: HttpResponse = getattr(self.client, method)(parts.path, query)
            transaction.set_rollback(True)
        all_of(response)
        if response.status_code >= 500:
            shown = {name: repr(value)[:80] for name, value in said.items()}
            self.broken.setdefault(f"{method} {parts.path}", f"{shown} → {getattr(response, 'exc_info', None)}"[:1500])
        return response

    def forms(self, addresses: Iterator[str]) -> list[Form]:
        found: dict[tuple[object, ...], Form] = {}
        for address in addresses:
            for form in forms_of(self.press("get", address, {}), address):
                found.setdefault(form.sort, form)
        return list(found.values())


def fuzz(browser: Browser, addresses: list[str], chance: random.Random, times: int) -> None:
    forms = browser.forms(iter(addresses))
    assert forms
    for form in forms:
        for _turn in range(times):
            said = filled_in(form, chance)
            response = browser.press(form.method, form.address, said)
            for further in forms_of(response, form.address)[:1]:  # the page that says what is wrong has a form too
                browser.press(further.method, further.address, filled_in(further, chance))


@pytest.fixture
def client_of(village_records: People) -> Iterator[object]:
    def enter(who: str) -> Client:
        client = Client(headers={"accept-language": "zh-CN"}, raise_request_exception=False)
        client.force_login(getattr(village_records, who).account, "django.contrib.auth.backends.ModelBackend")
        return client

    return enter


@pytest.mark.parametrize("who", ROLES)
def test_no_form_breaks(client_of, who: str) -> None:
    browser = Browser(client_of(who))
    fuzz(browser, [address() for address in ADDRESSES], random.Random(f"forms {who}"), TIMES)
    assert browser.broken == {}
    assert browser.tried > 50


def test_no_address_breaks_by_what_is_asked_of_it(client_of) -> None:
    """Rubbish behind the question mark, and in place of numbers and names in the address itself."""
    browser, chance = Browser(client_of("district")), random.Random("questions")
    for address in ADDRESSES:
        for _turn in range(TIMES):
            browser.press("get", address(), {name: chance.choice(RUBBISH) for name in chance.sample(EXTRA, 4)})
        if "<str:" in address.pattern or "<slug:" in address.pattern:
            for said in ("x", "..", "%00", "%0a", "a" * 3000, "%F0%9F%98%80", "houses."):
                path = address()
                for name in ("houses.survey", "houses.deadline_days.urgent", "csv", "remedy", VILLAGE, "notice"):
                    path = path.replace(f"/{name}", f"/{said}", 1) if f"/{name}" in path else path
                browser.press("get", path, {})
    assert browser.broken == {}


def test_no_page_at_the_door_breaks(village_records: People) -> None:
    place = Place.objects.get(pk=NUMBER)
    door = issue_door(place=place, by=village_records.village)
    browser = Browser(Client(raise_request_exception=False))
    pages = ["", "look/", "done/", "phone/", "reports/", "fine/", "danger/", "send/"]
    fuzz(browser, [f"/d/{door.token}/{page}" for page in pages], random.Random("door"), TIMES * 8)
    chance = random.Random("door, asked")
    for page in pages:
        for _turn in range(TIMES * 4):
            said = {name: chance.choice(RUBBISH) for name in chance.sample(EXTRA, 4)} | {"code": chance.choice(RUBBISH)}
            browser.press(chance.choice(["get", "post"]), f"/d/{door.token}/{page}", said)
    for token in ("x", "%00", "a" * 3000, "..", "%F0%9F%98%80"):
        browser.press("get", f"/d/{token}/", {})
    assert browser.broken == {}


def test_no_page_for_strangers_breaks(village_records: People) -> None:
    browser, chance = Browser(Client(raise_request_exception=False)), random.Random("strangers")
    for form in browser.forms(iter(["/sign-in/", "/public/draws/"])):
        for _turn in range(TIMES * 5):
            browser.press(form.method, form.address, filled_in(form, chance))
    for address in ("/", "/public/draws/", f"/public/draws/{NUMBER}.json", "/healthz", "/i18n/setlang/", "/sign-in/"):
        for _turn in range(TIMES * 3):
            said = {name: chance.choice(RUBBISH) for name in (*chance.sample(EXTRA, 3), "language", "next")}
            browser.press(chance.choice(["get", "post"]), address, said)
    assert browser.broken == {}
