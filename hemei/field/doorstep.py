"""Who stands at which door, and what they carry from page to page.

These pages work without scripts and, but for pairing, without cookies. So nothing is kept between two pages: what was
answered travels in the page itself, signed, bound to the door and to a day. That signature is also what Django's cookie
would be against forged requests: only who holds the door's token gets one; and what a paired phone may do beyond that
hangs on a SameSite=Lax cookie, which no other site's form can send.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt

from hemei.core.access import Actor, ActorKind
from hemei.core.actions.door import report
from hemei.core.actions.evidence import NewFile
from hemei.core.models import DoorToken, Place, Tier
from hemei.core.queries.door import who_stands
from hemei.core.queries.parameter import parameter
from hemei.core.registry import Form, Programme, registry
from hemei.engines.forms import Form as ReadForm
from hemei.field.walk import Walk
from hemei.terms.day import today
from hemei.terms.finding import FindingKind

A_DAY = 24 * 3600
COOKIE = "paired"
COOKIE_AGE = 2 * 365 * A_DAY


@dataclass(frozen=True)
class Visit:
    """One opening of the page: its id makes a report pressed twice one report."""

    id: str
    answers: dict[str, Any] = field(default_factory=dict)
    sent: bool = False
    fine: bool = False  # nothing was found in what was sent
    urgent: bool = False  # a danger was, by whatever was answered
    case: int | None = None  # the number of what was opened


@dataclass(frozen=True)
class Doorstep:
    """A live door, and who stands there: anybody with the plate, or a paired phone."""

    door: DoorToken
    token: str
    actor: Actor

    @property
    def place(self) -> Place:
        return self.door.place

    @property
    def paired(self) -> bool:
        return self.actor.kind is ActorKind.PHONE

    @cached_property
    def programme(self) -> Programme:
        return registry.programme_of_kind(self.place.kind)

    @cached_property
    def form(self) -> Form:
        return registry.forms_for(self.place.kind, Tier.SELF)[0]

    @cached_property
    def read(self) -> ReadForm:
        """The form's questions."""
        return self.form.read

    @property
    def region(self) -> str:
        return self.place.region

    @cached_property
    def telephone(self) -> str:
        """Whom to call in danger, as the district set it; "" where it has not."""
        try:
            return str(parameter(f"{self.programme.key}.emergency_phone", region=self.region, on=today()).value or "")
        except KeyError:
            return ""

    @cached_property
    def findings(self) -> Sequence[FindingKind]:
        """What its form can show to be wrong."""
        return registry.findings_by(self.programme.key, self.read)

    def walk(self, visit: Visit) -> Walk:
        return Walk(self.read, self.findings, visit.answers, today())

    def hand_in(self, visit: Visit, answers: Mapping[str, Any], files: Sequence[NewFile]) -> tuple[bool, int | None]:
        """Store what was answered: whether nothing was wrong, and the number of the worst that was opened."""
        stored = report(place=self.place, form=self.form, visit=visit.id, answers=answers, by=self.actor, files=files)
        # A stranger is told no number: an old one would say that something was known of this house.
        opened = stored.cases if self.paired else []
        worst = max(opened, key=lambda case: case.severity, default=None)
        return not stored.cases, worst.pk if worst else None

    def arrive(self) -> Visit:
        return Visit(uuid.uuid4().hex)

    def seal(self, visit: Visit, **changes: Any) -> str:
        return signing.dumps(vars(replace(visit, **changes)), salt=self._salt, compress=True)

    def unseal(self, text: str | None) -> Visit | None:
        """The visit as it was sealed at this door within a day, else None."""
        try:
            return Visit(**signing.loads(text or "", salt=self._salt, max_age=A_DAY))
        except (signing.BadSignature, TypeError):
            return None

    @property
    def _salt(self) -> str:
        return f"hemei.field.visit:{self.door.pk}"

    def address(self, page: str, **query: str) -> str:
        return self.addressed(f"door:{page}", {"token": self.token}, query)

    def addressed(self, name: str, at: dict[str, Any], query: dict[str, str]) -> str:
        address = reverse(name, kwargs=at)
        return f"{address}?{urlencode(query)}" if query else address

    def page(self, request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        """A household's page, with what each of them shows."""
        common = {
            "programme": self.programme,
            "words": self.programme.door,
            "telephone": self.telephone,
            "paired": self.paired,
            "script": True,
            "manifest_url": self.address("manifest"),
            "plate_url": self.address("plate"),
            "status_url": self.address("reports") if self.paired else "",
        }
        return render(request, f"field/{name}.html", common | context, status=status)


View = Callable[[HttpRequest, Doorstep], HttpResponse]


def gone(request: HttpRequest) -> HttpResponse:
    """What a plate shows that was revoked, or that never was. What waits on the phone is told of here too."""
    return render(request, "field/gone.html", {"script": True}, status=404)


def at_door(view: View, gone: Callable[[HttpRequest], HttpResponse] = gone) -> Callable[..., HttpResponse]:
    """A page behind a plate. A token that was never issued and one that was revoked look the same."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, token: str) -> HttpResponse:
        language = request.GET.get("language", "")
        chosen = language in dict(settings.LANGUAGES)
        if chosen:
            translation.activate(language)
        standing = who_stands(token, request.COOKIES.get(COOKIE, ""))
        if standing is None:
            response = gone(request)
        else:
            door, actor = standing
            response = view(request, Doorstep(door, token, actor))
        if chosen:
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=COOKIE_AGE, samesite="Lax")
        return private(response)

    return answer


def private(response: HttpResponse) -> HttpResponse:
    """Kept by no cache, found by no search engine, named to no other site."""
    patch_cache_control(response, no_store=True, private=True)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def start_again(step: Doorstep) -> HttpResponse:
    """The page lay open for too long, or was not ours."""
    return redirect(step.address("plate", late="1"))
