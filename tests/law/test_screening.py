"""A small made-up district: all its buildings, and one proposal, against the rules."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
import shapely.affinity
from click.testing import CliRunner
from pyproj import CRS

from hemei.engines.screen.rings import rings_of
from hemei.engines.screen.shapes import footprints_of
from hemei.law.deciding import decide
from hemei.law.district import read_district
from hemei.law.mosaics import standings_of
from hemei.law.places import places_of
from hemei.law.screening import Screening, measured_at
from hemei.law.subject import GPS_ERROR_M, Subject
from hemei.law.yaml_lines import LawError
from hemei.site.screen_cli import screen
from hemei.terms.measure import Measure
from tests.engines.screen.rasters import geotiff
from tests.law.ground import ON, X, Y, box, put


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


def one_by_one(folder):
    """Every building by itself: its shape through GEOS, its rules read one at a time."""
    district = read_district(folder)
    crs = CRS.from_user_input(district.crs)
    places, _ = places_of(district, crs, 8.0)
    standings, _ = standings_of(district, crs, 8.0)
    for _, row in gpd.read_parquet(folder / "buildings.parquet").iterrows():
        shape = shapely.make_valid(row.geometry, method="structure")
        error = GPS_ERROR_M if np.isnan(row.error) else row.error
        alone = footprints_of(rings_of(np.array([shape], dtype=object)))
        zone = standings[0].at(alone)["zone"][0]
        near = standings[0].near_a_border(alone, np.array([error]))[0]
        subject = Subject(
            str(row.id),
            work="new",
            position_error_m=error,
            attributes={} if np.isnan(row.height) else {Measure.HEIGHT: row.height},
            layers=measured_at(places, shape, error),
            zone=zone,
            may_be=tuple((one, "") for (one,) in standings[0].choices(shape, error)) if near else (),
        )
        yield from decide(district.book.rules, subject, district.book.parameters, ON)


def test_many_at_once_are_judged_as_one_by_one(folder):
    """Winding, holed and many-part buildings, half in and near every border, with errors of their own."""
    put(folder / "zones.parquet", [box(-500, -500, 550, 1200), box(50, -500, 500, 1200)], id=[1, 2], kind=["甲", "乙"])
    (folder / "parameters.yaml").write_text(
        "- {id: d.height, title: 高度, unit: m, values: [{from: 2026-01-01, value: 9},"
        " {from: 2026-01-01, zone: 甲, value: 7}]}\n"
    )
    text = (folder / "district.yaml").read_text().replace("position_error_m: 0", "position_error_m: error")
    text = text.replace("work: work", "work_is: new").replace("township: township, ", "")
    (folder / "district.yaml").write_text(text + "  zones: {file: zones.parquet, zone_column: kind}\n")
    rng = np.random.default_rng(5)
    parcels = [box(x, y, 55, 48) for x in range(-300, 300, 50) for y in range(100, 300, 48)]  # overlapping neighbours
    put(folder / "farmland.parquet", parcels, id=range(len(parcels)))
    at = rng.uniform([X - 250, Y - 20], [X + 250, Y + 250], (300, 2))
    at[:60, 1] = Y + 100 + rng.uniform(-12, 12, 60)
    shapes = [shapely.transform(nasty_footprint(rng), lambda xy, to=to: xy - xy.mean(axis=0) + to) for to in at]
    height, error = rng.choice([6.0, 7.0, 8.0, 9.0, 12.0, np.nan], 300), rng.choice([0.0, 1.0, 5.0, 8.0, np.nan], 300)
    put(folder / "buildings.parquet", shapes, id=range(300), height=height, error=error)
    screening = Screening(str(folder / "buildings.parquet"), read_district(folder), ON)
    rows = {(row["building"], row["rule"]): row for table in screening.tables() for row in table.to_pylist()}
    verdicts = list(one_by_one(folder))
    assert len(rows) == len(verdicts)
    for verdict in verdicts:
        row = rows[verdict.subject, verdict.rule]
        assert row["outcome"] == verdict.outcome.value, (verdict, row)
        assert row["measured"] == pytest.approx(verdict.measured, abs=1e-6)
        assert row["missing"] == ("；".join(verdict.missing) or None)
        assert (row["threshold"], row["layer_version"]) == (verdict.threshold, verdict.layer_version)
        assert (row["part"] is None) == (verdict.part is None)
    said = {(row["rule"], row["outcome"]) for row in rows.values()}
    for rule in ("control.R02", "control.R10", "d.H1"):
        assert {(rule, word) for word in ("pass", "fail", "unknown")} <= said


def nasty_footprint(rng):
    """A rectangle, a winding ring, a courtyard, or two parts."""
    kind = rng.integers(4)
    turn = shapely.affinity.rotate(shapely.box(0, 0, *rng.uniform(4, 22, 2)), rng.uniform(0, 90))
    if kind == 1:
        angle = np.sort(rng.uniform(0, 2 * np.pi, 12))
        return shapely.Polygon(np.c_[np.cos(angle), np.sin(angle)] * rng.uniform(3, 12, (12, 1))).buffer(0)
    if kind == 2:
        return turn.difference(turn.buffer(-1.5))
    if kind == 3:
        return shapely.MultiPolygon([turn, shapely.affinity.translate(turn, 40, 3)])
    return turn


def test_footprints_as_geoarrow_are_judged_as_those_in_wkb(folder):
    said = {rule: outcomes(folder, rule) for rule in ("control.R02", "control.R10", "d.H1")}
    frame = gpd.read_parquet(folder / "buildings.parquet")
    frame.to_parquet(folder / "buildings.parquet", geometry_encoding="geoarrow", schema_version="1.1.0")
    assert {rule: outcomes(folder, rule) for rule in said} == said


def test_layers_that_are_not_there_decide_nothing(folder):
    assert {said for said, _ in outcomes(folder, "control.R20").values()} == {"unknown"}


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


@pytest.mark.parametrize(("language", "told"), [("zh", "没有这个文件"), ("en", "there is no such file")])
def test_a_bad_file_is_one_clear_line_and_status_two(folder, language, told):
    arguments = ["measure", str(folder / "none.parquet"), "-o", str(folder / "out.parquet")]
    done = CliRunner().invoke(screen, arguments, env={"HEMEI_LANG": language})
    assert done.exit_code == 2
    assert told in done.output


def test_the_slope_s_toe_is_a_warning_and_a_void_is_unknown(folder):
    height = np.tile(np.maximum(np.arange(40.0) - 18, 0) * 20, (40, 1)).astype(np.float32)  # 63° east of x = 90
    height[28, 11] = -9999  # a void at x = 10 … 20, y = 110 … 120
    (folder / "dem.tif").write_bytes(geotiff(height, (X - 100, Y + 400)))
    text = (folder / "district.yaml").read_text()
    (folder / "district.yaml").write_text(text + "  dem: dem.tif\n")
    put(folder / "buildings.parquet", [box(20, 60), box(78, 60), box(12, 112)], id=list("abc"))
    said = outcomes(folder, "control.R80")
    assert said["a"][0] == "pass"
    assert said["b"] == ("fail", pytest.approx(2.0))
    assert said["c"] == ("unknown", None)
