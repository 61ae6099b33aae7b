"""Every address that asks nobody to sign in, those of tomorrow included: what is scanned, followed and shown to all."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from hemei.core.actions.door import issue_door
from hemei.core.models import Place
from hemei.core.signing import slip
from hemei.programmes.building.models import Permit
from hemei.programmes.craftsmen.models import Session
from tests.conftest import People
from tests.maps.test_layers import around
from tests.site.test_addresses import LAT, LON, NUMBER, OPEN_TO_ALL, all_of, village_records
from tests.site.test_headers import faults

__all__ = ["village_records"]


def patterns(some: list[URLPattern | URLResolver] | None = None, before: str = "") -> Iterator[str]:
    for one in get_resolver().url_patterns if some is None else some:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns, path)
        elif path.startswith(OPEN_TO_ALL):
            yield path


def opened(records: People) -> list[str]:
    """Each with a door plate and slips that hold."""
    z, x, y = around(LON, LAT, 15)
    door = issue_door(place=Place.objects.get(pk=NUMBER), by=records.village)
    values = {"pk": NUMBER, "row": NUMBER, "z": z, "x": x, "y": y, "code": "a.b", "token": door.token}
    slips = {
        "craftsmen/rate/": slip("posting.rate", Place.objects.get(kind="worksite")),
        "craftsmen/arrive/": slip("training.arrive", Session.objects.get(pk=NUMBER)),
        "building/follow/": slip("permit.follow", Permit.objects.get(pk=NUMBER)),
    }
    told = []
    for path in sorted(set(patterns())):
        known = values | {"slip": next((text for start, text in slips.items() if path.startswith(start)), "")}
        told.append("/" + re.sub(r"<\w+:(\w+)>", lambda part, known=known: str(known[part[1]]), path))  # type: ignore[misc]
    return told


def test_each_carries_the_policy_and_keeps_to_it_and_none_breaks(village_records: People) -> None:
    client = Client(headers={"accept-language": "zh-CN"}, raise_request_exception=False)
    told, shown = {}, 0
    for address in opened(village_records):
        for method in (client.get, client.post):
            response = method(address)
            content = all_of(response)
            shown += response.status_code == 200 and response.headers.get("Content-Type", "").startswith("text/html")
            if wrong := [*faults(response, content), *([response.status_code] if response.status_code >= 500 else [])]:
                told[f"{method.__name__} {address}"] = wrong
    assert told == {}
    assert shown >= 15


@pytest.mark.parametrize("path", ["card/a.b/", "rate/x/", "arrive/x/"])
def test_a_slip_that_is_none_is_a_page_in_words(db, path: str) -> None:
    answer = Client().get(f"/craftsmen/{path}")
    assert answer.status_code in {200, 404, 410}
    assert answer.headers["Content-Type"].startswith("text/html")
