"""Files and words of somebody who means harm, at every door that no form on a page leads to: the household's, what a
phone kept, ODK Collect's, the API's. Refused in words, or kept whole and inert.

`HEMEI_CASES=100` puts each file into each of them; else each gets some in turn.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

import hemei
from hemei.core.access import At
from hemei.core.actions.collector import issue_collector
from hemei.core.actions.door import IssuedDoor
from hemei.core.actions.opening import open_case
from hemei.core.files import path_of
from hemei.core.lifecycle import LIFE
from hemei.core.models import Case, Check, CollectorKey, Evidence, Place
from tests.conftest import VILLAGE, People
from tests.field.collector import BOUNDARY, Phone, filled, multipart
from tests.field.walking import Household
from tests.site.hostile_files import HOSTILE, NAMES, SECRET
from tests.site.test_hostile_files import FILES, TIMES
from tests.toy.wells import dig_well

INERT = {"image/jpeg", "image/png", "image/webp", "image/heic", "image/heif", "application/pdf"}
NOW = "2026-11-03T09:30:00+08:00"
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # what Pillow says of broken notes goes to the log
File = tuple[str, bytes]
OWN = {"evidence", "survey.xlsx", "selfcheck.xlsx"}  # what a test makes for itself
# Where files are taken in, and how often it is said there: what is new there joins a table of this file, or is found
# by walking the pages (tests/site/test_hostile_files.py).
TAKEN_IN = {
    "api/schemas.py": 1,
    "api/steps.py": 1,
    "field/offline.py": 1,
    "field/photos.py": 2,
    "field/posted.py": 1,
    "field/views/collect.py": 1,
    "field/views/door.py": 1,
    "office/uploads.py": 1,
    "office/views/formversions.py": 3,
    "office/views/imports.py": 1,
    "office/views/ownforms.py": 1,
    "programmes/building/views/patterns.py": 2,
    "programmes/control/views/layers.py": 1,
    "programmes/houses/views.py": 1,
}
TAKES = re.compile(
    r"request\.FILES|\bFile\[|Base64Bytes$|\bposted\(request|request\.body|request\.read\(", re.MULTILINE
)


@dataclass
class Doors:
    """Everybody's way in, with what they send from."""

    people: People
    well: Place
    door: IssuedDoor
    count: int = 0

    def number(self) -> str:
        self.count += 1
        return f"{self.count:032x}"

    def client(self, who: str) -> Client:
        client = Client(headers={"accept-language": "zh-CN"}, raise_request_exception=False)
        client.force_login(getattr(self.people, who).account, "django.contrib.auth.backends.ModelBackend")
        return client

    @property
    def stranger(self) -> Client:
        return Client(headers={"accept-language": "zh-CN"}, raise_request_exception=False)

    def case(self) -> Case:
        well = dig_well(VILLAGE, self.number())
        where = At(well.region, "wells", well.pk)
        return open_case(where=where, place=well, code="wells.F01", at=timezone.now(), by=self.people.grid)

    def sheet(self, form: str, fields: dict[str, list[str]], **more: Any) -> dict[str, Any]:
        at = (timezone.now() - timedelta(hours=1)).isoformat()
        said = {"instance": self.number(), "place": self.well.pk, "form": form, "version": "1", "at": at}
        return said | {"fields": fields} | more


@pytest.fixture
def doors(people: People, well: Place, at_well: IssuedDoor) -> Doors:
    return Doors(people, well, at_well)


def upload(file: File) -> SimpleUploadedFile:
    sent = SimpleUploadedFile(*file)
    sent._name = file[0]  # as another program may send it
    return sent


def beside(file: File) -> dict[str, Any]:
    return {"photo": upload(file), "source": "camera", "device_time": NOW}


def household(doors: Doors, file: File) -> Any:
    at = Household(doors.stranger, doors.door.token)
    at.trouble()
    at.answer("no")
    at.answer("yes")
    while not at.asks_to_send():
        at.answer("no")
    said = {"visit": at.visit, "photo": upload(file), "photo:photo": upload(file), "photo_question": "photo"}
    return at.client.post(f"/d/{doors.door.token}/send/", said | {"photo_field": "photo"})


