"""工匠名册: the list, one page each, certificates and duty cards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import model_to_dict
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hemei.core.access import may, scope_of
from hemei.core.actions.person import unmask
from hemei.core.doors import found, moved, reach
from hemei.core.errors import Mistaken
from hemei.core.queries.paging import page
from hemei.core.queries.regions import names
from hemei.office.forms import OfficeForm
from hemei.office.paging import Turns, count_to
from hemei.office.request import OfficeRequest
from hemei.office.sending import sent
from hemei.office.trying import status, tried
from hemei.office.uploads import new_files
from hemei.programmes.craftsmen.actions import people as acting
from hemei.programmes.craftsmen.forms import AgreementForm, ChangeForm, CraftsmanFilterForm, PaperForm, ReasonForm
from hemei.programmes.craftsmen.models import (
    Certificate,
    Craftsman,
    DutyCard,
    EarlierTraining,
    ExamResult,
    LessonKind,
    Portrait,
)
from hemei.programmes.craftsmen.queries.listing import craftsmen_listing
from hemei.programmes.craftsmen.queries.people import CraftsmanFilter, craftsman, craftsmen, rule_for, standings
from hemei.programmes.craftsmen.queries.training import minutes_of
from hemei.programmes.craftsmen.queries.worksites import running_sites, works_of
from hemei.programmes.craftsmen.views.printed import picture_of
from hemei.programmes.craftsmen.wording import why_not
from hemei.terms.day import today

MATTER = Craftsman.matter


def listing(request: OfficeRequest) -> HttpResponse:
    scope = reach(request.actor, "craftsman.view", MATTER)
    form = CraftsmanFilterForm(request.GET, within=scope)
    where = form.where(min(scope.prefixes, key=len))
    rows = craftsmen(within=scope, where=where)
    ending = CraftsmanFilter(paper="soon", on=where.on, soon_days=where.soon_days)
    shown = page(rows, order=("region", "id"), cursor=request.GET.get("cursor", ""), count_to=count_to(request))
    stands, sites = standings(shown.rows, on=today()), running_sites([one.pk for one in shown.rows], on=today())
    context = {
        "form": form,
        "rows": [(one, stands[one.pk], why_not(stands[one.pk]), sites[one.pk]) for one in shown.rows],
        "page": Turns.of(request, shown, of=rows),
        "region_names": names(within=scope),
        "soon": craftsmen(within=scope, where=ending).count(),
        "soon_days": where.soon_days,
        "may_import": bool(scope_of(request.actor, "craftsman.keep", MATTER)),
        "left": where.left,
    }
    return render(request, "craftsmen/list.html", context)


def listing_file(request: OfficeRequest, form: str) -> FileResponse:
    """The list as a file, with its filters, under the headings by which it can be imported again."""
    scope = reach(request.actor, "register.export", MATTER)
    asked = CraftsmanFilterForm(request.GET, within=scope)
    chosen = craftsmen(within=scope, where=asked.where(min(scope.prefixes, key=len)))
    return sent(request, craftsmen_listing(chosen, within=scope), form, scope)


def detail(request: OfficeRequest, pk: int) -> HttpResponse:
    one = one_craftsman(request, pk)
    stands = standings([one], on=today())[one.pk]
    scope = reach(request.actor, "craftsman.view", MATTER)
    rule, minutes = rule_for(one.region, on=today()), minutes_of(one, within=scope)
    context = {
        "one": one,
        "stands": stands,
        "why": why_not(stands),
        "certificates": one.certificates.prefetch_related("scans__evidence").order_by("-valid_to", "-pk"),
        "portrait": Portrait.objects.filter(craftsman=one).defer("picture").first(),
        "cards": one.cards.order_by("-pk"),
        "earlier": [(row, _hours_of(row)) for row in one.earlier.prefetch_related("scans__evidence").order_by("-on")],
        "attended": one.attendances.select_related("session").order_by("-session__starts", "-pk")[:100],
        "hours": [
            (label, minutes.get(kind, 0) / 60, rule.minutes[kind] / 60 if kind in rule.minutes else None)
            for kind, label in LessonKind.choices
        ],
        "works": works_of(one, within=scope)[:50],
        "results": ExamResult.objects.filter(craftsman=one).select_related("plan").order_by("-on", "-pk"),
        "shown": [acting.SHOWN[name] for name in one.shown if name in acting.SHOWN],
        "may_keep": one.left_on is None and may(request.actor, "craftsman.keep", one),
        "may_return": one.left_on is not None and may(request.actor, "craftsman.keep", one),
        "may_unmask": may(request.actor, "person.unmask", one),
        "region_names": names(within=scope),
    }
    return render(request, "craftsmen/one.html", context)


def _hours_of(row: EarlierTraining) -> list[tuple[Any, float]]:
    return [(label, row.minutes[kind] / 60) for kind, label in LessonKind.choices if kind in row.minutes]


def one_craftsman(request: OfficeRequest, pk: int) -> Craftsman:
    return found(craftsman(pk, within=reach(request.actor, "craftsman.view", MATTER)))


def add_certificate(request: OfficeRequest, pk: int) -> HttpResponse:
    one = one_craftsman(request, pk)
    form = PaperForm(request.POST or None)
    return asked(
        request,
        one,
        form,
        _("登记证书"),
        lambda: acting.record_certificate(
            craftsman=one, paper=form.paper(), files=new_files(request), by=request.actor
        ),
    )


def revoke_certificate(request: OfficeRequest, pk: int, row: int) -> HttpResponse:
    one = one_craftsman(request, pk)
    paper = found(Certificate.objects.filter(craftsman=one, pk=row).first())
    form = ReasonForm(request.POST or None)

    def act() -> Certificate:
        return acting.revoke_certificate(certificate=paper, why=form.cleaned_data["why"], by=request.actor)

    return asked(request, one, form, _("注销证书 %(number)s") % {"number": paper.number}, act)


def revoke_card(request: OfficeRequest, pk: int, row: int) -> HttpResponse:
    one = one_craftsman(request, pk)
    card = found(DutyCard.objects.filter(craftsman=one, pk=row).first())
    form = ReasonForm(request.POST or None)

    def act() -> DutyCard:
        return acting.revoke_card(card=card, why=form.cleaned_data["why"], by=request.actor)

    return asked(request, one, form, _("作废上岗牌 %(number)s") % {"number": card.number}, act)


def asked(
    request: OfficeRequest,
    one: Craftsman,
    form: OfficeForm,
    button: str,
    act: Callable[[], Any],
    explanation: str = "",
) -> HttpResponse:
    """A form about one craftsman: filled in and done, or shown with what is wrong."""
    if tried(request, form, act):
        messages.success(request, _("已办理：%(what)s。") % {"what": button})
        return moved(request, reverse("craftsmen.one", args=[one.pk]))
    back = {"back": reverse("craftsmen.one", args=[one.pk]), "about": one.person.name, "explanation": explanation}
    return render(request, "office/asked.html", {"form": form, "button": button, **back}, status=status(form))


def change(request: OfficeRequest, pk: int) -> HttpResponse:
    one = one_craftsman(request, pk)
    form = ChangeForm(request.POST or None, initial=model_to_dict(one, ["trade", "level", "lead", "team"]))
    return asked(
        request,
        one,
        form,
        _("修改登记"),
        lambda: acting.change(craftsman=one, by=request.actor, **form.cleaned_data),
    )


def agree(request: OfficeRequest, pk: int) -> HttpResponse:
    """What they let the public directory say of them."""
    one = one_craftsman(request, pk)
    form = AgreementForm(request.POST or None, initial={"shown": one.shown})
    return asked(
        request,
        one,
        form,
        _("登记公开同意"),
        lambda: acting.agree(craftsman=one, by=request.actor, **form.cleaned_data),
    )


def leave(request: OfficeRequest, pk: int) -> HttpResponse:
    one = one_craftsman(request, pk)
    form = ReasonForm(request.POST or None)

    def act() -> Craftsman:
        return acting.leave(craftsman=one, why=form.cleaned_data["why"], by=request.actor)

    return asked(request, one, form, _("退出名册"), act)


@require_POST
def issue_card(request: OfficeRequest, pk: int) -> HttpResponse:
    one = one_craftsman(request, pk)
    try:
        card = acting.issue_card(craftsman=one, by=request.actor)
    except Mistaken as mistake:
        messages.error(request, str(mistake))
        return redirect("craftsmen.one", pk=pk)
    return redirect("craftsmen.card", pk=pk, row=card.pk)


def card(request: OfficeRequest, pk: int, row: int) -> HttpResponse:
    """The duty card, to print."""
    one = one_craftsman(request, pk)
    issued = found(DutyCard.objects.filter(craftsman=one, pk=row).select_related("certificate").first())
    context = {
        "one": one,
        "card": issued,
        "picture": picture_of(request, issued),
        "said": acting.carried(issued),
        "portrait": Portrait.objects.filter(craftsman=one).defer("picture").first(),
        "may_keep": one.left_on is None and may(request.actor, "craftsman.keep", one),
    }
    return render(request, "craftsmen/card.html", context)


@require_POST
def reveal(request: OfficeRequest, pk: int) -> HttpResponse:
    """The whole number, on this one answer and nowhere else; the entry stays."""
    one = one_craftsman(request, pk)
    shown = unmask(person=one.person, by=request.actor)
    back = {"back": one.person.name, "back_url": reverse("craftsmen.one", args=[pk])}
    response = render(request, "office/unmasked.html", {"person": one.person, "shown": shown, **back})
    response["Cache-Control"] = "no-store"
    return response
