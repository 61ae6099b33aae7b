"""Files of evidence: the original as a download or a picture, never as a page; a small picture of it."""

from __future__ import annotations

import io
from urllib.parse import quote

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from PIL import ImageOps

from hemei.core import photos
from hemei.core.doors import found, stored
from hemei.core.models import Evidence
from hemei.core.queries.evidence import one_file
from hemei.office.request import OfficeRequest, within

SMALL, LARGE = (480, 360), (1920, 1440)
SHOWN = set(photos.TYPES.values()) - {photos.HEIF}  # what browsers show by themselves
KEPT_FOR = "private, max-age=86400, immutable"


def original(request: OfficeRequest, pk: int) -> HttpResponseBase:
    """The bytes as they came. Only pictures are shown in place; anything else is a download."""
    return as_it_came(found(one_file(pk, within=within(request, "case.view"))))


def as_it_came(file: Evidence) -> HttpResponseBase:
    """The bytes of a file that was found in somebody's scope."""
    shown = file.media_type in SHOWN
    response = FileResponse(stored(file.sha256), content_type=_type(file))
    response["Content-Disposition"] = f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(file.name)}"
    return _locked(response)


def thumbnail(request: OfficeRequest, pk: int) -> HttpResponseBase:
    """A small picture; `?large` for one to look at closely where the browser cannot show the original."""
    return small_picture(found(one_file(pk, within=within(request, "case.view"))), large="large" in request.GET)


def small_picture(file: Evidence, *, large: bool = False) -> HttpResponseBase:
    """A picture of a file that was found in somebody's scope; 404 for what is none."""
    found(file if file.media_type in photos.TYPES.values() else None)
    response = picture_response(found(_fitted(file, LARGE if large else SMALL)), name=f"{file.pk}.jpg")
    response["Cache-Control"] = KEPT_FOR
    return response


def picture_response(picture: bytes, *, name: str) -> HttpResponse:
    """A JPEG that we made ourselves, kept by no cache unless whoever calls says so."""
    response = HttpResponse(picture, content_type="image/jpeg")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "no-store, private"
    _locked(response)
    return response


def _type(file: Evidence) -> str:
    return file.media_type if file.media_type in SHOWN else "application/octet-stream"


def _locked(response: HttpResponseBase) -> HttpResponseBase:
    """Nothing in a file that somebody sent may run as ours."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _fitted(file: Evidence, size: tuple[int, int]) -> bytes | None:
    """A JPEG of at most that size; None where what follows a sound beginning cannot be read."""
    out = io.BytesIO()
    with stored(file.sha256) as kept:
        content = kept.read()
    try:
        with photos.opened(content) as image:
            image.draft("RGB", size)
            small = ImageOps.exif_transpose(image).convert("RGB")
            small.thumbnail(size)
            small.save(out, "JPEG", quality=75)
    except photos.UNREADABLE:
        return None
    return out.getvalue()
