"""核定: two who changed the same field of a place are set side by side, and a person says which stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import require
from hemei.core.actions.edit import SPOT, Fields, as_json, resolve, seen_as
from hemei.core.doors import found
from hemei.core.models import AuditEntry, Clash, Place
from hemei.core.queries import edits as reading
from hemei.core.queries.paging import page
from hemei.core.queries.regions import names
from hemei.core.registry import registry
from hemei.office.forms import OfficeForm
from hemei.office.kinds import written
from hemei.office.paging import Turns
from hemei.office.request import OfficeRequest, within
from hemei.office.trying import status, tried

LONGEST = 10_000


class SettleForm(OfficeForm):
    take = forms.ChoiceField(choices=[("now", gettext_lazy("照现在的")), ("proposed", gettext_lazy("照提出的"))])
    seen = forms.CharField(max_length=LONGEST, strip=False, widget=forms.HiddenInput)


@dataclass(frozen=True)
class SideBySide:
    """One clash as the page shows it: what stood there, what stands there, what is proposed; who, and when."""

    clash: Clash
    field: str
    base: str
    now: str
    proposed: str
    seen: str
    changed: AuditEntry | None  # who put there what stands there now, where a page did


def listing(request: OfficeRequest) -> HttpResponse:
    scope = within(request, "place.resolve")
    rows = reading.clashes(within=scope)
    if (place := request.GET.get("place", "")).isascii() and place.isdigit() and len(place) < 19:
        rows = rows.filter(place=int(place))
    shown = page(rows, order=("id",), cursor=request.GET.get("cursor", ""), size=20)
    context = {"rows": _side_by_side(request, shown.rows), "page": Turns.of(request, shown, of=rows)}
    return render(request, "office/clashes.html", context | {"region_names": names(within=scope)})


def settle(request: OfficeRequest, pk: int) -> HttpResponse:
    scope = within(request, "place.resolve")
    clash = found(reading.clash(pk, within=scope))
    require(request.actor, "place.resolve", clash)
    form = SettleForm(request.POST or None)

    def act() -> Clash:
        told = form.cleaned_data
        return resolve(clash=clash, take=told["take"] == "proposed", seen=told["seen"], by=request.actor)

    if tried(request, form, act):
        messages.success(request, _("已核定。"))
        return redirect("office:clashes")
    rows = [] if clash.settled_at else _side_by_side(request, [clash])
    context = {"rows": rows, "form": form, "one": clash, "region_names": names(within=scope)}
    return render(request, "office/clashes.html", context, status=status(form))


def _side_by_side(request: OfficeRequest, rows: Sequence[Clash]) -> list[SideBySide]:
    scope = within(request, "place.resolve")
    changes = reading.last_changes({row.place_id for row in rows}, within=scope)
    return [_one(row, changes.get((row.place_id, row.field))) for row in rows]


def _one(row: Clash, changed: AuditEntry | None) -> SideBySide:
    now = as_json(Fields(row.place).now(row.field))
    base, standing, proposed = (in_words(row.place, row.field, value) for value in (row.base, now, row.proposed))
    return SideBySide(row, field_title(row.place, row.field), base, standing, proposed, seen_as(now), changed)


def field_title(place: Place, name: str) -> str:
    if name == SPOT:
        return _("位置")
    labels = {column.name: str(column.label) for column in registry.kinds[place.kind].columns}
    return labels.get(name) or str(place._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def in_words(place: Place, name: str, value: Any) -> str:
    if name == SPOT:
        return f"{value[0]:.5f}, {value[1]:.5f}" if isinstance(value, list) else ""
    column = next((one for one in registry.kinds[place.kind].columns if one.name == name), None)
    return written(column, value) if column else str(value or "")
