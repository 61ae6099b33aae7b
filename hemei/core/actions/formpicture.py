"""Pictures that a district sends in with its form: looked at, made small, named by their content."""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from PIL import Image, ImageOps

from hemei.core.access import Actor
from hemei.core.models import FormPicture
from hemei.core.photos import UNREADABLE, opened
from hemei.core.pictures import is_own, is_there, own_name, stem_of
from hemei.engines.forms import Fault, Form, FormRefused
from hemei.engines.forms.workbook import Cells, place_where

MOST_PICTURES = 40  # of one form: a household's phone keeps all of them, at most half a megabyte
LARGEST = 10 * 2**20  # bytes of one as it is sent in
LONGEST_SIDE, SMALL = 800, (400, 300)
HEAVIEST, HEAVIEST_SMALL = 150_000, 12_000  # bytes as it is kept
SHEETS = ("表单", "survey", "choices")
UNFIT = re.compile(r"[^\w\-（）()]+")


@dataclass(frozen=True)
class NewPicture:
    """A file as it was sent in, and how it is kept."""

    filename: str
    name: str
    digest: str
    content: bytes
    small: bytes


def looked_at(files: Sequence[tuple[str, bytes]]) -> list[NewPicture]:
    """The pictures by file name, made small. Raises FormRefused for what is none."""
    made: list[NewPicture] = []
    faults: list[Fault] = []
    for filename, content in files:
        called = unicodedata.normalize("NFC", filename.replace("\\", "/").rpartition("/")[2])
        try:
            if len(content) > LARGEST:
                raise _TooLarge
            kept, small = _made(content)
        except _TooLarge:
            limits = f"{LARGEST // 2**20} MB、{settings.MAX_PHOTO_PIXELS // 10_000} 万像素"
            faults.append(_of_the_pictures(f"图片“{called[:60]}”太大。", f"一张不超过 {limits}，请缩小后再传。"))
        except UNREADABLE:
            remedy = "请另存为 JPG 或 PNG；SVG 图请截图后再传。"
            faults.append(_of_the_pictures(f"“{called[:60]}”不是能打开的图片。", remedy))
        else:
            digest = hashlib.sha256(kept).hexdigest()
            stem = UNFIT.sub("_", called.rpartition(".")[0]).strip("_")[:60] or "图片"
            made.append(NewPicture(called, own_name(stem, digest), digest, kept, small))
    twice = {one.filename for one in made if [other.filename for other in made].count(one.filename) > 1}
    faults += [_of_the_pictures(f"有两张图片都叫“{one[:60]}”。", "请改成不同的文件名。") for one in sorted(twice)]
    if faults:
        raise FormRefused(faults)
    return made


class _TooLarge(Exception):
    pass


def _of_the_pictures(problem: str, remedy: str) -> Fault:
    return Fault("", 0, "", problem, remedy)


def _made(content: bytes) -> tuple[bytes, bytes]:
    """As it is kept, and as pages show it: on white, upright, with nothing of what the camera wrote into it."""
    with opened(content) as image:
        if image.width * image.height > settings.MAX_PHOTO_PIXELS:
            raise _TooLarge
        upright = ImageOps.exif_transpose(image).convert("RGBA")
        plain = Image.new("RGB", upright.size, "white")
        plain.paste(upright, mask=upright.getchannel("A"))
    return _light(plain, (LONGEST_SIDE, LONGEST_SIDE), HEAVIEST), _light(plain, SMALL, HEAVIEST_SMALL)


def _light(picture: Image.Image, size: tuple[int, int], heaviest: int) -> bytes:
    """Scaled into that size, and further until it weighs no more."""
    while True:
        scaled = picture.copy()
        scaled.thumbnail(size)
        for quality in (82, 70, 55, 40):
            out = io.BytesIO()
            scaled.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= heaviest:
                return out.getvalue()
        size = (size[0] * 3 // 4, size[1] * 3 // 4)


def with_pictures(
    form: Form, new: Sequence[NewPicture], *, programme: str, present: Form | None, sheets: Mapping[str, Cells]
) -> tuple[Form, list[Fault]]:
    """The form with each picture under the name it is kept under, and what is wrong with them.

    A file that was sent in now comes first, then what the present version calls so, then what there is of that very
    name. Wrong is each name of which there is no picture, by cell, and each picture that nothing names.
    """
    sent = {_alike(one.filename): one for one in new}
    going_on: dict[str, set[str]] = {}
    for name in present.pictures if present else ():
        if is_own(name):
            going_on.setdefault(_alike(stem_of(name)), set()).add(name)
    names: dict[str, str] = {}
    faults: list[Fault] = []
    used: set[str] = set()
    for said in sorted(form.pictures):
        if one := sent.get(_alike(said)):
            used.add(one.filename)
            names[said] = one.name
        elif is_there(programme, said):
            names[said] = said
        elif len(kept := going_on.get(_alike(stem_of(said)), set())) == 1:
            names[said] = next(iter(kept))
        else:
            several = f"现在的表里有几张都叫这个名字：{'、'.join(sorted(kept))}，请写全名。" if kept else ""
            remedy = several or "请在“图片”一栏把它一起传上来；文件名要和这里写的一样，不配图的请清空这一格。"
            faults.append(Fault(*_cell_with(sheets, said), f"没有图片“{said[:60]}”。", remedy))
    for one in new:
        if one.filename not in used:
            remedy = "请在表格的图片（XLSForm 的 image）一列写它的文件名，或不传这一张。"
            faults.append(_of_the_pictures(f"图片“{one.filename[:60]}”没有一道题用到。", remedy))
    if len(set(names.values())) > MOST_PICTURES:
        faults.append(_of_the_pictures(f"图片太多，一张表最多 {MOST_PICTURES} 张。", "请只给最难认的题配图。"))
    return form if faults else _renamed(form, names), faults


def _alike(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()


def _cell_with(sheets: Mapping[str, Cells], said: str) -> tuple[str, int, str]:
    """Where that file name stands, by itself or beside a choice."""
    return place_where(sheets, SHEETS, re.compile(rf"(^|[=＝:：]\s*){re.escape(said)}\s*($|[;；\n|])").search)


def _renamed(form: Form, names: Mapping[str, str]) -> Form:
    if all(name == said for said, name in names.items()):
        return form
    sections = []
    for section in form.sections:
        questions = [
            replace(
                question,
                picture=names.get(question.picture, ""),
                choices=tuple(replace(one, picture=names.get(one.picture, "")) for one in question.choices),
            )
            for question in section.questions
        ]
        sections.append(replace(section, questions=tuple(questions)))
    return replace(form, sections=tuple(sections))


def keep_pictures(pictures: Collection[NewPicture], *, by: Actor) -> None:
    """Kept once under each name; part of the action that keeps the form."""
    there = set(FormPicture.objects.filter(name__in=[one.name for one in pictures]).values_list("name", flat=True))
    FormPicture.objects.bulk_create(
        FormPicture(name=one.name, digest=one.digest, content=one.content, small=one.small, by=by.account)
        for one in {one.name: one for one in pictures}.values()
        if one.name not in there
    )
