"""Changing what the register says of one place, and putting it on the map."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import shapely
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from hemei.core.access import Actor
from hemei.core.actions.placestate import count_in, count_out
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import Case, Holding, Household, Place, PlaceIdentifier, PositionSource
from hemei.core.registry import registry
from hemei.core.writing import action, audit, nothing_new
from hemei.terms import tile
from hemei.terms.day import today

BASIC = ("label", "group", "address")


@action(verb="place.edit", on="place")
def change_place(*, place: Place, values: Mapping[str, Any], by: Actor) -> list[str]:
    """Set the named fields, of the place or of its kind's own table. Returns those that changed.

    For what follows from something recorded elsewhere; what a person changes on a page goes through `take_edit`.
    """
    rows = Rows(place)
    changed = []
    for name, value in values.items():
        row = rows(name)
        if value != getattr(row, name):
            check(row, name, value)
            put(row, name, value)
            changed.append(name)
    if not changed:
        nothing_new()
        return []
    rows.save()
    said = [str(values[name]) for name in changed]
    audit(by, "place.change", f"place:{place.pk}", place.region, values=said, detail={"fields": changed})
    return changed


class Rows:
    """The two rows of one place, its own and that of its kind, each field in one of them."""

    def __init__(self, place: Place) -> None:
        kind = registry.kinds[place.kind]
        self.place = place
        self.own = place if kind.model is Place else kind.model._base_manager.get(place=place)
        self.columns = {column.name: column for column in kind.columns if column.editable}

    def __call__(self, name: str) -> models.Model:
        """Raises Mistaken for a field that nobody changes by hand."""
        if name in BASIC:
            return self.place
        if name not in self.columns:
            raise Mistaken(_("“%(name)s”不能在这里修改。") % {"name": name[:40]}, field=name, code="not_editable")
        return self.own

    def save(self) -> None:
        self.place.save()
        if self.own is not self.place:
            self.own.save()


def put(row: models.Model, name: str, value: Any) -> None:
    """A column with a date of its own beside it (`occupied`, `occupied_since`) keeps since when it is so."""
    setattr(row, name, value)
    if hasattr(row, f"{name}_since"):
        setattr(row, f"{name}_since", today())


def check(row: models.Model, name: str, value: Any) -> None:
    """Raise Mistaken for a value that cannot stand there."""
    field: Any = row._meta.get_field(name)
    if value in (None, "") and (field.null or field.blank):
        return
    try:
        field.clean(value, row)
    except ValidationError as faults:
        raise Mistaken(faults.messages[0], field=name, code="invalid") from faults


@action(verb="place.edit", on="place")
def put_on_map(*, place: Place, lon: float, lat: float, source: str = PositionSource.MAP, by: Actor) -> Place:
    """Say where a place stands, in degrees of CGCS2000 (the map's own system)."""
    check_spot(place, lon, lat)
    before = [place.lon, place.lat]
    move(place, lon, lat, source)
    audit(
        by,
        "place.put_on_map",
        f"place:{place.pk}",
        place.region,
        values=[before, [lon, lat]],
        detail={"source": source},
    )
    return place


def check_spot(place: Place, lon: float, lat: float) -> None:
    """Raise Mistaken where a place cannot stand."""
    if not (-180 <= lon <= 180 and -85 <= lat <= 85):
        raise Mistaken(_("这个点不在地图上，请重新点选。"), field="lon", code="off_the_map")
    if place.geometry and not shapely.from_wkb(bytes(place.geometry)).buffer(1e-9).contains(shapely.Point(lon, lat)):
        raise Mistaken(_("这个点在登记的房屋轮廓之外；轮廓有误请重新导入。"), field="lon", code="outside_footprint")


def move(place: Place, lon: float, lat: float, source: str) -> None:
    count_out(place)
    place.lon, place.lat, place.tile, place.position_source = lon, lat, tile.key(lon, lat), source
    place.save(update_fields=["lon", "lat", "tile", "position_source"])
    count_in(place)


@action(verb="place.edit", on="place")
def add_identifier(*, place: Place, system: str, value: str, by: Actor) -> PlaceIdentifier:
    """Keep what another system calls this place."""
    value = value.strip()
    if system not in registry.kinds[place.kind].identifier_systems:
        raise Mistaken(_("请选择编号所属的系统。"), field="system", code="unknown_system")
    if not value:
        raise Mistaken(_("请填写编号。"), field="value", code="empty")
    if PlaceIdentifier.objects.filter(system=system, value=value).exists():
        raise Conflict(_("这个编号已经登记在一处了，请核对。"), field="value", code="identifier_taken")
    row = PlaceIdentifier.objects.create(place=place, system=system, value=value)
    audit(by, "place.identify", f"place:{place.pk}", place.region, values=[system, value])
    return row


@action(verb="place.edit", on="place")
def take_out(*, place: Place, on: date, reason: str, by: Actor) -> Place:
    """Take a place out of the register, as when it was pulled down. Its file stays."""
    if not reason.strip():
        raise Mistaken(_("请写明为什么注销，例如已拆除。"), field="reason", code="no_note")
    if place.removed_on is not None:
        raise Conflict(_("这一处已经注销。"), code="removed")
    if on > today():
        raise Mistaken(_("注销日期在将来。"), field="on", code="in_the_future")
    if Case.objects.filter(place=place, ended_at=None).exists():
        raise Mistaken(_("这里还有没了结的隐患，不能注销。"), code="cases_open")
    count_out(place)
    place.removed_on = on
    place.save(update_fields=["removed_on"])
    audit(by, "place.take_out", f"place:{place.pk}", place.region, values=[on, reason])
    return place


@action(verb="place.edit", on="place")
def hold(*, place: Place, household: Household, starts: date, by: Actor) -> Holding:
    """A household owns a place from a day on."""
    row, _made = Holding.objects.get_or_create(place=place, household=household, defaults={"starts": starts})
    audit(by, "place.hold", f"place:{place.pk}", place.region, values=starts, detail={"household": household.pk})
    return row
