"""Kinds of places as the pages show them: columns, values and forms from what the programmes declare."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import models
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import Scope
from hemei.core.actions.place import BASIC
from hemei.core.lifecycle import LIFE
from hemei.core.models import Place
from hemei.core.queries.places import PlaceFilter
from hemei.core.registry import Column, Kind, registry
from hemei.core.wording import bracketed
from hemei.office.filters import Choices, FilterForm, search_field
from hemei.office.forms import OfficeForm, dress
from hemei.office.request import OfficeRequest

ORDERS = [
    ("", gettext_lazy("按区域")),
    ("pressing", gettext_lazy("隐患紧要的在前")),
    ("newest", gettext_lazy("新登记的在前")),
]
IN_LIST = 4  # columns of the kind's own that a list has room for


def kind_of(key: str) -> Kind:
    """The kind of that key, else the first one registered."""
    return registry.kinds.get(key) or next(iter(registry.kinds.values()))


def own_rows(kind: Kind, places: Iterable[Place]) -> dict[int, models.Model]:
    """The rows of the kind's own table, by place."""
    rows = kind.model._base_manager.filter(place__in=[place.pk for place in places])
    return {row.place_id: row for row in rows}  # type: ignore[attr-defined]


def sections(request: OfficeRequest, place: Place) -> list[str]:
    """What its programme has to say of this place, then what others have, as HTML."""
    every = [one for programme in registry.programmes.values() for one in programme.sections]
    declared = [one for one in registry.programme_of_kind(place.kind).sections if not one.of]
    declared += [one for one in every if one.of == place.kind]
    return [render_to_string(one.template, one.context(place, request.actor), request) for one in declared]


def written(column: Column, value: Any) -> str:
    """A value in words: choices by their label, what is not known as an empty text."""
    if value is None or value == "":
        return ""
    key = str(value).lower() if isinstance(value, bool) else value
    if column.choices:
        return str(column.choices.get(key, value))
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return f"{text} {column.unit}".strip()


def cells(kind: Kind, row: models.Model | None) -> list[tuple[Column, str]]:
    return [(column, written(column, getattr(row, column.name, None))) for column in kind.columns]


class PlaceFilterForm(FilterForm):
    kind = forms.CharField(required=False, widget=forms.HiddenInput)
    q = search_field(gettext_lazy("查找"), gettext_lazy("名称、地址、户主或编号，两个字也能找"))
    region = forms.ChoiceField(label=gettext_lazy("区域"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("隐患状态"), required=False)
    order = forms.ChoiceField(label=gettext_lazy("顺序"), required=False, choices=ORDERS)
    unplaced = forms.BooleanField(label=gettext_lazy("只看待落图"), required=False)

    def __init__(self, data: Any, *, within: Scope, kind: Kind) -> None:
        self.shown = kind
        self.choosable = [column for column in kind.columns if column.choices]
        super().__init__(data, within=within)

    def offer(self, within: Scope) -> None:
        super().offer(within)
        states: Choices = [(s.key, str(s.name)) for s in LIFE.states if s.key != "withdrawn"]
        self.let("state", [("", _("全部")), *states, ("none", _("没有登记隐患"))])
        for column in self.choosable:
            offered = [(key, str(label)) for key, label in column.choices.items() if key != ""]
            self.fields[f"own_{column.name}"] = forms.ChoiceField(
                label=str(column.label), required=False, choices=[("", _("全部")), *offered]
            )
        dress(self)

    def where(self) -> PlaceFilter:
        own = {c.name: _typed(self.chosen[f"own_{c.name}"]) for c in self.choosable if self.chosen[f"own_{c.name}"]}
        return PlaceFilter(
            kind=self.shown.key,
            region=self.chosen["region"],
            state=self.chosen["state"],
            to_be_placed=bool(self.chosen["unplaced"]),
            text=self.chosen["q"],
            own=own,
        )


def _typed_in(value: Any) -> str:
    """A stored value as the form's input holds it."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _typed(value: str) -> Any:
    return {"true": True, "false": False}.get(value, value)


class PlaceForm(OfficeForm):
    """The register's fields of one place. What the person saw goes along, so that nobody overwrites unseen."""

    def __init__(self, place: Place, data: Any = None) -> None:
        super().__init__(data)
        self.place, self.kind = place, registry.kinds[place.kind]
        self.own = own_rows(self.kind, [place])[place.pk]
        for name in BASIC:
            self._ask(name, place._meta.get_field(name), getattr(place, name))
        for column in self.kind.columns:
            if column.editable:
                self._ask(column.name, self.own._meta.get_field(column.name), getattr(self.own, column.name), column)
        dress(self)

    def _ask(self, name: str, of: Any, value: Any, column: Column | None = None) -> None:
        if isinstance(of, models.BooleanField):
            yes_no = [("true", _("是")), ("false", _("否"))]
            field: forms.Field = forms.TypedChoiceField(
                choices=[("", _("不详")), *yes_no] if of.null else yes_no, coerce=_typed, empty_value=None
            )
            value = _typed_in(value)
        else:
            field = of.formfield()
        field.required = not of.blank and not of.null
        if column is not None:
            field.label = f"{column.label}{bracketed(column.unit)}" if column.unit else str(column.label)
        field.initial, field.show_hidden_initial = value, True
        self.fields[name] = field

    def values(self) -> dict[str, Any]:
        """What the person changed."""
        return {name: self.cleaned_data[name] for name in self.changed_data}

    def seen(self) -> dict[str, Any]:
        """What stood in the changed fields when the person began."""
        return {name: self._as_value(name) for name in self.changed_data}

    def _as_value(self, name: str) -> Any:
        bound = self[name]
        widget = self.fields[name].hidden_widget()
        raw = widget.value_from_datadict(self.data, {}, bound.html_initial_name)  # type: ignore[arg-type]
        try:
            return self.fields[name].clean(raw)
        except forms.ValidationError:
            return raw  # nothing that ever stood there
