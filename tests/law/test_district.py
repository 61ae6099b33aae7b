"""A district's folder: what its files and columns mean, and what is refused or remarked of them."""

from __future__ import annotations

import pytest
import shapely

from hemei.law.district import read_district
from hemei.law.plan import NOT_SET
from hemei.law.report import notes
from hemei.law.screening import Screening
from hemei.law.yaml_lines import LawError
from tests.law.ground import ON, X, Y, box, put

HEAD = "- name: 试验区\n  crs: EPSG:4546\n"


@pytest.fixture
def folder(tmp_path):
    put(tmp_path / "roads.parquet", [box(-500, 0, 1000, 8), box(-500, 200, 1000, 8)], id=[1, 2], grade=["县道", "村道"])
    put(tmp_path / "buildings.parquet", [box(0, 12), box(40, 195), box(80, 60)], id=list("abc"))
    return tmp_path


def read(folder, *lines):
    (folder / "district.yaml").write_text(HEAD + "".join(f"  {line}\n" for line in lines))
    return read_district(folder)


def screened(folder, *lines):
    screening = Screening(str(folder / "buildings.parquet"), read(folder, *lines), ON)
    rows = [row for table in screening.tables() for row in table.to_pylist()]
    return screening, {(row["building"], row["rule"]): row for row in rows}


ROADS = "layers: [{id: highway_land, file: roads.parquet, class_column: grade, classes: {县道: county}}]"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("layrs: []", "不认识的项“layrs”"),
        ("layers: [{id: highway, file: roads.parquet}]", "没有声明过的图层：highway"),
        ("layers: [{id: highway_land, file: none.parquet}]", "没有文件 none.parquet"),
        ("layers: [{id: highway_land, file: roads.parquet, class_column: grade}]", "要一起写"),
        ("layers: [{id: highway_land, file: roads.parquet, class_column: grade, classes: {县道: conty}}]", "conty，有"),
        ("layers: [{id: highway_land, file: roads.parquet, half_width_m: {county: wide}}]", "county: 'wide' 不是数"),
        ("layers: [{id: highway_land, file: roads.parquet, half_width_m: {conty: 4}}]", "不认识的项“conty”"),
        ("layers: [{id: steep_slope, file: roads.parquet}, {id: steep_slope, file: roads.parquet}]", "写了两次"),
        ("layers: [{id: forest_land, file: roads.parquet, secrecy: 机密}]", "涉密数据不得装入本系统"),
        ("layers: [{id: forest_land, file: 机密-林地.parquet}]", "文件名注明涉密"),
        ("buildings: {hieght: h}", "不认识的项“hieght”"),
        ("buildings: {position_error_m: -1}", "position_error_m: -1 太小"),
        ("buildings: {work_is: built}", "work_is: 'built' 不认识"),
        ("buildings: [height]", "buildings: 应是"),
        ("zones: {file: roads.parquet}", "要写明 zone_column 或 tier_column"),
        ("storey_height_m: 三米", "storey_height_m: '三米' 不是数"),
        ("steeper_than_deg: true", "不是数"),
        ("density_radius_m: wide", "density_radius_m: 'wide' 不是数"),
    ],
)
def test_a_slip_in_the_district_s_file_is_named_with_its_line(folder, line, said):
    with pytest.raises(LawError, match=said) as raised:
        read(folder, line)
    assert "district.yaml:3：" in str(raised.value)


@pytest.mark.parametrize(
    ("crs", "said"),
    [("EPSG:99999", "坐标系“EPSG:99999”读不懂"), ("EPSG:4490", "2000 的单位不是米"), ("4546.5", "读不懂")],
)
def test_a_system_in_which_no_metre_can_be_measured_is_refused(folder, crs, said):
    (folder / "district.yaml").write_text(f"- name: 试验区\n  crs: {crs}\n")
    with pytest.raises(LawError, match=rf"district.yaml:2：crs: .*{said}"):
        read_district(folder)


def test_a_class_that_nobody_mapped_is_remarked_and_not_judged(folder):
    screening, rows = screened(folder, ROADS, "buildings: {work_is: new, position_error_m: 0}")
    assert rows["a", "control.R02"]["outcome"] == "fail"
    assert rows["b", "control.R02"]["outcome"] == "pass"
    assert any("这些类别没有对应" in line and "村道（1 个）" in line for line in notes(screening))


