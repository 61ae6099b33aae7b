"""What ODK Collect and its kin are given and send in, by the OpenRosa protocol, whatever carries it."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from math import isfinite
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from hemei.core.access import Actor, Scope, require, scope_of
from hemei.core.actions.check import Answered, Stored, attach_files, submit_check
from hemei.core.actions.evidence import NewFile
from hemei.core.doors import found
from hemei.core.errors import Mistaken
from hemei.core.files import Received
from hemei.core.models import Channel, EvidenceSource, Tier
from hemei.core.pictures import pictures_of
from hemei.core.queries import places
from hemei.core.queries.collector import offered
from hemei.core.queries.places import numbers_of
from hemei.core.registry import Form, registry
from hemei.engines.forms import AnswerError, Kind, Submission, answers_of
from hemei.engines.forms import Form as ReadForm
from hemei.engines.forms.answers import fields_of
from hemei.engines.forms.xform import WhichPlace, xform
from hemei.field.about import by_its_clock, in_each, proxy_questions, proxy_told, villages_of, whereabouts
from hemei.field.staff import right_for
from hemei.terms.day import day_of, today

WAY = gettext_lazy("怎么找要查看的这一处？")
BY_LIST, BY_MAP = gettext_lazy("从名单里找"), gettext_lazy("在地图上找")
WHICH = gettext_lazy("查看的是哪一处？")


class NoSuchForm(Mistaken):
    """The form is not registered, in that version, or not for this person."""


def forms_of(actor: Actor) -> list[Form]:
    """The forms this person may fill in somewhere."""
    return [form for form in registry.open_forms if _reach(actor, form)]


def _reach(actor: Actor, form: Form) -> Scope:
    return scope_of(actor, right_for(form), registry.programme_of_kind(form.kind).key)


def form_named(name: str, actor: Actor) -> Form:
    """One of them. Raises 404 for any other."""
    return found(next((form for form in forms_of(actor) if form.id == name), None))


def form_xml(form: Form) -> bytes:
    before = proxy_questions() if form.tier == Tier.SELF else ()
    asking = WhichPlace(in_each(WHICH), way=in_each(WAY), by_list=in_each(BY_LIST), by_map=in_each(BY_MAP))
    return xform(form.read, place=asking, before=before, pictures=pictures_of(form))


def places_csv(form: Form, actor: Actor) -> bytes:
    """The places on offer: the same ones give the same bytes. Names of residents are not among them."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(["name", "label", "by", "geometry"])
    reach = _reach(actor, form)
    rows = list(offered(form, within=reach, actor=actor))
    villages = villages_of(reach)
    where = {place.pk: " ".join((place.label, *whereabouts(place, villages))) for place, _due_on in rows}
    alike = Counter(where.values())
    numbers = numbers_of([place for place, _due_on in rows if alike[where[place.pk]] > 1], within=reach)
    for place, due_on in rows:
        said = where[place.pk]
        if alike[said] > 1:  # else whoever stands there could not tell them apart
            said += f" · {numbers.get(place.pk, place.pk)}"
        on_map = "" if place.lat is None else f"{place.lat:.7f} {place.lon:.7f} 0 0"  # as Collect's map reads it
        lines.writerow([place.pk, said + _owed(due_on), due_on or "", on_map])
    return out.getvalue().encode()


def _owed(due_on: date | None) -> str:
    if due_on is None:
        return ""
    late = due_on < today()
    when = _("已过期限 %(day)s") if late else _("%(day)s 前")
    return f"（{when % {'day': due_on.isoformat()}}）"


def form_list(entries: Iterable[Mapping[str, str]]) -> bytes:
    """The answer to formList: one `xform` an entry."""
    return _document("xforms", "http://openrosa.org/xforms/xformsList", "xform", entries)


def manifest(entries: Iterable[Mapping[str, str]]) -> bytes:
    return _document("manifest", "http://openrosa.org/xforms/xformsManifest", "mediaFile", entries)


