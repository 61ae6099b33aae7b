"""Reading photos: what the bytes are, whatever the name says, and when and where the device says it took them."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pi_heif
from django.utils import timezone
from PIL import ExifTags, Image, ImageOps

pi_heif.register_heif_opener()  # the format in which many phones store what their cameras take

HEIF = "image/heif"
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIF": HEIF}
UNREADABLE = (OSError, KeyError, SyntaxError, ValueError, Image.DecompressionBombError)
OFFSET_TIME_ORIGINAL = 0x9011


@dataclass(frozen=True)
class Taken:
    """What the device wrote into the photo; None where it wrote nothing, or nothing that can be."""

    at: datetime | None = None
    lon: float | None = None
    lat: float | None = None


@contextmanager
def opened(content: bytes | Path) -> Iterator[Image.Image]:
    """The photo, not decoded yet, from its bytes or where they lie. Raises one of UNREADABLE for anything else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(content if isinstance(content, Path) else io.BytesIO(content), formats=list(TYPES)) as image:
            yield image


PORTRAIT = (360, 480)


def portrait(content: bytes | Path, *, least: tuple[int, int]) -> bytes | None:
    """A face for a card: upright, cut to 3 : 4 and scaled, with nothing of what the camera wrote into it.

    None where the photo cannot be read to its end, or has fewer pixels than `least` either way.
    """
    out = io.BytesIO()
    try:
        with opened(content) as image:
            upright = ImageOps.exif_transpose(image).convert("RGB")
            if upright.width < least[0] or upright.height < least[1]:
                return None
            ImageOps.fit(upright, PORTRAIT, centering=(0.5, 0.35)).save(out, "JPEG", quality=85)
    except UNREADABLE:
        return None
    return out.getvalue()


def taken(content: bytes | Path) -> Taken:
    """When and where, in the device's own words. A time without a zone is the district's."""
    try:
        with opened(content) as image:
            exif = image.getexif()
            lon, lat = _position(exif.get_ifd(ExifTags.IFD.GPSInfo))
            return Taken(_moment(exif.get_ifd(ExifTags.IFD.Exif)), lon, lat)
    except UNREADABLE:
        return Taken()


def _moment(tags: dict[int, Any]) -> datetime | None:
    day, _space, clock = str(tags.get(ExifTags.Base.DateTimeOriginal, "")).strip().partition(" ")
    zone = str(tags.get(OFFSET_TIME_ORIGINAL, "")).strip()
    try:
        moment = datetime.fromisoformat(f"{day.replace(':', '-')}T{clock}{zone}")
    except ValueError:
        return None
    return moment if moment.tzinfo else timezone.make_aware(moment)


def _position(tags: dict[int, Any]) -> tuple[float | None, float | None]:
    lat = _degrees(tags.get(ExifTags.GPS.GPSLatitude), tags.get(ExifTags.GPS.GPSLatitudeRef), 90)
    lon = _degrees(tags.get(ExifTags.GPS.GPSLongitude), tags.get(ExifTags.GPS.GPSLongitudeRef), 180)
    return (lon, lat) if lon is not None and lat is not None and (lon, lat) != (0, 0) else (None, None)


def _degrees(parts: Any, side: Any, bound: float) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    angle = (degrees + minutes / 60 + seconds / 3600) * (-1 if side in ("S", "W") else 1)
    return round(angle, 7) if abs(angle) <= bound else None  # also where a part is not a number
