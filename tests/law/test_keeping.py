"""The maps of a district's layers are kept from run to run, and built anew where a layer changed."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pytest
from click.testing import CliRunner

from hemei.engines.screen.store import KEPT
from hemei.law import mosaics, places
from hemei.law.district import read_district
from hemei.law.sample_district import write_sample
from hemei.law.screening import Screening
from hemei.site.screen_cli import screen

ON = date(2026, 11, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("district")
    write_sample(made)
    return made


def verdicts(folder, beside):
    screening = Screening(str(folder / "buildings.geojson"), read_district(folder), ON, beside=beside)
    return [row for table in screening.tables() for row in table.drop_columns(["part"]).to_pylist()]


def test_a_second_run_builds_no_map_and_says_the_same(folder, tmp_path, monkeypatch):
    plain = verdicts(folder, None)
    assert verdicts(folder, tmp_path / "maps") == plain

    def refuse(*_args, **_options):
        raise AssertionError("a map was built again")

    for module in (places, mosaics):
        monkeypatch.setattr(module, "build_area_map", refuse)
        monkeypatch.setattr(module, "build_near_map", refuse)
    assert verdicts(folder, tmp_path / "maps") == plain


def test_a_layer_that_changed_is_read_anew(folder, tmp_path):
    verdicts(folder, tmp_path / "maps")
    path = folder / "farmland.geojson"
    text = path.read_bytes()
    fields = gpd.read_file(path)
    fields.geometry = fields.geometry.translate(0.004)
    try:
        fields.to_file(path)
        moved = verdicts(folder, tmp_path / "maps")
        assert moved == verdicts(folder, None)
    finally:
        path.write_bytes(text)
    assert moved != verdicts(folder, tmp_path / "maps")


def test_a_map_cut_short_is_built_again(folder, tmp_path):
    plain = verdicts(folder, tmp_path)
    for path in tmp_path.glob("*.map"):
        path.write_bytes(path.read_bytes()[:200])
    assert verdicts(folder, tmp_path) == plain


def test_where_nothing_can_be_written_the_run_goes_on(folder, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder would be")
    assert verdicts(folder, blocked) == verdicts(folder, None)


def test_the_command_keeps_them_in_the_district_s_folder(folder):
    run = ["rules", str(folder / "buildings.geojson"), "--district", str(folder), "-o", str(folder / "v.parquet")]
    assert CliRunner().invoke(screen, run).exit_code == 0
    first = {path.name: path.stat().st_mtime_ns for path in (folder / KEPT).glob("*.map")}
    assert len(first) >= 8
    asked = ["proposal", str(folder / "proposal.geojson"), "--district", str(folder), "--on", "2026-11-01"]
    assert CliRunner().invoke(screen, asked).exit_code == 0
    assert CliRunner().invoke(screen, run).exit_code == 0
    again = {path.name: path.stat().st_mtime_ns for path in (folder / KEPT).glob("*.map")}
    assert {name: again[name] for name in first} == first
