"""A form as it will be asked, before it holds: nothing that is filled in is sent anywhere."""

from __future__ import annotations

import inspect

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from hemei.core.doors import found
from hemei.core.models import FormVersion, Tier
from hemei.core.queries.formversions import versions
from hemei.core.registry import registry
from hemei.engines.forms import read_published
from hemei.field.doorstep import private
from hemei.field.rehearsal import Rehearsal
from hemei.field.sheet import Filled, parts
from hemei.field.staff import StaffRequest, staff, within
from hemei.field.views import door


@staff
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    version = _version(request, pk)
    read = read_published(bytes(version.workbook))
    context = {"version": version, "read": read, "parts": parts(read, Filled(), request.user)}
    context["title"] = registry.title_of(version.form, version.title)
    context["at_door"] = _tier(version) == Tier.SELF
    return render(request, "field/preview.html", context)


@csrf_exempt  # as at the door itself; nothing is stored
@staff
def rehearse(request: StaffRequest, pk: int, page: str) -> HttpResponse:
    """A page of the household's, with that version of a self-check."""
    version = _version(request, pk)
    if _tier(version) != Tier.SELF:
        raise Http404
    view = inspect.unwrap(getattr(door, page))  # without what finds the house
    return private(view(request, Rehearsal.of(version, request.actor)))


def _version(request: StaffRequest, pk: int) -> FormVersion:
    return found(versions(within=within(request, "form.edit")).filter(pk=pk).first())


def _tier(version: FormVersion) -> str:
    return version.tier or registry.forms[version.form].tier