def kept(doors: Doors, file: File) -> Any:
    said = doors.sheet(
        "wells.selfcheck", {"wall_moving": ["no"], "cracked": ["yes"], "growing": ["no"], "photo": ["x"]}
    )
    body = {"check": json.dumps(said | {"place": 0}), "photo_field": "photo"} | beside(file)
    return doors.stranger.post(f"/d/{doors.door.token}/kept/send/", body)


def offline(doors: Doors, file: File) -> Any:
    said = doors.sheet("wells.survey", {"cracked": ["yes"], "crack_mm": ["3"], "used_for": ["drink"], "photo": ["x"]})
    body = {"check": json.dumps(said), "photo_field": "photo"} | beside(file)
    return doors.client("grid").post("/field/offline/send/", body)


def page(doors: Doors, file: File) -> Any:
    said = {
        "cracked": "yes",
        "crack_mm": "3",
        "used_for": "drink",
        "photo_question": "photo",
        "photo:photo": upload(file),
    }
    address = f"/field/places/{doors.well.pk}/check/wells.survey/"
    return doors.client("grid").post(address, said | beside(file))


def collect_phone(doors: Doors) -> Phone:
    CollectorKey.objects.update(revoked_at=timezone.now())  # one has so many phones and no more
    grid = doors.people.grid
    _key, token = issue_collector(where=At(VILLAGE), account=grid.account, name=doors.number()[-9:], by=grid)
    return Phone(f"http://testserver/key/{token}", doors.stranger)


def collect(doors: Doors, file: File) -> Any:
    said = {"hemei_place": str(doors.well.pk), "cracked": "yes", "crack_mm": "3", "used_for": "drink", "photo": file[0]}
    printable = {name: "".join(c for c in text if c.isprintable()) for name, text in said.items()}
    name = re.sub('[\r\n"\0]', "_", file[0])
    phone = collect_phone(doors)
    return phone.post(multipart(filled("wells.survey", printable), {name: file[1]}))


def over_the_api(step: str) -> Callable[[Doors, File], Any]:
    def send(doors: Doors, file: File) -> Any:
        said = {"remedy": "repair", "note": "已修补", "unit": "1", "witnesses": ["甲", "乙"], "source": "camera"}
        address = f"/api/cases/{doors.case().pk}/steps/{step}/multipart"
        return doors.client("village").post(address, said | {"files": upload(file)})

    return send


def in_json(doors: Doors, file: File) -> Any:
    files = [{"name": file[0], "content": base64.b64encode(file[1][:3_000_000]).decode(), "question": "../../x"}]
    body = {"remedy": "repair", "note": "已修补", "files": files}
    address = f"/api/cases/{doors.case().pk}/steps/remedy"
    return doors.client("grid").post(address, json.dumps(body), content_type="application/json")


DOORS: dict[str, Callable[[Doors, File], Any]] = {
    "the household's door": household,
    "the household's kept page": kept,
    "the page kept offline": offline,
    "the page of a look": page,
    "ODK Collect": collect,
    "base64 in JSON": in_json,
    **{f"the API, {step.verb}": over_the_api(step.verb.partition(".")[2]) for step in LIFE.steps},
}


def test_wherever_files_are_taken_in_they_are_tried() -> None:
    root = Path(hemei.__file__).parent
    found = {
        path.relative_to(root).as_posix(): len(TAKES.findall(path.read_text("utf-8"))) for path in root.rglob("*.py")
    }
    assert {path: times for path, times in found.items() if times} == TAKEN_IN


def all_that_is_kept() -> tuple[set[Path], tuple[int, int]]:
    there = {path for path in settings.EVIDENCE.rglob("*") if path.is_file()} if settings.EVIDENCE.exists() else set()
    return there, (Check.objects.count(), Evidence.objects.count())


def faults(response: Any, before: tuple[set[Path], tuple[int, int]]) -> Iterator[str]:
    """What should not have come of it."""
    files, rows = all_that_is_kept()
    if response.status_code >= 500 or SECRET.encode() in response.content:
        yield f"{response.status_code} {response.content[:80]!r}"
    if response.status_code >= 400 and rows != before[1]:
        yield f"{response.status_code}, and yet it was kept"
    yield from (f"outside: {path}" for path in files - before[0] if path != path_of(path.name))
    for row in Evidence.objects.all():
        if row.media_type not in INERT or not path_of(row.sha256).exists():
            yield f"kept as {row.media_type}"


