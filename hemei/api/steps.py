"""One call for each step of a case's life, its body typed by what the declared graph says the step needs."""

from typing import Any, Literal

from ninja import File, Form, Router, Schema, UploadedFile
from pydantic import AwareDatetime, Field, create_model

from hemei.api.auth import ApiRequest
from hemei.api.cases import visible, whole
from hemei.api.errors import answers
from hemei.api.schemas import CaseWhole, FileIn, Source
from hemei.core.actions.case import STEPS, Brought
from hemei.core.actions.evidence import NewFile
from hemei.core.doors import found
from hemei.core.lifecycle import LIFE, Need, Step
from hemei.core.models import Account, Case, Unit
from hemei.core.queries.duty import on_duty
from hemei.core.queries.units import units_for
from hemei.core.remedies import REMEDIES
from hemei.terms.day import today

# No postponed annotations here: the types of the calls below are made while it runs.

MOST_FILES = 20
REMEDY: Any = Literal[tuple(REMEDIES)]  # the action says which of them do not end the danger


class StepIn(Schema):
    """What any step may bring."""

    at: AwareDatetime | None = Field(None, description="When it happened; now by default")
    note: str = Field("", max_length=4000)


class WithFiles(Schema):
    """Photos or scans, base64 in JSON: at most 5 MB in all. Larger ones go to the multipart call."""

    files: list[FileIn] = Field([], max_length=MOST_FILES)


class AboutFiles(Schema):
    """What is known of where the uploaded files come from."""

    source: Source = ""
    device_at: AwareDatetime | None = None
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)
    accuracy_m: float | None = Field(None, ge=0, allow_inf_nan=False)


# What a need adds to the body of its step. Another person, and evidence, are no fields of the body.
FIELDS: dict[Need, dict[str, Any]] = {
    Need.NOTE: {"note": (str, Field(max_length=4000))},
    Need.UNIT: {"unit": (int, ...), "assignee": (int | None, None)},
    Need.REMEDY_KIND: {"remedy": (REMEDY, ...)},
    Need.TWO_WITNESSES: {"witnesses": (list[str], Field(max_length=10))},
}


def router_for_steps() -> Router:
    router = Router(tags=["steps of a case"])
    for step in LIFE.steps:
        _add(router, step)
    return router


def _add(router: Router, step: Step) -> None:
    slug = step.verb.partition(".")[2]
    name = slug.title().replace("_", "")
    fields = {key: value for need in step.needs for key, value in FIELDS.get(need, {}).items()}
    body: Any = create_model(f"{name}In", __base__=(StepIn, WithFiles), **fields)
    form: Any = create_model(f"{name}Form", __base__=(StepIn, AboutFiles), **fields)
    act = STEPS[step.verb]

    @router.post(f"{{int:pk}}/steps/{slug}", response=answers(CaseWhole), operation_id=slug, summary=str(step.name))
    def take(request: ApiRequest, pk: int, sent: body) -> dict[str, Any]:
        return _taken(request, pk, sent, [file.read() for file in sent.files])

    @router.post(f"{{int:pk}}/steps/{slug}/multipart", response=answers(CaseWhole), operation_id=f"{slug}_multipart")
    def take_with_uploads(
        request: ApiRequest,
        pk: int,
        sent: Form[form],
        files: File[list[UploadedFile]] = [],  # noqa: B006 (read, never changed)
    ) -> dict[str, Any]:
        about = sent.model_dump(include=set(AboutFiles.model_fields))
        return _taken(request, pk, sent, [_read(upload, about) for upload in files[:MOST_FILES]])

    def _taken(request: ApiRequest, pk: int, sent: Any, files: list[NewFile]) -> dict[str, Any]:
        case = visible(request, pk)
        act(case=case, by=request.auth, brought=_brought(case, sent, files))
        return whole(case, request.auth)


def _brought(case: Case, sent: Any, files: list[NewFile]) -> Brought:
    unit, assignee = _chosen(case, getattr(sent, "unit", None), getattr(sent, "assignee", None))
    return Brought(
        at=sent.at,
        note=sent.note,
        files=files,
        unit=unit,
        assignee=assignee,
        remedy=getattr(sent, "remedy", ""),
        witnesses=getattr(sent, "witnesses", []),
    )


def _chosen(case: Case, unit: int | None, account: int | None) -> tuple[Unit | None, Account | None]:
    """The unit and the person who shall answer, out of those who may."""
    if unit is None:
        return None, None
    day, where = today(), {"region": case.region, "matter": case.matter}
    chosen = found(units_for("case.remedy", on=day, **where).filter(pk=unit).first())
    people = {person.pk: person for person in on_duty("case.remedy", on=day, unit=chosen.pk, **where)}
    return chosen, found(people.get(account)) if account is not None else None


def _read(upload: UploadedFile, about: dict[str, Any]) -> NewFile:
    return NewFile(name=upload.name or "", content=upload.read(), **about)
