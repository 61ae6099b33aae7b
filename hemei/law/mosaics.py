"""Where a building stands: its zone, its tier and its township, from layers of which each holds the building once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from pyproj import CRS

from hemei.engines.screen.area_map import AreaMap, build_area_map
from hemei.engines.screen.inside import NOWHERE, zone_of
from hemei.engines.screen.layers import read_layer
from hemei.engines.screen.near_map import NearMap, build_near_map, segments_of
from hemei.engines.screen.nearest import distance
from hemei.engines.screen.rings import rings_of
from hemei.engines.screen.shapes import Footprints
from hemei.engines.screen.store import kept

from .book import Book
from .district import District, Mosaic
from .places import REACH_M


@dataclass(frozen=True, slots=True)
class Standing:
    """A mosaic ready to be asked. `values` (features, roles) as words; `borders` between different values."""

    roles: tuple[str, ...]
    values: np.ndarray
    geometry: np.ndarray
    index: shapely.STRtree
    ground: AreaMap
    borders: NearMap
    version: str = ""

    def at(self, footprints: Footprints) -> dict[str, np.ndarray]:
        """By role, what holds most of each footprint; "" where nothing does. Each of shape (footprints,)."""
        zone, _ = zone_of(self.ground, len(self.values), footprints)
        padded = np.vstack([self.values, np.full((1, len(self.roles)), "", dtype=object)])
        held = padded[np.where(zone == NOWHERE, len(self.values), zone)]
        return {role: held[:, i] for i, role in enumerate(self.roles)}

    def near_a_border(self, footprints: Footprints, error_m: np.ndarray) -> np.ndarray:
        """The footprints that could stand in another value within their position error."""
        return np.asarray(distance(self.borders, footprints) < error_m)

    def choices(self, footprint: shapely.Geometry, error_m: float) -> set[tuple[str, ...]]:
        """All values in which a footprint could stand, by its position error; "" where there may be none."""
        features = self.index.query(footprint, predicate="dwithin", distance=error_m)
        found = {tuple(map(str, self.values[feature])) for feature in features}
        around = shapely.buffer(footprint, error_m)
        if not shapely.covers(shapely.union_all(self.geometry[features]), around):
            found.add(("",) * len(self.roles))
        return found


def standings_of(
    district: District, crs: CRS, error_m: float, beside: Path | None = None
) -> tuple[list[Standing], list[str]]:
    """Read the mosaics of a district, good for position errors of at most `error_m`; and the remarks on their files.

    `beside` as in `places.places_of`.
    """
    made: list[Standing] = []
    remarks: list[str] = []
    for mosaic in district.mosaics:
        standing, said = _read(mosaic, crs, error_m, beside)
        made.append(standing)
        remarks.extend(said)
    return made, remarks


def _read(mosaic: Mosaic, crs: CRS, error_m: float, beside: Path | None) -> tuple[Standing, tuple[str, ...]]:
    layer = read_layer(mosaic.file, crs, columns=list(dict.fromkeys(mosaic.columns.values())))
    polygons = shapely.get_dimensions(layer.geometry) == 2
    words = [_words(layer.columns[column].to_pylist()) for column in mosaic.columns.values()]
    values, geometry = np.column_stack(words)[polygons], layer.geometry[polygons]
    reach = max(error_m, REACH_M)

    def near() -> NearMap:
        alike: dict[tuple[str, ...], list[int]] = {}
        for number, row in enumerate(values):
            alike.setdefault(tuple(row), []).append(number)
        joined = np.array([shapely.disjoint_subset_union_all(geometry[rows]) for rows in alike.values()], dtype=object)
        return build_near_map(segments_of(joined), reach)

    columns = "|".join(mosaic.columns.values())
    stamp = hashlib.sha256(f"{columns}|{crs.to_wkt()}".encode()).hexdigest()[:12]
    name = f"mosaic-{layer.version}-{stamp}"
    ground = kept(beside, f"{name}-zone", AreaMap, lambda: build_area_map(rings_of(geometry), dissolved=False))
    borders = kept(beside, f"{name}-near{reach:g}", NearMap, near)
    standing = Standing(
        tuple(mosaic.columns), values, geometry, shapely.STRtree(geometry), ground, borders, layer.version
    )
    return standing, layer.remarks


def _words(values: Sequence[object]) -> np.ndarray:
    return np.array(["" if value is None else str(value) for value in values], dtype=object)


def by_zone(book: Book) -> bool:
    """Whether any number of the book depends on the zone or the tier."""
    return any(any(dated.of[1:]) for number in book.parameters.values() for dated in number.values)


def zoned_by(standings: Sequence[Standing], *, told: bool) -> str:
    """The version of what tells the zone of a building, "" where nothing does; `told`: the building itself does."""
    return "自己写明" if told else next((one.version for one in standings if "zone" in one.roles), "")