@pytest.mark.parametrize("way", DOORS)
def test_no_door_takes_harm_from_a_file(doors: Doors, way: str, tmp_path: Path) -> None:
    number, harm = list(DOORS).index(way), dict[str, list[str]]()
    for turn in range(min(TIMES, len(FILES))):
        what = FILES[(number * TIMES + turn) % len(FILES)]
        name, content = HOSTILE[what]()
        name = NAMES[turn % len(NAMES)] + Path(name).suffix if turn % 2 else name
        before = all_that_is_kept()
        response = DOORS[way](doors, (name, content))
        if wrong := list(faults(response, before)):
            harm[what] = wrong
    assert harm == {}
    assert {path.name for path in tmp_path.iterdir()} <= OWN


MANY = range(10_000)
WORDS: dict[str, Any] = {
    "nothing": "",
    "no JSON": "{",
    "lists in lists": "[" * 100_000,
    "objects in objects": '{"a":' * 100_000,
    "a long number": '{"place":' + "9" * 100_000 + "}",
    "twice the same": '{"place":1,"place":{}}',
    "a list": "[]",
    "a byte order mark": "\ufeff{}",
    "a place that is true": {"place": True},
    "a place that is none": {"place": 2**61},
    "a place below zero": {"place": -1},
    "half a letter as number": {"instance": "\ud800" * 8},
    "NUL as number": {"instance": "\0" * 32},
    "a path as number": {"instance": "../../../../etc/x"},
    "a form that is a path": {"form": "../../etc/passwd"},
    "a version of NUL": {"version": "1\0"},
    "the last moment": {"at": "9999-12-31T23:59:59-23:59"},
    "the first moment": {"at": "0001-01-01T00:00:00+14:00"},
    "no moment": {"at": "\0"},
    "no number anywhere": {"position": {"lon": "NaN", "lat": float("nan"), "accuracy": float("inf")}},
    "a large position": {"position": {"lon": 10**400, "lat": [], "accuracy": {}}},
    "a position of words": {"position": "x"},
    "ten thousand fields": {"fields": {f"x{n}": ["1"] for n in MANY}, "values": {str(n): 1 for n in MANY}},
    "ten thousand answers": {"fields": {"cracked": ["yes"] * 10_000}, "values": {"label": ["x"] * 10_000}},
    "answers of half letters": {"fields": {"cracked": ["\ud800"], "x": ["\udfff"]}, "values": {"label": "\ud800"}},
    "answers of NUL": {"fields": {"cracked": ["y\0"], "used_for": ["\0"]}, "values": {"label": "a\0b"}},
    "numbers beyond all": {"fields": {"crack_mm": ["1e400"]}, "values": {"lon": 1e308, "lat": -1e308}},
    "a long answer": {"fields": {"crack_mm": ["9" * 100_000]}, "values": {"label": "长" * 100_000}},
    "names of ours": {"fields": {"__class__": ["x"], "pk": ["1"]}, "values": {"pk": 1, "id": 2}},
    "values that are none": {"fields": {"cracked": []}, "values": {"label": None, "lon": [], "address": {"a": {}}}},
    "another's base": {"base": {"label": ["x"], "pk": {}}, "values": {"label": True}},
}  # fmt: skip
TAKE_WORDS = {
    "offline/send": lambda doors, text: doors.client("grid").post("/field/offline/send/", {"check": text}),
    "offline/edit": lambda doors, text: doors.client("village").post("/field/offline/edit/", {"edit": text}),
    "kept/send": lambda doors, text: doors.stranger.post(f"/d/{doors.door.token}/kept/send/", {"check": text}),
}


@pytest.mark.parametrize("way", TAKE_WORDS)
def test_no_words_break_what_a_phone_sends(doors: Doors, way: str) -> None:
    harm = {}
    form = "wells.selfcheck" if way == "kept/send" else "wells.survey"
    for what, said in WORDS.items():
        whole = doors.sheet(form, {"cracked": ["no"]}, values={"label": "甲"}, base={"label": "井一"})
        text = said if isinstance(said, str) else json.dumps(whole | said)
        before = all_that_is_kept()
        response = TAKE_WORDS[way](doors, text)
        if wrong := list(faults(response, before)):
            harm[what] = wrong
    assert harm == {}


def part(disposition: bytes, content: bytes = b"x", *more: bytes) -> bytes:
    lines = [b"Content-Disposition: " + disposition, *more]
    return b"--" + BOUNDARY.encode() + b"\r\n" + b"\r\n".join(lines) + b"\r\n\r\n" + content + b"\r\n"


