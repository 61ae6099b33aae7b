"""A whole run on real input: a real district's codes, a real country's houses, a real city's complaints.

With `-s` it prints how long each part took; docs/real-run.md has the figures.
"""

from __future__ import annotations

import csv
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import pyogrio
import pytest
import shapely
from django.utils import timezone

from hemei.core.access import SYSTEM, Actor, At, Scope, actor_of
from hemei.core.actions.check import Answered, submit_check
from hemei.core.actions.register.folder import import_folder
from hemei.core.actions.round import RoundDraft, plan_round, publish_round
from hemei.core.models import Account, Case, Check, Due, Place, Region, Round
from hemei.core.queries.verify import faults
from hemei.core.queries.zero import zero
from hemei.core.registry import Programme, registry
from hemei.core.stepwise import stepwise
from hemei.engines.forms import examine
from hemei.engines.tables import write_gpkg
from hemei.terms.day import today

pytestmark = [pytest.mark.real, pytest.mark.django_db]

ANDORRA, CHICAGO = "990100", "990200"  # made for this test: no statistical code begins with 99
PARISHES, HOUSES, COMPLAINTS, STILL_OPEN = 7, 7_383, 74_401, 325
LONGEST_S = 60.0  # the complaints, from the file to the last row; of this process, whatever else the machine does


@contextmanager
def timed(what: str) -> Iterator[None]:
    began, worked = time.perf_counter(), time.process_time()
    yield
    print(f"{what}: {time.perf_counter() - began:.1f} s, of them {time.process_time() - worked:.1f} s at work")


