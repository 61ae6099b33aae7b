"""A district's layers as control maps, and what they measure of buildings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS

from hemei.engines.screen.area_map import AreaMap, build_area_map
from hemei.engines.screen.inside import area_inside
from hemei.engines.screen.layers import Layer, digest, read_layer
from hemei.engines.screen.near_map import NearMap, build_near_map, segments_of
from hemei.engines.screen.nearest import distance
from hemei.engines.screen.rings import rings_of
from hemei.engines.screen.shapes import Footprints, areas
from hemei.engines.screen.terrain import pixels, read_terrain
from hemei.terms.measure import Measure

from .book import Book
from .district import District, LayerFile
from .rules import Rule
from .subject import InLayer

STEEP = "steep_slope"
"""The layer that is made from the district's elevation, not read from a file."""
VOID = "附近高程缺测"
FRAME_M = 100.0
"""Beyond any position error: as far as it matters how deep a footprint lies in a layer."""


@dataclass(frozen=True, slots=True)
class Place:
    """One class of a layer, ready to be measured against."""

    layer: str
    of: str
    version: str
    geometry: np.ndarray
    index: shapely.STRtree
    ground: AreaMap | None
    edges: NearMap
    half_width_m: float
    voids: tuple[AreaMap, NearMap] | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.layer, self.of

    @property
    def far(self) -> InLayer:
        """What is said of everything beyond the reach."""
        return InLayer(uncertain_m=self.half_width_m, version=self.version)


@dataclass(frozen=True, slots=True)
class Measured:
    """Buildings against one place: area (m²), distance (m, NaN beyond the reach), both of shape (buildings,)."""

    place: Place
    area_m2: np.ndarray
    distance_m: np.ndarray
    whole_m2: np.ndarray
    hidden: np.ndarray

    @property
    def near(self) -> np.ndarray:
        """The buildings of which more is to be said than that they are far."""
        return np.asarray(~np.isnan(self.distance_m) | (self.area_m2 > 0.0) | self.hidden)

    def of(self, row: int, footprint: shapely.Geometry, error_m: float) -> InLayer:
        """One building in the place, with how deep it lies inside where that decides."""
        area = float(self.area_m2[row])
        metres = float(self.distance_m[row])
        part, depth = None, None
        if area > 0.0:
            layer = around(self.place, footprint)
            part = bytes(shapely.to_wkb(shapely.intersection(footprint, layer)))
            depth = depth_of(footprint, layer) if error_m > 0.0 else 0.0
        return InLayer(
            area_m2=area,
            share=area / float(self.whole_m2[row]),
            distance_m=None if np.isnan(metres) else max(metres - self.place.half_width_m, 0.0),
            depth_m=depth,
            uncertain_m=self.place.half_width_m,
            version=self.place.version,
            part=part,
            missing=VOID if self.hidden[row] else "",
        )


def around(place: Place, footprint: shapely.Geometry) -> shapely.Geometry:
    """The layer within `FRAME_M` of a footprint that it meets, as one geometry."""
    features = place.geometry[place.index.query(footprint, predicate="intersects")]
    x0, y0, x1, y1 = shapely.bounds(footprint)
    frame = shapely.box(x0 - FRAME_M, y0 - FRAME_M, x1 + FRAME_M, y1 + FRAME_M)
    return shapely.union_all(shapely.intersection(features, frame))


def depth_of(footprint: shapely.Geometry, layer: shapely.Geometry) -> float:
    """How far a footprint can surely be shifted, any way, and still meet a layer, metres (a lower bound).

    A point that lies r inside the footprint and s inside the layer is still in both after a shift of less than r + s.
    """
    shared = shapely.intersection(footprint, layer)
    candidates = [shapely.point_on_surface(shared), shapely.centroid(footprint), shapely.centroid(shared)]
    depths = [
        shapely.distance(point, shapely.boundary(footprint)) + shapely.distance(point, shapely.boundary(layer))
        for point in candidates
        if shapely.covers(footprint, point) and shapely.covers(layer, point)
    ]
    return float(max(depths, default=0.0))


