"""Every page that a person can reach by clicking, and every tile they can look at: found by following the links."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import asinh, floor, pi, radians, tan
from urllib.parse import parse_qsl, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

from hemei.core.access import actor_of, scope_of
from hemei.core.models import Account, Place
from hemei.demo.signins import USERNAMES
from hemei.terms.day import today

LINK = re.compile(r"""(?:href|src|action|hx-get)="([^"#]+)""")
APART = re.compile(
    r"/(static|sign-out|sign-in|i18n|api)/|\.(xlsx|csv|gpkg|geojson|json|zip|pdf|docx)\b|/file\.|zero\.(?!svg)"
)
MOST = 80  # pages a role
TILES_FROM, TILES_TO = 8, 18


@dataclass(frozen=True)
class Role:
    """Somebody to look through whose eyes."""

    name: str
    account: Account

    def client(self) -> Client:
        client = Client()
        client.force_login(self.account)
        return client


def roles() -> list[Role]:
    return [Role(role, Account.objects.get(username=name)) for role, name in USERNAMES.items()]


def kind_of(address: str) -> str:
    """Addresses of one kind are one page: the same view, narrowed by the same things."""
    parts = urlsplit(address)
    try:
        name = resolve(parts.path).view_name
    except Resolver404:
        return ""
    asked = sorted({key for key, value in parse_qsl(parts.query) if value})
    return f"{name}?{'&'.join(asked)}" if asked else name


def reachable(role: Role) -> dict[str, str]:
    """One address of each kind of page that this role can click to, by kind."""
    client = role.client()
    waiting, found, refused = starts(), {}, set()
    while waiting and len(found) < MOST:
        address = waiting.pop(0)
        kind = kind_of(address)
        if not kind or kind in found or kind in refused or APART.search(address):
            continue
        answer = client.get(address)
        if answer.status_code in (301, 302):
            waiting.append(answer["Location"])
        elif answer.status_code == 200:
            found[kind] = address
            if "html" in answer.get("Content-Type", ""):
                waiting += links(address, answer.content.decode())
        refused.add(kind)
        assert answer.status_code < 500, (role.name, address, answer.status_code)
    return found


def starts() -> list[str]:
    past = (today() - timedelta(days=300)).isoformat()
    return [
        "/office/",
        "/office/cases/",
        "/office/cases/?q=裂缝",
        "/office/cases/?overdue=on",
        "/office/places/?kind=house",
        "/office/places/?kind=house&q=王",
        "/office/zero/",
        f"/office/zero/?on={past}",
        f"/office/zero/?on={past}&by=12",
        "/office/audit/?verb=case.accept",
        "/field/",
        "/field/places/?q=3",
        "/maps/",
        "/maps/regions.geojson",
        "/maps/zero.svg",
        "/houses/",
        "/public/draws/",
    ]


def links(base: str, text: str) -> Iterator[str]:
    path = urlsplit(base).path
    for link in LINK.findall(text):
        link = html.unescape(link)
        if link.startswith("?"):
            yield path + link
        elif link.startswith("/") and not link.startswith("//"):
            yield link


def tiles(role: Role, spots: int = 3) -> list[str]:
    """Tiles of the map of houses over some places of the role's land, on every zoom."""
    within = scope_of(actor_of(role.account), "place.view")
    rows = Place.objects.filter(within.q(matter=None), lon__isnull=False).order_by("region", "id")
    count = rows.count()
    points = [rows[count * n // spots] for n in range(spots)] if count else []
    return list(
        dict.fromkeys(
            f"/maps/{zoom}/{tile(point.lon, point.lat, zoom)}.mvt?kind=house"
            for zoom in range(TILES_FROM, TILES_TO + 1)
            for point in points
        )
    )


def tile(lon: float | None, lat: float | None, zoom: int) -> str:
    assert lon is not None
    assert lat is not None
    size = 1 << zoom
    return f"{floor((lon + 180) / 360 * size)}/{floor((1 - asinh(tan(radians(lat))) / pi) / 2 * size)}"
