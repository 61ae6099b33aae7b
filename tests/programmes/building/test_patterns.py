"""The pattern book: taken in whole or not at all, browsed by anybody, chosen by a household."""

from __future__ import annotations

import io

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hemei.core.access import At, Refused
from hemei.core.errors import Mistaken
from hemei.core.models import AuditEntry, Household
from hemei.programmes.building.actions.pattern import import_book, read_book
from hemei.programmes.building.models import Drawing, Pattern, Permit
from hemei.programmes.building.queries.patterns import against
from tests.conftest import DISTRICT, TOWNSHIP, People, photo
from tests.programmes.building.conftest import applied
from tests.programmes.building.test_pages import PAPER, client_of, picture

ROW = {
    "风貌类型": "山地坡顶", "户型编号": "A1", "户型名称": "一号户型", "变体": "带堂屋", "层数": 2, "基底面积": 90,
    "建筑面积": 180, "总高度": 8.8, "屋面": "坡屋面，青灰", "屋面色号": "#5F6B7A", "造价": 1600, "宅基地最小": 100,
    "宅基地最大": 200, "图纸": "A1.jpg",
}  # fmt: skip


def book(*rows: dict[str, object]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        sheet = workbook.add_worksheet()
        headings = list(dict.fromkeys(name for row in rows for name in row))
        sheet.write_row(0, 0, headings)
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, [row.get(name, "") for name in headings])
    return out.getvalue()


def take_in(by, *rows: dict[str, object], files=None, region: str = DISTRICT) -> dict[str, int]:
    shots = [photo(name="A1.jpg")] if files is None else files
    entries = read_book("图集.xlsx", book(*rows))
    return import_book(where=At(region, "building"), entries=entries, files=shots, by=by)


def test_a_book_comes_in_and_a_changed_row_is_a_new_version(people: People) -> None:
    assert take_in(people.district, ROW, ROW | {"变体": "带客房", "图纸": ""}) == {"new": 2, "changed": 0, "same": 0}
    first = Pattern.objects.get(variant="带堂屋")
    assert (first.style, first.storeys, first.height_m, first.cost) == ("山地坡顶", 2, 8.8, 1600)
    assert first.drawings.count() == 1
    again = take_in(people.district, ROW | {"图纸": ""}, ROW | {"变体": "带客房", "图纸": "", "造价": 1700})
    assert again == {"new": 0, "changed": 1, "same": 1}
    versions = Pattern.objects.filter(variant="带客房").order_by("version")
    assert [(row.version, row.replaced_on is None) for row in versions] == [(1, False), (2, True)]
    assert AuditEntry.objects.filter(verb="pattern.import", region=DISTRICT).count() == 2


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"层数": ""}, "第 3 行：缺少“层数”"),
        ({"层数": "二层半"}, "第 3 行"),
        ({"基底面积": -4}, "“基底面积”要在"),
        ({"屋面色号": "青"}, "请写 #8A5A44 这样的"),
        ({"宅基地最小": 300}, "最小比最大还大"),
        ({"户型名称": "长" * 81}, "太长"),
        ({"变体": "带堂屋"}, "写了两次"),
    ],
)
def test_one_bad_row_and_nothing_is_written(people: People, wrong: dict[str, object], why: str) -> None:
    with pytest.raises(Mistaken, match=why):
        take_in(people.district, ROW, ROW | {"变体": "另一种"} | wrong)
    assert not Pattern.objects.exists()


def test_drawings_come_along_and_are_looked_into(people: People) -> None:
    with pytest.raises(Mistaken, match=r"没有一起传的图纸：A1\.jpg"):
        take_in(people.district, ROW, files=[])
    page = photo(name="A1.jpg")
    with pytest.raises(Mistaken, match="不是能打开的照片"):
        take_in(people.district, ROW, files=[type(page)("A1.jpg", b"<svg/>", "scan")])
    for nothing in (b"", b"PK\x03\x04", book({"别的": 1})):
        with pytest.raises(Mistaken):
            read_book("图集.xlsx", nothing)
    assert not Pattern.objects.exists()
    assert not Drawing.objects.exists()


def test_the_district_takes_it_in(people: People) -> None:
    for who in ("village", "neighbour", "auditor"):
        with pytest.raises(Refused):
            take_in(getattr(people, who), ROW)
    with pytest.raises(Mistaken, match="由区里导入"):
        take_in(people.township, ROW, region=TOWNSHIP)
    client = client_of(people.district)
    address = "/building/patterns/import/"
    assert "风貌类型" in client.get(address).content.decode()
    sheet = SimpleUploadedFile("图集.xlsx", book(ROW))
    shot = SimpleUploadedFile("A1.jpg", photo().content, "image/jpeg")
    assert client.post(address, {"book": sheet}).status_code == 422
    sheet.seek(0)
    done = client.post(address, {"book": sheet, "drawings": shot})
    assert done.status_code == 302, done.content.decode()[done.content.decode().index("error-summary") :][:600]
    assert Pattern.objects.get().drawings.get().evidence.name == "A1.jpg"


def test_anybody_browses_it(people: People) -> None:
    client = Client(headers={"accept-language": "zh-CN"})
    assert "请到镇里看纸本" in client.get("/building/book/").content.decode()
    take_in(people.district, ROW, ROW | {"户型编号": "B1", "户型名称": "平房", "层数": 1, "图纸": ""})
    both = client.get("/building/book/").content.decode()
    assert "一号户型" in both
    assert "平房" in both
    low = client.get("/building/book/", {"storeys": "1", "plot": "x"}).content.decode()
    assert "一号户型" not in low
    assert "没有符合条件的户型" in client.get("/building/book/", {"plot": "20"}).content.decode()
    one = Pattern.objects.get(plan="A1")
    page = client.get(f"/building/book/{one.pk}/").content.decode()
    assert "#5F6B7A" in page
    assert "A1" in page
    shot = one.drawings.get()
    assert client.get(f"/building/book/{one.pk}/pictures/{shot.pk}/")["Content-Type"] == "image/jpeg"
    assert client.get(f"/building/book/{one.pk + 1}/pictures/{shot.pk}/").status_code == 404


def test_a_household_chooses_and_differences_are_told(people: People, household: Household) -> None:
    take_in(people.district, ROW)
    one = Pattern.objects.get()
    with pytest.raises(Mistaken, match="现在的图集"):
        applied(people, household, pattern=one.pk + 1)
    client = client_of(people.village)
    said = PAPER | {"photo": picture(), "pattern": str(one.pk), "design": "", "design_by": "", "footprint_m2": "95"}
    assert client.post(f"/building/add/{household.pk}/", said).status_code == 302
    permit = Permit.objects.get()
    assert (permit.pattern, permit.design) == (one, "pattern")
    assert "一号户型" in permit.design_by
    assert [row[1:] for row in against(permit)] == [(95.0, 90.0)]
    assert "和图集不同" in client.get(f"/building/{permit.pk}/").content.decode()
    assert "已有 1 户选用" in client.get(f"/building/book/{one.pk}/").content.decode()
