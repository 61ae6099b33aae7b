"""What goes over the wire. Personal data does not: no names of residents, no numbers, masked or not."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Generic, Literal, TypeVar

from django.urls import reverse
from ninja import Schema
from pydantic import AwareDatetime, Base64Bytes, Field

from hemei.core.actions.evidence import NewFile
from hemei.core.lifecycle import Step
from hemei.core.models import Case, CaseStep, Check, Evidence, Place, Region, Unit
from hemei.terms.day import FIRST_DAY, LAST_DAY
from hemei.terms.finding import Severity

Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
"""A day that somebody asks about."""
Key = Annotated[int, Field(ge=0, lt=2**63)]
"""A record that somebody asks about: no database knows larger numbers."""
Item = TypeVar("Item")
Source = Literal["camera", "album", "chat", "scan", ""]


class Listed(Schema, Generic[Item]):
    """One page of a list, and the cursors of the pages before and after it, "" where there is none."""

    items: list[Item]
    following: str
    preceding: str


class Named(Schema):
    id: int
    name: str


class RegionOut(Schema):
    code: str
    name: str
    level: int = Field(description="Digits of the code: 6 district, 9 township, 12 village, 15 grid")

    @classmethod
    def of(cls, region: Region) -> RegionOut:
        return cls(code=region.code, name=region.name, level=region.level)


class PlaceOut(Schema):
    id: int
    kind: str
    region: str
    group: str
    label: str
    address: str
    lon: float | None = Field(description="Degrees, CGCS2000")
    lat: float | None
    position_source: str
    state: str = Field(description="Its most pressing case's state, or none")


def place_values(place: Place) -> dict[str, object]:
    return {name: getattr(place, name) for name in PlaceOut.model_fields}


class Identifier(Schema):
    system: str
    value: str


OF_QUESTION = "Which question of its form it answers; in a repeat with the number of the instance: crack.2"


class EvidenceOut(Schema):
    id: int
    name: str
    media_type: str
    size: int
    sha256: str
    source: str
    device_at: datetime | None
    recorded_at: datetime
    lon: float | None = Field(description="null: taken without a position")
    lat: float | None
    accuracy_m: float | None
    question: str = Field(description=OF_QUESTION)
    url: str

    @classmethod
    def of(cls, piece: Evidence) -> EvidenceOut:
        values = {name: getattr(piece, name) for name in cls.model_fields if name != "url"}
        return cls(**values, url=reverse("api:evidence", args=[piece.pk]))


class StepOut(Schema):
    id: int
    verb: str
    from_state: str
    to_state: str
    at: datetime
    recorded_at: datetime
    actor: str
    by: str
    unit: Named | None
    note: str
    remedy: str
    evidence: list[EvidenceOut]

    @classmethod
    def of(cls, step: CaseStep) -> StepOut:
        return cls(
            id=step.pk,
            verb=step.verb,
            from_state=step.from_state,
            to_state=step.to_state,
            at=step.at,
            recorded_at=step.recorded_at,
            actor=step.actor,
            by=step.account.name if step.account else "",
            unit=unit_of(step.unit),
            note=step.note,
            remedy=step.data.get("remedy", ""),
            evidence=[EvidenceOut.of(piece) for piece in step.evidence.all()],
        )


def unit_of(unit: Unit | None) -> Named | None:
    return Named(id=unit.pk, name=unit.name) if unit else None


class CaseOut(Schema):
    id: int
    matter: str
    code: str
    title: str
    severity: Literal["routine", "serious", "urgent"]
    state: str
    region: str
    place: Named | None
    unit: Named | None
    assignee: Named | None
    due_on: date | None
    look_again_on: date | None
    opened_at: datetime
    found_at: datetime | None = Field(description="null while nobody has verified the report")
    found_recorded_at: datetime | None
    ended_at: datetime | None
    ended_recorded_at: datetime | None
    historical: bool
    source_id: str
    forerunner: int | None


def case_values(case: Case) -> dict[str, object]:
    values = {name: getattr(case, name) for name in CaseOut.model_fields}
    return values | {
        "severity": Severity(case.severity).name.lower(),
        "place": Named(id=case.place.pk, name=case.place.label) if case.place else None,
        "unit": unit_of(case.unit),
        "assignee": Named(id=case.assignee.pk, name=case.assignee.name) if case.assignee else None,
        "forerunner": case.forerunner_id,
    }


class Offer(Schema):
    """A step that the asker may take now, and what it must bring."""

    verb: str
    name: str
    needs: list[str]

    @classmethod
    def of(cls, step: Step) -> Offer:
        needs = sorted(need.value for need in step.needs)
        return cls(verb=step.verb.partition(".")[2], name=str(step.name), needs=needs)


class CaseWhole(CaseOut):
    steps: list[StepOut]
    offers: list[Offer]


class CheckOut(Schema):
    id: int
    instance_id: str
    place: int
    region: str
    matter: str
    tier: str
    channel: str
    form: str
    version: str
    at: datetime
    recorded_at: datetime
    actor: str
    counts: bool
    without_findings: bool
    replaces: int | None
    lon: float | None
    lat: float | None
    accuracy_m: float | None


def check_values(check: Check) -> dict[str, object]:
    values = {name: getattr(check, name) for name in CheckOut.model_fields if name not in ("place", "replaces")}
    return values | {"place": check.place_id, "replaces": check.replaces_id}


class FileIn(Schema):
    """A photo or PDF, and what is known of where it comes from."""

    name: str = Field(max_length=200)
    content: Base64Bytes
    source: Source = ""
    device_at: AwareDatetime | None = None
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)
    accuracy_m: float | None = Field(None, ge=0, allow_inf_nan=False)
    question: str = Field("", max_length=80, description=OF_QUESTION)

    def read(self) -> NewFile:
        return NewFile(**{name: getattr(self, name) for name in type(self).model_fields})
