"""The persons and places that the tests speak of."""

from __future__ import annotations

import io
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as site_settings
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone, translation
from hypothesis import settings as random_cases
from PIL import Image

from hemei.core.access import Actor, actor_of
from hemei.core.actions.case import Brought
from hemei.core.actions.evidence import NewFile
from hemei.core.editions import editions
from hemei.core.models import Account, Duty, Place, Region, Unit
from hemei.core.registry import Programme, registry
from hemei.programmes.houses.models import House
from hemei.terms import tile
from tests.toy.wells import dig_well, wells

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

# The suite tries the same random cases each time; `make fuzz` tries others.
random_cases.register_profile("suite", derandomize=True, database=None, deadline=None)
random_cases.register_profile("fuzz", print_blob=True, deadline=None)
random_cases.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

site_settings.DISTRICT_FORMS = False  # nobody looks into the database while tests are collected

ROOT = Path(__file__).resolve().parent.parent
REAL_DATA = Path(os.environ.get("HEMEI_REAL_DATA", ROOT.parent / "shared" / "data"))

DISTRICT, TOWNSHIP, VILLAGE, NEXT_VILLAGE = "429999", "429999103", "429999103200", "429999103201"
OTHER_TOWNSHIP, OTHER_DISTRICT = "429999104", "429998"
PASSWORD = "群山-之间-2026"
CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="session")
def real_data() -> Path:
    if not REAL_DATA.is_dir():
        pytest.skip(f"the real data set is not at {REAL_DATA}; name its folder in HEMEI_REAL_DATA")
    return REAL_DATA


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What starts browsers: one for all tests of a process, which takes no second beside it."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started


class _Reads(threading.local):
    def __init__(self) -> None:
        self.open: weakref.WeakSet[Any] = weakref.WeakSet()
        self.writing = 0


@pytest.fixture(autouse=True, scope="session")
def _nothing_is_read_while_a_turn_to_write_begins() -> Iterator[None]:
    """SQLite refuses a transaction that begins beside an open read on the same connection once anybody else has
    written; the tests' one connection would never show it. See `hemei.core.stepwise`."""
    reads, whole, cursor = _Reads(), transaction.atomic, BaseDatabaseWrapper.chunked_cursor

    def chunked_cursor(database: BaseDatabaseWrapper) -> Any:
        opened: Any = cursor(database)
        close = opened.close
        opened.close = lambda: (reads.open.discard(opened), close())
        reads.open.add(opened)
        return opened

    @contextmanager
    def atomic() -> Iterator[None]:
        assert reads.writing or not reads.open, "rows are still being read: read them by `stepwise`"
        reads.writing += 1
        try:
            with whole():
                yield
        finally:
            reads.writing -= 1

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseWrapper, "chunked_cursor", chunked_cursor)
        patch.setattr("hemei.core.writing.transaction", SimpleNamespace(atomic=atomic))
        yield


