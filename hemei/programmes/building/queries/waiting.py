"""The permits that wait for somebody: whose next step is theirs to take, the soonest due first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from hemei.core.access import Actor, Scope, scope_of
from hemei.programmes.building.life import NOT_BY_WHOEVER, OPEN_TO_RULES
from hemei.programmes.building.models import OnSite, Opinion, Permit, PermitStep, RuledAnew, SetAside, Visit
from hemei.programmes.building.queries.permits import of_matter, permits
from hemei.terms.region import Level

ONWARD: Sequence[tuple[str, str]] = (
    ("applied", "permit.agree"),
    ("agreed", "permit.publicise"),
    ("publicised", "permit.close_notice"),
    ("publicised", "permit.village_review"),
    ("village_reviewed", "permit.town_review"),
    ("town_reviewed", "permit.approve"),
    ("returned", "permit.resubmit"),
    ("approved", "permit.set_out"),
    ("set_out", "permit.start"),
    ("accepted", "permit.register"),
)
"""State → the step that leads on from it. Houses that are being built wait for no office."""

OF_THE_VILLAGE = ("permit.agree", "permit.publicise", "permit.close_notice", "permit.village_review", "permit.resubmit")
"""Steps that wait for a village, the others for a township. Whoever answers for more may take them, but is not told."""


def waiting(actor: Actor, *, on: date) -> QuerySet[Permit]:
    """Permits whose next step this person may take on that day, but for what they filed or reviewed themselves."""
    due = {
        "permit.close_notice": Q(notice_worked_days=None, notice_ends__lte=on) | Q(objections_open=True),
        "permit.village_review": Q(notice_worked_days__isnull=False, objections_open=False),
    }
    rows = _with(actor, due)
    return rows.order_by(F("due_on").asc(nulls_last=True), "id")


def ruled_anew(actor: Actor, *, on: date) -> QuerySet[Permit]:
    """Those with this person of which new layers or rules say otherwise, and that nobody has touched since."""
    newest = RuledAnew.objects.filter(permit=OuterRef("pk")).order_by("-id").values("recorded_at")[:1]
    done = [
        Exists(rows.filter(permit=OuterRef("pk"), **{f"{moment}__gte": OuterRef("told_at")}))
        for rows, moment in (
            (PermitStep.objects.all(), "recorded_at"),
            (Opinion.objects.all(), "at"),
            (Visit.objects.all(), "at"),
            (OnSite.objects.all(), "at"),
            (SetAside.objects.all(), "asked_at"),
        )
    ]
    rows = _with(actor, {}).filter(state__in=OPEN_TO_RULES).annotate(told_at=Subquery(newest))
    return rows.filter(told_at__isnull=False).exclude(reduce(or_, map(Q, done))).order_by("-told_at", "id")


def _with(actor: Actor, due: Mapping[str, Q]) -> QuerySet[Permit]:
    """The permits whose next step is this person's, each of those steps narrowed to where it is due."""
    parts = []
    for state, verb in ONWARD:
        least = Level.VILLAGE if verb in OF_THE_VILLAGE else Level.TOWNSHIP
        lands = scope_of(actor, verb, Permit.matter).lands
        scope = Scope.held(land for land in lands if len(land[0]) >= least)
        if not scope:
            continue
        part = Q(state=state) & scope.q(matter=of_matter) & due.get(verb, Q())
        if mine := NOT_BY_WHOEVER.get(verb):
            taken = PermitStep.objects.filter(permit=OuterRef("pk"), verb__in=mine, actor=str(actor))
            part &= Q(~Exists(taken))
        parts.append(part)
    seen = permits(within=scope_of(actor, "permit.view", Permit.matter))
    return seen.filter(reduce(or_, parts, Q(pk__in=[])))
