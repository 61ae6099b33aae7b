"""A small made-up district: all its buildings, and one proposal, against the rules."""

from __future__ import annotations

import json
from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from PIL import Image, TiffImagePlugin

from hemei.engines.screen.reading import Unreadable
from hemei.law.district import read_district
from hemei.law.proposal import answer, as_json, page
from hemei.law.screening import Screening
from hemei.law.yaml_lines import LawError
from hemei.site.screen_cli import screen

X, Y = 501_000.0, 3_515_000.0
ON = date(2026, 11, 1)


def box(x, y, width=10.0, height=10.0):
    return shapely.box(X + x, Y + y, X + x + width, Y + y + height)


def put(path, geometry, **columns):
    gpd.GeoDataFrame(columns | {"geometry": geometry}, crs="EPSG:4546").to_parquet(path)


@pytest.fixture
def folder(tmp_path):
    """A county road's land along y = 0 … 8, farmland from y = 100, a made-up hill line at y = 60."""
    put(tmp_path / "roads.parquet", [box(-500, 0, 1000, 8)], id=[1], grade=["county"])
    put(tmp_path / "farmland.parquet", [box(-500, 100, 1000, 500)], id=[1])
    put(tmp_path / "hill.parquet", [shapely.LineString([(X - 500, Y + 60), (X + 500, Y + 60)])], id=[1])
    (tmp_path / "layers.yaml").write_text("- {id: hill, title: 山脚线, visibility: public}\n")
    (tmp_path / "parameters.yaml").write_text(
        "- {id: d.height, title: 高度, unit: m, values: [{from: 2026-01-01, value: 9}]}\n"
    )
    (tmp_path / "rules.yaml").write_text(
        "- {id: d.H1, title: 靠山控高度, kind: limit, clause: land.62, layer: hill, within_m: 30, measure: height,\n"
        "   unit: m, threshold: d.height, priority: zone}\n"
    )
    (tmp_path / "district.yaml").write_text(
        "- name: 试验区\n"
        "  crs: EPSG:4546\n"
        "  layers:\n"
        "    - {id: highway_land, file: roads.parquet, class_column: grade, classes: {county: county}}\n"
        "    - {id: permanent_farmland, file: farmland.parquet}\n"
        "    - {id: hill, file: hill.parquet}\n"
        "  buildings: {work: work, height: height, township: township, position_error_m: 0}\n"
    )
    put(
        tmp_path / "buildings.parquet",
        [box(0, 12), box(20, 18), box(40, 95), box(60, 40), box(80, 300), box(100, 40)],
        id=list("abcdef"),
        work=["new"] * 6,
        height=[8.0, 8.0, 8.0, 12.0, 8.0, None],
        township=["甲乡", "甲乡", "乙乡", "乙乡", "乙乡", "乙乡"],
    )
    return tmp_path


def outcomes(folder, rule):
    screening = Screening(str(folder / "buildings.parquet"), read_district(folder), ON)
    rows = [row for table in screening.tables() for row in table.to_pylist()]
    return {row["building"]: (row["outcome"], row["measured"]) for row in rows if row["rule"] == rule}


def test_distances_are_judged_from_the_outer_edge_of_the_road_s_land(folder):
    said = outcomes(folder, "control.R02")
    assert said["a"] == ("fail", pytest.approx(4.0))
    assert said["b"] == ("pass", pytest.approx(10.0))
    assert said["e"] == ("pass", None)


def test_areas_heights_and_missing_values_are_judged(folder):
    farmland, height = outcomes(folder, "control.R10"), outcomes(folder, "d.H1")
    assert farmland["c"] == ("fail", pytest.approx(50.0))
    assert farmland["e"] == ("fail", pytest.approx(100.0))
    assert farmland["a"] == ("pass", pytest.approx(0.0))
    assert height["d"] == ("fail", 12.0)
    assert height["f"] == ("unknown", None)
    assert height["b"] == ("pass", 8.0) == height["e"]


def test_layers_that_are_not_there_decide_nothing(folder):
    assert {said for said, _ in outcomes(folder, "control.R20").values()} == {"unknown"}


def proposal(folder, **columns):
    path = folder / "proposal.geojson"
    frame = gpd.GeoDataFrame(
        {"role": ["building", "plot"], "use": "house", "work": "new"} | columns,
        geometry=[box(0, 40), box(-10, 10, 40, 100)],
        crs="EPSG:4546",
    )
    frame.to_crs("EPSG:4490").to_file(path, driver="GeoJSON")
    return str(path)


