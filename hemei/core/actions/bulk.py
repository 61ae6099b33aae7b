"""Many rows in one transaction: registers, past checks, past cases. One audit entry a call has the digest of all."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from hemei.core import personal
from hemei.core.access import Actor, At
from hemei.core.actions.case import look_again_on
from hemei.core.actions.check import Answered, canonical
from hemei.core.actions.opening import findings_of
from hemei.core.actions.placestate import recount
from hemei.core.errors import Mistaken
from hemei.core.inserting import insert_rows
from hemei.core.lifecycle import LIFE, PRESSING
from hemei.core.models import (
    Case,
    CaseStep,
    Channel,
    Check,
    Finding,
    Holding,
    Household,
    Person,
    Place,
    PlaceIdentifier,
)
from hemei.core.registry import registry
from hemei.core.wording import stored
from hemei.core.writing import action, audit
from hemei.terms import tile
from hemei.terms.finding import FindingKind
from hemei.terms.personal import id_number_is_consistent, last_four, mask_phone
from hemei.terms.region import successor

CHUNK = 2000


@dataclass(frozen=True)
class NewPlace:
    """A place as a register gives it; `own` are the columns of its kind's own table."""

    region: str
    label: str
    group: str = ""
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    geometry: bytes | None = None  # WKB, EPSG:4490
    identifiers: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NewHousehold:
    """A household, its head, and the place it owns or uses; `also` are further places, each with its role."""

    region: str
    number: str
    head: str = ""
    group: str = ""
    phone: str = ""
    size: int | None = None
    place: int | None = None
    role: str = "owner"
    also: Sequence[tuple[int, str]] = ()
    id_number: str = ""  # kept as a fingerprint and its last four characters


@dataclass(frozen=True)
class PastCheck:
    """A look that was made some time ago."""

    instance_id: str
    place: int
    region: str
    form: str
    answers: Mapping[str, Any]
    at: datetime
    recorded_at: datetime
    actor: str
    account: int | None = None
    channel: str = Channel.STAFF
    on_behalf: str = ""
    counts: bool = True


@dataclass(frozen=True)
class PastStep:
    verb: str
    to_state: str
    at: datetime
    recorded_at: datetime
    actor: str
    account: int | None = None
    unit: int | None = None
    note: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SeenAgain:
    """A later check that showed the same finding while its case was open."""

    check: str  # instance id
    at: datetime
    recorded_at: datetime


@dataclass(frozen=True)
class PastCase:
    """A case with the steps it has taken so far. `check` is the instance id of the check that found it."""

    kind: FindingKind
    region: str
    found_at: datetime
    recorded_at: datetime
    steps: Sequence[PastStep]
    place: int | None = None
    due_on: date | None = None
    historical: bool = False
    source_id: str = ""
    check: str = ""
    seen_again: Sequence[SeenAgain] = ()
    forerunner: int | None = None  # the case that it is the return of


def _within(where: At, region: str) -> None:
    if not region.startswith(where.region):
        raise Mistaken(f"{region} does not lie in {where.region}", field="region", code="outside")


@action(verb="register.import", on="where")
def add_places(*, where: At, kind: str, rows: Sequence[NewPlace], by: Actor) -> list[int]:
    """Add places of a kind; returns their ids in the order of the rows."""
    declared = registry.kinds[kind]
    places = []
    for row in rows:
        _within(where, row.region)
        on_map = row.lon is not None and row.lat is not None
        places.append(
            Place(
                kind=kind,
                region=row.region,
                group=row.group,
                label=row.label,
                address=row.address,
                lon=row.lon,
                lat=row.lat,
                tile=tile.key(row.lon, row.lat) if row.lon is not None and row.lat is not None else None,
                geometry=row.geometry,
                position_source="register" if on_map else "",
            )
        )
    Place.objects.bulk_create(places, batch_size=CHUNK)
    own = [declared.model(place=place, **row.own) for place, row in zip(places, rows, strict=True)]
    declared.model._base_manager.bulk_create(own, batch_size=CHUNK)
    identifiers = (
        (place.pk, system, value)
        for place, row in zip(places, rows, strict=True)
        for system, value in row.identifiers.items()
    )
    insert_rows(PlaceIdentifier, ("place_id", "system", "value"), identifiers)
    recount(kind, where.region)
    leave_entry(by, "register.places", where, [[p.region, p.label, p.lon, p.lat] for p in places], kind=kind)
    return [place.pk for place in places]


