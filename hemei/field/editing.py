"""Corrections of the register from a page without a signal: what may be changed, and what a phone sends of it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from hemei.core.access import Actor, scope_of
from hemei.core.actions.edit import SPOT, Edit, Taken, as_json, take_edit
from hemei.core.actions.place import BASIC
from hemei.core.doors import found
from hemei.core.models import Place
from hemei.core.queries import places
from hemei.core.registry import Kind, registry
from hemei.field.about import by_its_clock
from hemei.field.photos import moment_of
from hemei.field.said import read_said, unreadable

SENTENCES = {"place": int, "instance": str, "at": str, "values": dict, "base": dict}


def columns(kind: Kind) -> list[dict[str, Any]]:
    """The fields of a kind that people change, as the page asks for them."""
    told = [_column(name, str(Place._meta.get_field(name).verbose_name), Place) for name in BASIC]  # type: ignore[union-attr]
    for column in kind.columns:
        if column.editable:
            one = _column(column.name, str(column.label), kind.model)
            if one["sort"] == "choice":
                one["choices"] = [[key, str(label)] for key, label in column.choices.items()]
            told.append(one | {"unit": column.unit})
    return told


def _column(name: str, label: str, model: type[models.Model]) -> dict[str, Any]:
    field: Any = model._meta.get_field(name)
    if isinstance(field, models.BooleanField):
        unknown = [["null", _("不详")]] if field.null else []
        choices = [*unknown, ["true", _("是")], ["false", _("否")]]
        return {"name": name, "label": label, "sort": "yes_no", "choices": choices}
    sort = (
        "choice"
        if field.choices
        else "number"
        if isinstance(field, models.IntegerField | models.FloatField)
        else "text"
    )
    return {"name": name, "label": label, "sort": sort}


def values(place: Place, own: Any) -> dict[str, Any]:
    """What stands in those fields now. `own` is the row of its kind."""
    editable = [column.name for column in registry.kinds[place.kind].columns if column.editable]
    told = {name: as_json(getattr(place, name)) for name in BASIC}
    told |= {name: as_json(getattr(own, name)) for name in editable}
    return told | {SPOT: None if place.lon is None else [place.lon, place.lat]}


def take_in(raw: str, *, by: Actor) -> Taken:
    """Take an edit as a phone sends it, once however often it comes.

    Raises Http404 for an unknown place, Refused where this person may not, Mistaken for what cannot be.
    """
    said = read_said(raw, SENTENCES)
    if (moment := moment_of(said["at"])) is None:
        raise unreadable()
    place = found(places.place(said["place"], within=scope_of(by, "place.view")))
    edit = Edit(said["instance"], by_its_clock(moment), said["values"], said["base"])
    return take_edit(place=place, edit=edit, by=by)


def titles(taken: Taken) -> str:
    """The fields that wait, as the page calls them."""
    labels = {one["name"]: one["label"] for one in columns(registry.kinds[taken.edit.place.kind])} | {SPOT: _("位置")}
    return "、".join(str(labels.get(clash.field, clash.field)) for clash in taken.clashes)
