"""自备表格: upload a form of one's own, fill it for a place or for a region's month."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from hemei.core.access import At, may, scope_of
from hemei.core.actions import ownform as acting
from hemei.core.doors import found
from hemei.core.errors import Mistaken
from hemei.core.models import FormUse, OwnForm
from hemei.core.queries import ownforms as reading
from hemei.core.queries import places
from hemei.core.queries.regions import names_around
from hemei.engines.filling import Values
from hemei.office.filters import region_choices
from hemei.office.forms import DayField, OfficeForm
from hemei.office.request import OfficeRequest, region_of, within
from hemei.terms.day import today

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class KeepForm(OfficeForm):
    name = forms.CharField(label=gettext_lazy("表名"), max_length=80)
    use = forms.ChoiceField(label=gettext_lazy("怎么填"), choices=FormUse.choices)
    file = forms.FileField(
        label=gettext_lazy("表格文件"),
        widget=forms.ClearableFileInput({"accept": ".xlsx,.docx"}),
        help_text=gettext_lazy("省里、区里发的 .xlsx 或 .docx 原样就行，在要填的格子里写上 {{户主}} 这样的字样。"),
    )


class FillForm(OfficeForm):
    region = forms.ChoiceField(label=gettext_lazy("区域"))
    on = DayField(label=gettext_lazy("到哪一天"))

    def __init__(self, data: Any, *, request: OfficeRequest) -> None:
        scope = within(request, "register.export")
        super().__init__(data, initial={"region": region_of(request, scope), "on": _month_end(today())})
        self.fields["region"].choices = region_choices(scope, all_of=_("请选择"))  # type: ignore[attr-defined]


def _month_end(day: date) -> date:
    """The last day of the month before, which is what a monthly report is about; today on the last day itself."""
    last = calendar.monthrange(day.year, day.month)[1]
    if day.day == last:
        return day
    before = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    return date(*before, calendar.monthrange(*before)[1])


def listing(request: OfficeRequest) -> HttpResponse:
    scope = within(request, "register.export")
    keeps = scope_of(request.actor, "register.import")
    form = KeepForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        where = At(region_of(request, within(request, "register.import")))
        told = {"name": form.cleaned_data["name"], "use": form.cleaned_data["use"]}
        try:
            acting.keep_form(where=where, filename=file.name, content=file.read(), by=request.actor, **told)
        except Mistaken as mistake:
            form.blame(mistake)
        else:
            messages.success(request, _("已收下，可以填了。"))
            return redirect("office:own_forms")
    context = {
        "rows": [(one, may(request.actor, "register.import", one)) for one in reading.own_forms(within=scope)],
        "form": form if keeps else None,
        "known": [(label, reading.known_names(use)) for use, label in FormUse.choices],
        "region_names": names_around(within=scope),
    }
    return render(request, "office/own_forms.html", context, status=422 if form.errors else 200)


@require_POST
def drop(request: OfficeRequest, pk: int) -> HttpResponse:
    try:
        acting.drop_form(form=_form(request, pk), by=request.actor)
    except Mistaken as mistake:
        messages.error(request, str(mistake))
    else:
        messages.success(request, _("已停用。"))
    return redirect("office:own_forms")


@require_GET
def of_place(request: OfficeRequest, pk: int, place: int) -> HttpResponse:
    """The form filled for one place."""
    form = _form(request, pk)
    scope = within(request, "register.export")
    house = found(places.place(place, within=scope))
    where = At(house.region, place_id=house.pk)
    acting.leave_filled(where=where, form=form, subject=f"place:{house.pk}", by=request.actor)
    values = reading.place_values(house, within=scope, persons_in=scope_of(request.actor, "person.view"))
    return _sent(request, form, values, house.label)


def of_region(request: OfficeRequest, pk: int) -> HttpResponse:
    """The form filled for a region as it stood on a day."""
    own = _form(request, pk)
    form = FillForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        region, on = form.cleaned_data["region"], min(form.cleaned_data["on"], today())
        scope = within(request, "register.export").narrowed(region)
        acting.leave_filled(where=At(region), form=own, subject=f"region:{region}", by=request.actor)
        values = reading.region_values(region, on=on, within=scope, persons_in=scope_of(request.actor, "person.view"))
        return _sent(request, own, values, f"{values.single['区域']}-{on.isoformat()}")
    context = {"own": own, "form": form}
    return render(request, "office/own_form_fill.html", context, status=422 if form.errors else 200)


def _form(request: OfficeRequest, pk: int) -> OwnForm:
    return found(reading.own_forms(within=within(request, "register.export")).filter(pk=pk).first())


def _sent(request: OfficeRequest, form: OwnForm, values: Values, about: str) -> HttpResponse:
    try:
        content = acting.filled(form, values)
    except Mistaken as mistake:
        messages.error(request, str(mistake))
        return redirect("office:own_forms")
    name = quote(f"{form.name}-{about}.{form.kind}")
    disposition = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return HttpResponse(content, content_type=TYPES[form.kind], headers=disposition)
