"""What people change in the register, each field from a value they saw: nobody overwrites what they have not seen.

A field that still holds what the person saw takes the new value. One that somebody else has changed meanwhile keeps
that value, and the other waits as a clash until a person has set the two side by side and settled it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor
from hemei.core.actions.place import Rows, check, check_spot, move, put
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import Clash, Place, PlaceEdit, PositionSource
from hemei.core.prepared import read_again
from hemei.core.writing import action, audit, keyed_digest, nothing_new

SPOT = "spot"
LONGEST = 1_000


@dataclass(frozen=True)
class Edit:
    """New values by field, and for each the value from which it was made. A spot is [longitude, latitude]."""

    instance_id: str
    at: datetime
    values: Mapping[str, Any]
    base: Mapping[str, Any]
    source: str = PositionSource.DEVICE  # of a spot


@dataclass(frozen=True)
class Taken:
    """What became of an edit: the fields that changed, and those that wait."""

    edit: PlaceEdit
    changed: list[str]
    clashes: list[Clash]
    repeated: bool = False


@action(verb="place.edit", on="place")
def take_edit(*, place: Place, edit: Edit, by: Actor) -> Taken:
    """Take each field that still holds what the person saw, and keep the others as clashes.

    Sent again under its number, it is answered and changes nothing. Raises Conflict where the number is known with
    other content or the place has left the register, Mistaken where a value cannot stand there: then none is taken.
    """
    if not edit.values or not edit.values.keys() <= edit.base.keys() or not _fit(edit):
        raise Mistaken(_("发来的内容读不懂，请更新页面后再发。"), code="unreadable")
    digest = keyed_digest([place.pk, by.account and by.account.pk, dict(edit.values), dict(edit.base)])
    known = PlaceEdit.objects.filter(instance_id=edit.instance_id).first()
    if known is not None:
        if known.digest != digest:
            raise Conflict(_("这个编号的修改已经收到过，内容不一样。请重新打开这一处再改。"), code="instance_taken")
        nothing_new()
        return Taken(known, [], list(known.clashes.order_by("id")), repeated=True)
    if place.removed_on is not None:
        raise Conflict(_("这一处已经注销。"), code="removed")
    fields = Fields(place)
    wanted = {name: fields.read(name, raw) for name, raw in edit.values.items()}
    free = [name for name in wanted if fields.holds(name, edit.base[name])]
    changed = [name for name in free if not fields.holds(name, edit.values[name])]
    losing = [name for name in wanted if name not in free and not fields.holds(name, edit.values[name])]
    row = PlaceEdit.objects.create(
        instance_id=edit.instance_id, place=place, account=by.account, at=edit.at, recorded_at=timezone.now(),
        digest=digest,
    )  # fmt: skip
    fields.write({name: wanted[name] for name in changed}, edit.source)
    clashes = [_keep(row, name, as_json(edit.base[name]), as_json(wanted[name])) for name in losing]
    _leave_entries(place, changed, wanted, losing, edit, by)
    return Taken(row, changed, clashes)


def _keep(row: PlaceEdit, name: str, base: Any, proposed: Any) -> Clash:
    """Said twice by one person under two numbers, it waits once."""
    alike = Clash.objects.filter(place=row.place, field=name, settled_at=None, edit__account=row.account)
    for clash in alike:
        if clash.proposed == proposed:
            return clash
    return Clash.objects.create(edit=row, place=row.place, field=name, base=base, proposed=proposed)


def _leave_entries(
    place: Place, changed: list[str], wanted: Mapping[str, Any], losing: list[str], edit: Edit, by: Actor
) -> None:
    subject, own = f"place:{place.pk}", [name for name in changed if name != SPOT]
    if own:
        said = [str(wanted[name]) for name in own]
        audit(by, "place.change", subject, place.region, values=said, detail={"fields": own})
    if SPOT in changed:
        detail = {"source": edit.source}
        audit(by, "place.put_on_map", subject, place.region, values=wanted[SPOT], detail=detail)
    if losing:
        said = [as_json(wanted[name]) for name in losing]
        audit(by, "place.clash", subject, place.region, values=said, detail={"fields": losing})
    if not changed and not losing:
        nothing_new()


@action(verb="place.resolve", on="clash")
def resolve(*, clash: Clash, take: bool, seen: str, by: Actor) -> Clash:
    """Settle which of two values stands. `seen` is what stood there when the person decided, as `seen_as` writes it."""
    place = clash.place
    read_again(place)
    if clash.settled_at is not None:
        raise Conflict(_("这一处已经有人核定过了。"), code="settled")
    if place.removed_on is not None:
        raise Conflict(_("这一处已经注销。"), code="removed")
    fields = Fields(place)
    now = as_json(fields.now(clash.field))
    if seen != seen_as(now):
        raise Conflict(_("登记的内容刚又改过，请再看一遍。"), code="changed_meanwhile")
    if take and not fields.holds(clash.field, clash.proposed):
        fields.write({clash.field: fields.read(clash.field, clash.proposed)}, PositionSource.DEVICE)
    clash.settled_at, clash.settled_by, clash.taken, clash.other = timezone.now(), by.account, take, now
    clash.save(update_fields=["settled_at", "settled_by", "taken", "other"])
    values = [clash.base, now, clash.proposed]
    detail = {"fields": [clash.field], "taken": take}
    audit(by, "place.resolve", f"place:{place.pk}", place.region, values=values, detail=detail)
    return clash


def seen_as(value: Any) -> str:
    """A value as a page carries it along, to tell whether it is still the same."""
    return json.dumps(value, ensure_ascii=True)


class Fields:
    """The fields of one place that people change, its spot among them, each as the value that Python knows."""

    def __init__(self, place: Place) -> None:
        self._place, self._rows = place, Rows(place)

    def now(self, name: str) -> Any:
        if name == SPOT:
            return None if self._place.lon is None else [self._place.lon, self._place.lat]
        return getattr(self._rows(name), name)

    def read(self, name: str, raw: Any) -> Any:
        """A value that may stand there. Raises Mistaken."""
        if name == SPOT:
            lon, lat = _spot(raw)
            check_spot(self._place, lon, lat)
            return [lon, lat]
        row = self._rows(name)
        try:
            value = _as_python(row, name, raw)
        except ValidationError as faults:
            raise Mistaken(faults.messages[0], field=name, code="invalid") from faults
        check(row, name, value)
        return value

    def holds(self, name: str, raw: Any) -> bool:
        """Whether the field holds this value now; what could never stand there it does not hold."""
        try:
            if name == SPOT:
                return bool(self.now(name) == (None if raw is None else _spot(raw)))
            return bool(self.now(name) == _as_python(self._rows(name), name, raw))
        except (ValidationError, Mistaken):
            return False

    def write(self, values: Mapping[str, Any], source: str) -> None:
        own = {name: value for name, value in values.items() if name != SPOT}
        for name, value in own.items():
            put(self._rows(name), name, value)
        if own:
            self._rows.save()
        if SPOT in values:
            lon, lat = values[SPOT]
            move(self._place, lon, lat, source)


def as_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _as_python(row: models.Model, name: str, raw: Any) -> Any:
    field: Any = row._meta.get_field(name)
    if raw in ("", None):
        return None if field.null else "" if isinstance(field, models.CharField | models.TextField) else raw
    if isinstance(raw, list):
        raise ValidationError(_("填写的内容不合要求，请核对。"))
    value = field.to_python(raw.strip() if isinstance(raw, str) else raw)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValidationError(_("请填写数字，例如 12.5。"))
    return value


def _spot(raw: Any) -> list[float]:
    try:
        lon, lat = (float(one) for one in raw)
    except (TypeError, ValueError, OverflowError):
        raise Mistaken(_("这个点不在地图上，请重新点选。"), field=SPOT, code="off_the_map") from None
    return [lon, lat]


def _fit(edit: Edit) -> bool:
    """Whether these are values that a page of ours can have sent: nothing that a database cannot hold."""
    told = [*edit.values.values(), *edit.base.values()]
    return all(len(name) <= 40 and _plain(name) for name in [*edit.values, *edit.base]) and all(map(_plain, told))


def _plain(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) == 2 and all(isinstance(one, int | float) and _plain(one) for one in value)
    if isinstance(value, str):
        return len(value) <= LONGEST and not any(one == "\0" or "\ud800" <= one <= "\udfff" for one in value)
    if isinstance(value, int | float):
        return abs(value) < 2**53  # not for what is no number
    return value is None or isinstance(value, date | Decimal)