@action(verb="register.import", on="where")
def add_households(*, where: At, rows: Sequence[NewHousehold], by: Actor) -> list[int]:
    """Add households with their heads and what they hold; returns their ids in the order of the rows."""
    heads = []
    for row in rows:
        _within(where, row.region)
        heads.append(
            Person(
                name=row.head,
                region=row.region,
                phone=personal.encrypt(row.phone),
                phone_masked=mask_phone(row.phone),
                id_fingerprint=personal.fingerprint(row.id_number) if row.id_number else "",
                id_last4=last_four(row.id_number),
                id_doubtful=bool(row.id_number) and not id_number_is_consistent(row.id_number),
            )
        )
    Person.objects.bulk_create(heads, batch_size=CHUNK)
    households = [
        Household(region=row.region, number=row.number, group=row.group, head=head, size=row.size)
        for row, head in zip(rows, heads, strict=True)
    ]
    Household.objects.bulk_create(households, batch_size=CHUNK)
    holdings = (
        (household.pk, place, role, None, None)
        for household, row in zip(households, rows, strict=True)
        for place, role in ([(row.place, row.role)] if row.place is not None else []) + list(row.also)
    )
    insert_rows(Holding, ("household_id", "place_id", "role", "starts", "ends"), holdings)
    leave_entry(by, "register.households", where, [[row.region, row.number] for row in rows])
    return [household.pk for household in households]


@action(verb="register.import", on="where")
def add_checks(*, where: At, rows: Sequence[PastCheck], by: Actor) -> dict[str, int]:
    """Add checks made in the past, without what would follow from them today; returns instance id → id."""
    for row in rows:
        _within(where, row.region)
    lines = [_check_line(row) for row in rows]
    insert_rows(Check, CHECK_COLUMNS, lines)
    leave_entry(by, "register.checks", where, [line[DIGEST] for line in lines])
    ids: dict[str, int] = {}
    for start in range(0, len(rows), 900):
        names = [row.instance_id for row in rows[start : start + 900]]
        ids |= dict(Check.objects.filter(instance_id__in=names).values_list("instance_id", "pk"))
    return ids


CHECK_COLUMNS = (
    "instance_id", "digest", "raw", "place_id", "region", "matter", "tier", "channel", "form", "version", "answers",
    "device", "at", "recorded_at", "actor", "account_id", "on_behalf", "lon", "lat", "accuracy_m", "replaces_id",
    "counts", "without_findings",
)  # fmt: skip
DIGEST = CHECK_COLUMNS.index("digest")


def _check_line(row: PastCheck) -> list[Any]:
    form, answers = registry.forms[row.form], dict(row.answers)
    matter = form.id.partition(".")[0]
    raw = canonical(Answered(row.instance_id, row.form, answers, row.at, row.channel, row.on_behalf))
    shows = bool(findings_of(matter, form.read, answers))
    return [
        row.instance_id, hashlib.sha256(raw).hexdigest(), raw, row.place, row.region, matter, form.tier, row.channel,
        row.form, form.read.version, answers, "", row.at, row.recorded_at, row.actor, row.account, row.on_behalf, None,
        None, None, None, row.counts, not shows,
    ]  # fmt: skip


@action(verb="register.import", on="where")
def add_cases(*, where: At, rows: Sequence[PastCase], by: Actor, checks: Mapping[str, int] | None = None) -> list[int]:
    """Add cases with their steps and findings; returns their ids in the order of the rows.

    Every sequence of steps must be one that the declared life allows; a row that is not raises Mistaken, and none is
    written.
    """
    for number, row in enumerate(rows, 1):
        _within(where, row.region)
        _check_life(row, number)
    cases = [_case(row) for row in rows]
    Case.objects.bulk_create(cases, batch_size=CHUNK)
    steps = [step for case, row in zip(cases, rows, strict=True) for step in _step_lines(case, row)]
    insert_rows(CaseStep, STEP_COLUMNS, steps)
    known = checks or {}
    findings = [finding for case, row in zip(cases, rows, strict=True) for finding in _findings(case, row, known)]
    Finding.objects.bulk_create(findings, batch_size=CHUNK)
    recolour_all(where.region)
    leave_entry(by, "register.cases", where, [[row.kind.id, row.region, row.found_at, row.source_id] for row in rows])
    return [case.pk for case in cases]


