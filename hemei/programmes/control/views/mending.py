"""读不了的规则: what the district once kept and the law cannot read now, why, and the way to put it right."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from hemei.core.doors import reach
from hemei.office.request import OfficeRequest
from hemei.office.trying import status, tried
from hemei.programmes.control.actions.law import entries_of
from hemei.programmes.control.fields import Documented
from hemei.programmes.control.keeping import newest_law, whole_law
from hemei.programmes.control.models import OwnLaw
from hemei.programmes.control.unread import mended, sifted
from hemei.programmes.control.views.changing import kept
from hemei.programmes.control.views.district import MATTER, district_here


def mend(request: OfficeRequest) -> HttpResponse:
    """Write what can be put right without asking, leave out what cannot, and keep the rest as it is."""
    scope = reach(request.actor, "control.keep", MATTER)
    code = district_here(request, scope)
    law = newest_law(code)
    faults = whole_law(law).faults
    if not faults:
        messages.info(request, _("区里的规则都读得了，没有要改的。"))
        return redirect("control.rules")
    entries, changes = mended(entries_of(code))
    _book, _plan, faulty, left = sifted(entries)
    form = Documented(request.POST or None)

    def act() -> OwnLaw:
        return kept(request, code, law, left, form.cleaned_data["said"])

    if tried(request, form, act):
        messages.success(request, _("已保存，区里的规则都读得了。拿掉的请重新写。"))
        return redirect("control.rules")
    context = {"form": form, "faults": faults, "changes": changes, "left": faulty}
    return render(request, "control/mend.html", context, status=status(form))
