"""What somebody sends may be anything: it is refused in words, or kept and never run."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook
from PIL import Image

from hemei.core.access import At
from hemei.core.actions.evidence import NewFile, media_type
from hemei.core.actions.opening import open_case
from hemei.core.errors import Mistaken
from hemei.core.models import Evidence, ImportBatch, Place
from hemei.core.worker import run
from hemei.engines.tables import BadFile, read
from tests.conftest import VILLAGE, People, days_ago, photo

SCRIPT = b"<html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def picture(form: str, size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, form, **options)
    return out.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, *more: bytes, content: bytes = b"") -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + chunk(b"IDAT", content) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A note inside a picture that unpacks to 200 MB."""
    return chunk(b"zTXt", b"note\x00\x00" + zlib.compress(b"0" * 200_000_000, 9))


NO_PHOTOS = {
    "an SVG called a JPG": SVG,
    "a web page called a JPG": SCRIPT,
    "a GIF": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    "a GIF that is a script": b"GIF89a/*\x01\x00\x01\x00*/=1;alert(1)//",
    "a program": b"MZ\x90\x00" + b"\x00" * 64,
    "an archive": b"PK\x03\x04" + b"\x00" * 64,
    "a picture of 900 megapixels": png(30_000, 30_000, content=zlib.compress(b"\x00" * 1000)),
    "a picture wider than any": png(2**31 - 1, 2**31 - 1),
    "a picture of no size": png(0, 0),
    "a note that unpacks to 200 MB": png(8, 8, text_bomb(), content=zlib.compress(b"\x00" * 72)),
    "a colour profile that unpacks to 200 MB": png(
        8, 8, chunk(b"iCCP", b"x\x00\x00" + zlib.compress(b"0" * 200_000_000, 9)), content=zlib.compress(b"\x00" * 72)
    ),
    "half a JPEG's head": picture("JPEG")[:20],
    "a damaged PNG": picture("PNG")[:-20],
    "nothing": b"",
    "a TIFF that points at itself": b"II*\x00\x08\x00\x00\x00\xff\xff",
    "an EPS, which is a program": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (r) file",
}


@pytest.mark.parametrize("what", NO_PHOTOS)
def test_what_is_no_photo_is_refused_by_its_content(db, what: str) -> None:
    with pytest.raises(Mistaken):
        media_type(NewFile("现场.jpg", NO_PHOTOS[what]))


@pytest.fixture
def signed_in(people: People) -> Callable[[str], Client]:
    def sign_in(who: str) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(getattr(people, who).account, "django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def kept(house: Place, people: People, content: bytes, name: str = "现场.jpg") -> Evidence:
    open_case(
        where=At(VILLAGE, "houses", house.pk), place=house, code="houses.F03", at=days_ago(1), by=people.village,
        files=[NewFile(name, content)],
    )  # fmt: skip
    return Evidence.objects.latest("id")


POLYGLOTS = {
    "a JPEG with a page behind it": (picture("JPEG") + SCRIPT, "image/jpeg"),
    "a JPEG with a page in its comment": (picture("JPEG", comment=SCRIPT), "image/jpeg"),
    "a PNG with an archive behind it": (picture("PNG") + b"PK\x05\x06" + b"\x00" * 18, "image/png"),
    "a PDF that is a page": (b"%PDF-1.4\n" + SCRIPT, "application/octet-stream"),
}


@pytest.mark.parametrize("what", POLYGLOTS)
@pytest.mark.parametrize("door", ["office", "api"])
def test_what_is_two_things_is_only_ever_shown_as_the_harmless_one(
    house: Place, people: People, signed_in: Callable[[str], Client], what: str, door: str
) -> None:
    content, told = POLYGLOTS[what]
    file = kept(house, people, content, "现场.html")
    address = f"/office/evidence/{file.pk}/" if door == "office" else f"/api/evidence/{file.pk}"
    answer = signed_in("village").get(address)
    assert b"".join(answer.streaming_content) == content, "the original stays as it was"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    disposition = answer.headers["Content-Disposition"]
    if door == "office":
        assert answer.headers["Content-Type"] == told
    assert not answer.headers["Content-Type"].startswith("text/")
    assert disposition.startswith("attachment") or told.startswith("image/")


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd", "C:\\Windows\\win.ini", "a\r\nSet-Cookie: x=1.jpg", 'a"; filename="b.html',
        "x" * 300 + ".jpg", "<script>alert(1)</script>.jpg", "nul\x00.jpg", "...",
    ],
)  # fmt: skip
def test_no_name_of_a_photo_leads_anywhere(
    house: Place, signed_in: Callable[[str], Client], settings, name: str
) -> None:
    client = signed_in("village")
    said = {"code": "houses.F03", "title": "houses.F03", "photo": SimpleUploadedFile(name or "x", photo().content)}
    said["photo"]._name = name
    answer = client.post(f"/office/places/{house.pk}/cases/add/", said)
    assert answer.status_code < 500
    for file in Evidence.objects.all():
        shown = client.get(f"/office/evidence/{file.pk}/")
        b"".join(shown.streaming_content)
        assert shown.status_code == 200
        assert "Set-Cookie" not in shown.headers
        assert "\n" not in shown.headers["Content-Disposition"]
        assert '"' not in shown.headers["Content-Disposition"]
    stored = {path for path in settings.EVIDENCE.rglob("*") if path.is_file()}
    assert all(len(path.name) == 64 for path in stored), "files are named by their hash only"


