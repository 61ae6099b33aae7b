"""两步验证: setting it up, giving a code, new recovery codes."""

from __future__ import annotations

import base64
import io
from urllib.parse import urlencode

import segno
from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from hemei.core.access import require_proof
from hemei.core.actions import secondfactor as acting
from hemei.core.actions.secondfactor import Proof
from hemei.core.personal import decrypt, encrypt
from hemei.core.queries.secondfactor import has_second_factor, is_spared
from hemei.office.forms import OfficeForm
from hemei.office.request import OfficeRequest
from hemei.office.sessions import ASKED, PROVEN
from hemei.office.trying import status, tried
from hemei.terms import onetime

PENDING = "second_factor_pending"  # the secret that is being set up, encrypted


class CodeForm(OfficeForm):
    code = forms.CharField(
        label=gettext_lazy("验证码"),
        max_length=20,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True}),
    )


@never_cache
@sensitive_post_parameters("code")
def ask(request: OfficeRequest) -> HttpResponse:
    """Ask for a code, and go on to where it was asked for."""
    following = _following(request)
    if not has_second_factor(request.user):
        return redirect(f"{reverse('office:second_step_set_up')}?{urlencode({'next': following})}")
    form = CodeForm(request.POST or None)

    def act() -> Proof:
        return acting.prove(account=request.user, code=form.cleaned_data["code"], by=request.actor)

    if proof := tried(request, form, act):
        _proven(request)
        if proof.by_recovery:
            messages.warning(
                request, _("用掉了一个恢复码，还剩 %(left)d 个。手机丢了请尽快重新设置。") % {"left": proof.left}
            )
        return redirect(following)
    return render(request, "office/second_step.html", {"form": form, "next": following}, status=status(form))


@never_cache
@sensitive_post_parameters("code")
def set_up(request: OfficeRequest) -> HttpResponse:
    """A QR code for the app, and the first code from it; then the recovery codes, on this one answer."""
    following = _following(request)
    if has_second_factor(request.user):
        return render(request, "office/second_step_state.html", {"left": len(request.user.second_factor.recovery)})
    secret = _pending(request)
    form = CodeForm(request.POST or None)

    def act() -> list[str]:
        return acting.set_up(account=request.user, secret=secret, code=form.cleaned_data["code"], by=request.actor)

    if codes := tried(request, form, act):
        update_session_auth_hash(request, request.user)
        del request.session[PENDING]
        _proven(request)
        return _recovery_page(request, codes, following)
    context = {
        "form": form,
        "next": following,
        "secret": onetime.written(base64.b32decode(secret)),
        "spared": is_spared(request.user),
    }
    return render(request, "office/second_step_set_up.html", context, status=status(form))


@never_cache
def qr_code(request: OfficeRequest) -> HttpResponse:
    """The code that the app scans, as a picture of our own; only while it is being set up."""
    secret = base64.b32decode(_pending(request))
    told = onetime.address(secret, issuer=_("和美"), account=request.user.username)
    picture = io.BytesIO()
    segno.make(told, error="m", micro=False).save(picture, kind="svg", scale=6, border=4, xmldecl=False, svgclass=None)
    response = HttpResponse(picture.getvalue(), content_type="image/svg+xml")
    response["Cache-Control"] = "no-store"
    return response


@never_cache
@require_POST
def recovery(request: OfficeRequest) -> HttpResponse:
    """New recovery codes instead of the earlier ones, for whoever gave a code lately."""
    if not has_second_factor(request.user):
        return redirect("office:second_step_set_up")
    require_proof(request.actor)
    codes = acting.renew_recovery(account=request.user, by=request.actor)
    update_session_auth_hash(request, request.user)
    return _recovery_page(request, codes, reverse("office:second_step_set_up"))


def _recovery_page(request: OfficeRequest, codes: list[str], following: str) -> HttpResponse:
    response = render(request, "office/recovery_codes.html", {"codes": codes, "next": following})
    response["Cache-Control"] = "no-store"
    return response


def _proven(request: OfficeRequest) -> None:
    """A session that has shown a code is another one than the one that had only a password."""
    request.session.cycle_key()
    request.session[PROVEN] = timezone.now().timestamp()
    request.session[ASKED] = True


def _pending(request: OfficeRequest) -> str:
    """The secret that is being set up in this session; kept encrypted until the app has shown that it has it."""
    if PENDING not in request.session:
        request.session[PENDING] = base64.b64encode(encrypt(acting.new_secret())).decode()
    return decrypt(base64.b64decode(request.session[PENDING]))


def _following(request: OfficeRequest) -> str:
    asked = request.POST.get("next") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if ours else reverse("office:today")
