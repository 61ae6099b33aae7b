"""Refused rows go back as they came, geometries included; and what stands where something broke off."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from django.utils import timezone

from hemei.core.access import SYSTEM, Scope
from hemei.core.actions.place import change_place
from hemei.core.actions.register import folder as importing
from hemei.core.actions.register import mapping
from hemei.core.actions.register.folder import import_folder
from hemei.core.actions.register.returning import write_returned
from hemei.core.actions.register.upload import receive
from hemei.core.models import ImportBatch, Job, Place, StagedRow
from hemei.core.worker import run, take_next
from hemei.engines.tables import read, write_gpkg
from hemei.engines.tables.coordinates import definition_of, to_cgcs2000
from tests.conftest import People
from tests.core.actions.register.folders import HOUSEHOLDS, HOUSES, VILLAGE, make

pytestmark = pytest.mark.django_db
PLACES = "district: '429999'\ncrs: EPSG:4490\nregisters:\n  places: {file: 农房.xlsx, kind: house}\n"
BOX = shapely.box(37500000, 3400000, 37500010, 3400008)


def layer(path: Path, structures: list[str]) -> Path:
    count = len(structures)
    pyogrio.raw.write(
        str(path),
        geometry=np.array([shapely.to_wkb(BOX)] * count, dtype=object),
        field_data=[
            np.array([VILLAGE] * count, dtype=object),
            np.array([f"F-{k}" for k in range(count)], dtype=object),
            np.array(structures, dtype=object),
        ],
        fields=np.array(["村代码", "编号", "结构类型"], dtype=object),
        driver="GPKG",
        layer="农房",
        geometry_type="Polygon",
        crs="EPSG:4525",
    )
    return path


def mended(path: Path, people: People, batch: ImportBatch) -> ImportBatch:
    with path.open("rb") as file:
        address = receive([(path.name, file)])
    again: ImportBatch = importing.begin_uploaded(address=address, name=path.name, by=people.district, mends=batch)
    job = take_next()
    assert job is not None
    run(job)
    again.refresh_from_db()
    return again


def test_refused_rows_of_a_map_come_back_with_their_geometry_and_mended_they_come_in(
    tmp_path: Path, people: People, settings
) -> None:
    settings.VAR = tmp_path / "var"
    folder = tmp_path / "图"
    folder.mkdir()
    layer(folder / "农房.gpkg", ["砖混", "竹楼"])
    (folder / "district.yaml").write_text(
        "district: '429999'\nregisters:\n  places: {file: 农房.gpkg, kind: house}\n", "utf-8"
    )
    batch = ImportBatch.objects.get(pk=import_folder(folder, by=people.district, confirm=True).batch)
    back = write_returned(batch=batch, folder=tmp_path, by=people.district, within=Scope.all())
    [table] = read(back)
    [row] = table.rows
    assert (back.suffix, table.crs) == (".gpkg", "EPSG:4525")
    assert list(table.header) == ["村代码", "编号", "结构类型", "原因", "怎么改"]
    assert row.values["编号"] == "F-1"
    assert shapely.from_wkb(row.geometry).equals(BOX)

    info = pyogrio.raw.read(str(back))
    fields = [np.where(column == "竹楼", "土木", column) for column in info[3]]
    pyogrio.raw.write(
        str(tmp_path / "改好.gpkg"),
        geometry=info[2],
        field_data=fields,
        fields=info[0]["fields"],
        driver="GPKG",
        layer=table.name,
        geometry_type="Polygon",
        crs="EPSG:4525",
    )
    again = mended(tmp_path / "改好.gpkg", people, batch)
    assert (again.state, again.understood["counts"]) == ("ready", {"places": {"new": 1}})


@pytest.mark.parametrize("system", ["GCJ-02", "BD-09"])
def test_refused_rows_of_a_shifted_map_keep_their_numbers_and_say_which_they_are(
    tmp_path: Path, people: People, settings, system: str
) -> None:
    settings.VAR = tmp_path / "var"
    folder, box = tmp_path / "图", shapely.box(110.7, 32.1, 110.7001, 32.1001)
    folder.mkdir()
    values = [(box.wkb, [VILLAGE, "F-0", "竹楼"])]
    fields = {"村代码": str, "编号": str, "结构类型": str}
    write_gpkg(folder / "农房.gpkg", "农房", fields, values, crs=definition_of(system))
    yaml = "district: '429999'\nregisters:\n  places: {file: 农房.gpkg, kind: house}\n"
    (folder / "district.yaml").write_text(yaml, "utf-8")
    batch = ImportBatch.objects.get(pk=import_folder(folder, by=people.district, confirm=True).batch)
    [table] = read(back := write_returned(batch=batch, folder=tmp_path, by=people.district, within=Scope.all()))
    assert table.crs == system
    assert "CGCS" not in pyogrio.read_info(str(back))["crs"]
    [row] = table.rows
    assert shapely.from_wkb(row.geometry).equals(box)

    elsewhere = tmp_path / "另一处"
    elsewhere.mkdir()
    write_gpkg(
        elsewhere / "农房.gpkg", "农房", fields, [(row.geometry, [VILLAGE, "F-0", "砖混"])], crs=definition_of(system)
    )
    (elsewhere / "district.yaml").write_text(yaml, "utf-8")
    import_folder(elsewhere, by=people.district, confirm=True)
    place = Place.objects.get(identifiers__value="F-0")
    lon, lat = to_cgcs2000(box.centroid.x, box.centroid.y, system)
    assert (place.lon, place.lat) == (pytest.approx(lon[0], abs=1e-6), pytest.approx(lat[0], abs=1e-6))


def test_rows_with_and_without_geometry_come_back_in_one_zip(tmp_path: Path, people: People, settings) -> None:
    settings.VAR = tmp_path / "var"
    bad = [VILLAGE, "一组", "0003", "赵六", None, None, "好几口"]
    folder = make(
        tmp_path / "两样",
        "district: '429999'\nregisters:\n  households: {file: 农户.xlsx}\n  places: {file: 农房.gpkg, kind: house}\n",
        files={"农户.xlsx": [HOUSEHOLDS[0], bad]},
    )
    layer(folder / "农房.gpkg", ["竹楼"])
    batch = ImportBatch.objects.get(pk=import_folder(folder, by=people.district, confirm=True).batch)
    back = write_returned(batch=batch, folder=tmp_path, by=people.district, within=Scope.all())
    with zipfile.ZipFile(back) as archive:
        assert sorted(Path(name).suffix for name in archive.namelist()) == [".gpkg", ".xlsx"]
    again = mended(back, people, batch)
    assert again.understood["counts"] == {"households": {"refused": 1}, "places": {"refused": 1}}


def test_an_edit_by_hand_while_the_preview_stands_open_is_kept(tmp_path: Path, people: People) -> None:
    import_folder(make(tmp_path / "甲"), by=people.district, confirm=True)
    changes = [[VILLAGE, None, number, None, None, None, None, "框架", None, None] for number in ("F-001", "F-002")]
    folder = make(tmp_path / "乙", PLACES, files={"农房.xlsx": [HOUSES[0], *changes]})
    preview = import_folder(folder, by=people.district, confirm=False)
    batch = ImportBatch.objects.get(pk=preview.batch)
    place = Place.objects.get(identifiers__value="F-001")
    change_place(place=place, values={"structure": "earth_timber"}, by=people.district)
    assert run(importing.confirm_now(batch=batch, by=people.district)).result["rows"] == 1
    place.house.refresh_from_db()  # type: ignore[attr-defined]
    other = Place.objects.get(identifiers__value="F-002")
    assert (place.house.structure, other.house.structure) == ("earth_timber", "frame")  # type: ignore[attr-defined]
    row = StagedRow.objects.get(batch=batch, outcome="refused")
    assert "有人在网页上改过" in row.reason
    batch.refresh_from_db()
    assert batch.understood["counts"]["places"] == {"changed": 1, "refused": 1}


def test_a_look_through_that_was_broken_off_again_and_again_says_so(tmp_path: Path, people: People) -> None:
    summary = import_folder(make(tmp_path / "甲"), by=people.district, confirm=False)
    batch = ImportBatch.objects.get(pk=summary.batch)
    mapping.ask(batch=batch, by=people.district)
    long_ago = timezone.now() - timedelta(hours=1)
    Job.objects.filter(pk=batch.job_id).update(state="running", heartbeat_at=long_ago, attempts=3)
    assert take_next() is None
    batch.refresh_from_db()
    assert batch.state == "failed"
    assert "多次中断" in batch.message


def test_a_broken_off_apply_is_taken_up_again_and_writes_once(tmp_path: Path) -> None:
    summary = import_folder(make(tmp_path / "甲"), by=SYSTEM, confirm=False)
    batch = ImportBatch.objects.get(pk=summary.batch)
    job = importing.confirm_now(batch=batch, by=SYSTEM)  # and the process dies here
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=2))
    taken = take_next()
    assert taken is not None
    assert run(taken).state == "done"
    assert Place.objects.count() == 3
