"""What is refused and why, what is only a likeness, and what lies beyond somebody's reach."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely

from hemei.core.access import SYSTEM, Refused
from hemei.core.actions.register import folder as importing
from hemei.core.actions.register.folder import import_folder
from hemei.core.actions.register.returning import write_returned
from hemei.core.actions.register.upload import receive
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import Account, Decision, Duty, ImportBatch, Place, Region, RowOutcome, StagedRow, Unit
from hemei.core.worker import run, take_next
from hemei.engines.tables import read, write_gpkg
from tests.conftest import People
from tests.core.actions.register.folders import GOOD_ID, HOUSEHOLDS, HOUSES, LAYOUT, NEXT_VILLAGE, VILLAGE, make

pytestmark = pytest.mark.django_db

PLACES = "district: '429999'\ncrs: EPSG:4490\nregisters:\n  places: {file: 农房.xlsx, kind: house}\n"


def rows_of(batch: int, outcome: str) -> list[tuple[int, str, str]]:
    found = StagedRow.objects.filter(batch=batch, outcome=outcome).order_by("id")
    return [(row.line, row.reason, row.remedy) for row in found]


@pytest.mark.parametrize(
    ("row", "reason", "remedy"),
    [
        (["429999103999", "一组", "F-9", None, "某处"], "区划里没有", "核对代码"),
        (["下合村", "一组", "F-9", None, "某处"], "区划里没有叫“下合村”", "是不是“下河村”"),
        (["429998100200", "一组", "F-9", None, "某处"], "不在您可以导入的范围内", "上级"),
        ([VILLAGE, "一组", None, None, None], "没有名称、地址，也没有编号", "至少填写一样"),
        ([VILLAGE, "一组", "F-9", None, "某处", 110.5], "经度和纬度只有一个", "两个都填"),
        ([VILLAGE, "一组", "F-9", None, "某处", 31.5, 110.5], "写反", "经度在前"),
        ([VILLAGE, "一组", "F-9", None, "某处", "110°75′", 31.5], "分或秒不小于 60", "小数"),
        ([VILLAGE, "一组", "F" * 81, None, "某处"], "有 81 个字，最多 80 个", "连在了一起"),
        ([VILLAGE, "一组", "F-9", None, "某处", None, None, "竹楼"], "“竹楼”不在可选的词里", "土木"),
        (
            [VILLAGE, "一组", "F-9", None, "某处", None, None, None, "八十年代"],
            "“八十年代”看不出是哪一年",
            "四位数的年份",
        ),
        ([None, "一组", "F-9", None, "某处"], "“村代码”是空的", "填写"),
    ],
)
def test_a_refused_row_says_why_and_what_to_do(
    tmp_path: Path, regions, row: list[object], reason: str, remedy: str
) -> None:
    table = [HOUSES[0], row + [None] * (len(HOUSES[0]) - len(row))]
    summary = import_folder(make(tmp_path / "甲", PLACES, files={"农房.xlsx": table}), by=SYSTEM, confirm=False)
    [(line, said, do)] = rows_of(summary.batch, RowOutcome.REFUSED)
    assert line == 2
    assert reason in said
    assert remedy in do + said
    assert not rows_of(summary.batch, RowOutcome.NEW)


def test_coordinates_in_degrees_minutes_and_seconds(tmp_path: Path, regions) -> None:
    table = [HOUSES[0], [VILLAGE, "一组", "F-9", None, "某处", "东经110°30′00″", "31度30分18秒N", None, None, None]]
    import_folder(make(tmp_path / "甲", PLACES, files={"农房.xlsx": table}), by=SYSTEM, confirm=True)
    place = Place.objects.get()
    assert (place.lon, place.lat) == (110.5, 31.505)


@pytest.mark.parametrize(("lon", "far"), [(110.59, ""), (110.65, "本区以外约"), (114.0, "本区以外约")])
def test_a_spot_far_outside_the_district_is_refused(tmp_path: Path, regions, lon: float, far: str) -> None:
    Region.objects.filter(code="429999").update(boundary=shapely.to_wkb(shapely.box(110.3, 31.3, 110.5, 31.7)))
    table = [HOUSES[0], [VILLAGE, "一组", "F-9", None, "某处", lon, 31.5, None, None, None]]
    summary = import_folder(make(tmp_path / "甲", PLACES, files={"农房.xlsx": table}), by=SYSTEM, confirm=False)
    assert [far in reason and "坐标系" in remedy for _file, _row, reason, remedy in summary.refused] == [True] * bool(
        far
    )


def test_a_geometry_that_has_no_place_says_which_way_it_is_wrong(tmp_path: Path, regions) -> None:
    shapes = [shapely.Point(31.5, 110.5), shapely.Point(), shapely.Point(110.5, 310.5), shapely.Point(110.5, 31.5)]
    features = [(bytes(shapely.to_wkb(shape)), [VILLAGE, f"F-{n}"]) for n, shape in enumerate(shapes)]
    layout = "district: '429999'\nregisters:\n  places: {file: 农房.gpkg, kind: house}\n"
    folder = make(tmp_path / "甲", layout, files={})
    write_gpkg(folder / "农房.gpkg", "农房", {"村代码": str, "房屋编号": str}, features)
    summary = import_folder(folder, by=SYSTEM, confirm=False)
    assert summary.counts["places"] == {"new": 1, "refused": 3}
    assert ["写反" in told[2] for told in summary.refused] == [True, False, False]
    assert ["空的" in told[2] for told in summary.refused] == [False, True, False]
    assert "不是经纬度" in summary.refused[2][2]


def test_the_same_number_twice_in_a_file_is_refused_the_second_time(tmp_path: Path, regions) -> None:
    table = [HOUSES[0], HOUSES[1], HOUSES[1]]
    summary = import_folder(make(tmp_path / "甲", PLACES, files={"农房.xlsx": table}), by=SYSTEM, confirm=False)
    assert summary.counts["places"] == {"new": 1, "refused": 1}
    assert summary.refused[0][2] == "与 农房.xlsx 第 2 行重复。"


def test_a_township_officer_imports_only_the_township(tmp_path: Path, people: People) -> None:
    table = [HOUSES[0], HOUSES[1], ["429999104200", "一组", "F-7", None, "白水村1号", *[None] * 5]]
    folder = make(tmp_path / "甲", PLACES, files={"农房.xlsx": table})
    summary = import_folder(folder, by=people.township, confirm=True)
    assert summary.counts["places"] == {"new": 1, "refused": 1}
    assert Place.objects.get().region == VILLAGE
    assert ImportBatch.objects.get().region == "429999103"


@pytest.mark.parametrize("who", ["village", "auditor", "nobody"])
def test_others_may_not_import(tmp_path: Path, people: People, who: str) -> None:
    with pytest.raises((Refused, Mistaken)):
        import_folder(make(tmp_path / "甲"), by=getattr(people, who), confirm=True)
    assert not ImportBatch.objects.exists()


def test_a_likeness_waits_for_a_person(tmp_path: Path, people: People) -> None:
    old = Place.objects.create(kind="house", region=VILLAGE, group="1组", label="上河村一组1号")
    House = type(old).house.related.related_model  # type: ignore[attr-defined]
    House.objects.create(place=old)
    table = [HOUSES[0], [VILLAGE, "１组", "F-001", None, "上河村一组 1 号", *[None] * 5]]
    table[1][4] = "上河村一组1号"
    folder = make(tmp_path / "甲", PLACES, files={"农房.xlsx": table})
    summary = import_folder(folder, by=people.district, confirm=True)
    assert summary.counts["places"] == {"match": 1}
    assert summary.rows == 0
    assert Place.objects.count() == 1

    again = import_folder(folder, by=people.district, confirm=False)
    batch = ImportBatch.objects.get(pk=again.batch)
    importing.decide(batch=batch, rows=[], decision=Decision.SAME, by=people.district)
    assert run(importing.confirm_now(batch=batch, by=people.district)).state == "done"
    assert [i.value for i in old.identifiers.all()] == ["F-001"]
    assert import_folder(folder, by=people.district, confirm=True).counts["places"] == {"unchanged": 1}


def test_a_likeness_that_is_another_house_becomes_one(tmp_path: Path, people: People, house: Place) -> None:
    table = [HOUSES[0], [VILLAGE, None, "F-001", None, house.label, *[None] * 5]]
    summary = import_folder(
        make(tmp_path / "甲", PLACES, files={"农房.xlsx": table}), by=people.district, confirm=False
    )
    batch = ImportBatch.objects.get(pk=summary.batch)
    importing.decide(batch=batch, rows=[], decision=Decision.OTHER, by=people.district)
    run(importing.confirm_now(batch=batch, by=people.district))
    assert Place.objects.filter(label=house.label).count() == 2


def test_what_was_put_on_the_map_by_hand_stays_there(tmp_path: Path, people: People) -> None:
    folder = make(tmp_path / "台账")
    import_folder(folder, by=SYSTEM, confirm=True)
    Place.objects.filter(identifiers__value="F-001").update(lon=110.6, lat=31.6, position_source="map")
    assert import_folder(folder, by=SYSTEM, confirm=True).counts["places"] == {"unchanged": 3}
    assert Place.objects.get(identifiers__value="F-001").lon == 110.6


def test_shifted_coordinates_are_brought_back(tmp_path: Path) -> None:
    import_folder(make(tmp_path / "台账", LAYOUT.replace("EPSG:4490", "GCJ-02")), by=SYSTEM, confirm=True)
    place = Place.objects.get(identifiers__value="F-001")
    assert place.lon is not None
    assert 0.003 < abs(place.lon - 110.5) < 0.01


def test_coordinates_that_nobody_labelled_are_refused(tmp_path: Path) -> None:
    summary = import_folder(make(tmp_path / "台账", LAYOUT.replace("crs: EPSG:4490\n", "")), by=SYSTEM, confirm=True)
    assert summary.state == "failed"
    assert "crs: EPSG:4490" in summary.message
    assert not Place.objects.exists()


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    table = [["村代码", "户主姓名"], [VILLAGE, "王小明"]]
    summary = import_folder(
        make(tmp_path / "甲", files={"农户.xlsx": table, "区划.xlsx": HOUSEHOLDS}), by=SYSTEM, confirm=True
    )
    assert summary.state == "failed"
    assert "columns" in summary.message


def test_two_imports_at_once_the_second_is_out_of_date(tmp_path: Path, people: People) -> None:
    make(tmp_path / "台账")
    first = import_folder(tmp_path / "台账", by=SYSTEM, confirm=False)
    import_folder(tmp_path / "台账", by=SYSTEM, confirm=True)
    batch = ImportBatch.objects.get(pk=first.batch)
    job = run(importing.confirm_now(batch=batch, by=SYSTEM))
    batch.refresh_from_db()
    assert job.state == "failed"
    assert "已被别人改动" in batch.message
    assert batch.state == "ready"
    with pytest.raises(Conflict):
        importing.decide(batch=ImportBatch.objects.get(state="applied"), rows=[], decision="same", by=SYSTEM)


def test_refused_rows_come_back_in_their_own_columns_and_mended_they_come_in(tmp_path: Path, people: People) -> None:
    bad = [VILLAGE, "一组", "0003", "赵六", GOOD_ID, "13700001111", "好几口"]
    folder = make(tmp_path / "台账", files={"农户.xlsx": [*HOUSEHOLDS[:2], bad]}, layout=_households())
    summary = import_folder(folder, by=people.district, confirm=True)
    batch = ImportBatch.objects.get(pk=summary.batch)
    [table] = read(write_returned(batch=batch, folder=tmp_path, by=people.district, within=_all()))
    [row] = table.rows
    assert list(table.header) == [*HOUSEHOLDS[0], "原因", "怎么改"]
    assert row.values["身份证号"] == GOOD_ID
    assert "不是数字" in str(row.values["原因"])

    mended = [list(table.header), [*bad[:6], 4, row.values["原因"], row.values["怎么改"]]]
    path = make(tmp_path / "改", files={"改.xlsx": mended}) / "改.xlsx"
    _rename_sheet(path, table.name, mended)
    with path.open("rb") as file:
        address = receive([("改好的.xlsx", file)])
    again = importing.begin_uploaded(address=address, name="改好的.xlsx", by=people.district, mends=batch)
    job = take_next()
    assert job is not None
    run(job)
    again.refresh_from_db()
    assert (again.state, again.understood.get("counts")) == ("ready", {"households": {"new": 1}})


def _households() -> str:
    return "district: '429999'\nregisters:\n  households: {file: 农户.xlsx}\n"


def _all():
    from hemei.core.access import Scope

    return Scope.all()


def _rename_sheet(path: Path, name: str, table: list[list[object]]) -> None:
    from tests.core.actions.register.folders import workbook

    workbook(path, table, name)


UNITS = [["单位名称", "类别", "区划代码", "电话"], ["上河村村委会", "村（居）民委员会", VILLAGE, "0719-1"]]
PEOPLE = [
    ["用户名", "姓名", "手机号", "单位", "岗位", "事项", "负责区域"],
    ["wang", "王支书", "13800001234", "上河村村委会", "村级负责人", "全部", VILLAGE],
    ["wang", "王支书", None, "上河村村委会", "网格员", "农房安全", NEXT_VILLAGE],
    ["zhao", "赵某", None, "上河村村委会", "村级负责人", "全部", "429999"],
]
STAFF = "district: '429999'\nregisters:\n  units: {file: 单位.xlsx}\n  people: {file: 人员.xlsx}\n"


def test_people_come_with_their_duties_and_without_a_password(tmp_path: Path, people: People) -> None:
    folder = make(tmp_path / "甲", STAFF, files={"单位.xlsx": UNITS, "人员.xlsx": PEOPLE})
    summary = import_folder(folder, by=SYSTEM, confirm=True)
    assert summary.counts["people"] == {"new": 2, "refused": 1}
    assert "不能管这么大的区域" in summary.refused[0][2]
    account = Account.objects.get(username="wang")
    assert not account.has_usable_password()
    assert account.phone_masked == "138******34"
    assert {(d.role, d.matter, d.region) for d in Duty.objects.filter(account=account)} == {
        ("village_officer", "*", VILLAGE),
        ("grid_worker", "houses", NEXT_VILLAGE),
    }
    assert Unit.objects.get(name="上河村村委会").seal_name == "上河村村委会"
    again = import_folder(folder, by=SYSTEM, confirm=True)
    assert again.counts["people"] == {"unchanged": 2, "refused": 1}


def test_whoever_may_not_keep_duties_cannot_import_them(tmp_path: Path, people: People) -> None:
    folder = make(tmp_path / "甲", STAFF, files={"单位.xlsx": UNITS, "人员.xlsx": PEOPLE[:2]})
    summary = import_folder(folder, by=people.district, confirm=True)
    assert summary.counts["people"] == {"refused": 1}
    assert "没有在这个区域维护岗位的权限" in summary.refused[0][2]


SHAPES = {
    "LINESTRING (110.5 31.5, 110.501 31.5)": "不是一个点，也不是一个面",
    "MULTIPOINT (110.5 31.5, 110.6 31.5)": "不是一个点，也不是一个面",
    "POLYGON ((110.5 31.5, 110.5 31.5, 110.5 31.5, 110.5 31.5))": "不是一个点，也不是一个面",
    "POLYGON ((110 31, 111 31, 111 32, 110 32, 110 31))": "有 146 公里",
    "POLYGON ((110.5 31.5, 110.5001 31.5, 110.5001 31.5001, 110.5 31.5))": "",
    "MULTIPOINT (110.5 31.5)": "",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_that_no_single_place_has_is_refused(tmp_path: Path, regions, shape: str) -> None:
    feature = {
        "type": "Feature",
        "properties": {"村代码": VILLAGE, "房屋编号": "F-1"},
        "geometry": json.loads(shapely.to_geojson(shapely.from_wkt(shape))),
    }
    layout = 'district: "429999"\nregisters:\n  places: {file: 房.geojson, kind: house}\n'
    folder = make(tmp_path / "台账", layout, files={})
    (folder / "房.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    summary = import_folder(folder, by=SYSTEM, confirm=True)
    reasons = [said for _file, _row, said, _remedy in summary.refused]
    assert (len(reasons), all(SHAPES[shape] in said for said in reasons)) == (bool(SHAPES[shape]), True)
    assert Place.objects.count() == (0 if SHAPES[shape] else 1)


@pytest.mark.parametrize("year", [85, 2999, 0])
def test_a_year_that_is_none_is_refused(tmp_path: Path, regions, year: int) -> None:
    table = [["村代码", "房屋编号", "建成年份"], [VILLAGE, "F-1", year], [VILLAGE, "F-2", 1985]]
    layout = 'district: "429999"\nregisters:\n  places: {file: 房.xlsx, kind: house}\n'
    summary = import_folder(make(tmp_path / "台账", layout, files={"房.xlsx": table}), by=SYSTEM, confirm=True)
    [(_file, row, reason, remedy)] = summary.refused
    assert (row, "不是年份" in reason, "四位数" in remedy) == (2, True, True)
