"""The picture on a duty card: who may keep it, who sees it, and when it goes."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import ExifTags, Image

from hemei.core.access import Refused
from hemei.core.actions.evidence import NewFile
from hemei.core.errors import Mistaken
from hemei.core.models import AuditEntry, Evidence
from hemei.programmes.craftsmen.actions.people import issue_card, leave, revoke_card
from hemei.programmes.craftsmen.actions.portrait import drop_portrait, keep_portrait
from hemei.programmes.craftsmen.models import Craftsman, Portrait
from tests.conftest import People


def face(width: int = 900, height: int = 1200, kind: str = "JPEG", **exif) -> bytes:
    """A picture whose upper half is red and whose lower half is blue, as a camera writes it."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (0, height // 2, width, height))
    tags = Image.Exif()
    tags[ExifTags.Base.Make] = "SECRETCAM"
    for name, value in exif.items():
        tags[ExifTags.Base[name]] = value
    out = io.BytesIO()
    image.save(out, kind, exif=tags)
    return out.getvalue()


def keep(one: Craftsman, people: People, content: bytes | None = None, **said) -> Portrait:
    files = [NewFile("脸.jpg", content or face())] if content != b"" else []
    told = {"shown": False, "agreed_by": "", "by": people.township, **said}
    return keep_portrait(craftsman=one, files=files, **told)


def test_only_a_small_upright_copy_is_kept(mason: Craftsman, people: People) -> None:
    lying = face(1200, 900, Orientation=6)  # turned by the camera's own word
    keep(mason, people, lying)
    kept = bytes(Portrait.objects.get().picture)
    with Image.open(io.BytesIO(kept)) as image:
        assert (image.format, image.size) == ("JPEG", (360, 480))
        left, right = image.getpixel((40, 240)), image.getpixel((320, 240))
        assert left[2] > 200 > left[0], "the lower half came to the left"
        assert right[0] > 200 > right[2]
        assert not image.getexif()
    assert b"SECRETCAM" not in kept
    assert len(kept) < 60_000
    assert not Evidence.objects.exists(), "the original is not kept"
    entry = AuditEntry.objects.get(verb="craftsman.portrait")
    assert entry.detail == {"new": True, "shown": False}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"%PDF-1.7 nothing", "不要 PDF"),
        (b"GIF89a" + bytes(50), "不是能打开的照片"),
        (face(100, 100), "照片太小"),
        (face()[:3000], "照片太小或者读不完整"),
        (b"", "请拍一张"),
    ],
)
def test_what_is_no_picture_is_told_why(mason: Craftsman, people: People, content: bytes, why: str) -> None:
    with pytest.raises(Mistaken, match=why) as told:
        keep(mason, people, content)
    assert told.value.field == "files"
    assert not Portrait.objects.exists()


def test_it_is_shown_to_whoever_scans_only_by_consent(ready: Craftsman, people: People) -> None:
    card = issue_card(craftsman=ready, by=people.township)
    stranger, picture = Client(headers={"accept-language": "zh-CN"}), f"/craftsmen/card/{card.code}/wearer/"
    assert stranger.get(picture).status_code == 404
    with pytest.raises(Mistaken, match="同意的依据"):
        keep(ready, people, shown=True)
    keep(ready, people)
    assert stranger.get(picture).status_code == 404, "printed on the card, and no more"
    assert "wearer" not in stranger.get(f"/craftsmen/card/{card.code}/").content.decode()
    keep(ready, people, b"", shown=True, agreed_by="同意书 2026-11-01")
    with CaptureQueriesContext(connection) as asked:
        assert "戴牌人的照片" in stranger.get(f"/craftsmen/card/{card.code}/").content.decode()
    assert not any('"picture"' in query["sql"] for query in asked), "the page only asks whether there is one"
    answer = stranger.get(picture)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "no-store, private"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer.content == bytes(Portrait.objects.get().picture)
    forged = card.code[:9] + ("A" if card.code[9] != "A" else "B") + card.code[10:]
    assert stranger.get(f"/craftsmen/card/{forged}/wearer/").status_code == 404
    keep(ready, people, b"")
    assert stranger.get(picture).status_code == 404, "taken back"
    keep(ready, people, b"", shown=True, agreed_by="同意书")
    revoke_card(card=card, why="丢失", by=people.township)
    assert stranger.get(picture).status_code == 404, "a card that counts no more shows nobody's face"


def test_it_goes_when_it_is_dropped_and_when_they_leave(mason: Craftsman, people: People) -> None:
    keep(mason, people)
    with pytest.raises(Mistaken, match="写明原因"):
        drop_portrait(craftsman=mason, why=" ", by=people.township)
    drop_portrait(craftsman=mason, why="本人要求", by=people.township)
    assert not Portrait.objects.exists()
    with pytest.raises(Mistaken, match="已经没有照片"):
        drop_portrait(craftsman=mason, why="又", by=people.township)
    keep(mason, people)
    leave(craftsman=mason, why="外出", by=people.township)
    assert not Portrait.objects.exists()
    with pytest.raises(Mistaken, match="退出名册"):
        keep(mason, people)


@pytest.mark.parametrize("who", ["village", "grid", "other_township", "neighbour", "auditor", "nobody"])
def test_others_keep_no_picture(mason: Craftsman, people: People, who: str) -> None:
    with pytest.raises(Refused):
        keep(mason, people, by=getattr(people, who))
    keep(mason, people)
    client = Client()
    client.force_login(getattr(people, who).account)
    for page in ("change", "drop"):
        assert client.get(f"/craftsmen/{mason.pk}/portrait/{page}/").status_code in (403, 404)
    if who in ("other_township", "neighbour", "nobody"):
        assert client.get(f"/craftsmen/{mason.pk}/portrait/").status_code in (403, 404)


def test_the_clerk_keeps_it_on_the_page_and_prints_it(ready: Craftsman, people: People, client: Client) -> None:
    client.force_login(people.township.account)
    address = f"/craftsmen/{ready.pk}/portrait/change/"
    assert "原图不存" in client.get(address).content.decode()
    assert "请拍一张" in client.post(address, {"agreed_by": ""}).content.decode()
    photo = SimpleUploadedFile("脸.jpg", face(), "image/jpeg")
    done = client.post(address, {"photo": photo, "shown": "on", "agreed_by": "同意书"}, headers={"HX-Request": "true"})
    assert done["HX-Redirect"] == f"/craftsmen/{ready.pk}/"
    page = client.get(f"/craftsmen/{ready.pk}/").content.decode()
    assert f"/craftsmen/{ready.pk}/portrait/" in page
    assert "扫上岗牌的人看得到" in page
    shown = client.get(f"/craftsmen/{ready.pk}/portrait/")
    assert shown.content == bytes(Portrait.objects.get().picture)
    card = issue_card(craftsman=ready, by=people.township)
    assert f"/craftsmen/{ready.pk}/portrait/" in client.get(f"/craftsmen/{ready.pk}/cards/{card.pk}/").content.decode()
    assert client.post(f"/craftsmen/{ready.pk}/portrait/drop/", {"why": "本人要求"}).status_code == 302
    assert client.get(f"/craftsmen/{ready.pk}/portrait/").status_code == 404
    assert client.get(f"/craftsmen/{ready.pk}/portrait/drop/").status_code == 404
