"""What is kept on the phone of whoever goes out without a signal, and what comes back from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import shapely
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor, Scope, may, require, scope_of
from hemei.core.actions.check import Answered, Stored, submit_check
from hemei.core.actions.evidence import NewFile
from hemei.core.doors import found
from hemei.core.errors import Mistaken
from hemei.core.models import Account, Due, EvidenceSource, Place, Tier
from hemei.core.pictures import address_of
from hemei.core.queries import places, waiting
from hemei.core.queries.regions import regions
from hemei.core.registry import Form, registry
from hemei.engines.forms import clean
from hemei.engines.forms.answers import closed_up, field_name, fields_of
from hemei.engines.forms.data import as_data
from hemei.field import editing, households
from hemei.field.about import by_its_clock, not_ahead, proxy_told, villages_of, whereabouts
from hemei.field.dangers import Sign, dangers
from hemei.field.photos import MOST_PHOTOS, moment_of, too_many
from hemei.field.said import read_said, unreadable
from hemei.field.sheet import from_register
from hemei.field.staff import right_for
from hemei.terms.day import day_of
from hemei.terms.region import Level

MOST_KEPT = 1_000
SIMPLER_BY = 0.0002  # degrees, about 20 m: an edge drawn on a phone
SENTENCES = {"place": int, "form": str, "version": str, "instance": str, "at": str, "fields": dict}


def kit(actor: Actor, account: Account) -> dict[str, Any]:
    """The looks this person owes, soonest first, with the forms for them and the edges of their villages.

    No more than the pages for whoever goes out show: no names of residents. A patrol's list begins on its day.
    """
    seen = scope_of(actor, "place.view")
    owed = waiting.dues(within=seen, units=actor.unit_ids, account=account.pk, until=date.max)
    villages = villages_of(seen)
    rows: dict[int, dict[str, Any]] = {}
    looks: list[tuple[Place, Form]] = []
    left_out = 0
    for due in owed.select_related("place", "round").iterator(chunk_size=500):
        form = next(_forms_for(due, actor), None)
        if form is None:
            continue
        if due.place_id not in rows and len(rows) == MOST_KEPT:
            left_out += 1
            continue
        row = rows.setdefault(due.place_id, _row(due.place, villages))
        row["dues"].append({"form": form.id, "due_on": due.due_on.isoformat()})
        looks.append((due.place, form))
    for place, texts in _known(looks):
        rows[place]["known"] |= texts
    kinds = set()
    for own, told in _editable(looks, actor):
        rows[own.pk]["edit"] = told
        kinds.add(own.kind)
    forms = {form.id: form for _place, form in looks}
    doors, proxied, not_kept = _doors(actor, {row["region"] for row in rows.values()}, villages)
    return {
        "account": str(account.pk),
        "name": account.name,
        "at": timezone.now().isoformat(),
        "forms": [
            *(as_data(form.read) | {"title": form.title, "tier": form.tier} for form in forms.values()),
            *(as_data(households.as_asked(form)) | {"tier": form.tier, "dangers": _dangers(form)} for form in proxied),
        ],
        "pictures": dict(_pictures([*forms.values(), *proxied])),
        "places": list(rows.values()),
        "columns": {kind: editing.columns(registry.kinds[kind]) for kind in sorted(kinds)},
        "left_out": left_out,
        "doors": doors,
        "doors_left_out": not_kept,
        "outlines": list(_outlines({row["region"] for row in rows.values()}, within=seen)),
    }


def _forms_for(due: Due, actor: Actor) -> Iterator[Form]:
    """Self-checks for others are not among them: whose door somebody stands at is found among all of them."""
    if due.round.tier != Tier.SELF:
        forms = registry.forms_for(due.place.kind, due.round.tier)
        yield from (form for form in forms if may(actor, right_for(form), due.place))


def _dangers(form: Form) -> list[tuple[Sign, ...]]:
    programme = registry.programme_of_kind(form.kind)
    return list(dangers(form.read, registry.findings_by(programme.key, form.read)))


def _doors(actor: Actor, villages: set[str], called: Mapping[str, str]) -> tuple[list[dict[str, Any]], list[Form], int]:
    """The households that a self-check may be answered for (代报), the forms for it, and how many are not kept."""
    rows: dict[int, dict[str, Any]] = {}
    asked, left_out = [], 0
    for form, reach in households.self_checks(actor):
        most = MOST_KEPT - len(rows)
        near = households.near(form, within=reach, villages=villages, most=most, actor=actor) if most else []
        for place, due_on in near:
            row = rows.setdefault(place.pk, _row(place, called))
            row["dues"].append({"form": form.id, "due_on": due_on.isoformat() if due_on else None})
        left_out += households.count(form, within=reach) - len(near)
        if near:
            asked.append(form)
    return list(rows.values()), asked, left_out


def _row(place: Place, called: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": place.pk,
        "kind": place.kind,
        "label": place.label,
        "more": " · ".join(whereabouts(place, called)),
        "region": place.region[: Level.VILLAGE],
        "lon": place.lon,
        "lat": place.lat,
        "dues": [],
        "known": {},
    }


def _known(looks: Sequence[tuple[Place, Form]]) -> Iterator[tuple[int, dict[str, list[str]]]]:
    """What the register knows already of the places to be looked at, as answers to their forms."""
    for programme in registry.programmes.values():
        kinds = {kind.key for kind in programme.kinds}
        own = [(place, form) for place, form in looks if place.kind in kinds]
        known = programme.recall([place for place, _form in own]) if programme.recall and own else {}
        for place, form in own:
            yield place.pk, dict(from_register(form.read, known.get(place.pk, {})).texts)


def _editable(looks: Sequence[tuple[Place, Form]], actor: Actor) -> Iterator[tuple[Place, dict[str, Any]]]:
    """What stands in the register of those places that this person may correct."""
    for kind in registry.kinds.values():
        mine = {place.pk: place for place, _form in looks if place.kind == kind.key}
        mine = {pk: place for pk, place in mine.items() if may(actor, "place.edit", place)}
        if not mine:
            continue
        own = mine if kind.model is Place else kind.model._base_manager.in_bulk(list(mine), field_name="place_id")
        for pk, place in mine.items():
            yield place, editing.values(place, own[pk])


def _pictures(forms: Iterable[Form]) -> Iterator[tuple[str, str]]:
    """File name → address, of what stands beside questions and choices: the phone keeps them with the list."""
    for form in forms:
        programme = registry.programme_of_kind(form.kind).key
        yield from ((name, address) for name in sorted(form.read.pictures) if (address := address_of(programme, name)))


def _outlines(villages: set[str], *, within: Scope) -> Iterator[list[list[float]]]:
    for region in regions(within=within).filter(code__in=villages).exclude(boundary=None):
        for polygon in shapely.get_parts(shapely.simplify(region.shape, SIMPLER_BY)):
            yield [[round(lon, 5), round(lat, 5)] for lon, lat in polygon.exterior.coords]


@dataclass(frozen=True)
class Sent:
    """A filled-in form as a phone sends it, with its photos."""

    raw: bytes
    said: Mapping[str, Any]
    photos: Sequence[tuple[str, UploadedFile[bytes], str, str]]  # field, file, source, time by the phone


class Unfit(Mistaken):
    """Answers that do not fit their form: `wrong` says by field what is to be mended."""

    def __init__(self, wrong: Mapping[str, str]) -> None:
        super().__init__(_("有 %(n)d 处要改，改好再发。") % {"n": len(wrong)}, code="answer")
        self.wrong = wrong


def read_sent(raw: str, photos: Sequence[tuple[str, UploadedFile[bytes], str, str]]) -> Sent:
    """Raises Mistaken for what no page of ours sends."""
    said = read_said(raw, SENTENCES)
    answers = said["fields"].values()
    if not all(isinstance(texts, list) and all(isinstance(one, str) for one in texts) for texts in answers):
        raise unreadable()
    return Sent(raw.encode(), said, photos)


def photos_of(request: HttpRequest) -> list[tuple[str, UploadedFile[bytes], str, str]]:
    """The photos of what a phone sends, each with its field, its source and its time."""
    rows = [request.POST.getlist(name) for name in ("photo_field", "source", "device_time")]
    return [
        (field, file, source, time)
        for file, field, source, time in zip(request.FILES.getlist("photo"), *rows, strict=False)
    ]


def take_in(sent: Sent, *, by: Actor) -> Stored:
    """Store it as a check, once however often it is sent.

    Raises Http404 for an unknown place, Refused where this person may not, Unfit and Mistaken for what does not fit.
    """
    said = sent.said
    place = found(places.place(said["place"], within=scope_of(by, "place.view")))
    form = registry.forms.get(said["form"])
    read = form.versions.get(said["version"]) if form else None
    if form is None or read is None or form.kind != place.kind:
        raise Mistaken(_("没有这张表或这个版本，请更新清单后重填。"), code="unknown_form")
    require(by, right_for(form), place)
    if (moment := moment_of(said["at"])) is None:
        raise Mistaken(_("没有写明什么时候查看的，请重新打开这一份再发。"), code="no_moment")
    at = by_its_clock(moment)
    told = _proxy(said["fields"]) if form.tier == Tier.SELF else {}
    answers, errors = clean(read, said["fields"], day_of(at))
    now = closed_up(read, said["fields"])
    if errors:
        sent_as = {field: before for before, field in now.items()}
        wrong = {field_name(error.question, error.instance): error.problem for error in errors}
        raise Unfit({sent_as.get(field, field): problem for field, problem in wrong.items()})
    if len(sent.photos) > MOST_PHOTOS:
        raise Mistaken(too_many(), code="photos")
    position = position_of(said.get("position"))
    there = {field for field, _question, _answer in fields_of(read, answers)}
    files = [
        replace(file, question=now[file.question])
        for file in files_of(sent, position)
        if now.get(file.question) in there
    ]
    answered = Answered(
        form=form.id, version=read.version, answers=answers, instance_id=said["instance"], at=at, raw=sent.raw,
        files=files, **position, **told,
    )  # fmt: skip
    return submit_check(place=place, answered=answered, by=by)


def _proxy(fields: Mapping[str, list[str]]) -> dict[str, Any]:
    try:
        return proxy_told({name: texts[-1] for name, texts in fields.items() if texts})
    except Mistaken as missing:
        raise Unfit({missing.field: str(missing.message)}) from missing


def position_of(said: object) -> dict[str, Any]:
    """Where the phone was, where it says so believably."""
    if not isinstance(said, dict):
        return {}
    try:
        lon, lat, accuracy = (float(said[name]) for name in ("lon", "lat", "accuracy"))
    except (KeyError, TypeError, ValueError, OverflowError):
        return {}
    if not (abs(lon) <= 180 and abs(lat) <= 90 and 0 <= accuracy < 1e7):
        return {}
    return {"lon": lon, "lat": lat, "accuracy_m": accuracy}


def files_of(sent: Sent, position: Mapping[str, Any]) -> Iterator[NewFile]:
    for question, file, source, time in sent.photos:
        taken = moment_of(time)
        yield NewFile(
            name=file.name or "photo",
            content=file.read(),
            source=source if source in EvidenceSource.values else EvidenceSource.UNKNOWN,
            device_at=not_ahead(taken) if taken else None,
            question=question,
            **position,
        )
