"""Checks: sent in batches, each with an outcome of its own; listed; and one with its answers."""

from __future__ import annotations

from typing import Any, Literal

from ninja import Query, Router, Schema
from pydantic import AwareDatetime, BaseModel, Field

from hemei.api.auth import ApiRequest, within
from hemei.api.errors import Fault, answers, fault_of
from hemei.api.lists import Paged, listed
from hemei.api.schemas import CheckOut, Day, EvidenceOut, FileIn, Key, Listed, check_values
from hemei.core.access import may
from hemei.core.actions.check import Answered
from hemei.core.actions.checkbatch import Outcome, submit_checks
from hemei.core.doors import found
from hemei.core.queries.checks import CheckFilter, check, checks
from hemei.core.queries.evidence import evidence

router = Router(tags=["checks"])
MOST_CHECKS = 500
Said = Literal["stored", "repeated", "refused"]


class CheckQuery(Paged):
    region: str = Field("", pattern=r"^$|^\d{6}(\d{3}){0,3}$")
    matter: str = Field("", max_length=20)
    tier: Literal["self", "survey", "patrol", ""] = ""
    place: Key | None = None
    since: Day | None = None
    until: Day | None = None


@router.get("", response=answers(Listed[CheckOut]), summary="Checks, newest first")
def list_checks(request: ApiRequest, where: Query[CheckQuery]) -> dict[str, Any]:
    chosen = CheckFilter(**where.model_dump(exclude={"cursor", "size"}))
    rows = checks(within=within(request, "check.view", where.matter or "*"), where=chosen)
    return listed(rows.defer("raw", "answers"), order=("-id",), asked=where, show=check_values)


class FindingOut(Schema):
    code: str
    case: int | None


class CheckWhole(CheckOut):
    answers: dict[str, Any]
    findings: list[FindingOut]
    evidence: list[EvidenceOut]


@router.get("/{int:pk}", response=answers(CheckWhole), summary="A check with its answers")
def one_check(request: ApiRequest, pk: int) -> dict[str, Any]:
    scope = within(request, "check.view")
    seen = check(pk, within=scope)
    seen = found(seen if seen and may(request.auth, "check.view", seen) else None)
    return check_values(seen) | {
        "answers": seen.answers,
        "findings": [FindingOut(code=one.code, case=one.case_id) for one in seen.findings.order_by("id")],
        "evidence": [EvidenceOut.of(piece) for piece in evidence(within=scope).filter(check_made=seen).order_by("id")],
    }


class CheckIn(BaseModel):  # plain, as are the outcomes: a batch has hundreds, and a Schema takes twice as long
    """A filled-in form. `instance_id` is the sender's, and the same each time the check is sent again."""

    instance_id: str = Field(min_length=8, max_length=64)
    place: int
    form: str = Field(max_length=60)
    version: str = Field("", max_length=40)
    answers: dict[str, Any] = {}
    at: AwareDatetime
    channel: Literal["staff", "call", "visit", "card", "neighbour"] = "staff"
    on_behalf: str = Field("", max_length=80, description="Who was asked, where somebody answered for the household")
    device: str = Field("", max_length=80)
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)
    accuracy_m: float | None = Field(None, ge=0, allow_inf_nan=False)
    replaces: str = Field("", max_length=64, description="The instance id of the check that this one corrects")
    files: list[FileIn] = Field([], max_length=20)

    def read(self) -> Answered:
        given = {name: getattr(self, name) for name in type(self).model_fields if name not in ("place", "files")}
        return Answered(**given, files=[file.read() for file in self.files])


class Batch(Schema):
    checks: list[CheckIn] = Field(min_length=1, max_length=MOST_CHECKS)


class OutcomeOut(BaseModel):
    """What became of one check: stored, known already (repeated), or refused with a fault to show its sender."""

    instance_id: str
    outcome: Said
    check: int | None
    cases: list[int]
    fault: Fault | None

    @classmethod
    def of(cls, outcome: Outcome) -> OutcomeOut:
        said: Said = "refused" if outcome.refused else "repeated" if outcome.repeated else "stored"
        fault = fault_of(outcome.refused) if outcome.refused else None
        return cls(instance_id=outcome.instance_id, outcome=said, check=outcome.check, cases=outcome.cases, fault=fault)


class Outcomes(Schema):
    outcomes: list[OutcomeOut]


@router.post("", response=answers(Outcomes), summary="Send checks; sending them again stores nothing twice")
def send_checks(request: ApiRequest, sent: Batch) -> Outcomes:
    scope = within(request, "place.view")
    made = submit_checks(sent=[(one.place, one.read()) for one in sent.checks], within=scope, by=request.auth)
    return Outcomes(outcomes=[OutcomeOut.of(outcome) for outcome in made])
