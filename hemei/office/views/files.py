"""一户一档 on paper, in the usual filing order: cover, contents, survey, notices, photos, acceptance."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from hemei.core.access import Scope, scope_of
from hemei.core.doors import found
from hemei.core.models import CaseStep, Check, Evidence, Place
from hemei.core.queries import persons
from hemei.core.queries import places as reading
from hemei.core.queries.history import checks_at, files_at, steps_at
from hemei.core.queries.regions import names
from hemei.core.registry import registry
from hemei.office.kinds import cells, own_rows
from hemei.office.request import OfficeRequest, within
from hemei.office.story import SHOWN, answers
from hemei.terms.day import today

DURING = {"case.contain", "case.look_again", "case.serve"}


def place_file(request: OfficeRequest, pk: int) -> HttpResponse:
    scope = within(request, "place.view")
    place = found(reading.place(pk, within=scope))
    kind = registry.kinds[place.kind]
    context = {
        "place": place,
        "kind": kind,
        "cells": cells(kind, own_rows(kind, [place]).get(place.pk)),
        "holdings": persons.holdings(place, within=scope_of(request.actor, "person.view")),
        "region_path": _path(place, names(within=scope)),
        "today": today(),
        **_filed(place, scope_of(request.actor, "check.view"), scope_of(request.actor, "case.view")),
    }
    return render(request, "office/place_file.html", context)


def _path(place: Place, known: dict[str, str]) -> list[str]:
    return [name for code, name in sorted(known.items()) if place.region.startswith(code)]


def _filed(place: Place, checks_in: Scope, cases_in: Scope) -> dict[str, Any]:
    checks: list[Check] = sorted(checks_at(place, within=checks_in)[:SHOWN], key=lambda check: check.at)
    steps: list[CaseStep] = sorted(steps_at(place, within=cases_in)[:SHOWN], key=lambda step: (step.at, step.pk))
    files = list(files_at(place, within=cases_in)[:SHOWN])
    return {
        "looks": [(check, answers(check)) for check in checks if check.tier != "self"],
        "selfchecks": [check for check in checks if check.tier == "self"],
        "notices": [step for step in steps if step.verb == "case.serve"],
        "before": [file for file in files if _when(file) == "before"],
        "during": [file for file in files if _when(file) == "during"],
        "after": [file for file in files if _when(file) == "after"],
        "acceptances": [step for step in steps if step.verb == "case.accept"],
        "steps": steps,
    }


def _when(file: Evidence) -> str:
    """Where a photo is filed: what a check saw comes before, what a repair or its acceptance showed comes after."""
    if file.step is None:
        return "before"
    return "during" if file.step.verb in DURING else "after"
