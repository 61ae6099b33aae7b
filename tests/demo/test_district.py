from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import shapely

from hemei.demo.district import District, make_district
from hemei.terms.region import Level, RegionCode
from hemei.terms.tile import key
from tests.demo.conftest import SEED


def test_the_tree_of_codes_has_the_shape_of_a_real_one(district: District) -> None:
    codes = [RegionCode(code) for code in district.regions.code]
    assert [str(code) for code in codes] == sorted(set(map(str, codes)))
    known = set(codes)
    assert all(code.parent in known for code in codes[1:])
    levels = [code.level for code in codes]
    assert (levels.count(Level.TOWNSHIP), levels.count(Level.VILLAGE)) == (8, 79)
    assert levels.count(Level.GRID) > 300
    for code in district.names_at(Level.TOWNSHIP):
        assert f"{code}001" in known or RegionCode(f"{code}001") in known


def test_names_say_what_a_region_is_and_are_told_apart(district: District) -> None:
    villages = district.names_at(Level.VILLAGE)
    assert len(set(villages.values())) == 79
    assert all(name.endswith("社区" if code.endswith("001") else "村") for code, name in villages.items())
    for code, name in district.names_at(Level.TOWNSHIP).items():
        assert name.endswith("镇" if code[6] == "1" else "乡")
        assert villages[f"{code}001"] == f"{name[:-1]}社区"


def test_boundaries_fit_together_in_degrees(district: District) -> None:
    boundary = shapely.from_wkb(district.regions.boundary)
    for level in (Level.TOWNSHIP, Level.VILLAGE, Level.GRID):
        assert shapely.coverage_is_valid(boundary[district.regions.level == level])
    assert shapely.contains_xy(boundary, district.regions.label).all()


def test_every_house_lies_in_its_village(district: District) -> None:
    boundary = dict(zip(district.regions.code, shapely.from_wkb(district.regions.boundary), strict=True))
    village = np.array([boundary[code] for code in district.house_village])
    assert shapely.contains(village, shapely.from_wkb(district.house_footprint)).all()
    assert shapely.contains_xy(village, district.house_point).all()


def test_tiles_are_the_keys_of_the_points(district: District) -> None:
    lon, lat = district.house_point[17]
    assert district.house_tile[17] == key(lon, lat)


def test_addresses_name_one_house_each(district: District) -> None:
    assert district.house_address[0].endswith("1号")
    assert len(set(zip(district.house_region, district.house_address, strict=True))) == len(district.house_address)
    villages = district.names_at(Level.VILLAGE)
    assert all(villages[v] in a for v, a in zip(district.house_village, district.house_address, strict=True))


def test_lines_have_names_and_kinds(district: District) -> None:
    assert set(district.roads.kind) == {"trunk", "county", "village"}
    assert set(district.rivers.kind) == {"river", "brook"}
    assert all(district.rivers.name)
    assert all(district.roads.name)
    assert (shapely.get_type_id(shapely.from_wkb(district.roads.line)) == 1).all()


def test_the_same_seed_gives_the_same_district(district: District) -> None:
    again = make_district(SEED, 2000)
    for column in ("house_region", "house_address", "house_point", "house_footprint"):
        assert np.array_equal(getattr(again, column), getattr(district, column))
    for part in ("households", "holdings", "rivers", "roads"):
        ours, theirs = getattr(district, part), getattr(again, part)
        for field in dataclasses.fields(ours):
            assert np.array_equal(getattr(ours, field.name), getattr(theirs, field.name)), (part, field.name)


def test_too_few_households_are_refused() -> None:
    with pytest.raises(ValueError, match="至少要 600 户"):
        make_district(SEED, 100)
