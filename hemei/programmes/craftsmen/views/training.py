"""培训: sessions, who came, and the code to sign in by."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import At, may, require, scope_of
from hemei.core.doors import found, reach
from hemei.core.errors import Mistaken
from hemei.core.queries.paging import page
from hemei.core.queries.regions import names_around
from hemei.core.signing import slip
from hemei.field.scanned import drawn
from hemei.field.staff import public_address
from hemei.office.paging import Turns
from hemei.office.request import OfficeRequest
from hemei.office.sending import sent
from hemei.office.trying import status, tried
from hemei.programmes.craftsmen.actions import training as acting
from hemei.programmes.craftsmen.forms import ReasonForm, SessionForm
from hemei.programmes.craftsmen.models import Arrival, Attendance, Craftsman, Session
from hemei.programmes.craftsmen.queries import training as reading
from hemei.programmes.craftsmen.queries.listing import attendance_listing
from hemei.programmes.craftsmen.queries.people import CraftsmanFilter, craftsmen
from hemei.terms.region import Level

MATTER = Craftsman.matter
ARRIVE = "training.arrive"  # what the code on the wall is for: to open the page on which one signs in


def listing(request: OfficeRequest) -> HttpResponse:
    scope = reach(request.actor, "craftsman.view", MATTER)
    rows = reading.concerning(within=scope)
    shown = page(rows, order=("-starts", "-id"), cursor=request.GET.get("cursor", ""), size=30)
    context = {
        "rows": shown.rows,
        "page": Turns.of(request, shown, of=rows),
        "region_names": names_around(within=scope),
        "may_hold": bool(scope_of(request.actor, "training.hold", MATTER)),
        "now": timezone.now(),
    }
    return render(request, "craftsmen/sessions.html", context)


def add(request: OfficeRequest) -> HttpResponse:
    form = SessionForm(request.POST or None, within=reach(request.actor, "training.hold", MATTER))

    def act() -> Session:
        where = At(form.cleaned_data["region"], MATTER)
        return acting.plan_session(where=where, lesson=form.lesson(), by=request.actor)

    if made := tried(request, form, act):
        messages.success(request, _("已安排。到时间打开“签到码”，工匠用手机扫一扫。"))
        return redirect("craftsmen.session", pk=made.pk)
    context = {"form": form, "button": _("安排培训"), "back": reverse("craftsmen.sessions"), "about": _("培训")}
    return render(request, "office/asked.html", context, status=status(form))


def _session(request: OfficeRequest, pk: int) -> Session:
    return found(reading.session(pk, within=reach(request.actor, "craftsman.view", MATTER)))


def detail(request: OfficeRequest, pk: int) -> HttpResponse:
    held = _session(request, pk)
    scope = reach(request.actor, "craftsman.view", MATTER)
    holds = may(request.actor, "training.hold", held)
    named = request.GET.get("q", "").strip()[:40]
    candidates = _candidates(request, held, named) if holds and named else []
    context = {
        "held": held,
        "there": reading.there(held, within=scope) if holds else [],
        "may_hold": holds and held.called_off_at is None,
        "holds": holds,
        "named": named,
        "candidates": candidates,
        "region_names": names_around(within=scope),
        "is_open": held.starts - acting.EARLY <= timezone.now() <= held.ends,
    }
    return render(request, "craftsmen/session.html", context)


def _candidates(request: OfficeRequest, held: Session, named: str) -> list[Craftsman]:
    """Craftsmen of that name whom this clerk sees, for the paper list."""
    scope = scope_of(request.actor, "craftsman.view", MATTER).narrowed(held.region[: Level.DISTRICT])
    return list(craftsmen(within=scope, where=CraftsmanFilter(text=named)).order_by("region", "pk")[:20])


def enter(request: OfficeRequest, pk: int) -> HttpResponse:
    """The clerk enters somebody from the paper list."""
    held = _session(request, pk)
    scope = scope_of(request.actor, "craftsman.view", MATTER)
    chosen = request.POST.get("craftsman", "")
    rows = craftsmen(within=scope).filter(
        pk=int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 18 else 0
    )
    one = found(rows.first())
    try:
        acting.attend(session=held, craftsman=one, how=Arrival.DESK, at=timezone.now(), by=request.actor)
    except Mistaken as mistake:
        messages.error(request, str(mistake))
    else:
        messages.success(request, _("已给 %(name)s 签到。") % {"name": one})
    return redirect("craftsmen.session", pk=pk)


def strike(request: OfficeRequest, pk: int, row: int) -> HttpResponse:
    held = _session(request, pk)
    entry = found(Attendance.objects.filter(session=held, pk=row).select_related("craftsman__person").first())
    require(request.actor, "training.hold", entry)
    return _asked_why(
        request,
        held,
        _("划掉 %(name)s 的签到") % {"name": entry.craftsman},
        lambda why: acting.strike(attendance=entry, why=why, by=request.actor),
        _("已划掉，不再计入课时。"),
    )


def call_off(request: OfficeRequest, pk: int) -> HttpResponse:
    held = _session(request, pk)
    require(request.actor, "training.hold", held)
    return _asked_why(
        request,
        held,
        _("取消这场培训"),
        lambda why: acting.call_off(session=held, why=why, by=request.actor),
        _("已取消，这一场不计课时。"),
    )


def _asked_why(
    request: OfficeRequest, held: Session, button: str, act: Callable[[str], object], done: str
) -> HttpResponse:
    """Ask for the reason, act, and go back to the session."""
    form = ReasonForm(request.POST or None)
    if tried(request, form, lambda: act(form.cleaned_data["why"])):
        messages.success(request, done)
        return redirect("craftsmen.session", pk=held.pk)
    back = {"back": reverse("craftsmen.session", args=[held.pk]), "about": held.title}
    return render(request, "office/asked.html", {"form": form, "button": button, **back}, status=status(form))


def code(request: OfficeRequest, pk: int) -> HttpResponse:
    """The code on the wall. The page renews itself, so that a photograph of it is soon worth nothing."""
    held = _session(request, pk)
    require(request.actor, "training.hold", held)
    address = public_address(request) + reverse("craftsmen.arrive", args=[slip(ARRIVE, held)])
    context = {
        "held": held,
        "picture": drawn(address, error="l"),
        "came": held.attendances.filter(struck_at=None).count(),
    }
    response = render(request, "craftsmen/code.html", context)
    response["Cache-Control"] = "no-store"
    return response


def attendance_file(request: OfficeRequest, pk: int, form: str) -> FileResponse:
    """Who came, as a file."""
    held = _session(request, pk)
    scope = reach(request.actor, "register.export", MATTER)
    require(request.actor, "training.hold", held)
    return sent(request, attendance_listing(held, within=scope), form, scope)
