"""Made-up ground that files of shapes are laid out on, in metres of EPSG:4546."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import shapely

X, Y = 501_000.0, 3_515_000.0
ON = date(2026, 11, 1)


def box(x, y, width=10.0, height=10.0):
    return shapely.box(X + x, Y + y, X + x + width, Y + y + height)


def put(path, geometry, **columns):
    gpd.GeoDataFrame(columns | {"geometry": geometry}, crs="EPSG:4546").to_parquet(path)
