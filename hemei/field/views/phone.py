"""Pairing a phone with a house, and what it may then see: what became of earlier reports."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from hemei.core.access import scope_of
from hemei.core.actions.door import Pairing, forget_phone, pair
from hemei.core.models import Check
from hemei.core.queries.door import reports_of
from hemei.core.registry import registry
from hemei.field.doorstep import COOKIE, COOKIE_AGE, Doorstep, at_door

# What a state means to whoever reported it: its word, and what happens next.
PLAIN = {
    "reported": (gettext_lazy("已收到，等核实"), gettext_lazy("村里会先打电话或者上门核实。")),
    "found": (gettext_lazy("已登记"), gettext_lazy("正在安排由谁来处理。")),
    "assigned": (gettext_lazy("正在处理"), gettext_lazy("已经交给负责的单位，会有人来看。")),
    "contained": (gettext_lazy("已封住，危险还在"), gettext_lazy("请不要进去，等修好、验收以后再用。")),
    "remedied": (gettext_lazy("已经整治，等验收"), gettext_lazy("会有另一个人到现场看过，才算完成。")),
    "accepted": (gettext_lazy("已经处理好"), gettext_lazy("现场验收通过。")),
    "withdrawn": (gettext_lazy("核实过，不是隐患"), gettext_lazy("如果情况变了，请再报一次。")),
    "imported": (gettext_lazy("已归入历史台账"), ""),
}


@at_door
def pairing(request: HttpRequest, step: Doorstep) -> HttpResponse:
    """Type the code on the indoor card, once."""
    if request.method != "POST":
        return step.page(request, "pair", {})
    outcome = pair(door=step.door, code=request.POST.get("code", "")[:40], by=step.actor)
    if not outcome.secret:
        return step.page(request, "pair", {"error": _why_not(outcome)}, status=422)
    response = redirect(step.address("plate", paired="1"))
    response.set_cookie(
        COOKIE,
        outcome.secret,
        max_age=COOKIE_AGE,
        path=step.address("plate"),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response


def _why_not(outcome: Pairing) -> str:
    if outcome.closed_until:
        until = localtime(outcome.closed_until).strftime("%H:%M")
        return _("号码输错的次数太多，请在 %(time)s 以后再试。") % {"time": until}
    return ngettext(
        "号码不对，请照着屋里的卡片再输一次。还可以试 %(n)d 次。",
        "号码不对，请照着屋里的卡片再输一次。还可以试 %(n)d 次。",
        outcome.tries_left,
    ) % {"n": outcome.tries_left}


@at_door
def forgetting(request: HttpRequest, step: Doorstep) -> HttpResponse:
    response = redirect(step.address("plate", unpaired="1"))
    if request.method == "POST" and step.paired:
        forget_phone(door=step.door, by=step.actor)
        response.delete_cookie(COOKIE, path=step.address("plate"), samesite="Lax")
    return response


@at_door
def reports(request: HttpRequest, step: Doorstep) -> HttpResponse:
    """What became of earlier reports, in plain words. Never a grade."""
    if not step.paired:
        return redirect(step.address("pair"))
    made = reports_of(step.place, within=scope_of(step.actor, "case.view"))
    lines = [line for check in made for line in _lines(check)]
    return step.page(request, "status", {"reports": lines, "unpair_url": step.address("forget")})


def _lines(check: Check) -> list[dict[str, object]]:
    found = [finding for finding in check.findings.all() if finding.case]
    if not found:
        return [{"date": check.at, "title": _("一切正常"), "state": "none", "word": "", "next_step": ""}]
    lines = []
    for finding in found:
        assert finding.case is not None
        word, following = PLAIN[finding.case.state]
        kind = registry.findings.get(finding.code)
        title = kind.title if kind else finding.case.title
        state = finding.case.state
        lines.append({"date": check.at, "title": title, "state": state, "word": word, "next_step": following})
    return lines
