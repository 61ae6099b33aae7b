"""Photos as the pages send them: each with its source and its device's time, the position once for all."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.utils.dateparse import parse_datetime

from hemei.core.actions.evidence import NewFile
from hemei.core.models import EvidenceSource


def new_files(request: HttpRequest) -> list[NewFile]:
    """The files of a form. A missing source, time or position is no fault: it is shown as missing."""
    files = request.FILES.getlist("photo")
    sources, times = request.POST.getlist("source"), request.POST.getlist("device_time")
    lon, lat, accuracy = _number(request, "lon", 180), _number(request, "lat", 90), _number(request, "accuracy", 1e6)
    located = lon is not None and lat is not None
    return [
        NewFile(
            name=file.name or "",
            content=file.read(),
            source=_source(sources, number, file.content_type),
            device_at=_time(times[number]) if number < len(times) else None,
            lon=lon if located else None,
            lat=lat if located else None,
            accuracy_m=accuracy if located else None,
        )
        for number, file in enumerate(files)
    ]


def _source(sources: list[str], number: int, media_type: str | None) -> str:
    said = sources[number] if number < len(sources) else ""
    if media_type == "application/pdf":
        return EvidenceSource.SCAN
    return said if said in EvidenceSource.values else EvidenceSource.UNKNOWN


def _time(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def _number(request: HttpRequest, name: str, bound: float) -> float | None:
    try:
        number = float(request.POST.get(name, ""))
    except ValueError:
        return None
    return number if abs(number) <= bound else None
