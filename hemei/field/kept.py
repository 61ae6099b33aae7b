"""The household's page on its phone: what it asks by where there is no signal, and what comes back from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hemei.core.actions.check import Answered, Stored
from hemei.core.actions.door import report_kept
from hemei.core.errors import Mistaken
from hemei.core.models import Channel
from hemei.core.pictures import address_of
from hemei.engines.forms import Kind, clean
from hemei.engines.forms.data import as_data
from hemei.field.about import by_its_clock
from hemei.field.doorstep import Doorstep
from hemei.field.offline import Sent, Unfit, files_of, position_of
from hemei.field.photos import moment_of
from hemei.field.walk import CLEAR, Walk
from hemei.terms.day import day_of
from hemei.terms.finding import FindingKind, Severity

MOST_PHOTOS = 3
NUMBER = re.compile(r"([0-9a-f]{32})(?:\.(?:0|[1-9][0-9]{0,2}))?", re.ASCII)  # a visit, and which part of it
Sign = tuple[str, str]  # a question, and a choice of it


def kit(step: Doorstep) -> dict[str, Any]:
    """The questions of this door, and which answers mean danger: the same for whoever stands there, naming nobody."""
    form = step.form.read
    return {
        "form": as_data(form),
        "language": (get_language() or "zh")[:2],
        "clear": CLEAR,
        "most_photos": MOST_PHOTOS,
        "pictures": {name: address_of(step.programme.key, name) for name in sorted(form.pictures)},
        "signs": list(_signs(step)),
        "dangers": list(_dangers(step)),
    }


def _signs(step: Doorstep) -> Iterator[Sign]:
    """Answers that show more than a doubt: their buttons are red."""
    for sign in _taps(step):
        if any(kind.severity > Severity.ROUTINE for kind in _shown(step, sign)):
            yield sign


def _dangers(step: Doorstep) -> Iterator[tuple[Sign, ...]]:
    """Answers that show an urgent danger, alone or two together; what takes three is seen when it is sent."""
    alone = [sign for sign in _taps(step) if _urgent(step, sign)]
    yield from ((sign,) for sign in alone)
    rest = [sign for sign in _taps(step) if sign not in alone]
    for one, other in combinations(rest, 2):
        if one[0] != other[0] and _urgent(step, one, other):
            yield one, other


def _taps(step: Doorstep) -> list[Sign]:
    tapped = (q for q in step.form.read.questions if q.kind is Kind.SELECT_ONE)
    return [(q.name, choice.name) for q in tapped for choice in q.choices]


def _shown(step: Doorstep, *signs: Sign) -> list[FindingKind]:
    return [kind for kind in step.findings if kind.applies and kind.applies(dict(signs))]


def _urgent(step: Doorstep, *signs: Sign) -> bool:
    return any(kind.severity is Severity.URGENT for kind in _shown(step, *signs))


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
        raise Unfit({error.question: error.problem for error in errors})
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
