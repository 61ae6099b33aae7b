"""The household's page on its phone: what it asks by where there is no signal, and what comes back from it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hemei.core.actions.check import Answered, Stored
from hemei.core.actions.door import report_kept
from hemei.core.errors import Mistaken
from hemei.core.models import Channel, Check
from hemei.core.pictures import address_of
from hemei.engines.forms import clean
from hemei.engines.forms.answers import field_name
from hemei.engines.forms.data import as_data
from hemei.field.about import by_its_clock
from hemei.field.dangers import dangers, signs
from hemei.field.doorstep import Doorstep
from hemei.field.offline import Sent, Unfit, files_of, position_of
from hemei.field.photos import moment_of
from hemei.field.walk import CLEAR, Walk
from hemei.terms.day import day_of

MOST_PHOTOS = 3
NUMBER = re.compile(r"([0-9a-f]{32})(?:\.(?:0|[1-9][0-9]{0,2}))?", re.ASCII)  # a visit, and which part of it


def kit(step: Doorstep) -> dict[str, Any]:
    """The questions of this door, and which answers mean danger: the same for whoever stands there, naming nobody."""
    form = step.form.read
    return {
        "form": as_data(form) | {"title": step.form.title},
        "language": (get_language() or "zh")[:2],
        "clear": CLEAR,
        "most_photos": MOST_PHOTOS,
        "pictures": {name: address_of(step.programme.key, name) for name in sorted(form.pictures)},
        "signs": list(signs(form, step.findings)),
        "dangers": list(dangers(form, step.findings)),
    }


def take_in(sent: Sent, step: Doorstep) -> Stored:
    """Store it as this door's report. Raises Unfit and Mistaken for what does not fit."""
    said = sent.said
    read = step.form.versions.get(said["version"])
    if said["form"] != step.form.id or read is None:
        raise Mistaken(_("这张自查表换过了，请重新报一次。"), code="unknown_form")
    number = NUMBER.fullmatch(said["instance"])
    if (moment := moment_of(said["at"])) is None or not number:
        raise Mistaken(_("发来的内容读不懂，请更新页面后再发。"), code="unreadable")
    at = by_its_clock(moment)
    answers, errors = clean(read, said["fields"], day_of(at))
    if errors:
        raise Unfit({field_name(error.question, error.instance): error.problem for error in errors})
    walk = Walk(read, step.findings, answers, day_of(at))
    if walk.upcoming and not walk.urgent:  # only whoever is in danger leaves in the middle
        raise Unfit({walk.upcoming.name: _("请回答这一题。")})
    if len(sent.photos) > MOST_PHOTOS:
        raise Mistaken(_("照片最多 %(n)d 张，请去掉几张。") % {"n": MOST_PHOTOS}, code="photos")
    position = position_of(said.get("position"))
    files = [file for file in files_of(sent, position) if file.question in answers]
    answered = Answered(
        form=step.form.id, version=read.version, answers=answers, instance_id=f"kept.{said['instance']}", at=at,
        channel=Channel.PAGE, raw=sent.raw, files=files, **position,
    )  # fmt: skip
    return report_kept(place=step.place, answered=answered, visit=number[1], by=step.actor)


def untold(check: Check, step: Doorstep) -> bool:
    """Whether it showed a danger that only the server sees: by what was typed, or told several times."""
    read = step.form.versions.get(check.version, step.read)
    walk = Walk(read, step.findings, check.answers, day_of(check.at))
    tapped = {q.name: check.answers[q.name] for q in walk.taps if q.name in check.answers}
    return bool(walk.urgent - replace(walk, answers=tapped).urgent)
