"""The picture on a duty card: taken in by its content, cut and scaled, and gone with whoever leaves."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core import photos
from hemei.core.access import Actor
from hemei.core.actions.evidence import NewFile, media_type
from hemei.core.errors import Conflict, Mistaken
from hemei.core.writing import action, audit
from hemei.programmes.craftsmen.actions.people import require_in_register, require_reason
from hemei.programmes.craftsmen.models import Craftsman, Portrait

LEAST = (240, 320)
"""Smaller than this a face printed on a card is a blur (pixels)."""


@action(verb="craftsman.keep", on="craftsman")
def keep_portrait(
    *, craftsman: Craftsman, files: Sequence[NewFile], shown: bool, agreed_by: str, by: Actor
) -> Portrait:
    """Keep a picture, or what somebody said about who may see it; a new picture takes the place of the old one."""
    require_in_register(craftsman)
    if len(files) > 1:
        raise Mistaken(_("上岗牌上只印一张，请只留一张。"), field="files", code="several")
    row = Portrait.objects.filter(craftsman=craftsman).first()
    if row is None and not files:
        raise Mistaken(_("请拍一张或选一张照片。"), field="files", code="no_picture")
    if shown and not agreed_by.strip():
        raise Mistaken(_("请写明本人同意的依据，例如签字的同意书及日期。"), field="agreed_by", code="no_document")
    row = row or Portrait(craftsman=craftsman)
    if files:
        row.picture = _cut(files[0])
    row.shown, row.agreed_by = shown, agreed_by.strip() if shown else ""
    row.recorded_at, row.actor = timezone.now(), str(by)
    row.save()
    detail = {"new": bool(files), "shown": shown}
    values = [sha256(row.picture).hexdigest(), row.agreed_by]
    audit(by, "craftsman.portrait", f"craftsman:{craftsman.pk}", craftsman.region, values=values, detail=detail)
    return row


@action(verb="craftsman.keep", on="craftsman")
def drop_portrait(*, craftsman: Craftsman, why: str, by: Actor) -> None:
    """Delete the picture: cards that are printed from now on have none."""
    require_reason(why)
    gone, _each = Portrait.objects.filter(craftsman=craftsman).delete()
    if not gone:
        raise Conflict(_("已经没有照片了。"), code="no_picture")
    audit(by, "craftsman.unportrait", f"craftsman:{craftsman.pk}", craftsman.region, values=why)


def _cut(file: NewFile) -> bytes:
    """Raises Mistaken for what is no picture, or too small a one."""
    if media_type(file) not in photos.TYPES.values():
        raise Mistaken(_("上岗牌要照片，不要 PDF。"), field="files", code="no_picture")
    picture = photos.portrait(file.readable, least=LEAST)
    if picture is None:
        said = _("照片太小或者读不完整，至少要 %(width)d×%(height)d 像素，请换一张。")
        raise Mistaken(said % {"width": LEAST[0], "height": LEAST[1]}, field="files", code="too_small")
    return picture
