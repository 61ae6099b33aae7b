"""A district's layers as control maps, and what they measure of buildings."""

from __future__ import annotations

import hashlib
from collections import Counter
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
from hemei.engines.screen.nearest import ROUNDING_M2, distance, gap, hidden
from hemei.engines.screen.rings import Rings, rings_of
from hemei.engines.screen.shapes import Footprints, areas, footprints_of
from hemei.engines.screen.store import kept
from hemei.engines.screen.terrain import maps_of, name_of, pixels, read_terrain
from hemei.terms.measure import Measure

from .book import Book
from .columns import Seen
from .district import District, LayerFile
from .rules import Rule
from .subject import InLayer

STEEP = "steep_slope"
"""The layer that is made from the district's elevation, not read from a file."""
VOID = "附近高程缺测"
REACH_M = 64.0
"""A map of distances is quickest to build for about so far; rules that look less far do not mind."""
WHOLLY = 1.0 - 1e-9
"""A footprint of which more than this share lies inside a layer lies wholly inside."""


@dataclass(frozen=True, slots=True)
class Place:
    """One class of a layer, ready to be measured against.

    `geometry` its features; `index` a tree of them; `ground` the map of its polygons (None: it has none); `edges` the
    map of its outline, without the borders that its own features share.
    """

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
        """Layer and class, by which rules ask for it."""
        return self.layer, self.of

    @property
    def lines_only(self) -> bool:
        """Whether nothing can lie inside it, for it has no polygons."""
        return self.ground is None and len(self.geometry) > 0

    @property
    def reach_m(self) -> float:
        """How far from the layer's edge a building is looked for, metres; beyond it the distance is not known."""
        return max(float(self.edges.reach[0]) - self.half_width_m, 0.0)

    def outline_m(self, footprints: Footprints) -> np.ndarray:
        """How far each footprint is from the outline (m); where that is beyond the map's reach, the reach."""
        metres = distance(self.edges, footprints)
        return np.where(np.isnan(metres), self.edges.reach[0], metres)


@dataclass(frozen=True, slots=True)
class Measured:
    """Buildings against one place, each of shape (buildings,): area (m²), distance (m, NaN beyond the reach), distance
    to the outline for those wholly inside (NaN for others), area of the whole footprint, and whether a void hides what
    is there."""

    place: Place
    area_m2: np.ndarray
    distance_m: np.ndarray
    edge_m: np.ndarray
    whole_m2: np.ndarray
    hidden: np.ndarray

    def shares(self) -> np.ndarray:
        """The share of each footprint inside, 0 … 1."""
        share = np.divide(self.area_m2, self.whole_m2, out=np.zeros(len(self.area_m2)), where=self.whole_m2 > 0.0)
        return np.where(share > WHOLLY, 1.0, share)

    def doubtful(self, error_m: np.ndarray) -> np.ndarray:
        """The buildings inside of which only their shape can tell how deep they lie."""
        error = error_m + self.place.half_width_m
        return np.asarray((self.area_m2 > 0.0) & (error > 0.0) & ~(self.edge_m > error))

    def partly(self) -> np.ndarray:
        """The buildings of which a part lies inside and a part does not."""
        return np.asarray((self.area_m2 > 0.0) & (self.shares() < 1.0))

    def seen(self, error_m: np.ndarray, geometry: np.ndarray) -> Seen:
        """All buildings in the place. `geometry` holds the shapes of those that are `doubtful`, None elsewhere."""
        place = self.place
        depth = np.where(self.area_m2 > 0.0, self.edge_m, np.nan)
        rows = np.flatnonzero(self.doubtful(error_m))
        if len(rows):
            depth[rows] = depths(place, geometry[rows], inside(place, geometry[rows]))
        metres = np.maximum(self.distance_m - place.half_width_m, 0.0)
        return Seen(
            area_m2=self.area_m2,
            share=self.shares(),
            distance_m=metres,
            depth_m=depth,
            edge_m=self.edge_m,
            hidden=self.hidden,
            missing=VOID,
            uncertain_m=place.half_width_m,
            version=place.version,
            lines_only=place.lines_only,
            reach_m=place.reach_m,
        )