def write_table(path: Path, header: list[str], rows: Iterator[list[Any]] | list[list[Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def test_the_regions_of_a_real_district(real_data: Path, tmp_path: Path) -> None:
    shutil.copy(real_data / "divisions" / "shennongjia_429021_2021.csv", tmp_path / "区划.csv")
    (tmp_path / "district.yaml").write_text(
        "district: '429021'\nregisters:\n  regions: {file: 区划.csv, columns: {code: code12}}\n", "utf-8"
    )
    with timed("429021, 88 regions"):
        summary = import_folder(tmp_path, by=SYSTEM, confirm=True)
    assert summary.counts == {"regions": {"new": 88}}
    levels = [len(code) for code in Region.objects.values_list("code", flat=True)]
    assert (levels.count(6), levels.count(9), levels.count(12)) == (1, 8, 79)
    assert Region.objects.get(code="429021100").name == "松柏镇"
    assert import_folder(tmp_path, by=SYSTEM, confirm=True).counts == {"regions": {"unchanged": 88}}


@dataclass
class Country:
    """Parishes as townships, named places as villages, footprints as houses."""

    regions: list[list[str]] = field(default_factory=list)
    houses: list[tuple[bytes, list[object]]] = field(default_factory=list)


def read_country(path: Path) -> Country:
    parishes = pyogrio.read_dataframe(path, layer="admin", where="admin_level = '7'").sort_values("name")
    named = pyogrio.read_dataframe(path, layer="places", where="place <> 'country'").sort_values(["name", "osm_id"])
    footprints = pyogrio.read_dataframe(path, layer="buildings")
    tree = shapely.STRtree(parishes.geometry.array)
    country = Country([[ANDORRA, "Andorra"]])
    codes = [f"{ANDORRA}{number:03d}" for number in range(1, len(parishes) + 1)]
    country.regions += [[code, name] for code, name in zip(codes, parishes.name, strict=True)]
    villages: list[str] = []
    for name, parish in zip(named.name, tree.nearest(named.geometry.array), strict=True):
        code = codes[parish]
        villages.append(f"{code}{sum(v.startswith(code) for v in villages) + 1:03d}")
        country.regions.append([villages[-1], name])
    nearest = shapely.STRtree(named.geometry.array).nearest(shapely.centroid(footprints.geometry.array))
    shapes = shapely.to_wkb(footprints.geometry.array)
    for wkb, place, kind, number, levels in zip(
        shapes, nearest, footprints.osm_type, footprints.osm_id, footprints["building:levels"], strict=True
    ):
        storeys = str(levels) if str(levels).isdigit() else None
        country.houses.append((wkb, [villages[place], f"{kind}{number}", storeys]))
    return country


def write_country(country: Country, folder: Path) -> None:
    folder.mkdir()
    write_table(folder / "区划.csv", ["区划代码", "名称"], country.regions)
    columns = {"村代码": str, "房屋编号": str, "层数": str}
    write_gpkg(folder / "农房.gpkg", "农房", columns, country.houses, geometry="MultiPolygon")
    write_table(folder / "单位.csv", ["单位名称", "类别", "区划代码"], [["Ministeri d'Habitatge", "住建部门", ANDORRA]])
    parishes = [code for code, _name in country.regions if len(code) == 9]
    people = [[f"officer{n}", f"Officer {n}", "乡镇经办", code] for n, code in enumerate(parishes, 1)]
    people += [["district", "District officer", "区级经办", ANDORRA], ["inspector", "Inspector", "巡查员", ANDORRA]]
    write_table(
        folder / "人员.csv",
        ["用户名", "姓名", "岗位", "负责区域", "单位"],
        [[*person, "Ministeri d'Habitatge"] for person in people],
    )
    (folder / "district.yaml").write_text(
        f"""district: "{ANDORRA}"
registers:
  regions: {{file: 区划.csv}}
  units: {{file: 单位.csv}}
  people: {{file: 人员.csv}}
  places: {{file: 农房.gpkg, kind: house}}
""",
        "utf-8",
    )


def named(username: str) -> Actor:
    return actor_of(Account.objects.get(username=username))


def sound_answers(form: str) -> dict[str, Any]:
    """Answers that find nothing wrong."""
    questions = {question.name: question for question in registry.forms[form].read.questions}
    answers: dict[str, Any] = {}
    while errors := examine(registry.forms[form].read, answers):
        for error in errors:
            offered = [choice.name for choice in questions[error.question].choices]
            quiet = [name for name in ("none", "no", "absent") if name in offered]
            assert error.question not in answers, error
            answers[error.question] = (quiet or offered or [1])[0]
    return answers


def hold_round(
    tier: str, form: str, region: str, *, every: int, by: Actor, wrong: dict[str, Any] | None = None
) -> Round:
    """Plan and publish a round of everything; look at one house in `every`, and find one in twenty of those wanting."""
    draft = RoundDraft(f"{tier} 2026", "houses", tier, region, today(), today() + timedelta(days=30), everything=True)
    turn = publish_round(turn=plan_round(where=At(region), draft=draft, by=by), by=by)
    people = {account.pk: actor_of(account) for account in Account.objects.all()}
    sound = sound_answers(form)
    dues = Due.objects.filter(round=turn).select_related("place", "account")
    for number, due in enumerate(islice(stepwise(dues, 2_000), 0, None, every)):
        answers = sound | (wrong or {}) if number % 20 == 0 else sound
        answered = Answered(
            f"{tier}-{due.pk}", form, answers, timezone.now(), channel="call" if tier == "self" else "staff"
        )
        assert due.account_id is not None
        submit_check(place=due.place, answered=answered, by=people[due.account_id])
    return turn


def test_a_country_of_houses_and_three_rounds(real_data: Path, tmp_path: Path) -> None:
    with timed("Andorra: cut into villages and written as registers"):
        country = read_country(real_data / "andorra" / "andorra_2025-01-19.gpkg")
        write_country(country, tmp_path / "andorra")
    with timed("Andorra: imported"):
        summary = import_folder(tmp_path / "andorra", by=SYSTEM, confirm=True)
    assert summary.counts["places"] == {"new": HOUSES}
    assert sum(summary.counts["regions"].values()) == len(country.regions) == 1 + PARISHES + 142
    assert Place.objects.filter(tile__isnull=False, geometry__isnull=False).count() == HOUSES
    with timed("Andorra: imported again, all unchanged"):
        again = import_folder(tmp_path / "andorra", by=SYSTEM, confirm=True)
    assert again.counts["places"] == {"unchanged": HOUSES}

    district = named("district")
    with timed("Round 1, self-check told by telephone, one house in three"):
        first = hold_round("self", "houses.selfcheck", ANDORRA, every=3, by=district, wrong={"wall_leaning": "yes"})
    with timed("Round 2, survey, one house in five"):
        second = hold_round("survey", "houses.survey", ANDORRA, every=5, by=district, wrong={"wall_crack": "obvious"})
    with timed("Round 3, patrol, one house in twenty"):
        third = hold_round("patrol", "houses.patrol", ANDORRA, every=20, by=district)
    done = [Due.objects.filter(round=turn, done_at__isnull=False).count() for turn in (first, second, third)]
    assert done == [-(-HOUSES // 3), -(-HOUSES // 5), -(-HOUSES // 20)]
    with timed("Andorra: the board of today"):
        board = zero(within=Scope.all(), region=ANDORRA, on=today())
    assert (board.total.looked, board.total.due) == (sum(done), 3 * HOUSES)
    assert board.total.open == Case.objects.filter(ended_at=None, found_at__isnull=False).count() > HOUSES // 3 // 20
    assert Check.objects.count() == sum(done)
    assert list(faults(within=Scope.of(ANDORRA))) == []


@pytest.fixture
def sanitation() -> Iterator[None]:
    registry.register(Programme("sanitation", "环境卫生投诉", "plane"))
    yield
    registry.forget("sanitation")


def complaints(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    table = pyarrow.parquet.read_table(path)
    return {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}


def write_complaints(said: dict[str, np.ndarray[Any, Any]], folder: Path) -> None:
    folder.mkdir()
    area = f"{CHICAGO}001"
    wards = sorted({int(ward) for ward in said["ward"] if ward == ward})
    regions = [[CHICAGO, "Chicago"], [area, "All wards"], *([f"{area}{w:03d}", f"Ward {w}"] for w in wards)]
    write_table(folder / "区划.csv", ["区划代码", "名称"], regions)
    days = [np.datetime_as_string(said[name], unit="D") for name in ("opened", "completed")]
    rows = [
        [
            number,
            area if ward != ward else f"{area}{int(ward):03d}",
            nature,
            opened,
            "" if ended == "NaT" else ended,
            status,
        ]
        for number, ward, nature, opened, ended, status in zip(
            said["request"], said["ward"], said["nature"], *days, said["status"], strict=True
        )
    ]
    write_table(folder / "台账.csv", ["台账编号", "村代码", "问题", "发现日期", "办结日期", "办理状态"], rows)
    (folder / "district.yaml").write_text(
        f"""district: "{CHICAGO}"
registers:
  regions: {{file: 区划.csv}}
  cases: {{file: 台账.csv, matter: sanitation, title: 未写明, severity: 一般}}
""",
        "utf-8",
    )


@pytest.mark.usefixtures("sanitation")
def test_a_city_of_old_complaints(real_data: Path, tmp_path: Path) -> None:
    said = complaints(real_data / "cases" / "chicago_sanitation_code_complaints.parquet")
    write_complaints(said, tmp_path / "chicago")
    began = time.process_time()
    with timed("Chicago: 74,401 old complaints imported"):
        summary = import_folder(tmp_path / "chicago", by=SYSTEM, confirm=True)
    took = time.process_time() - began
    assert summary.counts["cases"] == {"new": COMPLAINTS}
    assert took <= LONGEST_S
    assert Case.objects.filter(historical=True).count() == COMPLAINTS
    assert Case.objects.filter(state="accepted").count() == 0
    assert Case.objects.filter(ended_at=None).count() == STILL_OPEN
    for day in (date(2008, 6, 30), date(2013, 12, 31), date(2018, 1, 1)):
        end = np.datetime64(day + timedelta(days=1))
        ended = said["completed"] < end  # a complaint without a date of completion compares as not ended
        directly = int(np.count_nonzero((said["opened"] < end) & ~ended))
        with timed(f"Chicago: the board of {day}"):
            board = zero(within=Scope.all(), region=CHICAGO, on=day, matter="sanitation")
        print(f"  open on {day}: {board.total.open}")
        assert board.total.open == directly
        assert board.total.historical_ended == int(np.count_nonzero(ended))
    assert list(faults(within=Scope.of(CHICAGO))) == []
    with timed("Chicago: imported again, all unchanged"):
        again = import_folder(tmp_path / "chicago", by=SYSTEM, confirm=True)
    assert again.counts["cases"] == {"unchanged": COMPLAINTS}
