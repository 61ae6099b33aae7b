"""Which steps whoever looks may take now, the one that leads on first."""

from __future__ import annotations

from hemei.core.access import Actor, may
from hemei.core.lifecycle import Step
from hemei.programmes.building.life import LIFE
from hemei.programmes.building.models import Permit

BACK = ("permit.return", "permit.refuse", "permit.withdraw", "permit.lapse", "permit.mend")
"""Steps that do not lead on: never the button that stands out."""


def offers(permit: Permit, by: Actor) -> tuple[Step | None, list[Step]]:
    """The step that leads on, and the others."""
    steps = [step for step in LIFE.steps_from(permit.state) if may(by, step.verb, permit)]
    onward = [step for step in steps if step.verb not in BACK]
    if permit.state == "publicised" and permit.notice_worked_days is not None and not permit.objections_open:
        onward = sorted(onward, key=lambda step: step.verb != "permit.village_review")
    first = onward[0] if onward else None
    return first, [step for step in steps if step is not first]


def slug(verb: str) -> str:
    return verb.partition(".")[2]
