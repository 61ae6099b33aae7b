"""Pictures that a district sends in with its form: from the clerk's upload to every page that asks the question."""

from __future__ import annotations

import gzip
import hashlib
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from hemei.core.access import At
from hemei.core.actions.collector import issue_collector
from hemei.core.actions.door import issue_door
from hemei.core.actions.formpicture import HEAVIEST, HEAVIEST_SMALL, looked_at
from hemei.core.actions.formversion import publish
from hemei.core.editions import editions
from hemei.core.models import FormPicture, FormVersion, Place
from hemei.core.registry import registry
from hemei.engines.forms import FormRefused, Question, read_published
from hemei.engines.forms.plainwriting import as_plain
from hemei.field.offline import _pictures
from hemei.terms.day import today
from tests.conftest import DISTRICT, VILLAGE, People
from tests.core.actions.test_formversion import edited
from tests.field.collector import XFORMS, Phone

FORM = "houses.selfcheck"


def photo(colour: str = "grey", size: tuple[int, int] = (1600, 1200)) -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (IFDRational(31), IFDRational(44), IFDRational(0))})
    Image.effect_noise(size, 60).convert("RGB").save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue() if colour == "grey" else drawn(colour)


def drawn(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (300, 500), colour).save(out, "PNG")
    return out.getvalue()


def pictured(form: str = FORM) -> Question:
    return next(q for q in registry.forms[form].read.everything if q.kind == "select_one")


def sheet(picture: str, of_choices: str = "", form: str = FORM) -> bytes:
    """The plain sheet as a clerk edits it: 图片 and 选项图片 of the first question that is picked from a list."""

    def change(book: Any) -> None:
        page = book["表单"]
        column = {cell.value: cell.column for cell in page[1]}
        row = next(row for row in range(2, page.max_row) if page.cell(row, column["类型"]).value == "单选")
        page.cell(row, column["图片"]).value = picture
        page.cell(row, column["选项图片"]).value = of_choices

    return edited(as_plain(registry.forms[form].read), change)


def send(browser: Client, workbook: bytes, **pictures: bytes) -> Any:
    files = [SimpleUploadedFile(name.replace("__", "."), content) for name, content in pictures.items()]
    told = {"file": SimpleUploadedFile("改好的.xlsx", workbook), "pictures": files}
    return browser.post(reverse("office:form", args=[FORM]), told)


@pytest.fixture
def choice() -> str:
    return pictured().choices[-1].labels["zh"]


@pytest.fixture
def draft(signed_in: Callable[[str], Client], choice: str) -> FormVersion:
    workbook = sheet("裂缝.jpg", f"{choice}=小图.png")
    answer = send(signed_in("district"), workbook, 裂缝__jpg=photo(), 小图__png=drawn("red"))
    assert answer.status_code == 302, answer.content.decode()
    return FormVersion.objects.get(form=FORM)


def holds(draft: FormVersion, people: People) -> None:
    publish(where=At(DISTRICT, "houses"), version=draft, starts=today(), by=people.district)
    editions.forget()


def own_names() -> dict[str, str]:
    return {name.partition(".")[0]: name for name in FormPicture.objects.values_list("name", flat=True)}


def test_they_are_kept_small_by_their_content_and_say_nothing_of_the_camera(draft: FormVersion) -> None:
    names = own_names()
    assert set(names) == {"裂缝", "小图"}
    for one in FormPicture.objects.all():
        assert one.digest == hashlib.sha256(bytes(one.content)).hexdigest()
        assert one.name == f"{one.name.partition('.')[0]}.{one.digest[:12]}.jpg"
        assert len(one.content) <= HEAVIEST
        assert len(one.small) <= HEAVIEST_SMALL
        for content in (one.content, one.small):
            with Image.open(io.BytesIO(bytes(content))) as image:
                assert max(image.size) <= 800
                assert not image.getexif()


def test_the_preview_and_every_page_show_them(
    draft: FormVersion, people: People, signed_in: Callable[[str], Client], client: Client, house: Place
) -> None:
    addresses = {stem: reverse("form_picture", args=[name]) for stem, name in own_names().items()}
    browser = signed_in("district")
    preview = browser.get(f"/field/forms/{draft.pk}/").content.decode()
    holds(draft, people)
    check = browser.get(f"/field/places/{house.pk}/check/{FORM}/").content.decode()
    assert all(f'src="{address}"' in html for address in addresses.values() for html in (preview, check))
    paper = browser.get(f"/field/places/{house.pk}/paper/").content.decode()
    assert addresses["裂缝"] in paper
    given = client.get(addresses["裂缝"])  # the household has no account
    assert given["Content-Type"] == "image/jpeg"
    assert "immutable" in given["Cache-Control"]
    assert client.get(reverse("form_picture", args=["裂缝.000000000000.jpg"])).status_code == 404
    assert client.get(reverse("form_picture", args=["wall_leaning.svg"])).status_code == 404


