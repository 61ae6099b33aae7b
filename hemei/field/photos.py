"""Photos of a form: kept while the rest of it is mended, each with its question, source, time and position."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from hemei.core.actions.evidence import NewFile, media_type
from hemei.core.errors import Mistaken
from hemei.core.files import path_of, store
from hemei.core.models import Account, EvidenceSource
from hemei.engines.forms import Form
from hemei.engines.forms.answers import MOST_INSTANCES, field_name
from hemei.terms.day import day_of

HELD_FOR = 3 * 24 * 3600  # as long as a draft on the phone, which names it
MOST_PHOTOS = 60  # of one look by staff: what a phone sends in one go, each made small


@dataclass(frozen=True)
class HeldPhoto:
    """A photo that has arrived and waits for its form: its bytes already lie under their hash."""

    question: str  # the field, in a repeat with the number of its instance
    name: str
    sha256: str
    size: int
    source: str = ""
    device_at: str = ""

    def seal(self, account: Account) -> str:
        return signing.dumps(asdict(self), salt=_salt(account), compress=True)

    def file(self, lon: float | None, lat: float | None, accuracy_m: float | None) -> NewFile:
        return NewFile(
            name=self.name,
            content=path_of(self.sha256).read_bytes(),
            source=self.source,
            device_at=moment_of(self.device_at),
            lon=lon,
            lat=lat,
            accuracy_m=accuracy_m,
            question=self.question,
        )


def limits() -> str:
    told = {"mb": settings.MAX_PHOTO_BYTES // 2**20, "n": MOST_PHOTOS}
    return _("一张不超过 %(mb)d MB，一份检查最多 %(n)d 张。") % told


def too_many() -> str:
    return _("一份检查最多 %(n)d 张照片，请去掉几张，或者另填一份。") % {"n": MOST_PHOTOS}


def _salt(account: Account) -> str:
    return f"hemei.field.photo:{account.pk}"


def moment_of(text: str) -> datetime | None:
    """The device's time, where it sent one with its zone, on a day that the calendar has here too."""
    try:
        moment = parse_datetime(text)
        if moment is None or moment.tzinfo is None:
            return None
        day_of(moment)
    except (ValueError, OverflowError):
        return None
    return moment


def photos_of(request: HttpRequest, account: Account, form: Form) -> tuple[list[HeldPhoto], dict[str, str]]:
    """The photos of a form, those kept from an earlier try among them, and what is wrong with others, by field."""
    asked = _fields(form)
    dropped = set(request.POST.getlist("drop"))
    kept = [photo for text in request.POST.getlist("held") if text not in dropped and (photo := _held(text, account))]
    errors: dict[str, str] = {}
    for question, file, source, device_time in _arrived(request, asked):
        try:
            kept.append(_hold(question, file, source, device_time))
        except Mistaken as wrong:
            errors[question] = str(wrong.message)
    return [photo for photo in kept if photo.question in asked], errors


def _fields(form: Form) -> dict[str, None]:
    """The fields that take photos, in the form's order."""
    sections = [(section, range(1, MOST_INSTANCES + 1) if section.repeat else (0,)) for section in form.sections]
    asked = [(question.name, numbers) for section, numbers in sections for question in section.photos]
    return dict.fromkeys(field_name(name, number) for name, numbers in asked for number in numbers)


def _arrived(request: HttpRequest, asked: Collection[str]) -> Iterable[tuple[str, UploadedFile[bytes], str, str]]:
    """New files: as the script sends them, in rows of four, or straight from the inputs of a page without scripts."""
    rows = [request.POST.getlist(name) for name in ("photo_question", "source", "device_time")]
    for file, question, source, device_time in zip(request.FILES.getlist("photo"), *rows, strict=False):
        if question in asked:
            yield question, file, source if source in EvidenceSource.values else "", device_time
    for question in asked:
        for file in request.FILES.getlist(f"photo:{question}"):
            yield question, file, "", ""


def _hold(question: str, file: UploadedFile[bytes], source: str, device_time: str) -> HeldPhoto:
    content = file.read()
    name = file.name or "photo"
    media_type(NewFile(name, content))
    return HeldPhoto(question, name, store(content), len(content), source, device_time)


def _held(text: str, account: Account) -> HeldPhoto | None:
    try:
        photo = HeldPhoto(**signing.loads(text, salt=_salt(account), max_age=HELD_FOR))
    except (signing.BadSignature, TypeError):
        return None
    return photo if path_of(photo.sha256).exists() else None
