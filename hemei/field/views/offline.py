"""The page that works without a signal: the page itself, what it keeps, the script that keeps it, and what it sends."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hemei.core.access import Refused, may
from hemei.core.actions.check import Stored
from hemei.core.actions.edit import Taken
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import Check
from hemei.core.registry import registry
from hemei.core.wording import doubted
from hemei.field import editing, offline
from hemei.field.scanned import keeping
from hemei.field.staff import StaffRequest, staff
from hemei.terms.finding import Severity

BUILT = ("built/offline.js", "built/offline.css")


@staff
def page(request: StaffRequest) -> HttpResponse:
    """The frame alone: whose list stands in it is known by what the phone keeps."""
    return render(request, "field/offline.html")


@staff
def kit(request: StaffRequest) -> HttpResponse:
    get_token(request)  # what is sent later needs it
    response = JsonResponse(offline.kit(request.actor, request.user))
    response["Cache-Control"] = "no-store"
    return response


def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the page; a changed file makes it another one."""
    files = [static(name) for name in BUILT]
    return keeping(
        request, "field", page=reverse("field:offline"), files=files, told=get_language() or "", first="kept"
    )


@staff
@require_POST
def send(request: StaffRequest) -> HttpResponse:
    """One filled-in form with its photos: stored before it is answered; what is refused says what to mend."""

    def act() -> dict[str, str]:
        sent = offline.read_sent(request.POST.get("check", ""), offline.photos_of(request))
        return _told(offline.take_in(sent, by=request.actor), request)

    return _answered(act)


@staff
@require_POST
def edit(request: StaffRequest) -> HttpResponse:
    """One correction of the register, taken where nobody else has changed the same meanwhile, else kept beside it."""
    return _answered(lambda: _told_of(editing.take_in(request.POST.get("edit", ""), by=request.actor), request))


def _answered(act: Callable[[], dict[str, str]]) -> HttpResponse:
    try:
        return JsonResponse(act())
    except offline.Unfit as unfit:
        return _refused(str(unfit.message), 422, unfit.wrong)
    except Conflict as clash:
        return _refused(str(clash.message), 409)
    except Mistaken as wrong:
        return _refused(str(wrong.message), 422, {wrong.field: str(wrong.message)} if wrong.field else None)
    except Refused:
        return _refused(_("您没有在这里填这张表、改登记的权限。"), 403)
    except Http404:
        return _refused(_("没有这个对象，或不在您负责的区域内。"), 404)


def _refused(message: str, status: int, wrong: object = None) -> HttpResponse:
    return JsonResponse({"outcome": "refused", "message": message, "wrong": wrong or {}}, status=status)


def _told_of(taken: Taken, request: StaffRequest) -> dict[str, str]:
    waits = _("别人刚改过同一项（%(titles)s）。您写的没有丢，和现在的并列着，等人核定。") % {
        "titles": editing.titles(taken)
    }
    return {
        "outcome": "repeated" if taken.repeated else "stored",
        "message": waits if taken.clashes else _("登记已改。"),
        "link": reverse("office:place", args=[taken.edit.place_id]),
    }


def _told(stored: Stored, request: StaffRequest) -> dict[str, str]:
    check = stored.check
    said = [_found(check), doubted(check, check.place)]
    seen = may(request.actor, "check.view", check)
    return {
        "outcome": "repeated" if stored.repeated else "stored",
        "message": " ".join(filter(None, said)),
        "link": reverse("field:check_made", args=[check.pk]) if seen else "",
    }


def _found(check: Check) -> str:
    found = list(check.findings.order_by("-severity"))
    if not found:
        return _("没有发现问题。")
    kinds = [registry.findings.get(one.code) for one in found]
    first = [str(kind.title) if kind else one.code for one, kind in zip(found, kinds, strict=True)][:3]
    counted = ngettext("发现 %(n)d 个问题：%(titles)s。", "发现 %(n)d 个问题：%(titles)s。", len(found))
    told = counted % {"n": len(found), "titles": "、".join(first)}
    urgent = next((kind for kind in kinds if kind and kind.severity == Severity.URGENT), None)
    return f"{told} {urgent.remedy}" if urgent else told