def test_collect_is_given_them_with_their_digest(draft: FormVersion, people: People, house: Place) -> None:
    holds(draft, people)
    _key, token = issue_collector(where=At(VILLAGE), account=people.grid.account, name="测试机", by=people.grid)
    phone = Phone(f"http://testserver/key/{token}")
    blank, files = phone.fetch(phone.forms()[FORM])  # holds each file against what the manifest promised
    shown = {value.text for value in blank.iter(f"{XFORMS}value") if value.get("form") == "image"}
    for name in own_names().values():
        assert f"jr://images/{name}" in shown
        assert files[name] == bytes(FormPicture.objects.get(name=name).content)


def test_a_new_version_goes_on_with_them_and_the_old_one_keeps_its_own(
    draft: FormVersion, people: People, signed_in: Callable[[str], Client], choice: str
) -> None:
    holds(draft, people)
    before = own_names()
    browser = signed_in("district")
    assert send(browser, as_plain(registry.forms[FORM].read)).status_code == 302  # unedited
    unedited = FormVersion.objects.filter(form=FORM).order_by("id").last()
    assert read_published(bytes(unedited.workbook)).sections == registry.forms[FORM].read.sections
    answer = send(browser, sheet("裂缝.jpg", f"{choice}=小图.png"), 裂缝__jpg=drawn("blue"))
    assert answer.status_code == 302, answer.content.decode()
    newest = FormVersion.objects.filter(form=FORM).order_by("id").last()
    holds(newest, people)
    now = registry.forms[FORM].read.pictures
    assert before["裂缝"] not in now
    assert before["小图"] in now
    assert before["裂缝"] in registry.forms[FORM].versions[draft.version].pictures


@pytest.mark.parametrize(
    ("workbook", "files", "said"),
    [
        (("没传.jpg", ""), {}, ("没有图片“没传.jpg”", "M")),
        (("裂缝.jpg", ""), {"裂缝__jpg": b"<svg onload=alert(1)>"}, ("不是能打开的图片", "JPG 或 PNG")),
        (("裂缝.jpg", "没有的选项=裂缝.jpg"), {"裂缝__jpg": drawn("red")}, ("没有选项“没有的选项”", "选项=文件名")),
        (("裂缝.jpg", ""), {"裂缝__jpg": drawn("red"), "多的__png": drawn("blue")}, ("“多的.png”没有一道题用到", "")),
    ],
)
def test_what_is_wrong_is_told_by_cell_and_nothing_is_kept(
    workbook: tuple[str, str],
    files: dict[str, bytes],
    said: tuple[str, str],
    signed_in: Callable[[str], Client],
) -> None:
    answer = send(signed_in("district"), sheet(*workbook), **files)
    assert answer.status_code == 422
    assert all(one in answer.content.decode() for one in said)
    assert not FormPicture.objects.exists()


def test_two_of_one_name_are_refused() -> None:
    with pytest.raises(FormRefused, match=r"有两张图片都叫“裂缝.jpg”"):
        looked_at([("裂缝.jpg", drawn("red")), ("图/裂缝.jpg", drawn("blue"))])


def test_the_door_shows_them_within_its_bytes_and_on_a_tap_where_bytes_are_saved(
    draft: FormVersion, people: People, client: Client, house: Place
) -> None:
    holds(draft, people)
    token = issue_door(place=house, by=people.village).token
    address = reverse("form_picture", args=[own_names()["裂缝"]])
    plate = client.get(f"/d/{token}/").content.decode()
    visit = plate.partition('name="visit" value="')[2].partition('"')[0]
    asked = client.get(f"/d/{token}/look/", {"visit": visit})
    assert f'src="{address}"' in asked.content.decode()
    assert len(gzip.compress(asked.content)) + len(client.get(address).content) < 20_000
    saving = client.get(f"/d/{token}/look/", {"visit": visit}, headers={"Save-Data": "on"}).content.decode()
    assert f'<a href="{address}">看图</a>' in saving
    assert f'src="{address}"' not in saving
    assert address in client.get(f"/d/{token}/kept/").content.decode()
    worker = client.get(f"/d/{token}/worker.js").content.decode()
    assert f'SAVING ? [] : ["{reverse("form_picture", args=[own_names()["小图"]])}"' in worker


def test_whoever_goes_out_is_told_which_to_keep(draft: FormVersion, people: People, house: Place) -> None:
    holds(draft, people)
    own = own_names()["裂缝"]
    assert dict(_pictures([registry.forms[FORM]]))[own] == reverse("form_picture", args=[own])
