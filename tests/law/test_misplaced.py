"""Rules over files that lie elsewhere: everything would pass, so somebody has to be told."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely

from hemei.engines.screen.measuring import ELSEWHERE
from hemei.engines.screen.reading import Unreadable
from hemei.law.district import read_district
from hemei.law.report import notes
from hemei.law.screening import Screening

METRIC, X, Y = "EPSG:4546", 501_000.0, 3_515_000.0
HOUSES = [
    shapely.box(X + x, Y + y, X + x + 10, Y + y + 8) for x, y in np.random.default_rng(1).uniform(0, 900, (60, 2))
]
CASES = {
    "degrees said to be metres": (gpd.GeoSeries(HOUSES, crs=METRIC).to_crs(4490).to_list(), 4546, "坐标像是经纬度"),
    "axes changed over": ([shapely.transform(house, lambda xy: xy[:, ::-1]) for house in HOUSES], 4546, "坐标轴顺序"),
}


def put(path, geometry, crs=METRIC):
    gpd.GeoDataFrame({"id": range(len(geometry))}, geometry=list(geometry), crs=crs).to_parquet(path)
    return str(path)


def test_rules_over_a_layer_elsewhere_say_so(tmp_path):
    put(tmp_path / "hazard.parquet", [shapely.box(X + 90_000, Y, X + 90_400, Y + 400)])
    (tmp_path / "district.yaml").write_text(
        "- {name: 试验区, crs: 'EPSG:4546', layers: [{id: geohazard_danger, file: hazard.parquet}], buildings: {}}\n"
    )
    screening = Screening(put(tmp_path / "b.parquet", HOUSES), read_district(tmp_path), date(2026, 11, 26))
    list(screening.tables())
    assert any(line.startswith("地质灾害危险区：") and line.endswith(ELSEWHERE) for line in notes(screening))


@pytest.mark.parametrize("case", CASES)
def test_rules_over_buildings_that_cannot_be_there_are_refused(tmp_path, case):
    geometry, crs, said = CASES[case]
    (tmp_path / "district.yaml").write_text("- {name: 试验区, crs: 'EPSG:4546', layers: [], buildings: {}}\n")
    with pytest.raises(Unreadable, match=said):
        Screening(put(tmp_path / "b.parquet", geometry, crs=crs), read_district(tmp_path), date(2026, 11, 26))