def test_a_rule_for_any_class_sees_all_mapped_classes(folder):
    line = ROADS.replace("highway_land", "highway_control_zone")
    _, rows = screened(folder, line, "buildings: {work_is: new, position_error_m: 0}")
    assert rows["a", "control.R06"]["outcome"] == "pass"
    put(folder / "buildings.parquet", [box(0, 4), box(40, 195)], id=list("ab"))
    _, rows = screened(folder, line, "buildings: {work_is: new, position_error_m: 0}")
    assert (rows["a", "control.R06"]["outcome"], rows["b", "control.R06"]["outcome"]) == ("fail", "pass")


def test_a_layer_without_features_says_that_there_are_none(folder):
    """Declared and empty is known: no such land here. Not declared is unknown."""
    put(folder / "hazard.parquet", [], id=[])
    put(folder / "roads.parquet", [], id=[], grade=[])
    layers = ROADS.replace("}}]", "}}, {id: geohazard_danger, file: hazard.parquet}]")
    _, rows = screened(folder, layers, "buildings: {work_is: new}")
    said = [rows["a", rule]["outcome"] for rule in ("control.R02", "control.R20", "control.R10")]
    assert said == ["pass", "pass", "unknown"]


def test_lines_cannot_tell_what_lies_inside(folder):
    put(folder / "river.parquet", [shapely.LineString([(X - 500, Y + 15), (X + 500, Y + 15)])], id=[1])
    _, rows = screened(folder, "layers: [{id: river_management, file: river.parquet}]")
    assert rows["a", "control.R30"]["outcome"] == rows["c", "control.R30"]["outcome"] == "unknown"
    assert "只有线或点" in rows["a", "control.R30"]["missing"]


def test_a_road_known_by_its_centre_line_is_measured_from_the_assumed_edge_and_says_so(folder):
    put(folder / "roads.parquet", [shapely.LineString([(X - 500, Y), (X + 500, Y)])], id=[1], grade=["县道"])
    buildings = "buildings: {work_is: new, position_error_m: 0}"
    screening, rows = screened(folder, ROADS, buildings)
    assert any("是中心线的请写假定的半宽" in line for line in notes(screening))
    wide = ROADS.replace("}}]", "}, half_width_m: {county: 4}}]")
    _, rows = screened(folder, wide, buildings)
    row = rows["a", "control.R02"]
    assert (row["outcome"], row["measured"], row["assumed_m"]) == ("unknown", pytest.approx(8.0), 4.0)


def test_townships_come_from_a_layer(folder):
    put(folder / "towns.parquet", [box(-500, -500, 520, 900), box(20, -500, 500, 900)], name=["甲乡", "乙乡"])
    screening, rows = screened(folder, ROADS, "townships: {file: towns.parquet, township_column: name}")
    assert [rows[one, "control.R02"]["township"] for one in "abc"] == ["甲乡", "乙乡", "乙乡"]
    assert sorted({township for _, township in screening.tally.outcomes}) == ["乙乡", "甲乡"]


def test_words_and_numbers_that_nobody_can_use_count_as_missing(folder):
    put(
        folder / "buildings.parquet",
        [box(0, 12), box(40, 195), box(80, 60), box(0, 12)],
        id=list("abcd"),
        work=["新建", "build", None, "new"],
        height=["9", "tall", None, "-3"],
    )
    screening, rows = screened(folder, ROADS, "buildings: {work: work, height: height, position_error_m: 0}")
    assert [rows[one, "control.R02"]["outcome"] for one in "abcd"] == ["fail", "unknown", "unknown", "fail"]
    said = "\n".join(notes(screening))
    assert "work 列的“build”不认识" in said
    assert "height 列有不能用的值（不是数或小于 0），按缺少处理：2 栋" in said


DENSE = {
    "parameters": "- {id: d.density, title: 密度, unit: '1', values: [{from: 2026-01-01, value: 0.3}]}\n",
    "rules": "- {id: d.D1, title: 密度, kind: limit, clause: land.62, layer: everywhere, measure: density, unit: '1',\n"
    "   threshold: d.density, priority: zone}\n",
}


