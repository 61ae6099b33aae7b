"""登记隐患: what somebody saw at a place without filling in a form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemei.core.access import At, require
from hemei.core.actions.opening import open_case
from hemei.core.doors import found, moved
from hemei.core.models import SEVERITY_NAMES, Case, Place
from hemei.core.queries.places import place as find_place
from hemei.core.registry import registry
from hemei.core.wording import bracketed
from hemei.office.forms import OfficeForm, dress
from hemei.office.request import OfficeRequest, within
from hemei.office.steps import Datetime
from hemei.office.trying import status, tried
from hemei.office.uploads import new_files


class OpeningForm(OfficeForm):
    code = forms.ChoiceField(label=_("看到了什么"), widget=forms.RadioSelect({"class": "form-check-input"}))
    at = forms.DateTimeField(
        label=_("什么时候"), required=False, widget=Datetime(), help_text=_("空着就是现在；事后补记时填当时的时间。")
    )

    def __init__(self, place: Place, data: Any = None) -> None:
        super().__init__(data)
        known = registry.programme_of_kind(place.kind).findings
        said = [(kind.id, f"{kind.title}{bracketed(SEVERITY_NAMES[kind.severity])}") for kind in known]
        self.fields["code"].choices = said  # type: ignore[attr-defined]
        self.fields["files"] = forms.Field(label=_("照片"), required=False)
        dress(self)


def add(request: OfficeRequest, pk: int) -> HttpResponse:
    place = found(find_place(pk, within=within(request, "place.view")))
    require(request.actor, "case.open", place)
    form = OpeningForm(place, request.POST or None)

    def act() -> Case:
        said = form.cleaned_data
        matter = registry.programme_of_kind(place.kind).key
        return open_case(
            where=At(place.region, matter, place.pk),
            place=place,
            code=said["code"],
            at=said["at"] or timezone.now(),
            files=new_files(request),
            by=request.actor,
        )

    if case := tried(request, form, act):
        return moved(request, reverse("office:case", args=[case.pk]))
    return render(request, "office/case_add.html", {"place": place, "form": form}, status=status(form))
