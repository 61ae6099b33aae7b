"""自备表格: uploaded as it is, filled for a house and for a region's month."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from docx import Document
from openpyxl import Workbook, load_workbook

from hemei.core.models import AuditEntry, Holding, Household, HouseholdMember, OwnForm, Person, Place, Region
from hemei.terms.day import today
from tests.conftest import DISTRICT, VILLAGE, People
from tests.core.actions.test_case import found


def workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def paper(text: str) -> bytes:
    document, out = Document(), io.BytesIO()
    document.add_paragraph(text)
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "{{成员.姓名}}", "{{成员.关系}}"
    document.save(out)
    return out.getvalue()


def keep(client: Client, name: str, use: str, content: bytes):
    file = SimpleUploadedFile(name, content)
    return client.post("/office/own-forms/", {"name": name.partition(".")[0], "use": use, "file": file})


@pytest.fixture
def lived_in(house: Place) -> Place:
    head = Person.objects.create(name="王小明", region=VILLAGE, phone_masked="138******34", id_last4="002X")
    home = Household.objects.create(region=VILLAGE, number="0001", head=head, size=4)
    Holding.objects.create(household=home, place=house)
    HouseholdMember.objects.create(household=home, person=head, relation="户主")
    return house


def test_a_form_is_filled_for_a_house(client: Client, people: People, lived_in: Place) -> None:
    client.force_login(people.district.account)
    asked = paper("户主{{户主}}，电话{{联系电话（遮蔽）}}，{{结构类型}}，{{村}}")
    assert keep(client, "认定表.docx", "place", asked).status_code == 302
    form = OwnForm.objects.get()
    page = client.get(f"/office/places/{lived_in.pk}/").content.decode()
    address = f"/office/own-forms/{form.pk}/places/{lived_in.pk}/"
    assert address in page
    document = Document(io.BytesIO(client.get(address).content))
    assert document.paragraphs[0].text.startswith("户主王小明，电话138******34，")
    assert document.paragraphs[0].text.endswith("，上河村")
    assert [cell.text for cell in document.tables[0].rows[0].cells] == ["王小明", "户主"]
    assert AuditEntry.objects.get(verb="form.fill").subject == f"place:{lived_in.pk}"


def test_a_ledger_is_filled_for_a_region(client: Client, people: People, lived_in: Place) -> None:
    found(lived_in, people)
    client.force_login(people.district.account)
    rows: list[list[object]] = [
        ["{{区域}}{{年}}年{{月}}月"],
        ["未销号", "{{未销号}}"],
        ["{{下级.名称}}", "{{下级.未销号}}"],
        ["{{隐患.序号}}", "{{隐患.问题}}", "{{隐患.户主}}"],
        ["{{房屋.名称}}", "{{房屋.户号}}"],
    ]
    assert keep(client, "月报.xlsx", "region", workbook(*rows)).status_code == 302
    form = OwnForm.objects.get()
    address = f"/office/own-forms/{form.pk}/"
    assert client.get(address).status_code == 200
    response = client.post(address, {"region": DISTRICT, "on": date.today().isoformat()})  # noqa: DTZ011
    sheet = load_workbook(io.BytesIO(response.content)).active
    assert sheet is not None
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert str(cells[0][0]).startswith("云岭林区")
    assert cells[1][1] == 1
    below = {str(row[0]): row[1] for row in cells[2:4]}
    assert below["青石镇"] == 1
    assert [row[0] for row in cells].count("1") + [row[0] for row in cells].count(1) == 1
    assert any(row[0] == lived_in.label and row[1] == "0001" for row in cells)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("表.xlsx", workbook(["{{不认识的}}"]), "不认识：{{不认识的}}"),
        ("表.xlsx", workbook(["{{隐患.工资}}"]), "不认识：{{隐患.工资}}"),
        ("表.xlsx", workbook(["没有要填的"]), "没有要填的地方"),
        ("表.doc", b"x", "请用 .xlsx 或 .docx"),
        ("表.docx", b"x", "打不开"),
    ],
)
def test_a_form_that_cannot_be_filled_is_refused_with_the_way_out(
    client: Client, people: People, name: str, content: bytes, said: str
) -> None:
    client.force_login(people.district.account)
    response = keep(client, name, "place", content)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not OwnForm.objects.exists()


def test_a_form_is_used_below_its_region_and_dropped_by_whoever_may(
    client: Client, people: People, lived_in: Place
) -> None:
    client.force_login(people.district.account)
    keep(client, "认定表.docx", "place", paper("{{户主}}"))
    form = OwnForm.objects.get()
    client.force_login(people.village.account)
    page = client.get("/office/own-forms/").content.decode()
    assert "认定表" in page
    assert "上传表格" not in page
    assert client.get(f"/office/own-forms/{form.pk}/places/{lived_in.pk}/").status_code == 200
    assert client.post(f"/office/own-forms/{form.pk}/drop/").status_code == 403
    client.force_login(people.next_village.account)
    assert client.get(f"/office/own-forms/{form.pk}/places/{lived_in.pk}/").status_code == 404
    client.force_login(people.district.account)
    assert client.post(f"/office/own-forms/{form.pk}/drop/").status_code == 302
    assert client.get(f"/office/own-forms/{form.pk}/places/{lived_in.pk}/").status_code == 404


def test_the_village_of_a_house_in_a_grid_is_the_village(client: Client, people: People, lived_in: Place) -> None:
    grid = Region.objects.create(code=f"{VILLAGE}001", name="一组", level=15).code
    Place.objects.update(region=grid)
    found(Place.objects.get(), people)
    client.force_login(people.district.account)
    rows: list[list[object]] = [["{{隐患.村}}"], ["{{房屋.村}}"]]
    keep(client, "月报.xlsx", "region", workbook(*rows))
    keep(client, "卡.docx", "place", paper("{{村}}"))
    asked = {"region": DISTRICT, "on": today().isoformat()}
    filled = client.post(f"/office/own-forms/{OwnForm.objects.get(use='region').pk}/", asked)
    sheet = load_workbook(io.BytesIO(filled.content)).active
    assert sheet is not None
    assert [cell.value for (cell,) in sheet.iter_rows()] == ["上河村", "上河村"]
    address = f"/office/own-forms/{OwnForm.objects.get(use='place').pk}/places/{lived_in.pk}/"
    assert Document(io.BytesIO(client.get(address).content)).paragraphs[0].text == "上河村"
