"""What somebody may do next with a case, and what stands in the way of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from hemei.core.access import Actor, may
from hemei.core.lifecycle import LIFE, Step
from hemei.core.models import Case
from hemei.core.roles import ACCEPT_LEVEL
from hemei.terms.finding import Severity
from hemei.terms.region import Level

# What moves a case on from each state: the one primary button of its page.
FORWARD = {
    "reported": "case.confirm",
    "found": "case.assign",
    "assigned": "case.remedy",
    "contained": "case.look_again",
    "remedied": "case.accept",
}


@dataclass(frozen=True)
class Offer:
    step: Step
    why_not: str = ""  # "" where nothing stands in the way

    @property
    def slug(self) -> str:
        return self.step.verb.partition(".")[2]


def offers(case: Case, actor: Actor) -> list[Offer]:
    """The steps this person may take now, the one that moves the case on first."""
    allowed = [
        Offer(step, _why_not(case, step, actor)) for step in LIFE.steps_from(case.state) if may(actor, step.verb, case)
    ]
    sensible = [offer for offer in allowed if _makes_sense(case, offer.step)]
    return sorted(sensible, key=lambda offer: offer.step.verb != FORWARD.get(case.state))


def offer(case: Case, actor: Actor, slug: str) -> Offer | None:
    return next((one for one in offers(case, actor) if one.slug == slug), None)


def primary(case: Case, offered: list[Offer]) -> Offer | None:
    """The step that moves the case on, where this person may take it."""
    forward = FORWARD.get(case.state)
    return next((one for one in offered if one.step.verb == forward and not one.why_not), None)


def accepted_by(case: Case, actor: Actor) -> str:
    """Who accepts a remedied case, said to whoever may not."""
    if case.state != "remedied" or may(actor, "case.accept", case):
        return ""
    level = {Level.VILLAGE: _("村"), Level.TOWNSHIP: _("乡镇"), Level.DISTRICT: _("区")}[
        ACCEPT_LEVEL[Severity(case.severity)]
    ]
    return _("这条隐患由%(level)s级到现场验收。") % {"level": level}


def _makes_sense(case: Case, step: Step) -> bool:
    match step.verb:
        case "case.file_away":
            return case.historical
        case "case.withdraw":
            return case.steps.filter(verb="case.ask_withdrawal").exists()
    return True


def _why_not(case: Case, step: Step, actor: Actor) -> str:
    if step.verb == "case.accept" and case.remedied_by == str(actor):
        return _("整治是您登记的，要由另一个人到现场验收。")
    if step.verb == "case.withdraw":
        asked = case.steps.filter(verb="case.ask_withdrawal").order_by("-id").first()
        if asked and asked.actor == str(actor):
            return _("撤销是您申请的，要由另一个人同意。")
    return ""
