"""Keeping files: the original bytes, by their hash, checked by content."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from hemei.core import photos
from hemei.core.access import Actor
from hemei.core.errors import Mistaken
from hemei.core.files import Received, adopt, store
from hemei.core.models import CaseStep, Check, Evidence, EvidenceSource, Place

PDF, PDF_BEGINS = "application/pdf", b"%PDF-"


@dataclass(frozen=True)
class NewFile:
    """A file as it arrives, with what is said about where it comes from."""

    name: str
    content: bytes | Received
    source: str = ""
    device_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    question: str = ""

    @property
    def size(self) -> int:
        return self.content.size if isinstance(self.content, Received) else len(self.content)

    @property
    def sha256(self) -> str:
        return self.content.sha256 if isinstance(self.content, Received) else hashlib.sha256(self.content).hexdigest()

    @property
    def readable(self) -> bytes | Path:
        """The bytes, or where they lie."""
        return self.content.path if isinstance(self.content, Received) else self.content

    @property
    def is_pdf(self) -> bool:
        if isinstance(self.content, bytes):
            return self.content.startswith(PDF_BEGINS)
        with self.content.path.open("rb") as file:
            return file.read(len(PDF_BEGINS)) == PDF_BEGINS

    def store(self) -> str:
        return adopt(self.content) if isinstance(self.content, Received) else store(self.content)


def media_type(file: NewFile) -> str:
    """What the content is, whatever the name says. Raises Mistaken for anything but a photo or a PDF."""
    if file.size > settings.MAX_PHOTO_BYTES:
        raise Mistaken(
            _("“%(name)s”超过 %(limit)d MB，请压缩后再传。")
            % {"name": file.name, "limit": settings.MAX_PHOTO_BYTES // 2**20},
            field="files",
        )
    if file.is_pdf:
        return PDF
    try:
        with photos.opened(file.readable) as image:
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
    told = photos.Taken() if file.is_pdf else photos.taken(file.readable)
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
            sha256=file.store(),
            name=file.name[-200:],
            media_type=kind,
            size=file.size,
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
