"""Whether a layer lies where it should: in the district, and not shifted as GCJ-02 shifts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import shapely
from django.utils.translation import gettext as _
from pyproj import CRS

from hemei.core.errors import Mistaken
from hemei.core.models import Place, Region
from hemei.engines.screen.area_map import build_area_map
from hemei.engines.screen.columns import AreaColumn, NearColumn
from hemei.engines.screen.crs import converter, proposed
from hemei.engines.screen.layers import Layer
from hemei.engines.screen.near_map import build_near_map, segments_of
from hemei.engines.screen.rings import rings_of
from hemei.engines.screen.shapes import footprints_of
from hemei.engines.screen.shifted import suspicions
from hemei.law.book import LayerKind
from hemei.terms.region import Level, successor

MOST_WITNESSES = 4000
REACH_M = 64.0


def position_remarks(geometry: np.ndarray, region: str, kind: LayerKind) -> Iterator[str]:
    """What is to be said of where a layer lies (degrees). Raises Mistaken where none of it is in the district."""
    code = region[: Level.DISTRICT]
    home = Region.district_of(region)
    if home is None:
        yield _("本区还没有边界，没有核对图层是否落在区内。")
    else:
        boundary = home.shape
        shapely.prepare(boundary)
        meets = shapely.intersects(boundary, geometry)
        if not meets.any():
            raise Mistaken(
                _("图层全部落在%(home)s以外：坐标系写错，或不是本区的数据。请核对后重新导出。") % {"home": home},
                field="file",
                code="elsewhere",
            )
        if outside := int((~meets).sum()):
            yield _("%(n)d 个要素完全在区界以外，不影响区内的判定。") % {"n": outside}
    yield from _shifted(geometry, code, kind)


def _shifted(geometry: np.ndarray, code: str, kind: LayerKind) -> Iterator[str]:
    """Whether the houses stand in the layer as anywhere, and only moved by GCJ-02 as nowhere else."""
    rows = Place.objects.filter(region__gte=code, region__lt=successor(code), removed_on=None).exclude(geometry=None)
    drawn = rows.values_list("geometry", flat=True)[:MOST_WITNESSES]
    shapes = shapely.from_wkb([bytes(found or b"") for found in drawn])
    if len(shapes) < 50:
        return
    lon, lat = shapely.get_coordinates(shapely.centroid(shapes[0]))[0]
    crs = CRS.from_epsg(proposed(lon, lat))
    there = converter(CRS.from_epsg(4490), crs)
    assert there is not None
    houses, layer = shapely.transform(shapes, there), shapely.transform(geometry, there)
    named = Layer(kind.title or kind.id, pa.array(range(len(layer))), "", (), True, lambda: layer)
    polygons = layer[shapely.get_dimensions(layer) == 2]
    ground = build_area_map(rings_of(polygons), dissolved=True) if len(polygons) else None
    edges = build_near_map(segments_of(layer), REACH_M)
    column = AreaColumn(named, ground) if ground is not None else NearColumn(named, edges, None)
    yield from suspicions([(named.name, column)], footprints_of(rings_of(houses)), crs, _("登记的房屋"))
