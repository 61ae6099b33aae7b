"""Files without a `district.yaml`: a person says on the page what they are, once."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hemei.core.models import BatchState, Household, ImportBatch, Place, Region, TableShape
from tests.conftest import People
from tests.core.actions.register.workbooks import ALL, N, V, many_sheets, saved, sheet_of, simple
from tests.office.test_imports import work


@pytest.fixture
def officer(client: Client, people: People, settings, tmp_path: Path) -> Client:
    settings.VAR = tmp_path / "var"
    Region.objects.create(code="429999103202", name="红坪村", level=12)
    client.force_login(people.district.account)
    return client


def upload(client: Client, **files: bytes) -> ImportBatch:
    sent = [SimpleUploadedFile(name.replace("_", "."), content) for name, content in files.items()]
    response = client.post("/office/imports/", {"files": sent})
    assert response.status_code == 302, response.content.decode()
    work()
    return ImportBatch.objects.latest("pk")


def controls(page: str) -> dict[str, str | list[str]]:
    """What a browser would send of the mapping form as it stands."""
    form = page[page.index('id="mapping"') :]
    sent: dict[str, str | list[str]] = {}
    for name, body in re.findall(r'<select[^>]* name="([^"]+)">(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        sent[name] = chosen[1] if chosen else ""
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="checkbox"' in tag:
            if "checked" in tag:
                sent.setdefault(name[1], []).append(value[1])  # type: ignore[union-attr,index]
        elif name and value and name[1] != "csrfmiddlewaretoken":
            sent[name[1]] = value[1]
    return sent


def mapped(client: Client, batch: ImportBatch, **changes: str | list[str]) -> ImportBatch:
    address = f"/office/imports/{batch.pk}/mapping/"
    response = client.post(address, controls(client.get(address).content.decode()) | changes)
    assert response.status_code == 302, re.findall(r"<li>(.*?)</li>", response.content.decode())
    work()
    batch.refresh_from_db()
    return batch


def test_a_plain_workbook_needs_one_press(officer: Client) -> None:
    batch = upload(officer, 农户_xlsx=ALL["a title row above, merged across"][1]())
    assert batch.state == BatchState.ASKING
    assert officer.get(f"/office/imports/{batch.pk}/").headers["Location"].endswith("/mapping/")
    assert mapped(officer, batch).understood["counts"] == {"households": {"new": 2}}
    officer.post(f"/office/imports/{batch.pk}/confirm/")
    work()
    assert Household.objects.count() == 2


def test_columns_that_nobody_knows_are_said_once_and_remembered(officer: Client) -> None:
    header: list[object] = ["地方", "编码", "当家人"]
    batch = upload(officer, 甲_xlsx=simple(header, [V, "0001", "王小明"]))
    address = f"/office/imports/{batch.pk}/mapping/"
    said = {"t0.use": ["households"], "t0.households.region": "地方", "t0.households.number": "编码"}
    response = officer.post(address, controls(officer.get(address).content.decode()) | said)
    assert response.status_code == 422
    assert "缺少“户主”" in response.content.decode()
    assert mapped(officer, batch, **said, **{"t0.households.head": "当家人"}).state == BatchState.READY
    assert TableShape.objects.get().said["columns"] == {"region": "地方", "number": "编码", "head": "当家人"}

    again = upload(officer, 乙_xlsx=simple(["2027年"], header, [V, "0002", "李大山"]))
    page = officer.get(f"/office/imports/{again.pk}/mapping/").content.decode()
    assert "已按上次的选好" in page
    assert mapped(officer, again).understood["counts"] == {"households": {"new": 1}}


def test_the_header_is_moved_by_hand(officer: Client) -> None:
    above: list[list[object]] = [["村", "户号", "户主"], ["（以上是旧表头）", None, None]]
    batch = upload(officer, 甲_xlsx=simple(*above, ["甲", "乙", "丙"], [V, "0001", "王小明"]))
    address = f"/office/imports/{batch.pk}/mapping/"
    sent = controls(officer.get(address).content.decode()) | {"t0.row": "3", "again": "yes"}
    page = officer.post(address, sent).content.decode()
    assert '<option value="乙">' in page
    said = {"t0.row": "3", "t0.households.region": "甲", "t0.households.number": "乙", "t0.households.head": "丙"}
    assert mapped(officer, batch, **said).understood["counts"] == {"households": {"new": 1}}


def test_household_and_house_in_one_row(officer: Client) -> None:
    header: list[object] = ["村代码", "户号", "户主姓名", "房屋编号", "房屋地址", "结构类型", "层数"]
    batch = upload(officer, 一表_xlsx=simple(header, [V, "0001", "王小明", "F-1", "上河村1号", "砖混", 2]))
    done = mapped(officer, batch)
    assert done.understood["counts"] == {"households": {"new": 1}, "places": {"new": 1}, "holdings": {"new": 1}}


def test_coordinates_that_nobody_labelled_are_asked_for(officer: Client) -> None:
    header: list[object] = ["村代码", "房屋编号", "经度", "纬度"]
    batch = upload(officer, 农房_xlsx=simple(header, [V, "F-1", 110.5, 31.5]))
    address = f"/office/imports/{batch.pk}/mapping/"
    response = officer.post(address, controls(officer.get(address).content.decode()))
    assert (response.status_code, "请选坐标系" in response.content.decode()) == (422, True)
    assert mapped(officer, batch, **{"t0.crs": "GCJ-02"}).understood["sheets"][0]["crs"] == "GCJ-02"


def test_a_twin_of_a_name_is_read_as_a_person_says_and_the_next_time_by_itself(officer: Client) -> None:
    workbook = ALL["平 for 坪 in a village's name"][1]()
    batch = mapped(officer, upload(officer, 农户_xlsx=workbook))
    assert batch.understood["counts"] == {"households": {"new": 1, "refused": 1}}
    page = officer.get(f"/office/imports/{batch.pk}/").content.decode()
    assert "“红平村”（农户.xlsx，1 行）读作" in page
    officer.post(f"/office/imports/{batch.pk}/meant/", {"w0": "429999103202"})
    work()
    batch.refresh_from_db()
    assert batch.understood["counts"] == {"households": {"new": 2}}
    again = mapped(officer, upload(officer, 农户_xlsx=workbook))
    assert again.understood["counts"] == {"households": {"new": 2}}


def test_a_word_that_is_no_choice_is_read_as_a_person_says(officer: Client) -> None:
    batch = mapped(officer, upload(officer, 农房_xlsx=simple(["村代码", "房屋编号", "结构类型"], [V, "F-1", "土坯房"])))
    assert "“土坯房”" in officer.get(f"/office/imports/{batch.pk}/").content.decode()
    officer.post(f"/office/imports/{batch.pk}/meant/", {"w0": "土木"})
    work()
    batch.refresh_from_db()
    assert batch.understood["counts"] == {"places": {"new": 1}}


def test_a_preview_goes_back_to_the_question(officer: Client) -> None:
    batch = mapped(officer, upload(officer, 农户_xlsx=ALL["a heading that stands twice"][1]()))
    officer.post(f"/office/imports/{batch.pk}/again/")
    work()
    batch.refresh_from_db()
    assert batch.state == BatchState.ASKING
    assert mapped(officer, batch, **{"t0.households.group": "备注（G 列）"}).state == BatchState.READY


def test_a_zipped_filegdb_and_a_shapefile(officer: Client, tmp_path: Path) -> None:
    shapes = np.array([shapely.to_wkb(shapely.box(110.5, 31.5, 110.5001, 31.5001))], dtype=object)
    told = {"geometry": shapes, "geometry_type": "Polygon", "crs": "EPSG:4490"}
    fields = np.array(["村代码", "编号"], dtype=object)
    for driver, path, number in (("OpenFileGDB", "甲.gdb", "F-1"), ("ESRI Shapefile", "乙.shp", "F-2")):
        data = [np.array([V], dtype=object), np.array([number], dtype=object)]
        pyogrio.raw.write(str(tmp_path / path), field_data=data, fields=fields, driver=driver, **told)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in [*(tmp_path / "甲.gdb").iterdir(), *tmp_path.glob("乙.*")]:
            archive.write(path, str(path.relative_to(tmp_path)))
    batch = mapped(officer, upload(officer, 图_zip=packed.getvalue()))
    assert batch.understood["counts"] == {"places": {"new": 2}}
    officer.post(f"/office/imports/{batch.pk}/confirm/")
    work()
    assert Place.objects.exclude(geometry=None).count() == 2


def test_a_township_officer_maps_a_folder_of_the_township(
    client: Client, people: People, settings, tmp_path: Path
) -> None:
    settings.VAR = tmp_path / "var"
    client.force_login(people.township.account)
    batch = upload(client, 农户_xlsx=simple(["村", "户号", "户主"], [N, "0001", "王小明"]))
    assert batch.region == "429999103"
    assert mapped(client, batch).understood["counts"] == {"households": {"new": 1}}


def test_sheets_that_are_too_many_are_named(officer: Client) -> None:
    batch = upload(officer, 农户_xlsx=many_sheets(63))
    page = officer.get(f"/office/imports/{batch.pk}/mapping/").content.decode()
    assert "这里的 3 张表没有看，一次最多 60 张：第60张、第61张、第62张" in page


def test_what_nobody_sees_in_the_workbook_is_said_before_and_after_it_is_read(officer: Client) -> None:
    name = "hidden columns, a row struck out and a part of another, a hidden sheet of last year"
    batch = upload(officer, 农户_xlsx=ALL[name][1]())
    page = officer.get(f"/office/imports/{batch.pk}/mapping/").content.decode()
    assert "不要的，在下面选“表里没有”：联系电话" in page
    assert "作废的请核对：3、4" in page
    assert "2019年。这个工作表是隐藏的" in page
    assert mapped(officer, batch).understood["counts"] == {"households": {"new": 3}}
    page = officer.get(f"/office/imports/{batch.pk}/").content.decode()
    for said in (
        "隐藏的：联系电话",
        "整行划了删除线，也一起读了：4",
        "第 3 行（户主姓名）",
        "2019年：这个工作表是隐藏的",
    ):
        assert said in page
    officer.post(f"/office/imports/{batch.pk}/again/")
    work()
    batch.refresh_from_db()
    without = mapped(officer, batch, **{"t0.struck": "skip", "t0.households.phone": ""})
    assert without.understood["counts"] == {"households": {"new": 2}}
    assert "整行划了删除线" not in officer.get(f"/office/imports/{batch.pk}/").content.decode()


def test_a_sheet_of_which_nobody_said_what_it_is_is_named(officer: Client) -> None:
    book, _sheet = sheet_of(["村", "户号", "户主"], [N, "0001", "王小明"])
    book.create_sheet("其他").append(["鱼塘", "面积"])
    done = mapped(officer, upload(officer, 农户_xlsx=saved(book)))
    assert done.understood["passed"] == [{"file": "农户.xlsx", "sheet": "其他", "why": "没有说明它是哪种登记表。"}]


def test_a_file_of_which_nobody_said_what_it_is_is_named(officer: Client) -> None:
    table = simple(["村", "户号", "户主"], [N, "0001", "王小明"])
    done = mapped(officer, upload(officer, 农户_xlsx=table, 坏_xlsx=b"PK\x03\x04"))
    assert [(one["file"], one["sheet"]) for one in done.understood["passed"]] == [("坏.xlsx", "")]
    assert "没有读的文件、工作表和图层" in officer.get(f"/office/imports/{done.pk}/").content.decode()


def test_a_house_that_a_row_moves_to_another_village_is_shown_with_both(officer: Client) -> None:
    header: list[object] = ["村代码", "房屋编号", "房屋地址"]
    for village in (V, N):
        batch = mapped(officer, upload(officer, 农房_xlsx=simple(header, [village, "F-1", "河边"])))
        if village == V:
            officer.post(f"/office/imports/{batch.pk}/confirm/")
            work()
    page = officer.get(f"/office/imports/{batch.pk}/").content.decode()
    assert "有 1 行会把已登记的换到另一个村" in page
    assert re.search(r"上河村</s> → <b>下河村", page)
