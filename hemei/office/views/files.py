"""一户一档 on paper, in the usual filing order: cover, contents, survey, notices, photos, acceptance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hemei.core.access import Scope, scope_of
from hemei.core.doors import found
from hemei.core.models import CaseStep, Check, Evidence, Place
from hemei.core.queries import persons
from hemei.core.queries import places as reading
from hemei.core.queries.history import checks_at, files_at, steps_at
from hemei.core.queries.regions import names
from hemei.core.registry import registry
from hemei.office.kinds import cells, own_rows, sections
from hemei.office.request import OfficeRequest, within
from hemei.office.story import SHOWN, answers
from hemei.terms.day import today

# Where the photos of a step are filed; those of its service lie with the notices.
BEFORE = {"case.open", "case.report", "case.import", "case.confirm", "case.assign"}
AFTER = {"case.remedy", "case.accept"}
NUMERALS = "一二三四五六七八九十"


def numeral(place: int) -> str:
    return NUMERALS[place] if (get_language() or "").startswith("zh") else str(place + 1)


@dataclass(frozen=True)
class Part:
    """One part of the file, as the contents name it."""

    key: str
    title: str
    number: str
    count: int | None = None


def place_file(request: OfficeRequest, pk: int) -> HttpResponse:
    scope = within(request, "place.view")
    place = found(reading.place(pk, within=scope))
    kind = registry.kinds[place.kind]
    own = sections(request, place)
    filed = _filed(place, scope_of(request.actor, "check.view"), scope_of(request.actor, "case.view"))
    context = {
        "place": place,
        "kind": kind,
        "cells": cells(kind, own_rows(kind, [place]).get(place.pk)),
        "holdings": persons.holdings(place, within=scope_of(request.actor, "person.view")),
        "where": _where(place, names(within=scope)),
        "today": today(),
        "sections": own,
        "parts": _parts(filed, own),
        **filed,
    }
    return render(request, "office/place_file.html", context)


def _where(place: Place, known: dict[str, str]) -> list[str]:
    path = [name for code, name in sorted(known.items()) if place.region.startswith(code)]
    return path if not place.group or place.group in path else [*path, place.group]


def _parts(filed: dict[str, Any], own: list[str]) -> list[Part]:
    """The contents, in the usual order."""
    titles = {
        "register": (_("登记信息"), None),
        "checks": (_("检查记录"), len(filed["looks"]) + len(filed["selfchecks"])),
        "own": (_("鉴定等专项记录"), None),
        "notices": (_("文书和送达"), len(filed["notices"])),
        "before": (_("整治前照片"), len(filed["before"])),
        "during": (_("整治中照片"), len(filed["during"])),
        "after": (_("整治后照片"), len(filed["after"])),
        "acceptances": (_("验收"), len(filed["acceptances"])),
        "steps": (_("经过"), len(filed["steps"])),
    }
    if not own:
        del titles["own"]
    return [Part(key, title, numeral(i), count) for i, (key, (title, count)) in enumerate(titles.items())]


def _filed(place: Place, checks_in: Scope, cases_in: Scope) -> dict[str, Any]:
    checks: list[Check] = sorted(checks_at(place, within=checks_in)[:SHOWN], key=lambda check: check.at)
    steps: list[CaseStep] = sorted(steps_at(place, within=cases_in)[:SHOWN], key=lambda step: (step.at, step.pk))
    files = list(files_at(place, within=cases_in)[:SHOWN])
    return {
        "looks": [(check, answers(check)) for check in checks if check.tier != "self"],
        "selfchecks": [check for check in checks if check.tier == "self"],
        "notices": [step for step in steps if step.verb == "case.serve"],
        **{when: [file for file in files if _when(file) == when] for when in ("scans", "before", "during", "after")},
        "acceptances": [step for step in steps if step.verb == "case.accept"],
        "steps": steps,
    }


def _when(file: Evidence) -> str:
    """Where a file is filed: what a check saw comes before, what a repair or its acceptance showed comes after."""
    if file.step is None:
        return "before" if file.check_made else "scans"
    if file.step.verb == "case.serve":
        return "notices"
    return "before" if file.step.verb in BEFORE else "after" if file.step.verb in AFTER else "during"
