"""Another village's records, asked for by address: every address of the site, those of tomorrow included.

One village has a record of every sort, all with the same number. Whoever has no business there tries every address with
that number, and must hear what they would hear of a number that nobody has.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from hemei.core.access import SYSTEM, At
from hemei.core.actions.apikey import issue_key
from hemei.core.actions.collector import issue_collector
from hemei.core.actions.door import issue_door, revoke_door
from hemei.core.files import path_of
from hemei.core.models import (
    Account,
    ApiKey,
    AuditEntry,
    Case,
    Check,
    Draw,
    Due,
    Duty,
    Evidence,
    FormVersion,
    Holding,
    Household,
    ImportBatch,
    Job,
    Message,
    OwnForm,
    Parameter,
    Person,
    Place,
    Round,
    Unit,
)
from hemei.core.registry import registry
from hemei.engines.forms.writing import as_xlsform
from hemei.field.urls import at_the_door, for_collect
from hemei.programmes.building.models import Lead, Permit, PermitFile
from hemei.programmes.control.models import LayerVersion, Run
from hemei.programmes.craftsmen.models import (
    Attendance,
    Certificate,
    Craftsman,
    DutyCard,
    EarlierTraining,
    Plan,
    Portrait,
    Posting,
    Scan,
    Session,
    Worksite,
)
from hemei.programmes.houses.models import House
from hemei.terms import tile
from hemei.terms.day import today
from tests.conftest import DISTRICT, VILLAGE, People, build_house, engage, photo
from tests.maps.test_layers import around

NUMBER, NO_NUMBER = 700_001, 700_002
MARK = "yinshan"  # stands in every text of the village's records, and nowhere else
LON, LAT = 110.5, 31.5
OPEN_TO_ALL = ("public/", "healthz", "i18n/", "d/", "sign-in/", "sign-out/", "api/openapi.json")
PUBLIC_OF_CRAFTSMEN = ("arrive/", "card/", "rate/", "offline/", "directory/", "worker.js")
OPEN_TO_ALL += tuple(f"craftsmen/{page}" for page in PUBLIC_OF_CRAFTSMEN)  # what a telephone scans
OPEN_TO_ALL += ("field/offline/worker.js",)  # a script that says nothing of anybody
OPEN_TO_ALL += tuple(f"building/{page}" for page in ("check/", "follow/", "book/", "notices/"))
OPEN_TO_ALL += ("control/here/",)
OF_ONESELF = ("office/password/", "sign-out/", "i18n/")
TEXTS = {
    "form_id": "houses.survey",
    "name": "crack.svg",
    "slug": "remedy",
    "kind": "csv",
    "form": "csv",
    "code": VILLAGE,
    "key": "houses.deadline_days.urgent",
    "how": "xlsform",
    "gate": "building.G02",
    "rule": "control.R10",
    "layer": "own.L01",
    "table": "control_class",
    "number": "1",
    "asked": "1",
}
KEYS = {"office/cases/<int:pk>/documents/<slug:key>/": "notice", "building/<int:pk>/papers/<slug:key>/": "receipt"}
SLUGS = {"building/<int:pk>/steps/<slug:slug>/": "return"}
REFUSED = {403, 404, 405, 422}  # 422 from the API, which reads the body before it looks for the record


@dataclass(frozen=True)
class Address:
    pattern: str
    converters: tuple[str, ...]

    @property
    def of_a_record(self) -> bool:
        return "pk" in self.converters

    def __call__(self, number: int = NUMBER) -> str:
        z, x, y = around(LON, LAT, 15)
        values = {"pk": number, "person": number, "place": number, "row": number, "z": z, "x": x, "y": y, **TEXTS}
        path = self.pattern
        for name in self.converters:
            value = {"key": KEYS, "slug": SLUGS}.get(name, {}).get(self.pattern, values[name])
            start = path.index("<")
            path = f"{path[:start]}{value}{path[path.index('>') + 1 :]}"
        return f"/{path}"


def addresses(patterns: list[URLPattern | URLResolver] | None = None, before: str = "") -> Iterator[Address]:
    for one in get_resolver().url_patterns if patterns is None else patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, path)
        elif not path.startswith(OPEN_TO_ALL) and path:
            yield Address(path, tuple(one.pattern.converters))


ADDRESSES = sorted(set(addresses()), key=lambda address: address.pattern)
OF_RECORDS = [address for address in ADDRESSES if address.of_a_record]


@pytest.fixture
def village_records(people: People, units: dict[str, Unit]) -> People:
    """A record of every sort in one village, each with the same number and the mark."""
    now, day, number = timezone.now(), today(), {"pk": NUMBER}
    account, here = people.village.account, {"region": VILLAGE}
    unit = Unit.objects.create(**number, name=f"{MARK}村委会", seal_name=MARK, kind="village_committee", **here)
    Duty.objects.create(
        **number, account=people.grid.account, unit=unit, role="grid_worker", matter="*", starts=day, **here
    )
    key = tile.key(LON, LAT)
    place = Place.objects.create(
        **number, kind="house", label=f"{MARK}一号", address=MARK, lon=LON, lat=LAT, tile=key, **here
    )
    House.objects.create(place=place, structure="earth_timber", occupied=True)
    person = Person.objects.create(**number, name=f"{MARK}老人", phone_masked="138******34", **here)
    household = Household.objects.create(**number, number=f"{MARK}户", head=person, **here)
    Holding.objects.create(**number, household=household, place=place)
    case = Case.objects.create(
        **number, matter="houses", place=place, code="houses.F03", title=f"{MARK}墙体歪斜", severity=3, unit=unit,
        state="assigned", found_at=now, found_recorded_at=now, opened_at=now, due_on=day, **here,
    )  # fmt: skip
    check = Check.objects.create(
        **number, instance_id=MARK, place=place, matter="houses", tier="survey", form="houses.survey", version="1",
        digest="0" * 64, at=now, recorded_at=now, actor=str(people.village), account=account, **here,
    )  # fmt: skip
    stored = photo()
    digest = sha256(stored.content).hexdigest()
    path_of(digest).parent.mkdir(parents=True)
    path_of(digest).write_bytes(stored.content)
    Evidence.objects.create(
        **number, name=f"{MARK}.jpg", media_type="image/jpeg", size=1, sha256=digest, recorded_at=now, place=place,
        check_made=check, actor=str(people.village), **here,
    )  # fmt: skip
    OwnForm.objects.create(**number, name=MARK, use="place", filename=f"{MARK}.docx", content=b"", **here)
    FormVersion.objects.create(
        **number, form="houses.survey", version=MARK, title=MARK, kind="house", tier="survey", digest="0" * 64,
        workbook=as_xlsform(registry.forms["houses.survey"].read), by=account, **here,
    )  # fmt: skip
    Message.objects.create(**number, to=account, case=case, text=MARK, not_before=now, created_at=now, **here)
    turn = Round.objects.create(
        **number, matter="houses", tier="patrol", name=f"{MARK}轮", starts=day, ends=day + timedelta(days=9),
        state="published", published_at=now, **here,
    )  # fmt: skip
    Due.objects.create(**number, round=turn, place=place, due_on=day, unit=unit, account=account, **here)
    Draw.objects.create(
        **number, round=turn, event=f"{MARK}摇号", event_on=day, opens_on=day, frame=b"", frame_hash="0" * 64,
        codes=b"", frozen_at=now, **here,
    )  # fmt: skip
    job = Job.objects.create(**number, kind="register.read", by=account, message=MARK, **here)
    ImportBatch.objects.create(**number, name=f"{MARK}台账", folder="none", state="ready", job=job, by=account, **here)
    craftsman = Craftsman.objects.create(**number, person=person, trade="mason", team=MARK, **here)
    paper = Certificate.objects.create(
        **number, craftsman=craftsman, body=MARK, number=MARK, issued_on=day, valid_to=day, recorded_at=now, **here
    )
    EarlierTraining.objects.create(
        **number, craftsman=craftsman, on=day, body=MARK, document=MARK, recorded_at=now, **here
    )
    Portrait.objects.create(craftsman=craftsman, picture=photo().content, agreed_by=MARK, recorded_at=now)
    DutyCard.objects.create(
        **number, craftsman=craftsman, certificate=paper, number=MARK, code="a.b", issued_on=day, valid_to=day, **here
    )
    session = Session.objects.create(**number, title=MARK, kind="basic", venue=MARK, starts=now, ends=now, **here)
    Attendance.objects.create(**number, session=session, craftsman=craftsman, arrived_at=now, minutes=1, **here)
    Plan.objects.create(**number, title=MARK, starts_on=day, ends_on=day, **here)
    site = Place.objects.create(pk=NUMBER + 7, kind="worksite", label=f"{MARK}工地", **here)
    Worksite.objects.create(place=site, starts_on=day)
    Posting.objects.create(**number, place=site, craftsman=craftsman, starts=day, **here)
    permit = Permit.objects.create(
        **number, household=household, work="new", reason=MARK, address=MARK, bounds=MARK, land="farmland", plot_m2=999,
        footprint_m2=90, floor_area_m2=90, storeys=1, since=day, filed_at=now, state="village_reviewed", **here,
    )  # fmt: skip
    Lead.objects.create(**number, where=MARK, found=MARK, seen_on=day, handed_to=MARK, handed_on=day, **here)
    Scan.objects.create(evidence=Evidence.objects.get(pk=NUMBER), craftsman=craftsman, certificate=paper)
    PermitFile.objects.create(evidence=Evidence.objects.get(pk=NUMBER), permit=permit)
    LayerVersion.objects.create(
        **number, kind="forest_land", visibility="internal", publisher=MARK, starts=day, features=1, recorded_at=now,
        original=Evidence.objects.get(pk=NUMBER), **here,
    )  # fmt: skip
    Run.objects.create(**number, on=day, job=job, remarks=[MARK], **here)
    Parameter.objects.create(key=TEXTS["key"], region=VILLAGE, value=3, starts=day, document=MARK)
    ended = engage("ended", "离任支书", "village_officer", VILLAGE, units["village"], ends=day - timedelta(days=1))
    people.ended = ended  # type: ignore[attr-defined]
    return people


def all_of(response: HttpResponse) -> bytes:
    """What was said, to its end: a file that is sent stays open until then."""
    return b"".join(response.streaming_content) if response.streaming else response.content


OUTSIDERS = ["next_village", "other_township", "neighbour", "nobody", "ended"]
Send = Callable[[str, str, str], int]


@pytest.fixture
def send(village_records: People) -> Send:
    """The status of an answer; whatever was written is taken back."""
    clients: dict[str, Client] = {}

    def answer(who: str, method: str, path: str) -> int:
        if who not in clients:
            account = Account.objects.get(pk=getattr(village_records, who).id)
            clients[who] = Client(headers={"accept-language": "zh-CN"}, raise_request_exception=False)
            clients[who].force_login(account, "django.contrib.auth.backends.ModelBackend")
        body = {"data": json.dumps({}), "content_type": "application/json"} if path.startswith("/api/") else {}
        with transaction.atomic():
            response = getattr(clients[who], method)(path, **(body if method == "post" else {}))
            transaction.set_rollback(True)
        all_of(response)
        return int(response.status_code)

    return answer


@pytest.mark.parametrize("who", OUTSIDERS)
def test_a_strangers_record_is_as_good_as_none(send: Send, who: str) -> None:
    told = {}
    for address in OF_RECORDS:
        for method in ("get", "post"):
            there, nowhere = send(who, method, address()), send(who, method, address(NO_NUMBER))
            if there not in REFUSED or there != nowhere:
                told[f"{method} {address()}"] = (there, nowhere)
    assert told == {}


@pytest.mark.parametrize("who", OUTSIDERS)
def test_no_page_speaks_of_another_village(village_records: People, who: str) -> None:
    client = Client(headers={"accept-language": "zh-CN"}, raise_request_exception=False)
    client.force_login(getattr(village_records, who).account, "django.contrib.auth.backends.ModelBackend")
    speaking = []
    for address in ADDRESSES:
        for query in ({}, {"region": VILLAGE}):
            response = client.get(address(), query)
            if response.status_code >= 500 or MARK.encode() in all_of(response):
                speaking.append(f"{address()} {query} {response.status_code}")
    assert speaking == []


def test_nobody_enters_without_signing_in(village_records: People) -> None:
    stranger = Client()
    entered = {}
    for address in ADDRESSES:
        for method in (stranger.get, stranger.post):
            response = method(address())
            to_the_door = response.status_code == 302 and response.headers["Location"].startswith("/sign-in/")
            if not to_the_door and response.status_code not in (401, 403, 404, 405):
                entered[address()] = response.status_code
    assert entered == {}


def test_whoever_only_reads_writes_nothing(send: Send) -> None:
    before = AuditEntry.objects.count()
    for address in ADDRESSES:
        if not address.pattern.startswith(OF_ONESELF):
            send("auditor", "post", address())
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("who", ["grid", "village", "township", "district", "inspector", "appraiser", "administrator"])
def test_no_address_breaks(send: Send, who: str) -> None:
    statuses = {
        f"{method} {address()}": send(who, method, address()) for address in ADDRESSES for method in ("get", "post")
    }
    assert {path: status for path, status in statuses.items() if status >= 500} == {}


def test_every_address_has_its_record(send: Send) -> None:
    """Else the tests above would look for nothing: a new noun joins `village_records`."""
    insiders = ("district", "administrator", "village", "inspector", "appraiser")
    missing = [
        address.pattern
        for address in OF_RECORDS
        if all(send(who, method, address()) == 404 for who in insiders for method in ("get", "post"))
    ]
    assert missing == []


def test_the_scope_of_the_district_is_the_villages(village_records: People) -> None:
    """The mark can be found by those whom it concerns, so its absence elsewhere means something."""
    client = Client()
    client.force_login(village_records.district.account, "django.contrib.auth.backends.ModelBackend")
    for path in ("/office/places/", "/office/cases/", "/office/rounds/", "/office/units/", "/api/cases"):
        assert MARK in client.get(path, {"region": DISTRICT}).content.decode(), path


OF_NO_MATTER = ("office/units/", "office/duties/", "office/jobs/", "office/own-forms/", "field/phones/")


def test_a_duty_for_another_matter_opens_no_record_of_this_one(
    village_records: People, units: dict[str, Unit], send: Send
) -> None:
    """In the same village, in the same role: whatever belongs to houses is as good as none."""
    officer = engage("sewage", "污水专干", "village_officer", VILLAGE, units["village"])
    Duty.objects.filter(account=officer.account).update(matter="sewage")
    village_records.sewage = officer  # type: ignore[attr-defined]
    told = {}
    for address in OF_RECORDS:
        if not address.pattern.startswith(OF_NO_MATTER):
            for method in ("get", "post"):
                there, nowhere = send("sewage", method, address()), send("sewage", method, address(NO_NUMBER))
                if there not in REFUSED or there != nowhere:
                    told[f"{method} {address()}"] = (there, nowhere)
    assert told == {}


def key_of(people: People, who: str) -> str:
    """The key of another system that has the duties of that person."""
    actor = getattr(people, who)
    account = Account.objects.create(username=f"system-{who}", name="平台")
    account.set_unusable_password()
    account.save()
    for duty in Duty.objects.filter(account=actor.id):
        Duty.objects.create(
            account=account, unit=duty.unit, role=duty.role, matter=duty.matter, region=duty.region,
            starts=duty.starts, ends=duty.ends,
        )  # fmt: skip
    _key, token = issue_key(where=At(duty.region[:6]), account=account, name="平台", by=SYSTEM)
    return token


@pytest.mark.parametrize("who", ["next_village", "other_township", "neighbour", "ended"])
def test_a_key_opens_what_its_account_may_and_no_page(village_records: People, who: str) -> None:
    token = key_of(village_records, who)
    client = Client(headers={"authorization": f"Bearer {token}"}, raise_request_exception=False)
    told = {}
    for address in OF_RECORDS:
        for method in ("get", "post"):
            body = {"data": "{}", "content_type": "application/json"} if method == "post" else {}
            answers = [getattr(client, method)(address(number), **body) for number in (NUMBER, NO_NUMBER)]
            there, nowhere = (answer.status_code for answer in answers)
            to_the_door = there == 302 and answers[0].headers["Location"].startswith("/sign-in/")
            if not to_the_door and (there not in REFUSED | {401} or there != nowhere):
                told[f"{method} {address()}"] = (there, nowhere)
    assert told == {}


def test_a_key_that_was_revoked_or_never_issued_opens_nothing(village_records: People) -> None:
    token = key_of(village_records, "village")
    assert Client(headers={"authorization": f"Bearer {token}"}).get("/api/cases").status_code == 200
    ApiKey.objects.update(revoked_at=timezone.now())
    for made_up in (token, "hm_nothing", "", "Bearer"):
        client = Client(headers={"authorization": f"Bearer {made_up}"})
        for address in ADDRESSES:
            if address.pattern.startswith("api/") and address.pattern != "api/":
                assert client.get(address()).status_code in {401, 405}, (made_up, address())


AT_THE_DOOR = [str(pattern.pattern) for pattern in at_the_door]


def test_a_plate_opens_its_own_house_and_a_revoked_one_none(village_records: People) -> None:
    """The neighbour's plate says nothing of this house; the revoked one answers like one that never was."""
    neighbour = issue_door(place=build_house(label="隔壁"), by=village_records.village)
    revoked = issue_door(place=Place.objects.get(pk=NUMBER), by=village_records.village)
    revoke_door(place=Place.objects.get(pk=NUMBER), by=village_records.village)
    client = Client(raise_request_exception=False)
    for page in AT_THE_DOOR:
        for method in (client.get, client.post):
            assert MARK not in method(f"/d/{neighbour.token}/{page}").content.decode(), page
            old, never = method(f"/d/{revoked.token}/{page}"), method(f"/d/{'a' * 26}/{page}")
            assert (old.status_code, never.status_code) == (404, 404), page
            assert old.content.replace(revoked.token.encode(), b"") == never.content.replace(b"a" * 26, b""), page


@pytest.mark.parametrize("who", OUTSIDERS)
def test_a_phone_collects_nothing_of_another_village(village_records: People, who: str) -> None:
    """Every address of ODK Collect, with the key of a phone whose owner has no business in the village."""
    account = Account.objects.get(pk=getattr(village_records, who).id)
    _phone, token = issue_collector(where=At(VILLAGE), account=account, name="手机", by=SYSTEM)
    client = Client(headers={"X-OpenRosa-Version": "1.0"}, raise_request_exception=False)
    for form in registry.forms:
        for pattern in for_collect:
            for method in (client.get, client.head, client.post):
                page = str(pattern.pattern).replace("<str:form_id>", form).replace("<str:name>", "wall_leaning.svg")
                answer = method(f"/key/{token}/{page}")
                assert answer.status_code < 500, (form, pattern)
                assert MARK.encode() not in all_of(answer), (form, pattern)
