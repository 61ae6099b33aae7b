"""Recomputing what must hold: the audit chain, and that every case stands where its steps put it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Scope
from hemei.core.chain import GENESIS, link
from hemei.core.models import AuditEntry, AuditSeal, Case, CaseStep, Due, Duty, Household, Place, Region, Unit
from hemei.terms.day import today

UNSEALED_FOR = timedelta(seconds=60)


def faults(*, within: Scope) -> Iterator[str]:
    """Everything that is not as it must be, a line each."""
    _know_sizes()
    if within.everything:
        yield from _chain()
    yield from _cases(within)
    yield from _left_behind(within)


def _know_sizes() -> None:
    """These queries read whole tables, perhaps just filled: PostgreSQL plans them badly before it has counted."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE core_auditentry, core_auditseal, core_case, core_casestep")


def _chain() -> Iterator[str]:
    head, position = GENESIS, 0
    for seal in AuditSeal.objects.select_related("entry").order_by("position").iterator(chunk_size=5000):
        position += 1
        if seal.position != position:
            yield _("审计链：缺第 %(position)d 位") % {"position": position}
            position = seal.position
        if seal.hash != link(head, seal.position, seal.entry):
            named = {"entry": seal.entry_id, "position": seal.position}
            yield _("审计链：记录 %(entry)d 不是第 %(position)d 位封存的那一条") % named
        head = seal.hash
    late = AuditEntry.objects.filter(seal=None, at__lt=timezone.now() - UNSEALED_FOR).count()
    if late:
        yield _("审计链：有 %(count)d 条记录超过一分钟没有封存") % {"count": late}


def _cases(within: Scope) -> Iterator[str]:
    last = (
        CaseStep.objects.filter(within.q("case__region", matter="case__matter"))
        .values("case")
        .annotate(last=Max("id"))
        .values("last")
    )
    astray = CaseStep.objects.filter(pk__in=last).exclude(to_state=F("case__state"))
    for pk, state in astray.values_list("case", "case__state").iterator():
        yield _("隐患 %(pk)d：状态是 %(state)s，步骤说的不是") % {"pk": pk, "state": state}
    for case in Case.objects.filter(within.q(matter="matter"), steps=None).iterator():
        yield _("隐患 %(pk)d：一个步骤也没有") % {"pk": case.pk}
    unended = Case.objects.filter(
        within.q(matter="matter"), state__in=["accepted", "withdrawn", "imported"], ended_at=None
    )
    for case in unended.iterator():
        yield _("隐患 %(pk)d：办结了，没有日期") % {"pk": case.pk}
    own = CaseStep.objects.filter(verb="case.accept", case__remedied_by=F("actor"))
    for step in own.filter(within.q("case__region", matter="case__matter")).iterator():
        yield _("隐患 %(pk)d：验收的就是整改的人") % {"pk": step.case_id}


def _left_behind(within: Scope) -> Iterator[str]:
    """What still stands under a code that is no more."""
    gone = Region.objects.filter(within.q("code", matter=None)).exclude(closed_on=None)
    codes = dict(gone.values_list("code", "closed_on"))
    if not codes:
        return
    held = Duty.objects.on(today())
    unlooked = Due.objects.filter(done_at=None)
    for rows in (Place.objects, Household.objects, Case.objects, Unit.objects, unlooked, held):
        for pk, code in rows.filter(region__in=codes).order_by("pk").values_list("pk", "region").iterator():
            named = {"what": rows.model._meta.model_name, "pk": pk, "code": code, "day": codes[code]}
            yield _("%(what)s %(pk)d：还在代码 %(code)s 下，这个代码已于 %(day)s 停用") % named
