"""Importing on the pages: upload, preview, decide, confirm, throw away."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hemei.core.models import BatchState, ImportBatch, Job, JobState, Place
from hemei.core.worker import run, take_next
from tests.conftest import People
from tests.core.actions.regionchange.tables import HEADER, LAYOUT, UNITED
from tests.core.actions.regionchange.tables import row as change_row
from tests.core.actions.register.folders import GOOD_ID, HOUSEHOLDS, VILLAGE, make


@pytest.fixture
def officer(client: Client, people: People, settings, tmp_path: Path) -> Client:
    settings.VAR = tmp_path / "var"
    client.force_login(people.district.account)
    return client


def upload(client: Client, folder: Path) -> ImportBatch:
    files = [SimpleUploadedFile(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]
    response = client.post("/office/imports/", {"files": files})
    assert response.status_code == 302, response.content.decode()
    return ImportBatch.objects.latest("pk")


def work() -> None:
    while job := take_next():
        run(job)


def test_upload_preview_confirm(officer: Client, tmp_path: Path) -> None:
    batch = upload(officer, make(tmp_path / "台账"))
    assert "排队中" in officer.get(f"/office/imports/{batch.pk}/").content.decode()
    assert "HX-Refresh" not in officer.get(f"/office/imports/{batch.pk}/progress/").headers
    work()
    assert officer.get(f"/office/imports/{batch.pk}/progress/").headers["HX-Refresh"] == "true"
    page = officer.get(f"/office/imports/{batch.pk}/?register=households&outcome=new").content.decode()
    assert "王小明" in page
    assert "138******34" in page
    assert GOOD_ID not in page
    assert officer.post(f"/office/imports/{batch.pk}/confirm/").status_code == 302
    work()
    assert Place.objects.count() == 3
    assert "已写入 9 行" in officer.get(f"/office/imports/{batch.pk}/").content.decode()
    batch.refresh_from_db()
    assert not (tmp_path / "var" / batch.folder).exists()
    Job.objects.filter(pk=batch.job_id).update(state=JobState.RUNNING, result={})  # written, and the job says so next
    assert "已写入 9 行" in officer.get(f"/office/imports/{batch.pk}/").content.decode()


def test_who_waits_behind_somebody_is_told_so(officer: Client, tmp_path: Path) -> None:
    first, second = upload(officer, make(tmp_path / "甲")), upload(officer, make(tmp_path / "乙"))
    assert "排队中，马上开始" in officer.get(f"/office/imports/{first.pk}/progress/").content.decode()
    assert "前面还有 1 件" in officer.get(f"/office/imports/{second.pk}/progress/").content.decode()
    take_next()  # begun, and not done
    assert "前面还有 1 件" in officer.get(f"/office/imports/{second.pk}/progress/").content.decode()
    officer.post(f"/office/imports/{first.pk}/discard/")
    work()
    page = officer.post(f"/office/imports/{second.pk}/confirm/", follow=True).content.decode()
    assert "要么全部写入，要么一行也不写" in page


def test_a_folder_as_a_zip(officer: Client, tmp_path: Path) -> None:
    folder, packed = make(tmp_path / "台账"), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"台账/{path.name}")
    packed.seek(0)
    packed.name = "台账.zip"
    assert officer.post("/office/imports/", {"files": packed}).status_code == 302
    work()
    assert ImportBatch.objects.get().state == BatchState.READY


@pytest.mark.parametrize("name", ["../区划.xlsx", "/etc/区划.xlsx", "a/../../区划.xlsx", "C:\\区划.xlsx"])
def test_a_zip_with_tricks_in_its_paths_is_not_unpacked(officer: Client, tmp_path: Path, name: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, b"x")
    packed.seek(0)
    packed.name = "台账.zip"
    response = officer.post("/office/imports/", {"files": packed})
    assert response.status_code == 422
    assert "不安全" in response.content.decode()
    assert not list((tmp_path / "var" / "imports").iterdir())


def test_a_zip_that_swells_is_not_unpacked(officer: Client, tmp_path: Path, settings) -> None:
    settings.MAX_REGISTER_BYTES = 100_000
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("农户.csv", b"0" * 3_000_000)
    packed.seek(0)
    packed.name = "台账.zip"
    response = officer.post("/office/imports/", {"files": packed})
    assert response.status_code == 422
    assert "超过" in response.content.decode()
    assert not list((tmp_path / "var" / "imports").iterdir())


def test_what_is_thrown_away_leaves_nothing(officer: Client, tmp_path: Path) -> None:
    batch = upload(officer, make(tmp_path / "台账"))
    work()
    officer.post(f"/office/imports/{batch.pk}/discard/")
    batch.refresh_from_db()
    assert batch.state == BatchState.DISCARDED
    assert not batch.rows.exists()
    assert not (tmp_path / "var" / batch.folder).exists()


def test_refused_rows_are_shown_and_come_back_as_a_workbook(officer: Client, tmp_path: Path) -> None:
    bad = [VILLAGE, "一组", "0003", "赵六", GOOD_ID, None, "好几口"]
    layout = "district: '429999'\nregisters:\n  households: {file: 农户.xlsx}\n"
    batch = upload(officer, make(tmp_path / "台账", layout, files={"农户.xlsx": [*HOUSEHOLDS[:2], bad]}))
    work()
    page = officer.get(f"/office/imports/{batch.pk}/").content.decode()
    assert "不是数字" in page
    assert GOOD_ID not in page
    response = officer.get(f"/office/imports/{batch.pk}/refused/")
    assert b"".join(response.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]


@pytest.mark.parametrize(("who", "status"), [("other_township", 404), ("neighbour", 404), ("village", 403)])
def test_an_import_of_another_region_does_not_exist(
    officer: Client, people: People, tmp_path: Path, who: str, status: int
) -> None:
    batch = upload(officer, make(tmp_path / "台账"))
    officer.force_login(getattr(people, who).account)
    assert officer.get(f"/office/imports/{batch.pk}/").status_code == status
    assert officer.post(f"/office/imports/{batch.pk}/confirm/").status_code == status


def test_an_administrator_uploads_a_mapping_table_sees_what_it_does_and_confirms(
    client: Client, people: People, house: Place, settings, tmp_path: Path
) -> None:
    settings.VAR = tmp_path / "var"
    client.force_login(people.administrator.account)
    table = [HEADER, change_row(VILLAGE, UNITED, "更名", "上河新村")]
    batch = upload(client, make(tmp_path / "表", LAYOUT, files={"变更.xlsx": table}))
    work()
    page = client.get(f"/office/imports/{batch.pk}/").content.decode()
    assert "区划变更对照表" in page
    assert f"转到 {UNITED}：1 处房屋等对象" in page
    assert client.post(f"/office/imports/{batch.pk}/confirm/").status_code == 302
    work()
    assert "已写入 1 行" in client.get(f"/office/imports/{batch.pk}/").content.decode()
    house.refresh_from_db()
    assert house.region == UNITED
    client.force_login(people.auditor.account)
    assert "区划变更" in client.get("/office/audit/").content.decode()


def test_a_workbook_of_another_office_is_refused_with_the_way_out(officer: Client) -> None:
    response = officer.post("/office/imports/", {"files": SimpleUploadedFile("农户.et", b"x")})
    assert (response.status_code, "另存为“Excel 工作簿（.xlsx）”再传" in response.content.decode()) == (422, True)
