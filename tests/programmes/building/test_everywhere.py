"""Permits where other things are: among what waits today, in the API, on the map, in files."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from datetime import date

import openpyxl
import pytest

from hemei.core.models import Household
from hemei.programmes.building.queries.waiting import waiting
from tests.conftest import NEXT_VILLAGE, VILLAGE, People
from tests.programmes.building.conftest import BEGAN, MEETING, Way, applied, household_of, step
from tests.programmes.building.test_pages import client_of
from tests.programmes.building.test_placing import DRAWN, LAT, LON

FILES = {"xlsx": b"PK", "csv": b"\xef\xbb\xbf", "gpkg": b"SQLite format 3"}


def waits_for(people: People, way: Way, *, on: date) -> Sequence[str]:
    everybody = {name: getattr(people, name) for name in ("village", "township", "district")} | {"second": way.second}
    return [name for name, actor in everybody.items() if waiting(actor, on=on).exists()]


def test_a_permit_waits_for_whose_step_is_next(people: People, way: Way, household: Household) -> None:
    permit = applied(people, household)
    far = date(2027, 1, 1)
    assert waits_for(people, way, on=far) == ["village"]
    day = way.to_village(permit)
    assert "village" not in waits_for(people, way, on=far)
    assert waits_for(people, way, on=far) == ["township", "second"]
    page = client_of(people.township).get("/office/").content.decode()
    assert "建房申请，轮到我办的" in page
    assert "石有田" in page
    assert "石有田" not in client_of(people.next_village).get("/office/").content.decode()
    step(permit, "return", people.township, on=day)
    assert "village" in waits_for(people, way, on=far)


def test_nobody_waits_for_what_they_reviewed_themselves(people: People, way: Way, household: Household) -> None:
    permit = applied(people, household, by=people.township)
    way.to_village(permit)
    assert "township" not in waits_for(people, way, on=date(2027, 1, 1))
    assert "second" in waits_for(people, way, on=date(2027, 1, 1))


def test_a_notice_waits_when_its_days_are_over(people: People, household: Household) -> None:
    permit = applied(people, household)
    step(permit, "agree", people.village, on=BEGAN, **MEETING)
    step(permit, "publicise", people.village, on=BEGAN)
    ends = permit.notice_ends
    assert ends is not None
    assert not waiting(people.village, on=BEGAN).exists()
    assert waiting(people.village, on=ends).get() == permit


def test_the_api_gives_permits_within_reach(people: People, household: Household) -> None:
    permit = applied(people, household, **DRAWN)
    other = household_of("石有粮", region=NEXT_VILLAGE, number="2")
    applied(people, other, by=people.next_village)
    said = client_of(people.township).get("/api/records/permit").json()
    assert len(said["items"]) == 2
    mine = client_of(people.village).get("/api/records/permit", {"region": VILLAGE, "state": "applied"}).json()["items"]
    told = [(row["id"], row["state"], row["own"]["storeys"], row["lon"]) for row in mine]
    assert told == [(permit.pk, "applied", 2, LON)]
    assert client_of(people.next_village).get(f"/api/records/permit/{permit.pk}").status_code == 404
    assert client_of(people.village).get("/api/records/permit", {"state": "approved"}).json()["items"] == []
    for verb in ("post", "patch", "put", "delete"):
        answer = getattr(client_of(people.township), verb)(f"/api/records/permit/{permit.pk}")
        assert answer.status_code == 405, "no step and no change goes round the gates"


@pytest.mark.parametrize("form", list(FILES))
def test_the_list_goes_out_as_a_file(people: People, household: Household, form: str) -> None:
    applied(people, household, **DRAWN)
    sent = client_of(people.district).get(f"/building/permits.{form}")
    body = b"".join(sent.streaming_content)
    assert body.startswith(FILES[form])
    if form == "xlsx":
        rows = list(openpyxl.load_workbook(io.BytesIO(body)).active.values)
        assert "石有田" in rows[1]
        assert "已申请" in rows[1]
    assert client_of(people.district).get("/building/permits.exe").status_code == 404


def tile_at(z: int) -> str:
    x = int((LON + 180) / 360 * (1 << z))
    y = int((1 - math.asinh(math.tan(math.radians(LAT))) / math.pi) / 2 * (1 << z))
    return f"/maps/{z}/{x}/{y}.mvt?kind=permit"


def test_the_map_draws_permits_by_their_state(people: People, household: Household) -> None:
    applied(people, household, **DRAWN)
    page = client_of(people.township).get("/maps/", {"kind": "permit"}).content.decode()
    assert "已申请" in page
    assert "/building/{id}/" in page
    near = client_of(people.township).get(tile_at(16)).content
    assert b"applied" in near
    assert "石有田".encode() in near
    assert b"counts" in client_of(people.township).get(tile_at(8)).content
    assert client_of(people.next_village).get(tile_at(16)).content == b""
    assert client_of(people.township).get("/maps/3/99/0.mvt?kind=permit").status_code == 404
