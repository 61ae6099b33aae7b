"""Reading training plans: what was planned, what was held, who attended and passed."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import QuerySet

from hemei.core.access import Scope
from hemei.programmes.craftsmen.models import Attendance, Craftsman, ExamResult, LessonKind, Plan
from hemei.programmes.craftsmen.queries.people import counted
from hemei.programmes.craftsmen.queries.training import of_matter


def plans(*, within: Scope) -> QuerySet[Plan]:
    return Plan.objects.filter(within.q(matter=of_matter))


@dataclass
class Pupil:
    """Somebody who attended: minutes of each kind of lesson, and the results, the last first."""

    craftsman: Craftsman
    minutes: dict[str, int] = field(default_factory=dict)
    results: list[ExamResult] = field(default_factory=list)

    @property
    def hours(self) -> list[float]:
        return [self.minutes.get(kind, 0) / 60 for kind in LessonKind.values]


def pupils(plan: Plan, *, within: Scope) -> list[Pupil]:
    """Who attended the sessions of a plan that was read in the scope."""
    assert plan in within
    found: dict[int, Pupil] = {}
    rows = counted(Attendance.objects.filter(session__in_plan__plan=plan))
    for row in rows.select_related("craftsman__person", "session").order_by("craftsman__person__name", "pk"):
        pupil = found.setdefault(row.craftsman_id, Pupil(row.craftsman))
        pupil.minutes[row.session.kind] = pupil.minutes.get(row.session.kind, 0) + row.minutes
    for result in plan.results.order_by("-on", "-pk"):
        if result.craftsman_id in found:
            found[result.craftsman_id].results.append(result)
    return list(found.values())


def held_hours(plan: Plan, *, within: Scope) -> dict[str, float]:
    """Kind of lesson → hours of the plan's sessions that were not called off."""
    assert plan in within
    found = dict.fromkeys(LessonKind.values, 0.0)
    for session in plan.sessions.filter(called_off_at=None):
        found[session.kind] += session.minutes / 60
    return found
