"""An approval lapses by itself where the district has set a term within which work must begin."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from hemei.core.access import SYSTEM
from hemei.core.actions.case import Brought
from hemei.core.actions.notify import tell
from hemei.core.errors import Conflict
from hemei.core.queries.duty import on_duty
from hemei.core.queries.parameter import parameter
from hemei.core.stepwise import stepwise
from hemei.core.writing import writing
from hemei.programmes.building.actions.steps import STEPS
from hemei.programmes.building.life import BEFORE_WORK
from hemei.programmes.building.models import Permit
from hemei.programmes.building.queries.calendar import lapses_on


def lapse_overdue(day: date) -> int:
    """Let every approval lapse whose term was over before this day, and show the term of those that run.

    Returns how many lapsed. Where no term is set none ever does.
    """
    lapsed = 0
    for permit in stepwise(Permit.objects.filter(state__in=BEFORE_WORK)):
        ends = lapses_on(permit, day)
        if ends is not None and ends < day:
            lapsed += _lapse(permit, ends, day)
        elif ends != permit.due_on:  # the district set another term, or none
            with writing():
                Permit.objects.filter(pk=permit.pk, state__in=BEFORE_WORK).update(due_on=ends, due_provisional=False)
    return lapsed


def _lapse(permit: Permit, ends: date, day: date) -> bool:
    set_by = parameter("building.lapse.months", region=permit.region, on=day)
    with translation.override(settings.LANGUAGE_CODE):
        said = {"months": set_by.value, "day": ends.isoformat(), "who": str(permit), "number": permit.number}
        note = _("批准满 %(months)s 个月没有开工，%(day)s 到期。") % said
        text = _("建房批准失效：%(who)s（%(number)s），批准满 %(months)s 个月没有开工。") % said
        document = set_by.document or _("区里设定的期限")
    brought = Brought(note=note, data={"document": document})
    try:
        STEPS["permit.lapse"](permit=permit, by=SYSTEM, brought=brought)
    except Conflict:  # somebody took another step meanwhile
        return False
    people = on_duty("permit.lapse", region=permit.region, matter=Permit.matter, on=day)[:1]
    with writing():
        tell(people, text, region=permit.region, reason="lapsed", now=timezone.now())
    return True
