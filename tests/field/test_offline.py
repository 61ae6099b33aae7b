"""What a phone is given to keep, and what comes back from it: stored once, whatever the line does."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hemei.core.editions import editions
from hemei.core.models import AuditEntry, Case, Check, Due, Evidence, Place, Round
from hemei.engines.tables.coordinates import gcj
from tests.conftest import NEXT_VILLAGE, People, build_house, photo
from tests.field.test_dues import owe, plan
from tests.toy.wells import dig_well

SignIn = Callable[[str], Client]
KIT, SEND = "/field/offline/kit.json", "/field/offline/send/"


@pytest.fixture
def owed(well: Place, people: People) -> Due:
    return owe(plan(), well, people.grid)


def sheet(place: Place, instance: str = "uuid:0123456789", **more: Any) -> dict[str, Any]:
    fields = {"cracked": ["yes"], "crack_mm": ["３．５"], "used_for": ["drink"]} | more.pop("fields", {})
    at = (timezone.now() - timedelta(hours=2)).isoformat()
    position = {"lon": 110.5, "lat": 31.5, "accuracy": 8}
    said = {"instance": instance, "place": place.pk, "form": "wells.survey", "version": "1", "at": at}
    return said | {"fields": fields, "position": position} | more


def post(client: Client, said: dict[str, Any] | str, photos: tuple[str, ...] = (), **headers: str) -> Any:
    files = [SimpleUploadedFile(name, photo(name="x").content, "image/jpeg") for name in photos]
    body = {"check": said if isinstance(said, str) else json.dumps(said), "photo": files}
    body |= {name: [value] * len(files) for name, value in (("photo_field", "photo"), ("source", "camera"))}
    body["device_time"] = ["2026-11-03T09:30:00+08:00"] * len(files)
    return client.post(SEND, body, headers=headers)


def test_a_phone_keeps_what_its_person_owes_and_no_names(owed: Due, people: People, signed_in: SignIn) -> None:
    other = dig_well(NEXT_VILLAGE, "别村的井")
    owe(owed.round, other, people.next_village)
    kit = signed_in("grid").get(KIT).json()
    assert kit["account"] == str(people.grid.account.pk)
    [place] = kit["places"]
    assert (place["id"], place["label"]) == (owed.place_id, "井一")
    assert place["dues"] == [{"form": "wells.survey", "due_on": owed.due_on.isoformat()}]
    form, proxied = kit["forms"]
    assert form["sections"][0]["questions"][1]["relevant"] == ["call", "=", ["answer", "cracked"], ["lit", "yes"]]
    assert place.keys() == {"id", "kind", "label", "more", "region", "lon", "lat", "dues", "known"}
    assert [door["id"] for door in kit["doors"]] == [owed.place_id]  # of the next village nothing
    assert kit["doors"][0]["dues"] == [{"form": "wells.selfcheck", "due_on": None}]
    assert kit["doors"][0].keys() == place.keys()
    assert proxied["title"] == "代报：水井自查"
    assert proxied["dangers"] == [[["wall_moving", "yes"]]]


def proxied(place: Place, **fields: list[str]) -> dict[str, Any]:
    told = {"hemei_channel": ["visit"], "hemei_on_behalf": [" 隔壁王婶 "], "cracked": ["yes"]} | fields
    return sheet(place, form="wells.selfcheck") | {"fields": told}


def test_a_self_check_for_a_household_comes_by_the_same_way(well: Place, people: People, signed_in: SignIn) -> None:
    client, said = signed_in("grid"), proxied(well)
    answer = post(client, said).json()
    assert (answer["outcome"], answer["message"]) == ("stored", "发现 1 个问题：井台开裂。")
    check = Check.objects.get()
    assert (check.tier, check.channel, check.on_behalf, check.counts) == ("self", "visit", "隔壁王婶", True)
    assert check.answers == {"cracked": "yes"}
    assert AuditEntry.objects.filter(verb="check.submit", subject=f"check:{check.pk}").count() == 1
    assert post(client, said).json()["outcome"] == "repeated"


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"hemei_channel": []}, "hemei_channel"),
        ({"hemei_channel": ["page"]}, "hemei_channel"),
        ({"hemei_on_behalf": [" "]}, "hemei_on_behalf"),
    ],
)
def test_a_self_check_for_a_household_says_how_and_from_whom(
    well: Place, signed_in: SignIn, fields: dict[str, list[str]], missing: str
) -> None:
    answer = post(signed_in("grid"), proxied(well, **fields))
    assert (answer.status_code, list(answer.json()["wrong"])) == (422, [missing])
    assert not Check.objects.exists()


@pytest.mark.parametrize("who", ["next_village", "other_township", "neighbour", "nobody", "auditor"])
def test_nobody_answers_for_a_household_that_is_not_theirs(well: Place, signed_in: SignIn, who: str) -> None:
    client = signed_in(who)
    assert post(client, proxied(well)).status_code in (403, 404)
    assert well.pk not in [door["id"] for door in client.get(KIT).json().get("doors", [])]
    assert not Check.objects.exists()


def test_of_a_wide_reach_the_villages_gone_to_are_kept(owed: Due, people: People, signed_in: SignIn) -> None:
    elsewhere = dig_well(NEXT_VILLAGE, "别村的井")
    client = signed_in("district")
    doors = lambda: [door["id"] for door in client.get(KIT).json()["doors"]]  # noqa: E731
    assert doors() == [owed.place_id, elsewhere.pk]
    Due.objects.update(account=people.district.account)
    assert doors() == [owed.place_id]
    assert client.get(KIT).json()["doors_left_out"] == 1


def test_a_longer_list_asks_the_database_no_more_often(house: Place, people: People, signed_in: SignIn) -> None:
    turn, client = plan(), signed_in("grid")
    Round.objects.update(matter="houses")

    def asked() -> int:
        editions.forget()  # else they are read again in one of the two, on a slow machine
        with CaptureQueriesContext(connection) as queries:
            assert client.get(KIT).json()["places"][0]["known"]["structure"] == ["earth_timber"]
        return len(queries)

    owe(turn, house, people.grid)
    client.get(KIT)
    before = asked()
    for n in range(4):
        owe(turn, build_house(label=f"河边{n}号", lon=110.6 + n * 0.001), people.grid)
    assert asked() == before


def test_what_a_phone_sends_becomes_a_check_a_case_and_evidence(owed: Due, people: People, signed_in: SignIn) -> None:
    said = sheet(owed.place, fields={"photo": ["photo-1.jpg"]})
    answer = post(signed_in("grid"), said, ("photo-1.jpg",)).json()
    check = Check.objects.get()
    assert answer == {"outcome": "stored", "message": "发现 1 个问题：井台开裂。", "link": f"/field/checks/{check.pk}/"}
    assert check.answers == {"cracked": "yes", "crack_mm": 3.5, "used_for": ["drink"], "photo": "photo-1.jpg"}
    assert (check.at.isoformat(), check.lon, check.account_id) == (said["at"], 110.5, people.grid.account.pk)
    assert bytes(check.raw) == json.dumps(said).encode()
    assert Case.objects.get().code == "wells.F02"
    assert (Evidence.objects.get().source, Evidence.objects.get().question) == ("camera", "photo")
    owed.refresh_from_db()
    assert owed.done_at is not None


def test_titles_are_in_the_language_of_the_page_that_is_kept(people: People, house: Place, signed_in: SignIn) -> None:
    owe(plan(), house, people.grid)
    client = signed_in("grid")
    titles = [
        [form["title"] for form in client.get(KIT, headers={"accept-language": language}).json()["forms"]]
        for language in ("zh-CN", "en")
    ]
    assert titles == [["镇村排查", "代报：农户自查"], ["Survey", "Report on behalf: Self-check"]]


def test_the_same_sheet_again_is_answered_and_stored_once(owed: Due, signed_in: SignIn) -> None:
    client, said = signed_in("grid"), sheet(owed.place)
    assert post(client, said).json()["outcome"] == "stored"
    assert post(client, said).json()["outcome"] == "repeated"
    changed = post(client, said | {"fields": {"cracked": ["no"]}})
    assert (changed.status_code, changed.json()["outcome"]) == (409, "refused")
    assert Check.objects.count() == 1


def test_what_does_not_fit_is_refused_with_each_fault_and_can_be_mended(owed: Due, signed_in: SignIn) -> None:
    client = signed_in("grid")
    answer = post(client, sheet(owed.place, fields={"crack_mm": ["宽"], "depth": ["3.5"]}))
    assert (answer.status_code, answer.json()["outcome"]) == (422, "refused")
    assert answer.json()["wrong"].keys() == {"crack_mm", "depth"}
    assert not Check.objects.exists()
    assert post(client, sheet(owed.place)).json()["outcome"] == "stored"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"place": 10**12}, 404),
        ({"place": 2**70}, 422),
        ({"place": "1"}, 422),
        ({"form": "wells.nothing"}, 422),
        ({"form": "wells.selfcheck"}, 422),
        ({"version": "0"}, 422),
        ({"at": "gestern"}, 422),
        ({"at": "2026-11-03T09:30:00"}, 422),
        ({"instance": "x"}, 422),
        ({"instance": "x" * 65}, 422),
        ({"fields": {"cracked": "yes"}}, 422),
        ({"fields": {"cracked": [1]}}, 422),
        ({"fields": {"remark": ["x" * 6000], "cracked": ["no"]}}, 422),
        ({"fields": {"cracked": ["no"], "remark": ["\x00\ud800"]}}, 200),
        ({"position": {"lon": "NaN", "lat": 1e400, "accuracy": None}}, 200),
        ({"at": "2199-01-01T00:00:00Z"}, 200),
    ],
)
def test_nonsense_is_answered_plainly(owed: Due, signed_in: SignIn, change: dict[str, Any], status: int) -> None:
    answer = post(signed_in("grid"), {**sheet(owed.place), **change})
    assert answer.status_code == status, answer.content
    assert answer.json()["outcome"] == ("stored" if status == 200 else "refused")


@pytest.mark.parametrize("raw", ["", "[]", "{}", "nul", "[" * 5000, '{"fields": 1}'])
def test_what_no_page_sends_is_refused(owed: Due, signed_in: SignIn, raw: str) -> None:
    assert post(signed_in("grid"), raw).status_code == 422


@pytest.mark.parametrize("who", ["next_village", "other_township", "neighbour", "nobody", "auditor"])
def test_others_send_nothing_there(owed: Due, signed_in: SignIn, people: People, who: str) -> None:
    answer = post(signed_in(who), sheet(owed.place))
    assert answer.status_code in (403, 404)
    assert not Check.objects.exists()


def test_a_sign_in_that_ran_out_or_is_another_s_leaves_the_sheet_where_it_is(
    owed: Due, people: People, signed_in: SignIn
) -> None:
    own = str(people.grid.account.pk)
    assert post(Client(), sheet(owed.place), **{"X-Account": own}).status_code == 401
    assert post(signed_in("village"), sheet(owed.place), **{"X-Account": own}).status_code == 409
    assert not Check.objects.exists()


def test_a_browser_that_lost_its_cookies_is_told_to_sign_in_or_given_a_new_token(owed: Due, people: People) -> None:
    """Killed within half a minute of signing in: what it keeps of its page must find its way out all the same."""
    phone = Client(enforce_csrf_checks=True, headers={"accept-language": "zh-CN"})
    account = str(people.grid.account.pk)
    assert post(phone, sheet(owed.place), **{"X-Account": account}).status_code == 401
    phone.force_login(people.grid.account)
    assert post(phone, sheet(owed.place), **{"X-Account": account}).status_code == 403
    token = phone.cookies["csrftoken"].value
    answer = post(phone, sheet(owed.place), **{"X-Account": account, "X-CSRFToken": token})
    assert answer.json()["outcome"] == "stored"


def test_two_looks_at_one_place_both_stand(owed: Due, signed_in: SignIn) -> None:
    for who, instance in (("grid", "uuid:11111111"), ("village", "uuid:22222222")):
        assert post(signed_in(who), sheet(owed.place, instance)).json()["outcome"] == "stored"
    assert Check.objects.count() == 2


SHEETS = 4


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_order_and_any_repetition_gives_the_same(
    owed: Due, people: People, signed_in: SignIn, data: st.DataObject
) -> None:
    """Each delivery may come twice, and in whatever order: the checks, findings and cases are those of one of each."""
    round_ = Round.objects.create(
        matter="wells", tier="survey", name="又一轮", region=owed.region, starts=owed.round.starts,
        ends=owed.round.ends, state=owed.round.state,
    )  # fmt: skip
    client, tag = signed_in("grid"), f"{round_.pk:08d}"
    wells = [dig_well(owed.region, f"井{tag}{n}", 110.6 + n * 0.001) for n in range(2)]
    sent = [
        sheet(wells[n % 2], f"uuid:{tag}-{n}", at=(timezone.now() - timedelta(hours=9 - n)).isoformat())
        for n in range(SHEETS)
    ]
    order = data.draw(st.permutations(range(SHEETS)))
    again = data.draw(st.lists(st.sampled_from(range(SHEETS)), max_size=6))
    outcomes = [post(client, sent[n]).json()["outcome"] for n in [*order, *again]]
    assert outcomes == ["stored"] * SHEETS + ["repeated"] * len(again)
    made = Check.objects.filter(place__in=wells)
    assert sorted(check.instance_id for check in made) == sorted(one["instance"] for one in sent)
    cases = Case.objects.filter(place__in=wells)
    assert sorted(case.place_id for case in cases) == sorted(well.pk for well in wells)
    assert {case.findings.count() for case in cases} == {SHEETS // 2}
    assert AuditEntry.objects.filter(verb="check.survey", subject__in=[f"check:{c.pk}" for c in made]).count() in (
        0,
        SHEETS,
    )


def test_a_position_shifted_as_gcj_02_has_it_is_flagged_not_believed(owed: Due, signed_in: SignIn) -> None:
    lon, lat = _shifted(110.5, 31.5)
    said = sheet(owed.place, position={"lon": lon, "lat": lat, "accuracy": 15})
    answer = post(signed_in("grid"), said).json()
    assert "GCJ-02" in answer["message"]
    assert "GCJ-02" in signed_in("grid").get(answer["link"]).content.decode()
    straight = post(signed_in("grid"), sheet(owed.place, "uuid:99999999")).json()
    assert "GCJ-02" not in straight["message"]


def _shifted(lon: float, lat: float) -> tuple[float, float]:
    lons, lats = gcj(np.array([lon]), np.array([lat]))
    return float(lons[0]), float(lats[0])


def test_the_page_and_its_script_say_nothing_of_anybody(owed: Due, signed_in: SignIn, people: People) -> None:
    page = signed_in("grid").get("/field/offline/").content.decode()
    assert "井一" not in page
    assert "网格员" not in page
    script = Client().get("/field/offline/worker.js")
    assert script["Content-Type"].startswith("text/javascript")
    assert b"/field/offline/" in script.content
    assert b"|| found.redirected" in script.content  # the sign-in is never kept in the page's place
