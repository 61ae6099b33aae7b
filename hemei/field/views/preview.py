"""A form as it will be asked, before it holds: nothing that is filled in is sent anywhere."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from hemei.core.doors import found
from hemei.core.queries.formversions import versions
from hemei.engines.forms import read_form
from hemei.field.sheet import Filled, parts
from hemei.field.staff import StaffRequest, staff, within


@staff
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    version = found(versions(within=within(request, "form.edit")).filter(pk=pk).first())
    read = read_form(bytes(version.workbook))
    context = {"version": version, "read": read, "parts": parts(read, Filled(), request.user)}
    return render(request, "field/preview.html", context)