def test_a_photo_that_breaks_off_is_kept_and_shows_no_broken_page(
    house: Place, people: People, signed_in: Callable[[str], Client]
) -> None:
    whole = picture("JPEG", (900, 700), quality=95)
    file = kept(house, people, whole[: len(whole) // 2])
    client = signed_in("village")
    answer = client.get(f"/office/evidence/{file.pk}/thumbnail/")
    assert answer.status_code in {200, 404}


def workbook(*rows: list[object]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(out)
    return out.getvalue()


def with_part(book: bytes, part: str, content: bytes) -> bytes:
    """The workbook with one part put in place of its own."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, content)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>
<row r="2"><c r="A2" t="inlineStr"><is><t>&x;</t></is></c></row></sheetData></worksheet>"""
LAUGHS = (
    b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "haaaaaaaaaaaaaaaaaa">"""
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(12))
    + b"""]><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>
<row r="2"><c r="A2" t="inlineStr"><is><t>&m;</t></is></c></row></sheetData></worksheet>"""
)


def zip_bomb() -> bytes:
    """A sheet that unpacks to more than two gigabytes, written by a stream so that this test needs no memory for it."""
    out = io.BytesIO()
    written = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with written, written.open(SHEET, "w", force_zip64=True) as part:
        for _turn in range(210):
            part.write(b" " * 10_000_000)
    return out.getvalue()


def deep(form: str) -> bytes:
    depth = 200_000
    if form == "json":
        return b'{"type":"FeatureCollection","features":' + b"[" * depth + b"]" * depth + b"}"
    return with_part(workbook(["a"], ["b"]), SHEET, b"<worksheet>" + b"<a>" * depth + b"</a>" * depth + b"</worksheet>")


FILES: dict[str, Callable[[], tuple[str, bytes]]] = {
    "an entity that reads a file": lambda: ("a.xlsx", with_part(workbook(["a"], ["b"]), SHEET, OUTSIDE)),
    "entities that grow without end": lambda: ("a.xlsx", with_part(workbook(["a"], ["b"]), SHEET, LAUGHS)),
    "elements in elements without end": lambda: ("a.xlsx", deep("xlsx")),
    "lists in lists without end": lambda: ("a.geojson", deep("json")),
    "a workbook that is a page": lambda: ("a.xlsx", SCRIPT),
    "a workbook that is a photo": lambda: ("a.xlsx", picture("PNG")),
    "a workbook without a sheet": lambda: ("a.xlsx", b"PK\x05\x06" + b"\x00" * 18),
    "a GeoPackage that points elsewhere": lambda: (
        "a.gpkg",
        b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/vsicurl/http://127.0.0.1:1/</SrcDataSource>'
        b"</OGRVRTLayer></OGRVRTDataSource>",
    ),
    "a CSV of NULs": lambda: ("a.csv", b"\x00" * 5000),
    "a CSV with NULs in it": lambda: ("a.csv", "村代码,名称\n429999103200,河\x00边\n".encode()),
    "a CSV of one endless cell": lambda: ("a.csv", b'a,b\n"' + b"x" * 3_000_000),
    "a CSV of a million columns": lambda: ("a.csv", b"," * 1_000_000 + b"\n1"),
    "random bytes": lambda: ("a.csv", bytes(range(256)) * 40),
}


@pytest.mark.parametrize("what", FILES)
def test_a_hostile_file_is_refused_or_read_as_what_it_says(what: str) -> None:
    name, content = FILES[what]()
    try:
        told = [str(value) for table in read(content, name) for row in table.rows for value in row.values.values()]
    except BadFile:
        return
    assert not any("root:" in value for value in told)
    assert sum(map(len, told)) < 2_000_000


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_before_it_does() -> None:
    with pytest.raises(BadFile, match="2 GB"):
        read(zip_bomb(), "a.xlsx")


DISTRICT_YAML = """district: "429999"
files:
  - {file: 农房.csv, register: places, kind: house, crs: EPSG:4490}
"""


def archive(**entries: bytes | str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in entries.items():
            target.writestr(name, content)
    return out.getvalue()


def linked(name: str, target: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive_:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = 0o120777 << 16
        archive_.writestr(entry, target)
    return out.getvalue()


def lying() -> bytes:
    """An archive that states a byte and holds 200 MB."""
    content = bytearray(archive(**{"district.yaml": DISTRICT_YAML, "农房.csv": b"0" * 200_000_000}))
    for signature, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = content.rfind(signature)
        content[start + at : start + at + 4] = struct.pack("<I", 1)
    return bytes(content)


ARCHIVES: dict[str, Callable[[], bytes]] = {
    "climbs out": lambda: archive(**{"../../evil.csv": b"1"}),
    "climbs out as Windows does": lambda: archive(**{"..\\..\\evil.csv": b"1"}),
    "starts at the root": lambda: archive(**{"/etc/cron.d/evil.csv": b"1"}),
    "names a drive": lambda: archive(**{"C:evil.csv": b"1"}),
    "is a link": lambda: linked("农房.csv", "/etc/passwd"),
    "lies about its size": lying,
    "holds itself": lambda: archive(**{"a.zip": archive(**{"b.csv": b"1"})}),
    "holds a program": lambda: archive(**{"a.exe": b"MZ"}),
    "holds too many files": lambda: archive(**{f"{n}.csv": b"" for n in range(70)}),
    "is none": lambda: b"PK\x03\x04 and nothing more",
    "is all YAML": lambda: archive(**{"district.yaml": "a: &a [" + "*a," * 1000 + "]"}),
    "has YAML that makes objects": lambda: archive(
        **{"district.yaml": '!!python/object/apply:os.system ["touch hemei-was-here"]'}
    ),
    "has YAML that grows without end": lambda: archive(
        **{"district.yaml": "a0: &a0 [x,x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1},*a{n - 1}]\n" for n in range(1, 40))}
    ),
}


@pytest.mark.parametrize("what", ARCHIVES)
def test_an_archive_leads_nowhere(signed_in: Callable[[str], Client], settings, tmp_path: Path, what: str) -> None:
    settings.VAR = tmp_path / "var"
    settings.VAR.mkdir()
    settings.MAX_REGISTER_BYTES = 20 * 2**20
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    answer = signed_in("district").post(
        "/office/imports/", {"files": SimpleUploadedFile("台账.zip", ARCHIVES[what](), "application/zip")}
    )
    assert answer.status_code in {200, 302, 422}
    left = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert not [path for path in left if settings.VAR / "imports" not in path.parents and path.name != "write.lock"]
    assert not Path("hemei-was-here").exists()
    if answer.status_code == 422:
        assert not ImportBatch.objects.exists()


REGISTER = "村代码,村台账编号,名称,地址,经度,纬度\n"


@pytest.mark.parametrize(
    "line",
    [
        "429999103200,X-1,河\x00边,一组,,",
        "429999103200,X-1,=cmd|' /C calc'!A0,@SUM(1+1),,",
        '429999103200,X-1,<script>alert(1)</script>,"><img src=x onerror=alert(1)>,,',
        "429999103200,X-1,{{ 7*7 }}{% load x %},${7*7},,",
        "429999103200,X-1,' OR 1=1 --,'; DROP TABLE core_place; --,,",
        "429999103200,X-1,\ud83d\ude00\u202e\u200b,\u0000,,".encode("utf-16", "surrogatepass").decode("utf-16"),
        "429999103200,X-1," + "长" * 5000 + "," + "x" * 5000 + ",,",
        "429999103200,X-1,甲,乙,NaN,Infinity",
        "429999103200,X-1,甲,乙,1e309,-1e309",
        "429999103200,-2+3+cmd|' /C calc'!A0,甲,乙,110.5,31.5",
    ],
    ids=str.__len__,
)
def test_a_hostile_row_is_refused_or_lands_as_plain_text(
    signed_in: Callable[[str], Client], settings, tmp_path: Path, line: str
) -> None:
    settings.VAR = tmp_path
    client = signed_in("district")
    content = archive(
        **{"district.yaml": DISTRICT_YAML, "农房.csv": (REGISTER + line + "\n").encode("utf-8", "replace")}
    )
    answer = client.post("/office/imports/", {"files": SimpleUploadedFile("台账.zip", content)})
    if answer.status_code == 422:
        return
    batch = ImportBatch.objects.get()
    assert batch.job is not None
    run(batch.job)
    page = client.get(f"/office/imports/{batch.pk}/")
    assert page.status_code == 200
    assert b"<script>alert(1)" not in page.content
    assert b"<img src=x" not in page.content
    batch.refresh_from_db()
    assert batch.state in {"ready", "failed"}
    client.post(f"/office/imports/{batch.pk}/confirm/")
    batch.refresh_from_db()
    if batch.state == "applying":
        run(batch.job)
    for place in Place.objects.all():
        shown = client.get(f"/office/places/{place.pk}/")
        assert shown.status_code == 200
        assert b"<script>alert(1)" not in shown.content
        assert b"49{%" not in shown.content
    assert json.loads(json.dumps(client.get("/api/places/house").json()))
