"""Two import at once, one cancels half-way, a browser is closed: nothing half-written, the page says so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from hemei.core.actions.register import applying, reading
from hemei.core.actions.register.upload import receive
from hemei.core.models import AuditEntry, BatchState, Household, ImportBatch, Job, Person, Place, Region, StagedRow
from hemei.core.worker import LOST_AFTER, run, take_next
from tests.conftest import DISTRICT, People
from tests.core.actions.register.folders import HOUSEHOLDS, HOUSES, VILLAGE, make
from tests.office.test_imports import upload, work


@pytest.fixture
def clerks(people: People, settings: LazySettings, tmp_path: Path) -> tuple[Client, Client]:
    settings.VAR = tmp_path / "var"
    one, other = Client(), Client()
    one.force_login(people.district.account)
    other.force_login(people.second_in_district.account)
    return one, other


def page_of(client: Client, batch: ImportBatch) -> str:
    return client.get(f"/office/imports/{batch.pk}/").content.decode()


def confirm(client: Client, batch: ImportBatch) -> None:
    assert client.post(f"/office/imports/{batch.pk}/confirm/").status_code == 302


def many(folder: Path, count: int = 60) -> Path:
    rows = [[VILLAGE, "一组", f"{n:04d}", f"户主{n}", None, None, 3] for n in range(count)]
    return make(folder, files={"区划.xlsx": [["区划代码", "名称"], [DISTRICT, "区"]], "农房.xlsx": HOUSES,
                               "农户.xlsx": [HOUSEHOLDS[0], *rows]})  # fmt: skip


def test_two_preview_the_same_and_both_confirm(clerks: tuple[Client, Client], tmp_path: Path) -> None:
    """The first is written whole; the second is told that the register has changed, and has written nothing."""
    first, second = (upload(client, make(tmp_path / str(n))) for n, client in enumerate(clerks))
    work()
    for client, batch in zip(clerks, (first, second), strict=True):
        confirm(client, batch)
    work()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (BatchState.APPLIED, BatchState.READY)
    assert Household.objects.count() == 3
    assert "已写入" in page_of(clerks[0], first)
    said = page_of(clerks[1], second)
    assert "登记表已被别人改动，没有写入任何数据" in said
    assert "重新上传" in said
    assert AuditEntry.objects.filter(verb="register.import").count() == 1
    again = upload(clerks[1], make(tmp_path / "again"))
    work()
    assert set(ImportBatch.objects.get(pk=again.pk).understood["counts"]["households"]) == {"unchanged"}


def test_one_confirms_what_another_has_just_thrown_away(clerks: tuple[Client, Client], tmp_path: Path) -> None:
    batch = upload(clerks[0], make(tmp_path / "台账"))
    work()
    assert "确认导入" in page_of(clerks[1], batch)
    clerks[0].post(f"/office/imports/{batch.pk}/discard/")
    told = clerks[1].post(f"/office/imports/{batch.pk}/confirm/", follow=True).content.decode()
    assert "不能导入" in told
    assert "已放弃" in told
    work()
    assert not Household.objects.exists()


def test_pressed_twice_it_is_written_once(clerks: tuple[Client, Client], tmp_path: Path) -> None:
    batch = upload(clerks[0], make(tmp_path / "台账"))
    work()
    confirm(clerks[0], batch)
    assert "现在是“正在导入”" in clerks[0].post(f"/office/imports/{batch.pk}/confirm/", follow=True).content.decode()
    work()
    assert Job.objects.filter(kind="register.apply").count() == 1
    assert Household.objects.count() == 3


def cut_short(monkeypatch: pytest.MonkeyPatch, room: Any, name: str, calls: int, do: Any) -> None:
    """Have something happen when a function is called for the nth time."""
    real, counted = getattr(room, name), [0]

    def instead(*args: Any, **kwargs: Any) -> Any:
        counted[0] += 1
        if counted[0] == calls:
            do()
        return real(*args, **kwargs)

    monkeypatch.setattr(room, name, instead)


def test_a_reading_is_cancelled_half_way(
    clerks: tuple[Client, Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    monkeypatch.setattr("hemei.core.worker.SAID_EVERY", timedelta(0))
    batch = upload(clerks[0], many(tmp_path / "台账"))
    press = f"/office/imports/{batch.pk}/discard/"
    cut_short(monkeypatch, reading, "stage", 2, lambda: clerks[0].post(press))
    work()
    batch.refresh_from_db()
    assert batch.state == BatchState.DISCARDED
    assert not StagedRow.objects.filter(batch=batch).exists()
    assert not (Path(settings.VAR) / batch.folder).exists()
    assert not Household.objects.exists()
    assert "这一批已放弃，没有写入任何数据" in page_of(clerks[0], batch)
    assert "已放弃" in clerks[1].get("/office/imports/").content.decode()


def test_a_writing_is_stopped_half_way(
    clerks: tuple[Client, Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The preview stands again, and may be confirmed again."""
    batch = upload(clerks[0], many(tmp_path / "台账"))
    work()
    confirm(clerks[0], batch)
    monkeypatch.setattr("hemei.core.worker.SAID_EVERY", timedelta(0))
    job = Job.objects.get(kind="register.apply")
    cut_short(monkeypatch, applying, "confirmed", 2, lambda: Job.objects.filter(pk=job.pk).update(cancel_asked=True))
    assert "放弃</button>" not in page_of(clerks[0], batch), "what is being written is not thrown away"
    work()
    batch.refresh_from_db()
    assert batch.state == BatchState.READY
    assert not Household.objects.exists()
    assert not Person.objects.exists()
    assert "没有写入任何数据" in page_of(clerks[0], batch)
    monkeypatch.undo()
    confirm(clerks[0], batch)
    work()
    assert Household.objects.count() == 60


