"""The outbox: what must reach somebody, to whom first and to whom next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import islice

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemei.core.access import SYSTEM, Actor, Refused
from hemei.core.inserting import insert_all
from hemei.core.lifecycle import LIFE
from hemei.core.models import Account, AuditEntry, Case, Message, MessageState
from hemei.core.prepared import insert
from hemei.core.queries.duty import on_duty
from hemei.core.stepwise import batched, stepwise
from hemei.core.wording import stored
from hemei.core.writing import action, audit, audit_all, entry_for, writing
from hemei.terms.day import day_of
from hemei.terms.region import Level, RegionCode

URGENT = _("紧急隐患：%(place)s%(title)s，请立即处理并回执。")
OVERDUE = _("超期未整治：%(place)s%(title)s，期限 %(due)s。")
MOST_TOLD = 500  # in one go, oldest first, as after a standstill: as many as are sent until the next one
TOLD_AT_ONCE = 100  # in one turn to write


def announce(case: Case, *, now: datetime) -> Message | None:
    """Tell whoever is on duty of an urgent case. Part of the action that opened it."""
    people = on_duty("case.assign", region=case.region, matter=case.matter, on=day_of(now))
    if not people:
        return None
    message = _urgent(case, people[0], now=now)
    insert(message)
    return message


def tell(people: Sequence[Account], text: str, *, region: str, reason: str, now: datetime) -> None:
    """Tell some people of what is no case. Part of the action that calls it."""
    for account in people:
        message = Message(to=account, region=region, text=text[:500], reason=reason, not_before=now, created_at=now)
        insert(message)


def _urgent(case: Case, to: Account, *, now: datetime, escalates: Message | None = None) -> Message:
    text = stored(URGENT) % {"place": _said_before(case), "title": case.title}
    return Message(
        to=to,
        region=case.region,
        case=case,
        text=text,
        urgent=True,
        not_before=now,
        created_at=now,
        escalates=escalates,
    )


def _overdue(case: Case, to: Account, *, now: datetime) -> Message:
    text = stored(OVERDUE) % {"place": _said_before(case), "title": case.title, "due": case.due_on}
    return Message(to=to, region=case.region, case=case, text=text, reason="overdue", not_before=now, created_at=now)


def _said_before(case: Case) -> str:
    return f"{case.place.label} " if case.place else ""


def escalate(now: datetime) -> int:
    """Urgent messages without a receipt go to a second person, while their case is open. Returns how many went."""
    late = now - timedelta(minutes=settings.NOTIFY_SECOND_AFTER_MINUTES)
    waiting = Message.objects.filter(
        urgent=True, received_at=None, created_at__lte=late, escalated_to=None, case__state__in=LIFE.open_states
    )
    watchers = cache(lambda region, matter: on_duty("case.assign", region=region, matter=matter, on=day_of(now)))
    following: dict[int, Account] = {}
    told_last = waiting.values_list("pk", "case__region", "case__matter", "to", "escalates")
    for part in batched(stepwise(told_last), TOLD_AT_ONCE):
        told = _told_so_far({pk: (to, before) for pk, _region, _matter, to, before in part})
        for pk, region, matter, _to, _before in part:
            if person := next((one for one in watchers(region, matter) if one.pk not in told[pk]), None):
                following[pk] = person
        if len(following) >= MOST_TOLD:
            break
    gone = 0
    for some in batched(following, TOLD_AT_ONCE):
        with writing():
            # once more, for some may have been acknowledged meanwhile
            messages = list(waiting.filter(pk__in=some).select_related("case__place").order_by("pk"))
            seconds = [_urgent(one.case, following[one.pk], now=now, escalates=one) for one in messages if one.case]
            insert_all(seconds)
            audit_all([_entry("message.escalate", one, one.escalates_id, one.pk) for one in seconds])
            gone += len(seconds)
    return gone


def remind_overdue(now: datetime) -> int:
    """Cases past their deadline are told, once, to whoever answers one tier above. Returns how many were."""
    today = day_of(now)
    told = Message.objects.filter(case=OuterRef("pk"), reason="overdue")
    late = Case.objects.filter(~Exists(told), state__in=LIFE.open_states, due_on__lt=today, historical=False)
    above = cache(lambda region, matter: on_duty("case.assign", region=region, matter=matter, on=today))
    found = ((case.pk, above(_one_tier_above(case), case.matter)) for case in stepwise(late.select_related("unit")))
    people = dict(islice(((pk, answering[0]) for pk, answering in found if answering), MOST_TOLD))
    reminded = 0
    for some in batched(people, TOLD_AT_ONCE):
        with writing():
            cases = list(late.filter(pk__in=some).select_related("place").order_by("pk"))
            messages = [_overdue(case, people[case.pk], now=now) for case in cases]
            insert_all(messages)
            audit_all([_entry("message.overdue", one, one.case_id) for one in messages])
            reminded += len(messages)
    return reminded


def _entry(verb: str, message: Message, *values: int | None) -> AuditEntry:
    return entry_for(SYSTEM, verb, f"message:{message.pk}", message.region, values=values)


def _one_tier_above(case: Case) -> str:
    held_at = RegionCode(case.unit.region).level if case.unit else Level.VILLAGE
    return case.region[: held_at.above if held_at > Level.DISTRICT else held_at]


def _told_so_far(last: Mapping[int, tuple[int, int | None]]) -> dict[int, set[int]]:
    """Accounts told before each of some messages and by it; those are given as whom it went to and which one it
    escalates."""
    told = {pk: {to} for pk, (to, _before) in last.items()}
    behind = {pk: before for pk, (_to, before) in last.items() if before}
    while behind:
        earlier = Message.objects.filter(pk__in=set(behind.values())).values_list("pk", "to", "escalates")
        known = {pk: (to, before) for pk, to, before in earlier}
        for pk, before in behind.items():
            told[pk].add(known[before][0])
        behind = {pk: further for pk, before in behind.items() if (further := known[before][1])}
    return told


@action(verb="case.view", on="message")
def receipt(*, message: Message, by: Actor) -> Message:
    """The person it was sent to has seen it. Raises Refused for anybody else."""
    if by.account != message.to:
        raise Refused("message.receipt")
    message.state = MessageState.RECEIVED
    message.received_at = timezone.now()
    message.save(update_fields=["state", "received_at"])
    audit(by, "message.receipt", f"message:{message.pk}", message.region, values=[message.pk])
    return message
