"""农村建房图集: browsed by anybody on a telephone, taken in by the district."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemei.core.access import At
from hemei.core.actions.evidence import NewFile
from hemei.core.doors import found, reach
from hemei.core.errors import Mistaken
from hemei.core.queries.paging import page
from hemei.field.scanned import for_anybody
from hemei.office.paging import Turns
from hemei.office.request import OfficeRequest
from hemei.office.trying import status, tried
from hemei.office.views.evidence import as_it_came, small_picture
from hemei.programmes.building.actions.pattern import COLUMNS, import_book, read_book
from hemei.programmes.building.bookforms import BookFilterForm, BookForm
from hemei.programmes.building.models import Drawing, Pattern, Permit
from hemei.programmes.building.queries.patterns import patterns, pictures, styles, taken_up
from hemei.programmes.building.queries.styles import demonstrations_of
from hemei.terms.region import Level

MATTER = Permit.matter


@for_anybody
def book(request: HttpRequest) -> HttpResponse:
    """The plans that there are, by style type."""
    form = BookFilterForm(request.GET, styles=styles())
    shown = page(patterns(form.where()), order=("style", "plan", "id"), cursor=request.GET.get("cursor", ""), size=24)
    shots = pictures(shown.rows)
    context = {
        "form": form,
        "rows": [(row, shots.get(row.pk)) for row in shown.rows],
        "page": Turns.of(request, shown),
        "any": bool(styles()),
    }
    return render(request, "building/book.html", context)


@for_anybody
def one_pattern(request: HttpRequest, pk: int) -> HttpResponse:
    pattern = found(Pattern.objects.filter(pk=pk).first())
    others = patterns().filter(region=pattern.region, plan=pattern.plan).exclude(pk=pk).order_by("variant", "pk")
    context = {
        "one": pattern,
        "drawings": Drawing.objects.filter(pattern=pattern).select_related("evidence").order_by("evidence"),
        "others": others,
        "demonstrations": demonstrations_of([pattern]),
        "taken": taken_up([pattern]).get(pk, 0),
    }
    return render(request, "building/pattern.html", context)


def picture(request: HttpRequest, pk: int, row: int) -> HttpResponseBase:
    return small_picture(_drawing(pk, row).evidence, large="large" in request.GET)


def drawing(request: HttpRequest, pk: int, row: int) -> HttpResponseBase:
    """The drawing as it came; a PDF as a download."""
    return as_it_came(_drawing(pk, row).evidence)


def _drawing(pk: int, row: int) -> Drawing:
    rows = Drawing.objects.filter(pattern=pk, evidence=row).select_related("evidence")
    return found(rows.first())


def take_in(request: OfficeRequest) -> HttpResponse:
    """A workbook with its drawings, chosen together."""
    scope = reach(request.actor, "register.import", MATTER)
    where = At(min(scope.prefixes, key=len), MATTER)
    form = BookForm(request.POST or None, request.FILES or None)

    def act() -> dict[str, int]:
        if len(where.region) != Level.DISTRICT:
            raise Mistaken(_("图集由区里导入。"), code="not_the_district")
        sheet = form.cleaned_data["book"]
        entries = read_book(sheet.name, sheet.read())
        files = [NewFile(one.name or "", one.read(), source="scan") for one in request.FILES.getlist("drawings")]
        return import_book(where=where, entries=entries, files=files, by=request.actor)

    if told := tried(request, form, act):
        messages.success(request, _("图集已导入：新增 %(new)d，换了新版 %(changed)d，没有变 %(same)d。") % told)
        return redirect("building.book")
    context = {
        "form": form,
        "headings": [(column.heading, column.needed) for column in COLUMNS],
        "back": reverse("building"),
    }
    return render(request, "building/take_in.html", context, status=status(form))
