"""What a household's phone keeps of its page, and what comes back from it: stored once, whatever the line does."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from hemei.core.actions import door as doors
from hemei.core.actions.check import Answered, submit_check
from hemei.core.actions.door import IssuedDoor, issue_door, revoke_door
from hemei.core.models import Case, CaseStep, Check, Evidence, PairedPhone, Place
from tests.conftest import NEXT_VILLAGE, People, build_house, photo
from tests.field.walking import Household

NUMBERS = [f"{n:032x}" for n in range(1, 9)]
CLEAR = {"wall_moving": ["no"], "cracked": ["no"]}


def said(number: str = NUMBERS[0], *, ago: timedelta = timedelta(hours=2), **more: Any) -> dict[str, Any]:
    at = (timezone.now() - ago).isoformat()
    sheet = {"instance": number, "place": 0, "form": "wells.selfcheck", "version": "1", "fields": CLEAR, "at": at}
    return sheet | more


def post(phone: Client, token: str, sheet: dict[str, Any] | str, photos: int = 0) -> Any:
    names = [f"photo-{n}.jpg" for n in range(photos)]
    body: dict[str, Any] = {
        "check": sheet if isinstance(sheet, str) else json.dumps(sheet),
        "photo": [SimpleUploadedFile(name, photo(name=name).content, "image/jpeg") for name in names],
    }
    for field, value in (("photo_field", "photo"), ("source", "camera"), ("device_time", timezone.now().isoformat())):
        body[field] = [value] * photos
    return phone.post(f"/d/{token}/kept/send/", body)


def test_all_is_well_from_a_paired_phone_is_a_check_of_when_it_was_pressed(
    at_well: IssuedDoor, paired_phone: Client
) -> None:
    sheet = said()
    answer = post(paired_phone, at_well.token, sheet).json()
    check = Check.objects.get()
    assert answer == {"outcome": "stored", "message": "记下了：一切正常。", "link": ""}
    assert (check.at.isoformat(), check.counts, check.channel) == (sheet["at"], True, "page")
    assert check.place == at_well.door.place
    assert bytes(check.raw) == json.dumps(sheet).encode()


def test_danger_with_a_photo_becomes_a_case_and_evidence(at_well: IssuedDoor, paired_phone: Client) -> None:
    fields = {"wall_moving": ["yes"], "cracked": ["yes"], "growing": ["no"], "photo": ["photo-0.jpg"]}
    answer = post(paired_phone, at_well.token, said(fields=fields), photos=1).json()
    assert f"编号 {Case.objects.get(code='wells.F01').pk}" in answer["message"]
    assert Evidence.objects.get().source == "camera"


def test_a_stranger_s_report_counts_for_nothing_and_hears_no_number(at_well: IssuedDoor, old_phone: Client) -> None:
    clear = post(old_phone, at_well.token, said()).json()
    assert "不算一次自查" in clear["message"]
    trouble = post(old_phone, at_well.token, said(NUMBERS[1], fields={"wall_moving": ["yes"], "cracked": ["no"]}))
    assert "编号" not in trouble.json()["message"]
    assert Case.objects.get().state == "reported"
    assert not Check.objects.filter(counts=True).exists()


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_any_order_and_any_repetition_gives_the_same(
    at_well: IssuedDoor, paired_phone: Client, order: tuple[int, ...]
) -> None:
    danger = {"wall_moving": ["yes"], "cracked": ["no"]}
    three = [
        said(NUMBERS[0], ago=timedelta(hours=3)),
        said(NUMBERS[1], ago=timedelta(hours=2), fields=danger),
        said(NUMBERS[2], ago=timedelta(hours=1)),
    ]
    for n in (*order, *reversed(order)):
        assert post(paired_phone, at_well.token, three[n]).status_code == 200
    stored = Check.objects.order_by("at").values_list("instance_id", "replaces")
    assert list(stored) == [(f"kept.{number}", None) for number in NUMBERS[:3]]
    assert [(case.code, case.findings.count()) for case in Case.objects.all()] == [("wells.F01", 1)]


ARRIVALS = [order for n in (1, 2, 3) for order in itertools.permutations(range(3), n) if 2 in order]


@pytest.mark.parametrize("order", ARRIVALS, ids=str)
@pytest.mark.parametrize("first", [f"{NUMBERS[0]}.0", NUMBERS[0]], ids=["numbered", "of an older page"])
def test_a_danger_told_at_once_and_the_rest_are_one_self_check(
    at_well: IssuedDoor, paired_phone: Client, order: tuple[int, ...], first: str
) -> None:
    """Two dangers, then the whole with its photo: whichever came, and in whatever order, the whole one stands once."""
    one, two = {"wall_moving": ["yes"]}, {"wall_moving": ["yes"], "cracked": ["yes"], "growing": ["yes"]}
    whole = {**two, "photo": ["photo-0.jpg"]}
    parts = [
        said(number, ago=timedelta(minutes=30 - n), fields=fields)
        for n, (number, fields) in enumerate(
            [(first, one), (f"{NUMBERS[0]}.1", two), (f"{NUMBERS[0]}.2", whole)],
        )
    ]
    for n in (*order, *reversed(order), *order):
        assert post(paired_phone, at_well.token, parts[n], photos=n == 2).json()["outcome"] in ("stored", "repeated")
    standing = Check.objects.get(replaced_by=None)
    assert standing.instance_id == f"kept.{NUMBERS[0]}.2"
    assert standing.answers == {"wall_moving": "yes", "cracked": "yes", "growing": "yes", "photo": "photo-0.jpg"}
    assert [kept.check_made for kept in Evidence.objects.all()] == [standing]
    of_whole = set(standing.findings.values_list("code", flat=True))
    assert set(Case.objects.values_list("code", flat=True)) == of_whole
    assert Case.objects.count() == len(of_whole)
    assert not CaseStep.objects.filter(verb__in=["case.ask_withdrawal", "case.correct"]).exists()


def test_parts_of_another_walk_stand_beside_it(at_well: IssuedDoor, paired_phone: Client) -> None:
    for number in (f"{NUMBERS[0]}.1", f"{NUMBERS[1]}.0", f"{NUMBERS[0]}.0"):
        assert post(paired_phone, at_well.token, said(number)).status_code == 200
    standing = Check.objects.filter(replaced_by=None).order_by("id")
    assert [check.instance_id for check in standing] == [f"kept.{NUMBERS[0]}.1", f"kept.{NUMBERS[1]}.0"]


def test_the_rest_of_what_an_officer_corrected_meanwhile_is_taken(
    at_well: IssuedDoor, paired_phone: Client, people: People
) -> None:
    post(paired_phone, at_well.token, said(f"{NUMBERS[0]}.0", fields={"wall_moving": ["yes"]}))
    sent = Answered(
        "by-officer", "wells.selfcheck", {"wall_moving": "no", "cracked": "no"}, timezone.now(), channel="call"
    )
    submit_check(place=at_well.door.place, answered=replace(sent, replaces=f"kept.{NUMBERS[0]}.0"), by=people.grid)
    answer = post(paired_phone, at_well.token, said(f"{NUMBERS[0]}.1"))
    assert answer.json()["outcome"] == "stored"


def test_the_same_number_with_other_content_is_refused(at_well: IssuedDoor, old_phone: Client) -> None:
    sheet = said()
    assert post(old_phone, at_well.token, sheet).json()["outcome"] == "stored"
    assert post(old_phone, at_well.token, sheet).json()["outcome"] == "repeated"
    changed = post(old_phone, at_well.token, sheet | {"fields": {"wall_moving": ["yes"], "cracked": ["no"]}})
    assert (changed.status_code, changed.json()["outcome"]) == (409, "refused")
    assert Check.objects.count() == 1


def test_a_number_of_another_door_is_not_told_what_it_was(
    at_well: IssuedDoor, at_house: IssuedDoor, old_phone: Client
) -> None:
    post(old_phone, at_well.token, said())
    answer = post(old_phone, at_house.token, said())
    assert answer.status_code == 422  # a well's questions do not fit a house
    assert Check.objects.count() == 1


def test_wrong_and_revoked_plates_refuse_with_the_same_words(
    at_well: IssuedDoor, well: Place, people: People, old_phone: Client
) -> None:
    revoke_door(place=well, by=people.village)
    answers = [post(old_phone, token, said()) for token in (at_well.token, "a" * 26, "x")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["outcome"] == "refused"
    assert "换一块新的" in answers[0].json()["message"]
    assert not Check.objects.exists()


def test_a_phone_whose_pairing_ended_meanwhile_reports_as_a_stranger(at_well: IssuedDoor, paired_phone: Client) -> None:
    PairedPhone.objects.update(revoked_at=timezone.now())
    assert "还没有绑定" in post(paired_phone, at_well.token, said()).json()["message"]
    assert not Check.objects.get().counts


def test_what_waited_too_long_is_refused_and_what_was_stored_then_is_not(
    at_well: IssuedDoor, old_phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = said(NUMBERS[1], ago=timedelta(days=29))
    assert post(old_phone, at_well.token, stored).json()["outcome"] == "stored"
    late = post(old_phone, at_well.token, said(ago=timedelta(days=31)))
    assert late.status_code == 422
    assert "30 天以前" in late.json()["message"]
    monkeypatch.setattr(doors, "WAITS_AT_MOST", timedelta(days=1))
    assert post(old_phone, at_well.token, stored).json()["outcome"] == "repeated"


@pytest.mark.parametrize("clock", ["1970-01-01T00:00:07Z", "2010-01-01T00:00:00-11:00", "2040-06-01T00:00:00+05:30"])
def test_a_phone_that_lost_its_clock_reports_now(at_well: IssuedDoor, old_phone: Client, clock: str) -> None:
    """Nobody can put that right by reporting once more, so that it must not be refused as too old."""
    sheet = said(at=clock)
    assert [post(old_phone, at_well.token, sheet).json()["outcome"] for _ in range(2)] == ["stored", "repeated"]
    assert timezone.now() - timedelta(minutes=5) < Check.objects.get().at <= timezone.now()


def test_more_than_a_household_sends_waits_for_the_next_hour(
    at_well: IssuedDoor, old_phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "REPORTS_AN_HOUR", 2)
    sheets = [said(number) for number in NUMBERS[:3]]
    codes = [post(old_phone, at_well.token, sheet).status_code for sheet in (*sheets, sheets[0])]
    assert codes == [200, 200, 429, 200]
    assert post(old_phone, at_well.token, sheets[2]).json()["outcome"] == "later"
    Check.objects.update(recorded_at=timezone.now() - timedelta(hours=2))
    assert post(old_phone, at_well.token, sheets[2]).json()["outcome"] == "stored"


@pytest.mark.parametrize(
    "change",
    [
        {"instance": "uuid:0123456789"}, {"instance": "A" * 32}, {"form": "wells.survey"}, {"version": "0"},
        {"form": "nothing"}, {"at": "yesterday"}, {"at": "2026-11-26"}, {"at": "0001-01-01T00:00:00+14:00"},
        {"fields": {}}, {"fields": {"wall_moving": ["perhaps"], "cracked": ["no"]}}, {"fields": {"a\0": ["\ud800"]}},
        {"fields": {"wall_moving": "yes"}}, {"fields": CLEAR | {"remark": ["长" * 100_000]}}, {"place": "1"},
        {"place": -1},
    ],
    ids=str,
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_words(at_well: IssuedDoor, old_phone: Client, change: Any) -> None:
    answer = post(old_phone, at_well.token, said() | change)
    assert answer.status_code == 422
    assert answer.json()["outcome"] == "refused"
    assert answer.json()["message"]
    assert not Check.objects.exists()


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000, "\0"], ids=["", "{", "[]", "deep", "nul"])
def test_nonsense_is_refused(at_well: IssuedDoor, old_phone: Client, text: str) -> None:
    assert post(old_phone, at_well.token, text).status_code == 422
    assert old_phone.get(f"/d/{at_well.token}/kept/send/").status_code == 405


def test_too_many_photos_and_files_that_are_none(at_well: IssuedDoor, old_phone: Client) -> None:
    assert post(old_phone, at_well.token, said(), photos=4).status_code == 422
    body = {"check": json.dumps(said(fields={"wall_moving": ["no"], "cracked": ["yes"], "growing": ["no"],
                                             "photo": ["x.jpg"]})),
            "photo": SimpleUploadedFile("x.jpg", b"MZ", "image/jpeg"), "photo_field": "photo", "source": "camera",
            "device_time": ""}  # fmt: skip
    answer = old_phone.post(f"/d/{at_well.token}/kept/send/", body)
    assert answer.status_code == 422
    assert not Check.objects.exists()


def test_what_the_phone_keeps_names_nobody_and_is_the_same_for_all(
    people: People, house: Place, old_phone: Client
) -> None:
    door, other = (
        issue_door(place=house, by=people.village),
        issue_door(place=build_house(NEXT_VILLAGE, "李四的空房"), by=people.next_village),
    )
    paired = Client(headers={"accept-language": "zh-CN"})
    paired.post(f"/d/{door.token}/phone/", {"code": door.code})
    household = Household(paired, door.token)
    household.fine()
    pages = [
        phone.get(f"/d/{one.token}/kept/").content.decode().replace(one.token, "")
        for phone, one in ((paired, door), (old_phone, door), (old_phone, other))
    ]
    assert len(set(pages)) == 1
    assert not any(word in pages[0] for word in ("河边", "上河", "429999", "户主"))


def test_the_script_keeps_its_own_door_s_page_and_what_it_needs(at_house: IssuedDoor, old_phone: Client) -> None:
    response = old_phone.get(f"/d/{at_house.token}/worker.js")
    assert response["Content-Type"].startswith("text/javascript")
    text = response.content.decode()
    assert f'const PAGE = "/d/{at_house.token}/kept/"' in text
    assert f'const BESIDE = "/d/{at_house.token}/"' in text
    assert {"door", "household", "wall_leaning"} <= set(re.findall(r"[\w]+(?=[.\w]*\.(?:js|css|svg)\")", text)) or (
        "built/door" in text and "built/household" in text
    )
    assert text == old_phone.get(f"/d/{at_house.token}/worker.js").content.decode()
    english = old_phone.get(f"/d/{at_house.token}/worker.js", headers={"accept-language": "en"}).content.decode()
    assert english != text


def test_a_phone_installs_its_own_door(at_house: IssuedDoor, old_phone: Client) -> None:
    home = f"/d/{at_house.token}/"
    assert f'<link rel="manifest" href="{home}app.webmanifest">' in old_phone.get(home).content.decode()
    response = old_phone.get(f"{home}app.webmanifest")
    manifest = response.json()
    assert response["Content-Type"] == "application/manifest+json"
    assert (manifest["start_url"], manifest["scope"], manifest["id"]) == (home, home, home)
    assert [icon["sizes"] for icon in manifest["icons"]] == ["192x192", "512x512"]


def test_answers_that_mean_danger_are_known_to_the_phone(at_well: IssuedDoor, old_phone: Client) -> None:
    page = old_phone.get(f"/d/{at_well.token}/kept/").content.decode()
    found = re.search(r'data-kit="([^"]+)"', page)
    assert found
    kit = json.loads(found[1].replace("&quot;", '"').replace("&#x27;", "'").replace("&amp;", "&"))
    assert kit["dangers"] == [[["wall_moving", "yes"]]]
    assert kit["signs"] == [["wall_moving", "yes"]]


@pytest.mark.parametrize("back", [False, True], ids=["told again", "and again on the page with a signal"])
def test_a_danger_that_the_page_with_a_signal_sent_and_is_told_again_here_is_one(
    at_well: IssuedDoor, paired_phone: Client, back: bool
) -> None:
    """Its answer was lost; the kept page takes the visit's number over, and the later one replaces the earlier."""
    door = Household(paired_phone, at_well.token)
    visit = re.search(r'data-visit="([0-9a-f]{32})"', door.page)[1]
    door.trouble()
    door.answer("yes")
    assert Check.objects.get().instance_id.startswith(f"{visit}.")
    told = {"wall_moving": ["yes"], "cracked": ["yes"], "growing": ["no"]}
    sheet = said(f"{visit}.0", ago=timedelta(0), fields=told)
    for _twice in range(2):
        answer = post(paired_phone, at_well.token, sheet)
        assert answer.json()["outcome"] in ("stored", "repeated")
    if back:
        door.go_on()
        door.answer("no")
        door.send()
    assert Check.objects.count() == 2 + back
    standing = Check.objects.get(replaced_by=None)
    assert standing.instance_id.startswith(f"{visit}." if back else f"kept.{visit}.0")
    assert Case.objects.filter(code="wells.F01").count() == 1
