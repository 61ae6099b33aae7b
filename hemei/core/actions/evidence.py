"""Keeping files: the original bytes, by their hash, checked by content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from hemei.core import photos
from hemei.core.access import Actor
from hemei.core.errors import Mistaken
from hemei.core.files import store
from hemei.core.models import CaseStep, Check, Evidence, EvidenceSource, Place

PDF = "application/pdf"


@dataclass(frozen=True)
class NewFile:
    """A file as it arrives, with what is said about where it comes from."""

    name: str
    content: bytes
    source: str = ""
    device_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    question: str = ""


def media_type(file: NewFile) -> str:
    """What the content is, whatever the name says. Raises Mistaken for anything but a photo or a PDF."""
    if len(file.content) > settings.MAX_PHOTO_BYTES:
        raise Mistaken(
            _("“%(name)s”超过 %(limit)d MB，请压缩后再传。")
            % {"name": file.name, "limit": settings.MAX_PHOTO_BYTES // 2**20},
            field="files",
        )
    if file.content.startswith(b"%PDF-"):
        return PDF
    try:
        with photos.opened(file.content) as image:
            pixels, kind = image.width * image.height, photos.TYPES[image.format or ""]
            if pixels > settings.MAX_PHOTO_PIXELS:
                raise Mistaken(_("“%(name)s”像素过大，请缩小后再传。") % {"name": file.name}, field="files")
            image.verify()
    except photos.UNREADABLE as fault:
        raise Mistaken(
            _("“%(name)s”不是能打开的照片（JPG、PNG、WebP、HEIC）或 PDF，请换一张。") % {"name": file.name},
            field="files",
        ) from fault
    return kind


def as_taken(file: NewFile) -> NewFile:
    """The file with what its device wrote into it.

    A photo from the album was taken when and where it says itself, not where somebody stands who picks it; one from the
    camera in the page is completed where the page sent no time or position.
    """
    told = photos.Taken() if file.content.startswith(b"%PDF-") else photos.taken(file.content)
    if file.source == EvidenceSource.ALBUM:
        return replace(file, device_at=told.at or file.device_at, lon=told.lon, lat=told.lat, accuracy_m=None)
    located = file if file.lon is not None else replace(file, lon=told.lon, lat=told.lat)
    return replace(located, device_at=file.device_at or told.at)


def keep(
    files: Sequence[NewFile],
    *,
    by: Actor,
    region: str,
    now: datetime,
    place: Place | None = None,
    check: Check | None = None,
    step: CaseStep | None = None,
) -> list[Evidence]:
    """Store the files and say what they show. Part of the action that calls it, never one of its own."""
    kinds = [media_type(file) for file in files]
    files = [as_taken(file) for file in files]
    return [
        Evidence.objects.create(
            sha256=store(file.content),
            name=file.name[-200:],
            media_type=kind,
            size=len(file.content),
            source=file.source,
            device_at=file.device_at,
            recorded_at=now,
            lon=file.lon,
            lat=file.lat,
            accuracy_m=file.accuracy_m,
            region=region,
            place=place,
            check_made=check,
            step=step,
            question=file.question,
            actor=str(by),
        )
        for file, kind in zip(files, kinds, strict=True)
    ]