def test_advice_subtracts_setbacks_and_forbidden_ground_and_names_what_binds(folder):
    said = as_json(answer(proposal(folder, height=[8.0, None]), read_district(folder), ON))
    advice = said["advice"]
    assert advice["plot_m2"] == pytest.approx(4000.0, abs=1.0)
    # Ten metres from the road's land leave y ≥ 18, the farmland takes y > 100: forty metres wide, 82 deep.
    assert advice["permitted_m2"] == pytest.approx(40 * 82, abs=1.0)
    assert {taken["rule"] for taken in advice["taken"]} == {"control.R02", "control.R10"}
    assert [(bound["measure"], bound["at_most"], bound["rule"]) for bound in advice["bounds"]] == [
        ("height", 9.0, "d.H1")
    ]
    assert "control.R20" in advice["undecided"]


def test_every_verdict_of_a_proposal_brings_its_clause_and_marks(folder):
    said = as_json(answer(proposal(folder), read_district(folder), ON))
    county = next(verdict for verdict in said["verdicts"] if verdict["rule"] == "control.R02")
    assert county["outcome"] == "pass"
    assert county["clause"] == "《公路安全保护条例》第十一条"
    assert "(三)县道不少于10米；" in county["text"]
    assert county["marks"] == ["效力待核"]


def test_the_public_gets_no_number_and_no_advice_from_internal_layers(folder):
    said = as_json(answer(proposal(folder), read_district(folder), ON, public=True))
    farmland = next(verdict for verdict in said["verdicts"] if verdict["rule"] == "control.R10")
    assert said["advice"] is None
    assert (farmland["measured"], farmland["margin"], farmland["threshold"]) == (None, None, None)
    assert farmland["outcome"] == "pass"


def test_the_page_cites_each_clause(folder):
    text = page(answer(proposal(folder), read_district(folder), ON))
    assert "《公路安全保护条例》第十一条" in text
    assert "不是行政决定" in text


def test_two_proposed_buildings_are_refused(folder):
    with pytest.raises(Unreadable, match="应有一个拟建建筑"):
        answer(proposal(folder, role=["building", "building"]), read_district(folder), ON)


def test_a_layer_nobody_declared_is_refused_with_its_line(folder):
    text = (folder / "district.yaml").read_text().replace("id: hill", "id: hil")
    (folder / "district.yaml").write_text(text)
    with pytest.raises(LawError, match=r"district.yaml:6：没有声明过的图层：hil"):
        read_district(folder)


@pytest.mark.parametrize("report", ["report.html", "report.xlsx"])
def test_the_command_writes_verdicts_and_a_report(folder, report):
    options = ["--district", str(folder), "--on", "2026-11-01", "-o", str(folder / "v.parquet")]
    done = CliRunner().invoke(
        screen, ["rules", str(folder / "buildings.parquet"), *options, "--report", str(folder / report)]
    )
    assert done.exit_code == 0, done.output
    assert (folder / report).stat().st_size > 1000
    assert (folder / "v.parquet").is_file()


def test_the_command_answers_a_proposal(folder):
    done = CliRunner().invoke(screen, ["proposal", proposal(folder), "--district", str(folder), "--on", "2026-11-01"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["district"] == "试验区"


def test_a_bad_file_is_one_clear_line_and_status_two(folder):
    done = CliRunner().invoke(screen, ["measure", str(folder / "none.parquet"), "-o", str(folder / "out.parquet")])
    assert done.exit_code == 2
    assert "没有这个文件" in done.output


def test_the_slope_s_toe_is_a_warning_and_a_void_is_unknown(folder):
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, kind, value in (
        (33550, 12, (10.0, 10.0, 0.0)),
        (33922, 12, (0.0, 0.0, 0.0, X - 100, Y + 400, 0.0)),
        (34735, 3, (1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 4546)),
        (42113, 2, "-9999"),
    ):
        tags[tag], tags.tagtype[tag] = value, kind
    height = np.tile(np.maximum(np.arange(40.0) - 18, 0) * 20, (40, 1)).astype(np.float32)  # 63° east of x = 90
    height[28, 11] = -9999  # a void at x = 10 … 20, y = 110 … 120
    Image.fromarray(height).save(folder / "dem.tif", tiffinfo=tags)
    text = (folder / "district.yaml").read_text()
    (folder / "district.yaml").write_text(text + "  dem: dem.tif\n")
    put(folder / "buildings.parquet", [box(20, 60), box(78, 60), box(12, 112)], id=list("abc"))
    said = outcomes(folder, "control.R80")
    assert said["a"][0] == "pass"
    assert said["b"] == ("fail", pytest.approx(2.0))
    assert said["c"] == ("unknown", None)