def _document(root: str, namespace: str, name: str, entries: Iterable[Mapping[str, str]]) -> bytes:
    document = Element(root, xmlns=namespace)
    for entry in entries:
        line = SubElement(document, name)
        for key, text in entry.items():
            SubElement(line, key).text = text
    return _written(document)


@lru_cache(maxsize=64)
def response(message: str) -> bytes:
    """What Collect shows whoever pressed send."""
    document = Element("OpenRosaResponse", xmlns="http://openrosa.org/http/response")
    SubElement(document, "message").text = message
    return _written(document)


def _written(document: Element) -> bytes:
    return b"<?xml version='1.0' encoding='utf-8'?>" + tostring(document, "unicode").encode()


def md5(content: bytes) -> str:
    """What the protocol names a file's version by; it protects nothing."""
    return "md5:" + hashlib.md5(content, usedforsecurity=False).hexdigest()


def take_in(submission: Submission, xml: bytes, files: Mapping[str, Received], *, by: Actor, device: str) -> Stored:
    """Store a filled-in form as a check, with those of its photos that came along; the others may follow.

    Raises Refused where this person may not, NoSuchForm, Http404 for an unknown place, Mistaken for what does not fit.
    """
    form = registry.forms.get(submission.form)
    read = form.versions.get(submission.version) if form else None
    if form is None or read is None:
        raise NoSuchForm(_("没有这张表或这个版本，请在手机上更新空白表单后重填。"), code="unknown_form")
    place = found(places.place(_number(submission.place), within=scope_of(by, "place.view")))
    require(by, right_for(form), place)
    at = by_its_clock(submission.at or timezone.now())
    answers, unread = answers_of(read, submission, day_of(at))
    photos = _photos(read, answers, files)
    answered = Answered(
        form=form.id,
        answers=answers,
        instance_id=submission.instance_id,
        at=at,
        raw=xml,
        files=photos,
        replaces=submission.deprecated_id,
        version=submission.version,
        device=device,
        **_told(form, submission),
        **_position(read, answers),
    )
    if wrong := next(iter(unread), answered.problem):
        raise Mistaken(f"{_called(read, wrong)}：{wrong.problem}", field=wrong.question, code="answer")
    answered.look_over()
    stored = submit_check(place=place, answered=answered, by=by)
    if stored.repeated and photos:
        attach_files(check=stored.check, files=photos, by=by)
    return stored


def _called(form: ReadForm, wrong: AnswerError) -> str:
    """The question in the words that the phone shows, and which time of a repeat."""
    question = form.by_name.get(wrong.question)
    label = form.text(question.labels, (get_language() or "zh")[:2]).rstrip("？?") if question else wrong.question
    return f"{label or wrong.question}（{wrong.instance}）" if wrong.instance else label or wrong.question


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _told(form: Form, submission: Submission) -> dict[str, Any]:
    if form.tier != Tier.SELF:
        return {"channel": Channel.STAFF}
    return proxy_told(submission.texts)


def _position(form: ReadForm, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Where the form says it was filled in, by its first position; nowhere by one that is none, which is refused."""
    for question in form.questions:
        if question.kind is Kind.GEOPOINT and question.name in answers:
            try:
                lat, lon, _alt, accuracy = (*map(float, answers[question.name].split()), 0.0, 0.0)[:4]
            except ValueError:
                return {}
            return {"lon": lon, "lat": lat, "accuracy_m": accuracy if isfinite(accuracy) else None}
    return {}


def _photos(form: ReadForm, answers: Mapping[str, Any], files: Mapping[str, Received]) -> list[NewFile]:
    """The files that an answer names; what no question asked for is left out without a word."""
    asked = [(field, str(name)) for field, question, name in fields_of(form, answers) if question.kind is Kind.IMAGE]
    return [
        NewFile(name, files[name], source=EvidenceSource.UNKNOWN, question=field)
        for field, name in asked
        if name in files
    ]


def largest_submission() -> int:
    """Bytes of one POST: five photos and the form; Collect splits what is larger."""
    return 5 * settings.MAX_PHOTO_BYTES