def in_layer(seen: Seen, row: int, part: bytes | None = None) -> InLayer:
    """One row of a crowd in a layer."""

    def known(values: np.ndarray) -> float | None:
        return None if np.isnan(values[row]) else float(values[row])

    return InLayer(
        area_m2=float(seen.area_m2[row]),
        share=float(seen.share[row]),
        distance_m=known(seen.distance_m),
        depth_m=known(seen.depth_m),
        edge_m=known(seen.edge_m),
        uncertain_m=seen.uncertain_m,
        version=seen.version,
        part=part,
        missing=seen.missing if seen.hidden[row] else "",
        lines_only=seen.lines_only,
        reach_m=seen.reach_m,
    )


def inside(place: Place, geometry: np.ndarray) -> np.ndarray:
    """The part of each footprint inside the place, as shapely geometries (empty where none)."""
    row, feature = place.index.query(geometry, predicate="intersects")
    shared = shapely.intersection(geometry[row], place.geometry[feature])
    order = np.argsort(row, kind="stable")
    row, shared = row[order], shared[order]
    out = np.full(len(geometry), shapely.Polygon(), dtype=object)
    first = np.searchsorted(row, np.arange(len(geometry) + 1))
    count = np.diff(first)
    out[count == 1] = shared[first[:-1][count == 1]]
    for number in np.flatnonzero(count > 1):  # a footprint on several features: what they share counts once
        out[number] = shapely.union_all(shared[first[number] : first[number + 1]])
    return out


def depths(place: Place, geometry: np.ndarray, shared: np.ndarray) -> np.ndarray:
    """How far each footprint can surely be shifted, any way, and still meet the place, metres (a lower bound).

    A point that lies r inside the footprint and s inside the layer is still in both after a shift of less than r + s.
    """
    best = np.zeros(len(geometry))
    for points in (shapely.point_on_surface(shared), shapely.centroid(geometry), shapely.centroid(shared)):
        there = ~(shapely.is_empty(points) | shapely.is_missing(points))
        there[there] = shapely.covers(geometry[there], points[there]) & shapely.covers(shared[there], points[there])
        if not there.any():
            continue
        xy = shapely.get_coordinates(points[there])
        alone = np.arange(len(xy) + 1)
        deep = place.outline_m(footprints_of(Rings(xy, alone, alone)))
        deep += shapely.distance(points[there], shapely.boundary(geometry[there]))
        best[there] = np.maximum(best[there], deep)
    return best


def places_of(
    district: District, crs: CRS, error_m: float, beside: Path | None = None
) -> tuple[list[Place], list[str]]:
    """Read a district's layers and build their maps, good for position errors of at most `error_m` metres.

    Besides, what had to be remarked of the files. In the folder `beside`, where one is given, each layer version's maps
    are kept when first built, and mapped into memory from then on.
    """
    places: list[Place] = []
    remarks: list[str] = []
    for file in district.layers:
        made, said = places_in(file, district, crs, error_m, beside)
        places.extend(made)
        remarks.extend(said)
    if district.dem:
        places.append(steep_place(district, crs, error_m, beside))
    return places, remarks


def places_in(
    file: LayerFile, district: District, crs: CRS, error_m: float, beside: Path | None = None
) -> tuple[list[Place], list[str]]:
    """The places of one layer, and what had to be remarked of its file; see `places_of`."""
    layer = read_layer(file.file, crs, columns=(*([file.class_column] if file.class_column else []), *file.where))
    made = list(_places_in(file, layer, district, error_m, beside))
    return made, [*layer.remarks, *_remarks(file, layer, made, district.book)]


def steep_place(district: District, crs: CRS, error_m: float, beside: Path | None = None) -> Place:
    """Ground steeper than the district's angle as a layer, with the raster's voids, where nobody knows."""
    terrain = read_terrain(Path(district.dem))
    angle, slope = district.steeper_than_deg, terrain.slope()
    steep, voids = pixels(terrain, slope >= angle, crs), pixels(terrain, np.isnan(slope), crs)
    reach = reach_of(district.book, STEEP, "") + error_m + 1.0
    version = district.dem_version or digest(Path(district.dem))
    ground, edges = maps_of(lambda: steep, reach, beside, name_of("steep", version, angle, crs))
    hidden = maps_of(lambda: voids, reach, beside, name_of("voids", version, angle, crs))
    return Place(STEEP, "", version, steep, shapely.STRtree(steep), ground, edges, 0.0, hidden)