@pytest.fixture(autouse=True)
def _language_left_alone() -> Iterator[None]:
    """A page asked for in English leaves its language behind in the thread, where the next request says its own."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _files_apart(settings, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with_database = {"db", "transactional_db", "live_server"} & set(request.fixturenames)
    settings.DISTRICT_FORMS = bool(with_database or request.node.get_closest_marker("django_db"))
    editions.forget()
    settings.EVIDENCE = tmp_path / "evidence"
    settings.SECOND_FACTOR = False  # tests of the second factor turn it on
    settings.LIMITS = {}  # a test asks as often as it likes; those of the limits set some
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@dataclass
class People:
    """An officer of each level, one of the next village, one of the neighbouring district, and some with other work."""

    village: Actor
    second_in_village: Actor
    grid: Actor
    next_village: Actor
    township: Actor
    other_township: Actor
    district: Actor
    second_in_district: Actor
    inspector: Actor
    appraiser: Actor
    administrator: Actor
    auditor: Actor
    neighbour: Actor
    nobody: Actor

    def __iter__(self) -> Iterator[tuple[str, Actor]]:
        return iter(self.__dict__.items())


@pytest.fixture
def regions(db) -> None:
    named = {
        DISTRICT: "云岭林区",
        TOWNSHIP: "青石镇",
        VILLAGE: "上河村",
        NEXT_VILLAGE: "下河村",
        OTHER_TOWNSHIP: "白水镇",
        "429999104200": "白水村",
        OTHER_DISTRICT: "邻县",
        "429998100": "邻镇",
        "429998100200": "邻村",
    }
    Region.objects.bulk_create([Region(code=code, name=name, level=len(code)) for code, name in named.items()])


def engage(username: str, name: str, role: str, region: str, unit: Unit, *, ends: date | None = None) -> Actor:
    account = Account(username=username, name=name)
    account.set_unusable_password()
    account.save()
    Duty.objects.create(
        account=account, unit=unit, role=role, matter="*", region=region, starts=date(2020, 1, 1), ends=ends
    )
    return actor_of(account)


@pytest.fixture
def units(regions) -> dict[str, Unit]:
    rows = {
        "village": ("上河村村民委员会", "village_committee", VILLAGE),
        "next_village": ("下河村村民委员会", "village_committee", NEXT_VILLAGE),
        "township": ("青石镇村镇建设办公室", "township_office", TOWNSHIP),
        "other_township": ("白水镇村镇建设办公室", "township_office", OTHER_TOWNSHIP),
        "district": ("云岭林区住房和城乡建设局", "housing_bureau", DISTRICT),
        "agency": ("云岭房屋鉴定所", "appraisal_agency", DISTRICT),
        "neighbour": ("邻县住房和城乡建设局", "housing_bureau", OTHER_DISTRICT),
    }
    return {
        key: Unit.objects.create(name=name, seal_name=name, kind=kind, region=region)
        for key, (name, kind, region) in rows.items()
    }


@pytest.fixture
def people(units) -> People:
    nobody = Account.objects.create(username="nobody", name="无岗人员")
    return People(
        village=engage("village", "村支书", "village_officer", VILLAGE, units["village"]),
        second_in_village=engage("village2", "村主任", "village_officer", VILLAGE, units["village"]),
        grid=engage("grid", "网格员", "grid_worker", VILLAGE, units["village"]),
        next_village=engage("next", "下河村支书", "village_officer", NEXT_VILLAGE, units["next_village"]),
        township=engage("township", "镇经办", "township_officer", TOWNSHIP, units["township"]),
        other_township=engage("township2", "白水镇经办", "township_officer", OTHER_TOWNSHIP, units["other_township"]),
        district=engage("district", "区经办", "district_officer", DISTRICT, units["district"]),
        second_in_district=engage("district2", "区科长", "district_officer", DISTRICT, units["district"]),
        inspector=engage("inspector", "巡查员", "inspector", DISTRICT, units["district"]),
        appraiser=engage("appraiser", "鉴定员", "appraiser", DISTRICT, units["agency"]),
        administrator=engage("admin", "管理员", "administrator", DISTRICT, units["district"]),
        auditor=engage("auditor", "审计员", "auditor", DISTRICT, units["district"]),
        neighbour=engage("neighbour", "邻县经办", "district_officer", OTHER_DISTRICT, units["neighbour"]),
        nobody=actor_of(nobody),
    )


def build_house(region: str = VILLAGE, label: str = "河边一号", lon: float = 110.5, lat: float = 31.5) -> Place:
    place = Place.objects.create(
        kind="house", region=region, label=label, lon=lon, lat=lat, tile=tile.key(lon, lat), position_source="register"
    )
    House.objects.create(place=place, structure="earth_timber", occupied=True)
    return place


@pytest.fixture
def house(people) -> Place:
    return build_house()


@pytest.fixture
def next_house(people) -> Place:
    return build_house(NEXT_VILLAGE, "下河一号", 110.52, 31.52)


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[Programme]:
    """A programme that stands in a test only: what works for it names no programme."""
    programme = wells(tmp_path)
    registry.register(programme)
    yield programme
    registry.forget(programme.key)


@pytest.fixture
def well(toy: Programme, people) -> Place:
    return dig_well(VILLAGE)


def photo(colour: str = "green", name: str = "现场.jpg", **said) -> NewFile:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return NewFile(name, out.getvalue(), source="camera", **said)


def brought(at: datetime | None = None, **what) -> Brought:
    return Brought(at=at or timezone.now(), **what)


def days_ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)
