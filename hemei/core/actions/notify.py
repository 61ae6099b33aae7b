"""The outbox: what must reach somebody, to whom first and to whom next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemei.core.access import SYSTEM, Actor, Refused
from hemei.core.lifecycle import LIFE
from hemei.core.models import Account, Case, Message, MessageState
from hemei.core.prepared import insert
from hemei.core.queries.duty import on_duty
from hemei.core.wording import stored
from hemei.core.writing import action, audit, writing
from hemei.terms.day import day_of
from hemei.terms.region import Level, RegionCode

URGENT = _("紧急隐患：%(place)s%(title)s，请立即处理并回执。")
OVERDUE = _("超期未整治：%(place)s%(title)s，期限 %(due)s。")


def announce(case: Case, *, now: datetime) -> Message | None:
    """Tell whoever is on duty of an urgent case. Part of the action that opened it."""
    people = _watchers(case, day=now)
    if not people:
        return None
    return _post(case, people[0], now=now)


def tell(people: Sequence[Account], text: str, *, region: str, reason: str, now: datetime) -> None:
    """Tell some people of what is no case. Part of the action that calls it."""
    for account in people:
        message = Message(to=account, region=region, text=text[:500], reason=reason, not_before=now, created_at=now)
        insert(message)


def _watchers(case: Case, *, day: datetime) -> list[Account]:
    return on_duty("case.assign", region=case.region, matter=case.matter, on=day_of(day))


def _post(case: Case, to: Account, *, now: datetime, escalates: Message | None = None) -> Message:
    place = f"{case.place.label} " if case.place else ""
    message = Message(
        to=to,
        region=case.region,
        case=case,
        text=stored(URGENT) % {"place": place, "title": case.title},
        urgent=True,
        not_before=now,
        created_at=now,
        escalates=escalates,
    )
    insert(message)
    return message


def escalate(now: datetime) -> int:
    """Urgent messages without a receipt go to a second person. Returns how many went.

    The newest first: for the oldest there may be nobody left.
    """
    late = now - timedelta(minutes=settings.NOTIFY_SECOND_AFTER_MINUTES)
    waiting = Message.objects.filter(urgent=True, received_at=None, created_at__lte=late, escalated_to=None)
    gone = 0
    for message in waiting.select_related("case__place", "to").order_by("-id")[:100]:
        with writing():
            told = _already_told(message)
            case = message.case
            following = next((a for a in _watchers(case, day=now) if a.pk not in told), None) if case else None
            if following and case:
                second = _post(case, following, now=now, escalates=message)
                audit(SYSTEM, "message.escalate", f"message:{second.pk}", case.region, values=[message.pk, second.pk])
                gone += 1
    return gone


def remind_overdue(now: datetime) -> int:
    """Cases past their deadline are told, once, to whoever answers one tier above. Returns how many were."""
    today = day_of(now)
    late = Case.objects.filter(state__in=LIFE.open_states, due_on__lt=today, historical=False)
    told = Message.objects.filter(case=OuterRef("pk"), reason="overdue")
    reminded = 0
    for case in late.filter(~Exists(told)).select_related("place", "unit").order_by("-due_on", "-id")[:200]:
        with writing():
            to = _one_tier_above(case, today)
            if to is not None:
                text = stored(OVERDUE) % {
                    "place": f"{case.place.label} " if case.place else "",
                    "title": case.title,
                    "due": case.due_on,
                }
                message = Message.objects.create(
                    to=to, region=case.region, case=case, text=text, reason="overdue", not_before=now, created_at=now
                )
                audit(SYSTEM, "message.overdue", f"message:{message.pk}", case.region, values=[case.pk])
                reminded += 1
    return reminded


def _one_tier_above(case: Case, on: date) -> Account | None:
    held_at = RegionCode(case.unit.region).level if case.unit else Level.VILLAGE
    above = held_at.above if held_at > Level.DISTRICT else held_at
    people = on_duty("case.assign", region=case.region[:above], matter=case.matter, on=on)
    return people[0] if people else None


def _already_told(message: Message | None) -> set[int]:
    told = set()
    while message is not None:
        told.add(message.to_id)
        message = message.escalates
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