def xml_part(xml: bytes, name: bytes = b"xml_submission_file") -> bytes:
    return part(b'form-data; name="' + name + b'"; filename="a.xml"', xml, b"Content-Type: text/xml")


END = b"--" + BOUNDARY.encode() + b"--\r\n"
PARTS: dict[str, Callable[[bytes], bytes]] = {
    "the form under another name": lambda xml: xml_part(xml, b"xml_submission_files"),
    "the form twice": lambda xml: xml_part(xml) + xml_part(b"<data/>"),
    "ten thousand parts": lambda xml: xml_part(xml) + part(b'form-data; name="a"; filename="a.jpg"') * 10_000,
    "ten thousand fields": lambda xml: part(b'form-data; name="a"') * 10_000 + xml_part(xml),
    "one name a hundred times": lambda xml: xml_part(xml) + part(b'form-data; name="a"; filename="a.jpg"') * 100,
    "a path as name": lambda xml: xml_part(xml) + part(b'form-data; name="../../x"; filename="../../../../etc/x.jpg"'),
    "a path from the root": lambda xml: xml_part(xml) + part(b'form-data; name="a"; filename="/etc/x.jpg"'),
    "a path of Windows": lambda xml: xml_part(xml) + part(b'form-data; name="a"; filename="C:\\\\x\\\\..\\\\y.jpg"'),
    "NUL as name": lambda xml: xml_part(xml) + part(b'form-data; name="a\0"; filename="\0.jpg"'),
    "no letters as name": lambda xml: xml_part(xml) + part(b'form-data; name="\xff\xfe"; filename="\xff\xfe.jpg"'),
    "no name": lambda xml: xml_part(xml) + part(b"form-data") + part(b'form-data; filename=""'),
    "a name of 5,000 letters": lambda xml: (
        xml_part(xml) + part(b'form-data; name="a"; filename="' + b"x" * 5_000 + b'"')
    ),
    "a header of a megabyte": lambda xml: xml_part(xml) + part(b'form-data; name="a"', b"x", b"X-Y: " + b"x" * 2**20),
    "ten thousand headers": lambda xml: xml_part(xml) + part(b'form-data; name="a"', b"x", *[b"X-Y: z"] * 10_000),
    "a header folded": lambda xml: xml_part(xml) + part(b'form-data;\r\n name="a"; filename="a.jpg"'),
    "no header": lambda xml: xml_part(xml) + b"--" + BOUNDARY.encode() + b"\r\n\r\nx\r\n",
    "a name coded": lambda xml: xml_part(xml) + part(b"form-data; name=\"a\"; filename*=UTF-8''..%2f..%2fetc%2fx.jpg"),
    "content coded": lambda xml: part(
        b'form-data; name="xml_submission_file"; filename="a.xml"',
        base64.b64encode(xml),
        b"Content-Transfer-Encoding: base64",
    ),
    "the form in UTF-16": lambda xml: xml_part(xml.decode().encode("utf-16")),
    "the form with a file in it": lambda xml: xml_part(
        xml.replace(b"<data", b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><data', 1).replace(b"yes", b"&x;")
    ),
    "elements in elements": lambda xml: xml_part(b"<a>" * 200_000 + b"</a>" * 200_000),
    "a million attributes": lambda xml: xml_part(b"<data " + b" ".join(b'a%d=""' % n for n in range(80_000)) + b"/>"),
    "the form after its end": lambda xml: END + xml_part(xml),
    "something before the form": lambda xml: b"x" * 100_000 + b"\r\n" + xml_part(xml),
    "not to the end": lambda xml: xml_part(xml)[:-40],
}


@pytest.mark.parametrize("what", PARTS)
def test_no_parts_of_a_submission_do_harm(doors: Doors, what: str, tmp_path: Path) -> None:
    xml = filled(
        "wells.survey", {"hemei_place": str(doors.well.pk), "cracked": "yes", "crack_mm": "3", "used_for": "drink"}
    )
    before = all_that_is_kept()
    answer = collect_phone(doors).post(PARTS[what](xml) + END)
    assert list(faults(answer, before)) == []
    assert answer.headers["Content-Type"].startswith("text/xml")
    assert {path.name for path in tmp_path.iterdir()} <= OWN
    assert not any(settings.EVIDENCE.glob("partial/*"))