def test_the_browser_is_closed_and_opened_elsewhere(clerks: tuple[Client, Client], tmp_path: Path) -> None:
    """The job goes on by itself; whoever may, from any machine, finds it where it stands."""
    batch = upload(clerks[0], make(tmp_path / "台账"))
    clerks[0].logout()
    assert "正在读取" in clerks[1].get("/office/imports/").content.decode()
    assert "可以离开这一页" in page_of(clerks[1], batch)
    work()
    assert "待确认" in clerks[1].get("/office/imports/").content.decode()
    confirm(clerks[1], batch)
    assert "正在导入" in page_of(clerks[1], batch)
    work()
    assert "已写入" in page_of(clerks[1], batch)


@pytest.mark.parametrize("kind", ["register.read", "register.apply"])
def test_the_machine_stops_in_the_middle(
    clerks: tuple[Client, Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Until its worker is missed the page says that it is under way; then it is taken up again and done once."""

    class Gone(BaseException):
        pass

    def die() -> None:
        raise Gone

    batch = upload(clerks[0], make(tmp_path / "台账"))
    if kind == "register.apply":
        work()
        confirm(clerks[0], batch)
    room, name = (reading, "stage") if kind == "register.read" else (applying, "confirmed")
    cut_short(monkeypatch, room, name, 1, die)
    job = take_next()
    assert job is not None
    monkeypatch.setattr(reading, "_give_up", lambda *a: die())  # killed is killed: nothing is tidied up
    with pytest.raises(Gone):
        run(job)
    monkeypatch.undo()
    ImportBatch.objects.filter(pk=batch.pk).update(
        state=BatchState.READING if kind == "register.read" else BatchState.APPLYING
    )
    assert not Household.objects.exists()
    assert ("正在读取" if kind == "register.read" else "正在导入") in page_of(clerks[1], batch)
    Job.objects.filter(pk=job.pk).update(state="running", heartbeat_at=timezone.now() - 2 * LOST_AFTER)
    work()
    if kind == "register.read":
        assert StagedRow.objects.filter(batch=batch, register="households").count() == 3
        confirm(clerks[0], batch)
        work()
    assert "已写入" in page_of(clerks[0], batch)
    assert (Household.objects.count(), Place.objects.count()) == (3, 3)
    assert AuditEntry.objects.filter(verb="register.import").count() == 1


def test_an_upload_that_breaks_off_leaves_nothing(
    clerks: tuple[Client, Client], tmp_path: Path, settings: LazySettings
) -> None:
    class Broken(SimpleUploadedFile):
        def read(self, *args: Any) -> bytes:
            raise ConnectionResetError

    folder = make(tmp_path / "台账")
    whole = SimpleUploadedFile("农房.xlsx", (folder / "农房.xlsx").read_bytes())
    with pytest.raises(ConnectionResetError):
        receive([("农房.xlsx", whole), ("农户.xlsx", Broken("农户.xlsx", b"x"))])
    assert not list((Path(settings.VAR) / "imports").iterdir())
    assert not ImportBatch.objects.exists()
    assert Region.objects.exists()
