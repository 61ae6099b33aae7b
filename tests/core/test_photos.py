"""Photos as phones make them: other formats, their own time and place, and none of it."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from hemei.core.actions.evidence import NewFile, as_taken, media_type
from hemei.core.errors import Mistaken
from hemei.core.photos import Taken, taken
from tests.conftest import photo

HEIC = (Path(__file__).parents[1] / "data" / "phone.heic").read_bytes()
NOV_3 = datetime(2026, 11, 3, 1, 30, tzinfo=UTC)


def jpeg(when: str = "", zone: str = "", place: dict[int, object] | None = None) -> bytes:
    exif = Image.Exif()
    if when:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = when
    if zone:
        exif.get_ifd(ExifTags.IFD.Exif)[0x9011] = zone
    if place:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(place)
    out = io.BytesIO()
    Image.new("RGB", (32, 24)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def spot(lat: tuple[float, ...], lon: tuple[float, ...], ns: str = "N", ew: str = "E") -> dict[int, object]:
    return {1: ns, 2: tuple(map(IFDRational, lat)), 3: ew, 4: tuple(map(IFDRational, lon))}


def test_a_phone_s_own_format_is_a_photo() -> None:
    assert media_type(NewFile("IMG_1.HEIC", HEIC)) == "image/heif"
    assert taken(HEIC) == Taken(NOV_3)


def test_one_cut_short_or_renamed_is_refused_by_name() -> None:
    with pytest.raises(Mistaken, match="坏"):
        media_type(NewFile("坏.heic", HEIC[:40]))
    with pytest.raises(Mistaken, match="网页"):
        media_type(NewFile("网页.heic", b"<html>" * 20))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (jpeg(), Taken()),
        (jpeg("2026:11:03 09:30:00"), Taken(NOV_3)),  # no zone: the district's
        (jpeg("2026:11:03 01:30:00", "+00:00"), Taken(NOV_3)),
        (jpeg("0000:00:00 00:00:00"), Taken()),
        (jpeg("2026:11:03 09:30:00", "??"), Taken()),
        (jpeg(place=spot((31, 30, 0), (110, 30, 0))), Taken(lon=110.5, lat=31.5)),
        (jpeg(place=spot((31, 30, 0), (110, 30, 0), "S", "W")), Taken(lon=-110.5, lat=-31.5)),
        (jpeg(place=spot((0, 0, 0), (0, 0, 0))), Taken()),  # what a phone without a fix writes
        (jpeg(place=spot((131, 30, 0), (110, 30, 0))), Taken()),
        (jpeg(place={1: "N", 2: (31,), 3: "E"}), Taken()),
        (b"no photo", Taken()),
    ],
)
def test_what_the_device_wrote(content: bytes, told: Taken) -> None:
    assert taken(content) == told


def test_a_photo_from_the_album_was_taken_where_it_says_itself() -> None:
    here = {"lon": 110.9, "lat": 31.9, "accuracy_m": 5.0, "device_at": datetime(2026, 11, 20, tzinfo=UTC)}
    content = jpeg("2026:11:03 09:30:00", place=spot((31, 30, 0), (110, 30, 0)))
    picked = as_taken(NewFile("旧.jpg", content, source="album", **here))
    assert (picked.device_at, picked.lon, picked.lat, picked.accuracy_m) == (NOV_3, 110.5, 31.5, None)
    bare = as_taken(NewFile("旧.jpg", photo().content, source="album", **here))
    assert (bare.device_at, bare.lon, bare.lat) == (here["device_at"], None, None)


def test_a_photo_from_the_camera_keeps_what_the_page_said() -> None:
    content = jpeg("2026:11:03 09:30:00", place=spot((31, 30, 0), (110, 30, 0)))
    told = datetime(2026, 11, 20, tzinfo=UTC)
    shot = as_taken(NewFile("新.jpg", content, source="camera", device_at=told, lon=110.9, lat=31.9))
    assert (shot.device_at, shot.lon, shot.lat) == (told, 110.9, 31.9)
    without = as_taken(NewFile("新.jpg", content, source="camera"))  # a page without scripts
    assert (without.device_at, without.lon, without.lat) == (NOV_3, 110.5, 31.5)
