"""The household's pages with a form that does not hold yet: what is pressed goes nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from hemei.core.access import Actor
from hemei.core.actions.evidence import NewFile
from hemei.core.models import DoorToken, FormVersion
from hemei.core.registry import Programme, registry
from hemei.engines.forms import Form, read_published
from hemei.field.doorstep import Doorstep, Visit

PAGES = ("plate", "fine", "look", "danger", "send", "done")


@dataclass(frozen=True)
class Rehearsal(Doorstep):
    """A door without a house: somebody of the staff goes through the pages as a stranger with the plate would."""

    version: FormVersion

    @classmethod
    def of(cls, version: FormVersion, actor: Actor) -> Rehearsal:
        return cls(DoorToken(), "", actor, version)

    @cached_property
    def read(self) -> Form:
        return read_published(bytes(self.version.workbook))

    @cached_property
    def programme(self) -> Programme:
        kind = self.version.kind or registry.forms[self.version.form].kind
        return registry.programme_of_kind(kind)

    @property
    def region(self) -> str:
        return self.version.region

    def hand_in(self, visit: Visit, answers: Mapping[str, Any], files: Sequence[NewFile]) -> tuple[bool, int | None]:
        """Whether nothing would be wrong; nothing is stored, so that nothing has a number."""
        return not self.walk(replace(visit, answers=dict(answers))).found, None

    @property
    def _salt(self) -> str:
        return f"hemei.field.rehearsal:{self.version.pk}"

    def address(self, page: str, **query: str) -> str:
        """A page of the rehearsal; what only a house has leads back to its beginning."""
        return self.addressed(f"field:rehearse_{page if page in PAGES else PAGES[0]}", {"pk": self.version.pk}, query)

    def page(self, request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        back = reverse("field:form_preview", kwargs={"pk": self.version.pk})
        return super().page(request, name, context | {"preview_url": back, "manifest_url": ""}, status)