def test_density_is_counted_on_the_plot_or_in_a_circle(folder):
    """Two houses of 100 m² on 500 m², one on 500 m², one on no plot at all."""
    for name, text in DENSE.items():
        (folder / f"{name}.yaml").write_text(text)
    put(folder / "plots.parquet", [box(0, 0, 25, 20), box(100, 0, 25, 20)], id=[1, 2])
    put(folder / "buildings.parquet", [box(0, 0), box(12, 0), box(100, 0), box(300, 0)], id=list("abcd"))
    _, rows = screened(folder, "plots: plots.parquet", "buildings: {position_error_m: 0}")
    said = [(rows[one, "d.D1"]["outcome"], rows[one, "d.D1"]["measured"]) for one in "abcd"]
    assert said == [("fail", 0.4), ("fail", 0.4), ("pass", 0.2), ("unknown", None)]
    _, rows = screened(folder, "plots: plots.parquet")  # 5 m: the one at the corner could stand half beside its plot
    assert [(rows[one, "d.D1"]["outcome"], rows[one, "d.D1"]["measured"]) for one in "ac"] == [
        ("unknown", 0.4),
        ("pass", 0.2),
    ]
    _, rows = screened(folder, "density_radius_m: 10")
    assert rows["d", "d.D1"]["measured"] == pytest.approx(100 / (3.141592653589793 * 100), abs=1e-6)
    with pytest.raises(LawError, match="只写一个"):
        read(folder, "plots: plots.parquet", "density_radius_m: 10")


INTENSE = {
    "parameters": "- {id: d.far, title: 容积率, unit: '1', values: [{from: 2026-01-01, value: 0.8}]}\n",
    "rules": "- {id: d.F1, title: 强度, kind: limit, clause: land.62, layer: everywhere, measure: far, unit: '1',\n"
    "   threshold: d.far, priority: zone}\n",
}


def test_floor_area_is_counted_on_the_plot_from_the_storeys(folder):
    """On 500 m²: 100 × 3 + 100 × 2 floors is 1.0; 100 × 4 is 0.8, the limit itself; beside unknown storeys: unknown."""
    for name, text in INTENSE.items():
        (folder / f"{name}.yaml").write_text(text)
    put(folder / "plots.parquet", [box(x, 0, 25, 20) for x in (0, 100, 200)], id=[1, 2, 3])
    put(
        folder / "buildings.parquet",
        [box(0, 0), box(12, 0), box(100, 0), box(200, 0), box(212, 0)],
        id=list("abcde"),
        层数=[3.0, 2.0, 4.0, 1.0, None],
    )
    _, rows = screened(folder, "plots: plots.parquet", "buildings: {storeys: 层数, position_error_m: 0}")
    said = [(rows[one, "d.F1"]["outcome"], rows[one, "d.F1"]["measured"]) for one in "abcde"]
    assert said == [("fail", 1.0), ("fail", 1.0), ("pass", 0.8), ("unknown", None), ("unknown", None)]
    assert rows["d", "d.F1"]["missing"] == "缺少容积率"
    _, rows = screened(folder, "plots: plots.parquet")
    assert {rows[one, "d.F1"]["outcome"] for one in "abcde"} == {"unknown"}


def test_a_column_that_is_not_there_is_remarked(folder):
    screening, _ = screened(folder, "buildings: {height: 高度}")
    assert any("建筑文件没有列“高度”（height）" in line for line in notes(screening))


def test_buildings_that_cannot_be_judged_are_named_by_id(folder):
    put(folder / "buildings.parquet", [box(0, 12), None, box(1, 12, 0, 0)], id=list("abc"))
    screening, rows = screened(folder, ROADS)
    assert {building for building, _ in rows} == {"a"}
    said = "\n".join(notes(screening))
    assert "几何为空，没有量：id b" in said
    assert "面积为零，没有量：id c" in said


def test_the_plan_of_the_district_is_empty_until_it_is_written(folder):
    district = read(folder, ROADS)
    assert {row.shown for rows in district.plan.values() for row in rows} == {NOT_SET}
    (folder / "plan.yaml").write_text("- {table: control_class, number: 1, name: 减量区}\n")
    assert read(folder, ROADS).plan["control_class"][0].shown == "减量区"


def test_a_file_that_nothing_reads_is_remarked(folder):
    (folder / "rule.yaml").write_text("- {id: x}\n")
    screening, _ = screened(folder, ROADS)
    assert any("文件夹里的 rule.yaml 没有读" in line for line in notes(screening))


def test_an_error_of_each_building_reaches_as_far_as_it_must(folder):
    put(folder / "buildings.parquet", [box(0, 30), box(40, 30), box(80, 30)], id=list("abc"), error=[0.0, 20.0, None])
    _, rows = screened(folder, ROADS, "buildings: {work_is: new, position_error_m: error}")
    assert [rows[one, "control.R02"]["outcome"] for one in "abc"] == ["pass", "unknown", "pass"]
