"""Signing in and out, and choosing a password of one's own."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from hemei.core.actions.unit import choose_password
from hemei.office.forms import PasswordForm
from hemei.office.request import OfficeRequest


def home(request: HttpRequest) -> HttpResponse:
    return redirect("office:today" if request.user.is_authenticated else "sign_in")


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("office:today")
    following = request.POST.get("next") or request.GET.get("next", "")
    form = AuthenticationForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        ours = url_has_allowed_host_and_scheme(following, {request.get_host()}, require_https=request.is_secure())
        return redirect(following if ours else "office:today")
    status = 422 if form.errors else 200
    return render(request, "office/sign_in.html", {"form": form, "next": following}, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("sign_in")


@never_cache
@sensitive_post_parameters()
def change_password(request: OfficeRequest) -> HttpResponse:
    """Choose a password that nobody else has seen."""
    form = PasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        choose_password(account=request.user, password=form.cleaned_data["new_password1"], by=request.actor)
        update_session_auth_hash(request, request.user)
        messages.success(request, _("密码已更换，请记住新密码。"))
        return redirect("office:today")
    status = 422 if form.errors else 200
    return render(
        request, "office/password.html", {"form": form, "obliged": request.user.must_change_password}, status=status
    )
