"""Trouble with the disk or the database is said, and passes."""

from __future__ import annotations

import errno
import io
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections
from django.test import Client

from hemei.core.access import Actor
from hemei.core.actions.register.upload import receive
from hemei.core.models import Check, Place
from hemei.core.trouble import Trouble, trouble_of
from tests.conftest import People, days_ago, photo
from tests.core.actions.test_case import found

AT = days_ago(0.01).isoformat()


@pytest.fixture
def _one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that tells of trouble lets go of its connection; a test's own lies in a transaction and is kept."""
    monkeypatch.setattr(connections[DEFAULT_DB_ALIAS], "close", lambda: None)


def raised(fault: BaseException, cause: BaseException | None = None) -> BaseException:
    fault.__cause__ = cause
    return fault


class Told(Exception):
    """An exception of a database's driver."""

    def __init__(self, **said: str) -> None:
        super().__init__("the driver's own words")
        self.__dict__.update(said)


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), Trouble.DISK),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), Trouble.DISK),
        (OSError(errno.EACCES, "Permission denied"), None),
        (raised(OperationalError("x"), Told(sqlite_errorname="SQLITE_FULL")), Trouble.DISK),
        (raised(OperationalError("x"), Told(sqlite_errorname="SQLITE_IOERR_WRITE")), Trouble.DISK),
        (raised(OperationalError("x"), Told(sqlstate="53100")), Trouble.DISK),
        (raised(RuntimeError("x"), OSError(errno.ENOSPC, "full")), Trouble.DISK),
        (ValueError("x"), None),
        (None, None),
    ],
)
def test_what_is_trouble(fault: BaseException | None, trouble: Trouble | None) -> None:
    assert trouble_of(fault) == trouble


def test_a_database_that_is_away_is_trouble_and_a_missing_table_is_none(db) -> None:
    gone = raised(OperationalError("x"), Told(sqlstate="57P01", sqlite_errorname="SQLITE_BUSY"))
    assert trouble_of(gone) == Trouble.DATABASE
    with pytest.raises(Exception, match="no_such_table") as caught, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")
    assert trouble_of(caught.value) is None


def full(*_args: object, **_kwargs: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def away(*_args: object, **_kwargs: object) -> None:
    raise raised(OperationalError("away"), Told(sqlstate="57P01", sqlite_errorname="SQLITE_BUSY"))


def browser(actor: Actor, **headers: str) -> Client:
    """Somebody signed in, who sees an error as a person does."""
    client = Client(raise_request_exception=False, headers=headers)
    assert actor.account is not None
    client.force_login(actor.account, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(
    ("language", "said", "do"),
    [("zh-hans", "服务器的磁盘满了", "请不要关闭这一页"), ("en", "disk is full", "keep this page open")],
)
@pytest.mark.usefixtures("_one_connection")
def test_a_full_disk_is_a_page_that_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, house: Place, people: People, language: str, said: str, do: str
) -> None:
    case = found(house, people)
    address = f"/office/cases/{case.pk}/do/remedy/"
    sent = {"remedy": "repair", "note": "修补", "photo": SimpleUploadedFile("现场.jpg", photo().content)}
    client = browser(people.grid, accept_language=language)
    with monkeypatch.context() as patch:
        patch.setattr("hemei.core.files.os.fsync", full)
        response = client.post(address, sent)
    text = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert said in text
    assert do in text
    assert "Traceback" not in text
    assert 'href="/"' not in text  # whoever went there would lose what was filled in
    case.refresh_from_db()
    assert case.state == "assigned"
    assert not [path for path in Path(settings.EVIDENCE).rglob("*") if path.is_file()]
    again = client.post(address, {**sent, "photo": SimpleUploadedFile("现场.jpg", photo().content)})
    assert again.status_code == 302
    case.refresh_from_db()
    assert case.state == "remedied"


@pytest.mark.usefixtures("_one_connection")
def test_the_api_says_it_as_a_program_reads_it(monkeypatch: pytest.MonkeyPatch, house: Place, people: People) -> None:
    sent = {"checks": [{"instance_id": "uuid:12345", "place": house.pk, "form": "houses.selfcheck", "at": AT}]}
    client = browser(people.grid)
    with monkeypatch.context() as patch:
        patch.setattr("hemei.core.actions.checkbatch.audit_all", away)
        response = client.post("/api/checks", sent, content_type="application/json")
    assert response.status_code == 503
    assert response.json()["code"] == "unavailable"
    assert "连不上数据库" in response.json()["detail"]
    assert not Check.objects.exists()
    again = client.post("/api/checks", sent, content_type="application/json")
    assert again.json()["outcomes"][0]["outcome"] == "stored"


def test_another_fault_is_still_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch, people: People) -> None:
    def wrong(*_args: object, **_kwargs: object) -> None:
        raise ValueError("ours")

    monkeypatch.setattr("hemei.office.views.today.render", wrong)
    assert browser(people.grid).get("/office/").status_code == 500


def test_healthz_says_which(monkeypatch: pytest.MonkeyPatch, db) -> None:
    assert Client().get("/healthz").json() == {"status": "ok"}
    with monkeypatch.context() as patch:
        patch.setattr("hemei.site.health.os.fsync", full)
        response = Client().get("/healthz")
    assert (response.status_code, response.json()) == (503, {"status": "trouble", "trouble": ["disk"]})
    with monkeypatch.context() as patch:
        patch.setattr("hemei.site.health.connection.cursor", away)
        patch.setattr("hemei.site.health.connection.close", lambda: None)
        response = Client().get("/healthz")
    assert (response.status_code, response.json()) == (503, {"status": "trouble", "trouble": ["database"]})
    assert Client().get("/healthz").status_code == 200


def test_a_zip_that_found_no_room_is_not_the_clerk_s_mistake(
    monkeypatch: pytest.MonkeyPatch, settings, tmp_path
) -> None:
    settings.VAR = tmp_path
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("农房.csv", "村代码\n")
    monkeypatch.setattr("hemei.core.actions.register.upload._chunks", full)
    with pytest.raises(OSError, match="No space left"):
        receive([("台账.zip", io.BytesIO(archive.getvalue()))])
    assert not [path for path in (tmp_path / "imports").rglob("*") if path.is_file()]
