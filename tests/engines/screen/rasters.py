"""Elevation as surveyors hand it in: a GeoTIFF."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image, TiffImagePlugin


def geotiff(
    height: np.ndarray,
    corner: tuple[float, float],
    *,
    pixel: float = 10.0,
    code: int = 4546,
    void: str = "-9999",
) -> bytes:
    """The file: its north-west `corner` and `pixel` in metres of the system `code`.

    NaN becomes -9999, and `void` says so.
    """
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[33550], tags.tagtype[33550] = (pixel, pixel, 0.0), 12
    tags[33922], tags.tagtype[33922] = (0.0, 0.0, 0.0, *map(float, corner), 0.0), 12
    tags[34735], tags.tagtype[34735] = (1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, code), 3
    if void:
        tags[42113], tags.tagtype[42113] = void, 2
    out = BytesIO()
    Image.fromarray(np.nan_to_num(height, nan=-9999).astype(np.float32)).save(out, "TIFF", tiffinfo=tags)
    return out.getvalue()