def places_of(district: District, crs: CRS) -> tuple[list[Place], list[str]]:
    """Read a district's layers and build their maps; besides, what had to be remarked of the files."""
    places: list[Place] = []
    remarks: list[str] = []
    for file in district.layers:
        layer = read_layer(file.file, crs, columns=(*([file.class_column] if file.class_column else []), *file.where))
        remarks.extend(layer.remarks)
        places.extend(_places_in(file, layer, district))
    if district.dem:
        places.append(steep_place(district, crs))
    return places, remarks


def steep_place(district: District, crs: CRS) -> Place:
    """Ground steeper than the district's angle as a layer, with the raster's voids, where nobody knows."""
    terrain = read_terrain(Path(district.dem))
    slope = terrain.slope()
    steep, voids = pixels(terrain, slope >= district.steeper_than_deg, crs), pixels(terrain, np.isnan(slope), crs)
    reach = reach_of(district.book, STEEP, "") + district.position_error_m + 1.0
    ground, unknown = (build_area_map(rings_of(squares), dissolved=True) for squares in (steep, voids))
    edges, rims = (build_near_map(segments_of(squares), reach) for squares in (steep, voids))
    return Place(
        STEEP, "", digest(Path(district.dem)), steep, shapely.STRtree(steep), ground, edges, 0.0, (unknown, rims)
    )


def _places_in(file: LayerFile, layer: Layer, district: District) -> Iterator[Place]:
    chosen = np.ones(len(layer.geometry), bool)
    for column, values in file.where.items():
        chosen &= np.isin(_words(layer.columns[column]), values)
    if not file.class_column:
        yield _place(file, "", layer, chosen, district)
        return
    named = _words(layer.columns[file.class_column])
    for of in dict.fromkeys(file.classes.values()):
        members = [value for value, name in file.classes.items() if name == of]
        yield _place(file, of, layer, chosen & np.isin(named, members), district)


def _words(column: pa.Array) -> np.ndarray:
    return np.array([str(value) for value in column.to_pylist()])


def _place(file: LayerFile, of: str, layer: Layer, chosen: np.ndarray, district: District) -> Place:
    geometry = layer.geometry[chosen]
    half = file.half_width_m.get(of, 0.0)
    reach = reach_of(district.book, file.id, of) + district.position_error_m + 2 * half + 1.0
    polygons = shapely.get_dimensions(geometry) == 2
    ground = build_area_map(rings_of(geometry[polygons]), dissolved=True) if polygons.any() else None
    edges = build_near_map(segments_of(geometry), reach)
    return Place(file.id, of, layer.version, geometry, shapely.STRtree(geometry), ground, edges, half)


def reach_of(book: Book, layer: str, of: str) -> float:
    """How far from a layer any rule looks, metres."""
    rules: Sequence[Rule] = [rule for rule in book.rules if rule.layer == layer and rule.of in ("", of)]
    asked = [rule.within_m for rule in rules]
    for rule in rules:
        if rule.measure is Measure.DISTANCE and isinstance(rule.threshold, str):
            asked += [dated.value or 0.0 for dated in book.parameters[rule.threshold].values]
    return max(asked, default=0.0)


def measure(place: Place, footprints: Footprints) -> Measured:
    """All buildings against one place."""
    metres = distance(place.edges, footprints)
    area = area_inside(place.ground, footprints) if place.ground is not None else np.zeros(len(metres))
    metres[area > 0.0] = 0.0
    return Measured(place, area, metres, areas(footprints), _hidden(place, footprints, metres))


def _hidden(place: Place, footprints: Footprints, metres: np.ndarray) -> np.ndarray:
    """Which buildings lie nearer to a void than to anything known: what is in the void is not known."""
    if place.voids is None:
        return np.zeros(len(metres), bool)
    ground, edges = place.voids
    void = distance(edges, footprints)
    void[area_inside(ground, footprints) > 0.0] = 0.0
    return np.asarray(void < np.where(np.isnan(metres), np.inf, metres))
