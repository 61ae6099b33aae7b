"""The district's corrections of the table of holidays and make-up days."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from hemei.core.access import Actor, At
from hemei.core.errors import Mistaken
from hemei.core.writing import action, audit
from hemei.programmes.building.models import Permit, WorkDay
from hemei.programmes.building.queries.calendar import DUE_IN, reckoned_again
from hemei.terms.region import Level, successor

LONGEST = 31  # days in one go: a longer span is a slip of the pen
CHOICES = ("worked", "rest", "announced")


@action(verb="parameter.edit", on="where")
def correct_days(*, where: At, first: date, last: date, what: str, document: str, by: Actor) -> int:
    """Say of some days that they are worked, or not, or as announced after all; deadlines that run follow at once.

    Returns how many permits have another deadline now.
    """
    if len(where.region) != Level.DISTRICT:
        raise Mistaken(_("工作日表由区里改。"), code="not_the_district")
    if what not in CHOICES:
        raise Mistaken(_("请从列出的里面选一个。"), field="what", code="unknown")
    if not 0 <= (last - first).days < LONGEST:
        raise Mistaken(_("最后一天不能早于第一天，一次最多改 31 天。"), field="last", code="out_of_range")
    if not document.strip():
        raise Mistaken(_("请写明依据，例如放假通知的文号。"), field="document", code="no_document")
    for number in range((last - first).days + 1):
        rows = WorkDay.objects.filter(region=where.region, day=first + timedelta(days=number))
        rows.delete()
        if what != "announced":
            WorkDay.objects.create(
                region=where.region,
                day=first + timedelta(days=number),
                worked=what == "worked",
                document=document.strip(),
                actor=str(by),
            )
    moved = _reckon_again(where.region)
    values, detail = [first, last, document], {"what": what, "permits": moved}
    audit(by, "calendar.correct", f"region:{where.region}", where.region, values=values, detail=detail)
    return moved


def _reckon_again(district: str) -> int:
    """The deadlines of the permits whose clock runs."""
    moved = 0
    rows = Permit.objects.filter(region__gte=district, region__lt=successor(district), state__in=DUE_IN)
    for permit in rows.iterator():
        due = reckoned_again(permit)
        now = (due.day, due.provisional) if due else (None, False)
        if now != (permit.due_on, permit.due_provisional):
            permit.due_on, permit.due_provisional = now
            permit.save(update_fields=["due_on", "due_provisional"])
            moved += 1
    return moved
