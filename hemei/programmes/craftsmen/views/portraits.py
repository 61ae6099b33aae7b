"""The picture on a duty card, and scans of a craftsman's papers, on the staff pages."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from hemei.core.access import require
from hemei.core.doors import found
from hemei.core.models import Evidence
from hemei.office.request import OfficeRequest
from hemei.office.uploads import new_files
from hemei.office.views.evidence import as_it_came, picture_response, small_picture
from hemei.programmes.craftsmen.actions.portrait import drop_portrait, keep_portrait
from hemei.programmes.craftsmen.actions.scans import Paper, add_scans
from hemei.programmes.craftsmen.forms import PortraitForm, ReasonForm, ScanForm
from hemei.programmes.craftsmen.models import Certificate, Craftsman, EarlierTraining, Portrait, Scan
from hemei.programmes.craftsmen.views.people import asked, one_craftsman


def portrait(request: OfficeRequest, pk: int) -> HttpResponseBase:
    return picture_response(bytes(_portrait(one_craftsman(request, pk)).picture), name=f"{pk}.jpg")


def _portrait(one: Craftsman) -> Portrait:
    return found(Portrait.objects.filter(craftsman=one).first())


def change_portrait(request: OfficeRequest, pk: int) -> HttpResponse:
    one = _kept_by(request, pk)
    kept = Portrait.objects.filter(craftsman=one).first()
    initial = {"shown": kept.shown, "agreed_by": kept.agreed_by} if kept else None
    form = PortraitForm(request.POST or None, initial=initial, has_one=kept is not None)

    def act() -> Portrait:
        return keep_portrait(craftsman=one, files=new_files(request), by=request.actor, **form.said())

    said = _("只留一张印在牌上的小照片，原图不存；他退出名册时一起删除。")
    return asked(request, one, form, _("登记照片"), act, explanation=said)


def drop(request: OfficeRequest, pk: int) -> HttpResponse:
    one = _kept_by(request, pk)
    _portrait(one)
    form = ReasonForm(request.POST or None)

    def act() -> bool:
        drop_portrait(craftsman=one, why=form.cleaned_data["why"], by=request.actor)
        return True

    return asked(request, one, form, _("删除照片"), act)


def _kept_by(request: OfficeRequest, pk: int) -> Craftsman:
    one = one_craftsman(request, pk)
    require(request.actor, "craftsman.keep", one)
    return one


def scan_certificate(request: OfficeRequest, pk: int, row: int) -> HttpResponse:
    one = _kept_by(request, pk)
    return _scan(request, one, found(Certificate.objects.filter(craftsman=one, pk=row).first()))


def scan_training(request: OfficeRequest, pk: int, row: int) -> HttpResponse:
    one = _kept_by(request, pk)
    return _scan(request, one, found(EarlierTraining.objects.filter(craftsman=one, pk=row).first()))


def _scan(request: OfficeRequest, one: Craftsman, paper: Paper) -> HttpResponse:
    form = ScanForm(request.POST or None)

    def act() -> int:
        return add_scans(craftsman=one, paper=paper, files=new_files(request), by=request.actor)

    named = paper.number if isinstance(paper, Certificate) else paper.document
    return asked(request, one, form, _("补传扫描件"), act, explanation=named)


def _file(request: OfficeRequest, pk: int, row: int) -> Evidence:
    one = one_craftsman(request, pk)
    return found(Scan.objects.filter(craftsman=one, evidence=row).select_related("evidence").first()).evidence


def original(request: OfficeRequest, pk: int, row: int) -> HttpResponseBase:
    return as_it_came(_file(request, pk, row))


def thumbnail(request: OfficeRequest, pk: int, row: int) -> HttpResponseBase:
    return small_picture(_file(request, pk, row), large="large" in request.GET)
