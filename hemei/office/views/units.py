"""单位、账号和岗位: who works where, and may do what there."""

from __future__ import annotations

from django.contrib import messages
from django.forms import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hemei.core.access import At, may, require, scope_of
from hemei.core.actions import unit as acting
from hemei.core.actions.secondfactor import reset_second_factor
from hemei.core.doors import found
from hemei.core.errors import Mistaken
from hemei.core.models import Duty, Unit
from hemei.core.queries import units as reading
from hemei.core.queries.paging import page
from hemei.core.queries.regions import names
from hemei.office.forms import OfficeForm
from hemei.office.paging import Turns
from hemei.office.request import OfficeRequest, within
from hemei.office.staffing import AccountForm, DutyForm, UnitChangeForm, UnitFilterForm, UnitForm
from hemei.office.trying import status, tried
from hemei.terms.day import today


def listing(request: OfficeRequest) -> HttpResponse:
    scope = within(request, "unit.view")
    form = UnitFilterForm(request.GET, within=scope)
    rows = form.narrowed(reading.units(within=scope))
    shown = page(rows, order=form.ordering, cursor=request.GET.get("cursor", ""))
    staffed = reading.staff_counts(shown.rows, on=today())
    context = {
        "form": form,
        "rows": [(unit, staffed[unit.pk]) for unit in shown.rows],
        "page": Turns.of(request, shown, of=rows),
        "region_names": names(within=scope),
        "may_edit": bool(scope_of(request.actor, "unit.edit")),
    }
    return render(request, "office/units.html", context)


def add(request: OfficeRequest) -> HttpResponse:
    form = UnitForm(request.POST or None, within=within(request, "unit.edit"))

    def act() -> Unit:
        said = dict(form.cleaned_data)
        return acting.add_unit(where=At(said.pop("region")), by=request.actor, **said)

    if unit := tried(request, form, act):
        messages.success(request, _("已建立单位，接着给它添加人员。"))
        return redirect("office:unit", pk=unit.pk)
    return _form_page(request, form, _("建立单位"))


def detail(request: OfficeRequest, pk: int) -> HttpResponse:
    scope = within(request, "unit.view")
    unit = found(reading.unit(pk, within=scope))
    duties = reading.duties(within=scope).filter(unit=unit).order_by("-ends", "region", "role")
    context = {
        "unit": unit,
        "current": [duty for duty in duties if duty.ends is None or duty.ends >= today()],
        "past": [duty for duty in duties if duty.ends is not None and duty.ends < today()],
        "may_edit": may(request.actor, "unit.edit", unit),
        "region_names": names(within=scope),
        "today": today(),
    }
    return render(request, "office/unit.html", context)


def change(request: OfficeRequest, pk: int) -> HttpResponse:
    unit = _editable(request, pk)
    form = UnitChangeForm(request.POST or None, initial=model_to_dict(unit, ["name", "seal_name", "phone"]))
    if tried(request, form, lambda: acting.change_unit(unit=unit, by=request.actor, **form.cleaned_data)):
        messages.success(request, _("已保存。"))
        return redirect("office:unit", pk=unit.pk)
    return _form_page(request, form, _("保存"), unit, heading=_("修改单位"))


@require_POST
def close(request: OfficeRequest, pk: int) -> HttpResponse:
    unit = _editable(request, pk)
    try:
        acting.close_unit(unit=unit, on=today(), by=request.actor)
    except Mistaken as mistake:
        messages.error(request, str(mistake))
    else:
        messages.success(request, _("单位已撤销；它的记录都还在。"))
    return redirect("office:unit", pk=unit.pk)


def add_account(request: OfficeRequest, pk: int) -> HttpResponse:
    """A new person, and the one-time password, on this one answer and nowhere else."""
    unit = _editable(request, pk)
    form = AccountForm(unit, request.POST or None)

    def act() -> tuple[object, str]:
        said = form.cleaned_data
        return acting.add_account(
            duty=form.duty(), username=said["username"], name=said["name"], phone=said["phone"], by=request.actor
        )

    if made := tried(request, form, act):
        return _password(request, unit, *made)
    return _form_page(request, form, _("建立账号"), unit)


def add_duty(request: OfficeRequest, pk: int) -> HttpResponse:
    unit = _editable(request, pk)
    form = DutyForm(unit, request.POST or None, accounts=reading.accounts(within=within(request, "unit.view")))

    def act() -> Duty:
        return acting.engage(duty=form.duty(), account=form.cleaned_data["account"], by=request.actor)

    if tried(request, form, act):
        messages.success(request, _("已设岗位。"))
        return redirect("office:unit", pk=unit.pk)
    return _form_page(request, form, _("设岗位"), unit)


@require_POST
def end_duty(request: OfficeRequest, pk: int) -> HttpResponse:
    """The duty ends with today."""
    duty = _duty(request, pk)
    try:
        acting.end_duty(duty=duty, on=today(), by=request.actor)
    except Mistaken as mistake:
        messages.error(request, str(mistake))
    else:
        messages.success(request, _("%(name)s 的岗位到今天为止。") % {"name": duty.account.name})
    return redirect("office:unit", pk=duty.unit_id)


@require_POST
def reset_password(request: OfficeRequest, pk: int) -> HttpResponse:
    duty = _duty(request, pk)
    password = acting.reset_password(duty=duty, by=request.actor)
    return _password(request, duty.unit, duty.account, password)


@require_POST
def reset_second_step(request: OfficeRequest, pk: int) -> HttpResponse:
    """The telephone is lost: they set up another at their next sign-in."""
    duty = _duty(request, pk)
    if reset_second_factor(duty=duty, by=request.actor):
        told = _("%(name)s 在各处都已退出登录，下次登录时要重新设置两步验证。")
        messages.success(request, told % {"name": duty.account.name})
    else:
        messages.info(request, _("%(name)s 没有设过两步验证。") % {"name": duty.account.name})
    return redirect("office:unit", pk=duty.unit_id)


@require_POST
def close_account(request: OfficeRequest, pk: int) -> HttpResponse:
    duty = _duty(request, pk)
    account = acting.close_account(duty=duty, by=request.actor)
    messages.success(request, _("%(name)s 不能再登录；以前办的事还记在其名下。") % {"name": account.name})
    return redirect("office:unit", pk=duty.unit_id)


def _editable(request: OfficeRequest, pk: int) -> Unit:
    unit = found(reading.unit(pk, within=within(request, "unit.view")))
    require(request.actor, "unit.edit", unit)
    return unit


def _duty(request: OfficeRequest, pk: int) -> Duty:
    return found(reading.duty(pk, within=within(request, "unit.view")))


def _form_page(
    request: OfficeRequest, form: OfficeForm, button: str, unit: Unit | None = None, *, heading: str = ""
) -> HttpResponse:
    context = {"unit": unit, "form": form, "button": button, "heading": heading or button}
    return render(request, "office/unit_form.html", context, status=status(form))


def _password(request: OfficeRequest, unit: Unit, account: object, password: str) -> HttpResponse:
    response = render(
        request, "office/one_time_password.html", {"unit": unit, "account": account, "password": password}
    )
    response["Cache-Control"] = "no-store"
    return response
