"""参数: what the district has set, and what is only our default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import At, may, require
from hemei.core.actions.parameter import set_parameter
from hemei.core.doors import found
from hemei.core.models import Parameter
from hemei.core.queries.parameter import Setting, history, parameter
from hemei.core.queries.regions import names_around
from hemei.core.registry import registry
from hemei.core.wording import listed
from hemei.office.forms import DayField, OfficeForm
from hemei.office.request import OfficeRequest, region_of, within
from hemei.office.trying import status, tried
from hemei.terms.day import today


@dataclass(frozen=True)
class Entry:
    key: str
    label: str | Promise
    setting: Setting

    @property
    def written(self) -> str:
        value = self.setting.value
        if value is None:
            return ""
        return listed(value) if isinstance(value, list) else str(value)


class ParameterForm(OfficeForm):
    value = forms.CharField(label=gettext_lazy("新的值"), max_length=400)
    starts = DayField(label=gettext_lazy("从哪天起"), initial=today)
    document = forms.CharField(
        label=gettext_lazy("依据"), max_length=160, help_text=gettext_lazy("文件名和文号，或会议纪要及日期。")
    )

    def __init__(self, like: Any, data: Any = None) -> None:
        super().__init__(data)
        if isinstance(like, list):
            self.fields["value"].widget = forms.Textarea({"rows": len(like), "class": "form-control"})


def listing(request: OfficeRequest) -> HttpResponse:
    scope = within(request, "region.view")
    region = region_of(request, scope)
    groups = [
        (programme.title, [_entry(key, region) for key in programme.parameters.defaults])
        for programme in registry.programmes.values()
        if scope.covers(region, programme.key)
    ]
    context = {
        "groups": groups,
        "region": region,
        "region_names": names_around(within=scope),
        "may_edit": may(request.actor, "parameter.edit", At(region)),
    }
    return render(request, "office/parameters.html", context)


def change(request: OfficeRequest, key: str) -> HttpResponse:
    scope = within(request, "region.view")
    region = region_of(request, scope)
    where = At(region, key.partition(".")[0])
    require(request.actor, "parameter.edit", where)
    entry = found(_entry(key, region) if key in _keys() else None)
    form = ParameterForm(registry.default(key), request.POST or None)

    def act() -> Parameter:
        return set_parameter(where=where, key=key, by=request.actor, **form.cleaned_data)

    if tried(request, form, act):
        messages.success(request, _("已设置：%(label)s。") % {"label": entry.label})
        return redirect("office:parameters")
    context = {
        "entry": entry,
        "form": form,
        "history": history(key, within=scope),
        "region_names": names_around(within=scope),
    }
    return render(request, "office/parameter.html", context, status=status(form))


def _keys() -> set[str]:
    return {key for programme in registry.programmes.values() for key in programme.parameters.defaults}


def _entry(key: str, region: str) -> Entry:
    labels = registry.programmes[key.partition(".")[0]].parameters.labels
    return Entry(key, labels.get(key, key), parameter(key, region=region, on=today()))
