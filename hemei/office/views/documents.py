"""Papers of a case on A4: filled in as far as is known, with lines for what is written by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from hemei.core.access import require
from hemei.core.doors import found
from hemei.core.models import Case, Unit
from hemei.core.queries import cases as reading
from hemei.core.queries.regions import names
from hemei.core.registry import registry
from hemei.office.documents import DOCUMENTS
from hemei.office.forms import OfficeForm
from hemei.office.offers import offer
from hemei.office.request import OfficeRequest, within
from hemei.terms.day import today


class PaperForm(OfficeForm):
    """What the case does not say: who issues the paper, its number, and to whom it goes."""

    unit = forms.ModelChoiceField(label=_("发文单位"), queryset=Unit.objects.none(), required=False, empty_label=None)
    number = forms.CharField(label=_("文号"), required=False, max_length=60)
    to = forms.CharField(label=_("送给"), required=False, max_length=60)

    def __init__(self, data: Any, issuers: list[Unit]) -> None:
        super().__init__(data)
        self.fields["unit"].queryset = Unit.objects.filter(pk__in=[u.pk for u in issuers])  # type: ignore[attr-defined]


def paper(request: OfficeRequest, pk: int, key: str) -> HttpResponse:
    scope = within(request, "case.view")
    case = found(reading.case(pk, within=scope))
    require(request.actor, "case.serve", case)
    if not offer(case, request.actor, "serve"):
        messages.info(request, _("这条隐患现在没有要整治的，不再发文书。"))
        return redirect("office:case", pk)
    document = found(DOCUMENTS.get(key))
    issuers = list(Unit.objects.filter(pk__in=request.actor.unit_ids).order_by("-region", "name"))
    form = PaperForm({"to": _head_of(case), **request.GET.dict()}, issuers)
    form.is_valid()
    context = {
        "case": case,
        "document": document,
        "key": key,
        "form": form,
        "issuer": form.cleaned_data.get("unit") or issuers[0],
        "remedy": registry.findings[case.code].remedy if case.code in registry.findings else "",
        "region_names": names(within=scope),
        "today": today(),
        "late": bool(case.due_on and case.due_on < today()),
    }
    return render(request, "office/paper.html", context)


def _head_of(case: Case) -> str:
    holding = case.place.holdings.filter(ends=None).select_related("household__head").first() if case.place else None
    return holding.household.head.name if holding and holding.household.head else ""
