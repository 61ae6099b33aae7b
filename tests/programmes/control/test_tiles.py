"""Elevation in several tiles: joined where they are parts of one grid, else refused with what to do."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from hemei.core.errors import Mistaken
from hemei.programmes.control import elevation, keeping
from hemei.programmes.control.models import LayerVersion
from tests.conftest import People
from tests.engines.screen import rasters
from tests.programmes.control.conftest import X, Y
from tests.programmes.control.test_elevation import dem, flat_then_steep

pytestmark = pytest.mark.django_db
WEST, NORTH, PIXEL, HALF = X - 200, Y + 2200, 10.0, 120
WHOLE = flat_then_steep(void=True)


def part(row: int, column: int, rows: int, columns: int, *, off: float = 0.0, higher: float = 0.0) -> bytes:
    """A piece of the whole, cut out where it lies."""
    corner = (WEST + column * PIXEL + off, NORTH - row * PIXEL)
    return rasters.geotiff(WHOLE[row : row + rows, column : column + columns] + higher, corner, code=4546, void="-9999")


def packed(**tiles: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in tiles.items():
            archive.writestr(f"分幅/{name}.tif", content)
            archive.writestr(f"分幅/{name}.tfw", b"10\n")
    return out.getvalue()


FOUR = {f"{r}{c}": part(r * HALF, c * HALF, HALF, HALF) for r in (0, 1) for c in (0, 1)}
ONE, RIGHT = part(0, 0, HALF, HALF), (0, HALF, HALF, HALF)


def test_four_tiles_are_the_whole(home, people: People) -> None:
    layer = dem(people.district, packed(**FOUR), name="高程.zip")
    assert "由 4 块拼成" in "\n".join(layer.remarks)
    terrain = elevation.heights(packed(**FOUR))
    np.testing.assert_allclose(terrain.height, WHOLE, atol=1e-3)
    assert (terrain.x0, terrain.y0) == (WEST + PIXEL / 2, NORTH - PIXEL / 2)
    path = keeping.copy_of(layer)
    path.unlink()
    path.with_suffix(".json").unlink()
    assert keeping.copy_of(layer) == path  # made again from the .zip


def test_where_a_tile_is_missing_nothing_is_known(home, people: People) -> None:
    layer = dem(people.district, packed(**{name: tile for name, tile in FOUR.items() if name != "11"}), name="高程.zip")
    assert "14500 个像元无数据" in "\n".join(layer.remarks)


def test_overlapping_tiles_that_differ_are_named(home, people: People) -> None:
    overlapping = packed(a=ONE, b=part(0, HALF - 10, HALF, HALF, higher=3.0))
    assert "b.tif 和前面的块重叠处高程最多差 3.0 米" in "\n".join(
        dem(people.district, overlapping, name="高程.zip").remarks
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (packed(**{"说明": ONE}).replace(b".tif", b".jpg"), "压缩包里没有 GeoTIFF"),
        (packed(a=ONE, b=b"II*\0" + b"x" * 99), "b.tif：.*TIFF"),
        (packed(a=ONE, b=b"<svg/>"), "b.tif：不是 GeoTIFF"),
        (packed(a=ONE, 机密=ONE), "涉密"),
        (packed(a=ONE, b=rasters.geotiff(WHOLE, (WEST, NORTH), code=4545, void="-9999")), "转成同一个坐标系"),
        (packed(a=ONE, b=part(*RIGHT, off=4.0)), "没有对齐"),
        (packed(a=ONE, b=part(*RIGHT, off=4_000_000.0)), "拼起来有 .* 个像元"),
        (b"PK\x03\x04" + b"x" * 50, "打不开"),
    ],
)
def test_what_does_not_fit_together_is_refused(home, people: People, content: bytes, said: str) -> None:
    with pytest.raises(Mistaken, match=said):
        dem(people.district, content, name="高程.zip")
    assert not LayerVersion.objects.exists()