def _check_life(row: PastCase, number: int) -> None:
    state = row.steps[0].to_state if row.steps else ""
    if not row.steps or state not in LIFE.beginnings:
        raise Mistaken(f"case {number} does not begin as a case begins", field="steps", code="life")
    for before, step in zip(row.steps, row.steps[1:], strict=False):
        declared = LIFE.by_verb.get(step.verb)
        if declared is None or state not in declared.sources or step.to_state != (declared.target or state):
            raise Mistaken(f"case {number}: {step.verb} is no step from {state}", field="steps", code="life")
        if step.at < before.at:
            raise Mistaken(f"case {number}: {step.verb} comes before the step before it", field="steps", code="order")
        if step.verb == "case.accept" and step.actor == before.actor and before.verb == "case.remedy":
            raise Mistaken(f"case {number}: accepted by whoever remedied it", field="steps", code="own_remedy")
        state = step.to_state


def _findings(case: Case, row: PastCase, known: Mapping[str, int]) -> list[Finding]:
    """The finding that opened the case, and every later one that it already covered."""
    return [
        Finding(
            check_made_id=known.get(look.check),
            place_id=row.place,
            region=row.region,
            code=row.kind.id,
            severity=row.kind.severity,
            at=look.at,
            recorded_at=look.recorded_at,
            case=case,
        )
        for look in (SeenAgain(row.check, row.found_at, row.recorded_at), *row.seen_again)
    ]


def _case(row: PastCase) -> Case:
    last = row.steps[-1]
    ended = LIFE.by_key[last.to_state].ending
    remedied = [step.actor for step in row.steps if step.verb == "case.remedy"]
    # A report is found once it is confirmed: as of when it was made, known from the confirmation.
    known = next((step.recorded_at for step in row.steps if step.to_state == "found"), None)
    looked = max((step.at for step in row.steps if step.verb in ("case.contain", "case.look_again")), default=last.at)
    return Case(
        matter=row.kind.matter,
        place_id=row.place,
        region=row.region,
        code=row.kind.id,
        title=stored(row.kind.title),
        severity=row.kind.severity,
        state=last.to_state,
        unit_id=next((step.unit for step in reversed(row.steps) if step.unit), None),
        found_at=row.found_at if known else None,
        found_recorded_at=known,
        due_on=row.due_on,
        ended_at=last.at if ended else None,
        ended_recorded_at=last.recorded_at if ended else None,
        look_again_on=look_again_on(last.to_state, looked),
        forerunner_id=row.forerunner,
        remedied_by=remedied[-1] if remedied else "",
        historical=row.historical,
        source_id=row.source_id,
        opened_at=row.found_at,
    )


STEP_COLUMNS = (
    "case_id", "verb", "from_state", "to_state", "at", "recorded_at", "actor", "account_id", "unit_id", "note", "data",
)  # fmt: skip


def _step_lines(case: Case, row: PastCase) -> list[list[Any]]:
    before = ("", *(step.to_state for step in row.steps))
    return [
        [
            case.pk, step.verb, state, step.to_state, step.at, step.recorded_at, step.actor, step.account, step.unit,
            step.note, dict(step.data),
        ]
        for state, step in zip(before, row.steps, strict=False)
    ]  # fmt: skip


def recolour_all(prefix: str) -> None:
    """Bring the state of every place of a region in line with its cases, and count the map's cells anew."""
    rank = {state: number for number, state in enumerate(PRESSING)}
    worst: dict[int, str] = {}
    inside = {"region__gte": prefix, "region__lt": successor(prefix)}
    for place, state in Case.objects.filter(place__isnull=False, **inside).values_list("place", "state"):
        if place is not None and rank[state] < rank[worst.get(place, "withdrawn")]:
            worst[place] = state
    by_state: dict[str, list[int]] = defaultdict(list)
    for place, state in worst.items():
        by_state[state].append(place)
    Place.objects.filter(**inside).exclude(state="none").update(state="none")
    for state, places in by_state.items():
        for start in range(0, len(places), 900):
            Place.objects.filter(pk__in=places[start : start + 900]).update(state=state)
    for kind in registry.kinds:
        recount(kind, prefix)


def leave_entry(by: Actor, verb: str, where: At, values: list[Any], **detail: Any) -> None:
    subject = f"register:{where.region}"
    audit(by, verb, subject, where.region, values=values, detail={"rows": len(values), **detail}, at=timezone.now())
