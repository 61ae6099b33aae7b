"""The pictures beside questions: drawings of the form's programme, and those that a district sent in with its form.

One of the district's has a piece of its content's SHA-256 in its name, so that a name means the same bytes for good:
versions keep theirs, phones fetch what is new, and pages may keep it as long as they like.
"""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.urls import reverse

from hemei.core.models import FormPicture
from hemei.core.registry import Form
from hemei.engines.forms.values import FILE_NAME

OWN = re.compile(r"(?P<stem>.+)\.[0-9a-f]{12}\.jpg")


@dataclass(frozen=True)
class Picture:
    """As ODK Collect is given it."""

    content: bytes
    media_type: str


def own_name(stem: str, digest: str) -> str:
    return f"{stem}.{digest[:12]}.jpg"


def is_own(name: str) -> bool:
    """Whether it is called as those are that a district sent in."""
    return OWN.fullmatch(name) is not None


def stem_of(name: str) -> str:
    """What whoever sent it in called it, without what their file was."""
    found = OWN.fullmatch(name)
    return found["stem"] if found else name.rpartition(".")[0] or name


def pictures_of(form: Form) -> dict[str, Picture]:
    """File name → picture, in the order of the names; one that is not there is left out."""
    return {name: picture for name in sorted(form.read.pictures) if (picture := picture_of(form, name))}


def picture_of(form: Form, name: str) -> Picture | None:
    """The picture of that name, where the form has it and it is there."""
    if name not in form.read.pictures:
        return None
    if path := lying(form.id.partition(".")[0], name):
        return Picture(path.read_bytes(), mimetypes.guess_type(name)[0] or "application/octet-stream")
    try:
        return _sent_in(name) if is_own(name) else None
    except FormPicture.DoesNotExist:
        return None


def is_there(programme: str, name: str) -> bool:
    return lying(programme, name) is not None or (is_own(name) and FormPicture.objects.filter(name=name).exists())


@lru_cache(maxsize=1024)  # they came with the programme; phones ask for the list again and again
def lying(programme: str, name: str) -> Path | None:
    """Where the drawing of that name lies, None where there is none."""
    lies = finders.find(f"{programme}/{name}") if FILE_NAME.fullmatch(name) and not name.startswith(".") else None
    return Path(lies) if isinstance(lies, str) else None


@lru_cache(maxsize=64)  # some 100 kB each
def _sent_in(name: str) -> Picture:
    return Picture(bytes(FormPicture.objects.only("content").get(name=name).content), "image/jpeg")


def small(name: str) -> bytes | None:
    """A district's picture as pages show it."""
    found = FormPicture.objects.filter(name=name).values_list("small", flat=True).first() if is_own(name) else None
    return None if found is None else bytes(found)


def address_of(programme: str, name: str) -> str:
    """Where a page finds the picture of that name; "" where there is none."""
    if is_own(name):
        return reverse("form_picture", args=[name])
    try:
        return staticfiles_storage.url(f"{programme}/{name}") if name else ""
    except ValueError:
        return ""