def _places_in(
    file: LayerFile, layer: Layer, district: District, error_m: float, beside: Path | None
) -> Iterator[Place]:
    """A place for each class, and one of all classes together for the rules that ask for any."""
    chosen = np.ones(len(layer.geometry), bool)
    for column, values in file.where.items():
        chosen &= np.isin(_words(layer.columns[column]), values)
    chosen &= ~(shapely.is_missing(layer.geometry) | shapely.is_empty(layer.geometry))
    if not file.class_column:
        yield _place(file, "", layer, chosen, district, error_m, beside)
        return
    named = _words(layer.columns[file.class_column])
    asked = {rule.of for rule in district.book.rules if rule.layer == file.id}
    for of in dict.fromkeys(file.classes.values()):
        members = [value for value, name in file.classes.items() if name == of]
        yield _place(file, of, layer, chosen & np.isin(named, members), district, error_m, beside)
    if "" in asked:
        yield _place(file, "", layer, chosen & np.isin(named, list(file.classes)), district, error_m, beside)


def _remarks(file: LayerFile, layer: Layer, made: list[Place], book: Book) -> Iterator[str]:
    """What an author should know of a layer: values that no class was given, lines that stand for ground."""
    if file.class_column:
        named = Counter(_words(layer.columns[file.class_column]).tolist())
        left = [f"{value}（{count} 个）" for value, count in sorted(named.items()) if value not in file.classes]
        if left:
            yield f"{file.id}：这些类别没有对应，没有参加判定（村道等不在规则之内的属正常）：{'、'.join(left)}"
        for value in file.classes:
            if value not in named:
                yield f"{file.id}：文件里没有类别“{value}”的要素，按没有这一类处理"
    by_distance = {rule.of for rule in book.rules if rule.layer == file.id and rule.measure is Measure.DISTANCE}
    for place in made:
        if place.lines_only and place.of in by_distance and place.half_width_m == 0.0:
            yield f"{file.id} {place.of}：是线，没有写 half_width_m，按外缘线量；是中心线的请写假定的半宽"


def _words(column: pa.Array) -> np.ndarray:
    return np.array([str(value) for value in column.to_pylist()])


def _place(
    file: LayerFile,
    of: str,
    layer: Layer,
    chosen: np.ndarray,
    district: District,
    error_m: float,
    beside: Path | None,
) -> Place:
    geometry = layer.geometry[chosen]
    half = file.half_width_m.get(of, max(file.half_width_m.values(), default=0.0) if of == "" else 0.0)
    reach = reach_of(district.book, file.id, of) + error_m + 2 * half + 1.0
    polygons = shapely.get_dimensions(geometry) == 2
    reach = max(reach, REACH_M)

    def area() -> AreaMap:
        return build_area_map(rings_of(geometry[polygons]), dissolved=True)

    def near() -> NearMap:
        outline = [shapely.disjoint_subset_union_all(geometry[polygons])] if polygons.any() else []
        return build_near_map(segments_of(np.array([*outline, *geometry[~polygons]], dtype=object)), reach)

    # The rows that make the place are part of the name: another class, another filter, another map.
    stamp = hashlib.sha256(chosen.tobytes() + district.crs.encode()).hexdigest()[:12]
    name = f"{file.id}-{layer.version}-{stamp}"
    ground = kept(beside, f"{name}-area", AreaMap, area) if polygons.any() else None
    edges = kept(beside, f"{name}-near{reach:g}", NearMap, near)
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
    """All buildings (metres, in the system of the place) against one place."""
    metres = distance(place.edges, footprints)
    whole = areas(footprints)
    area = area_inside(place.ground, footprints) if place.ground is not None else np.zeros(len(metres))
    area = np.where(area > ROUNDING_M2, area, 0.0)  # a house drawn along a border stands beside it, not in it
    wholly = (area > 0.0) & (area > WHOLLY * whole)
    edge = np.where(wholly, np.where(np.isnan(metres), place.edges.reach[0], metres), np.nan)
    metres[area > 0.0] = 0.0
    return Measured(place, area, metres, edge, whole, _hidden(place, footprints, metres))


def _hidden(place: Place, footprints: Footprints, metres: np.ndarray) -> np.ndarray:
    """Which buildings lie nearer to a void than to anything known: what is in the void is not known."""
    if place.voids is None:
        return np.zeros(len(metres), bool)
    ground, edges = place.voids
    return hidden(gap(edges, ground, footprints), metres)
