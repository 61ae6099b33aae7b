"""What a browser is told with every answer: load nothing from elsewhere, run nothing inline, show it in no frame."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings

from hemei.core.actions.door import issue_door
from hemei.core.models import Place
from tests.conftest import PASSWORD, People
from tests.site.test_addresses import ADDRESSES, NUMBER, all_of, village_records

__all__ = ["village_records"]

FORM = "application/x-www-form-urlencoded"
INLINE = re.compile(rb"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
FOREIGN = re.compile(rb"""<(?:script|link|img|iframe|form)[^>]+(?:src|href|action)=["'](?:https?:)?//""", re.IGNORECASE)


def faults(response: HttpResponse, content: bytes) -> list[str]:
    """What is wrong with an answer's headers, and with a page's markup under them."""
    told = response.headers
    policy = dict(part.strip().partition(" ")[::2] for part in told.get("Content-Security-Policy", "").split(";"))
    found = []
    if policy.get("default-src") != "'none'" or "unsafe" in str(policy):
        found.append(f"policy {policy}")
    if told.get("X-Content-Type-Options") != "nosniff":
        found.append("sniffing")
    if told.get("X-Frame-Options") != "DENY" and policy.get("frame-ancestors") != "'none'" and "sandbox" not in policy:
        found.append("frames")
    if told.get("Referrer-Policy") not in ("same-origin", "no-referrer"):
        found.append("referrer")
    if "geolocation=(self)" not in told.get("Permissions-Policy", ""):
        found.append("permissions")
    if told.get("Content-Type", "").startswith("text/html"):
        found += [match.group().decode() for match in (INLINE.search(content), FOREIGN.search(content)) if match]
    return found


@pytest.mark.parametrize("who", ["district", "administrator", "nobody"])
def test_every_answer_carries_them_and_every_page_keeps_to_them(village_records: People, who: str) -> None:
    client = Client(headers={"accept-language": "zh-CN"}, raise_request_exception=False)
    client.force_login(getattr(village_records, who).account, "django.contrib.auth.backends.ModelBackend")
    told = {}
    for address in ADDRESSES:
        response = client.get(address())
        if wrong := faults(response, all_of(response)):
            told[address()] = wrong
    assert told == {}


def test_so_do_the_pages_for_strangers_and_at_the_door(village_records: People) -> None:
    door = issue_door(place=Place.objects.get(pk=NUMBER), by=village_records.village)
    client = Client(raise_request_exception=False)
    for path in ("/sign-in/", "/public/draws/", "/healthz", "/nowhere/", "/api/cases", "/api/openapi.json", "/d/none/"):
        response = client.get(path)
        assert faults(response, all_of(response)) == [], path
    for page in ("", "look/", "phone/", "done/"):
        response = client.get(f"/d/{door.token}/{page}", follow=True)
        assert faults(response, all_of(response)) == [], page
        assert response.headers["Referrer-Policy"] == "no-referrer", "the address is the key"
        assert "no-store" in response.headers["Cache-Control"]


def test_over_https_a_browser_never_goes_back(db) -> None:
    with override_settings(SECURE_HSTS_SECONDS=63_072_000):
        answer = Client().get("/sign-in/", secure=True)
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000"
    assert "Strict-Transport-Security" not in Client().get("/sign-in/").headers


def test_cookies_are_for_us_only(people: People, client: Client) -> None:
    account = people.village.account
    assert account is not None
    account.set_password(PASSWORD)
    account.save()
    with override_settings(SESSION_COOKIE_SECURE=True):
        answer = client.post("/sign-in/", {"username": "village", "password": PASSWORD})
    cookie = answer.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True)


@pytest.mark.parametrize(
    "asked",
    [
        {"path": "/", "QUERY_STRING": "q=%00"},
        {"path": "/%00/"},
        {"path": "/i18n/setlang/", "data": b"--x\r\nbroken", "content_type": "multipart/form-data"},
        {"path": "/i18n/setlang/", "data": "&".join(f"a{n}=1" for n in range(20_000)), "content_type": FORM},
    ],
    ids=["a NUL asked for", "a NUL in the path", "a form without its boundary", "a form of 20,000 fields"],
)
@pytest.mark.django_db
def test_what_cannot_be_read_is_refused_in_words(client: Client, asked: dict[str, Any]) -> None:
    response = (client.post if "data" in asked else client.get)(**asked, headers={"accept-language": "zh-CN"})
    assert response.status_code == 400
    assert "请返回上一页核对后再提交" in response.content.decode()
    response = (client.post if "data" in asked else client.get)(**asked, headers={"accept-language": "en"})
    assert "Go back, check it and send it again" in response.content.decode()
