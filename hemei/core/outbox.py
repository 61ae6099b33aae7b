"""Sending what stands in the outbox, by whatever adapter the district has configured."""

from __future__ import annotations

import json
import logging
import urllib.request
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from http.client import HTTPException
from time import monotonic
from typing import Protocol
from urllib.error import HTTPError

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.utils import timezone

from hemei.core.actions.notify import escalate, remind_overdue
from hemei.core.models import Message, MessageState
from hemei.core.personal import decrypt
from hemei.core.prepared import change_all
from hemei.core.writing import writing

log = logging.getLogger("hemei.notify")
PATIENCE_S = 10.0
HANDED_ON_EVERY_S = 10.0
NOTED_EVERY_S = 0.1  # whoever kills the server in between makes a message go out twice
TRY_AGAIN_AFTER = tuple(timedelta(seconds=s) for s in (10, 60, 300, 900, 3600))  # ours; after the last it is given up


class Declined(OSError):
    """The gateway answered, and took this message not."""


class Adapter(Protocol):
    name: str

    def send(self, message: Message) -> None: ...


class LogAdapter:
    """Writes to the server's log: reaches nobody, which is why the pages carry a red banner."""

    name = "log"

    def send(self, message: Message) -> None:
        level = logging.WARNING if message.urgent else logging.INFO
        log.log(level, "message %s for account %s about case %s", message.pk, message.to_id, message.case_id)


class WebhookAdapter:
    """Posts JSON to an SMS gateway or a WeCom robot of the district."""

    name = "webhook"

    def __init__(self, url: str) -> None:
        if not url.startswith(("https://", "http://")):
            raise ValueError("HEMEI_NOTIFY_WEBHOOK must be an http(s) address")
        self.url = url

    def send(self, message: Message) -> None:
        body = {
            "msgtype": "text",
            "text": {"content": message.text},
            "to": decrypt(message.to.phone),
            "id": message.pk,
            "urgent": message.urgent,
        }
        request = urllib.request.Request(  # noqa: S310 (the scheme is checked above)
            self.url, json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S):  # noqa: S310
                pass
        except HTTPError as answer:  # whatever is not 2xx
            with answer:
                raise Declined(f"HTTP {answer.code} {answer.reason}") from None


def adapter() -> Adapter:
    return WebhookAdapter(settings.NOTIFY_WEBHOOK) if settings.NOTIFY_WEBHOOK else LogAdapter()


class Outbox:
    """Sends each turn what waits, and now and then hands on what nobody has acknowledged and tells what is overdue:
    minutes and days are counted for these, and each time all that is open is looked through."""

    __name__ = "outbox"

    def __init__(self, make: Callable[[], Adapter] = adapter) -> None:
        self._make = make
        self._handed_on: float | None = None

    def __call__(self, *, now: datetime | None = None) -> int:
        """Returns how many were sent."""
        now = now or timezone.now()
        if self._handed_on is None or monotonic() >= self._handed_on + HANDED_ON_EVERY_S:
            escalate(now)
            remind_overdue(now)
            self._handed_on = monotonic()
        return _send_waiting(self._make(), now)


def _send_waiting(by: Adapter, now: datetime) -> int:
    """What could not be sent is tried again, ever later, and then given up for a person to see. A gateway that does not
    answer at all is left alone for the rest of this turn: the next message would only wait as long again."""
    waiting = Message.objects.filter(state=MessageState.WAITING, not_before__lte=now)
    tried: list[Message] = []
    sent, noted = 0, monotonic()
    for message in waiting.select_related("to").order_by("-urgent", "id")[:50]:
        fault = _try(by, message, now)
        sent += fault is None
        tried.append(message)
        if monotonic() >= noted + NOTED_EVERY_S:
            _note(tried)
            tried, noted = [], monotonic()
        if fault is not None and fault is not Declined:
            break
    _note(tried)
    return sent


def _note(tried: Sequence[Message]) -> None:
    """Keep what became of messages, but for those that somebody has seen on the pages meanwhile."""
    if not tried:
        return
    with writing():
        still = Message.objects.filter(pk__in=[message.pk for message in tried], state=MessageState.WAITING)
        unseen = set(still.values_list("pk", flat=True))
        rows = [message for message in tried if message.pk in unseen]
        change_all(rows, "state", "attempts", "adapter", "not_before", "sent_at", "error")


def _try(by: Adapter, message: Message, now: datetime) -> type[Exception] | None:
    """Send one, and note on it what became of that. Nothing that a gateway answers may stop the outbox."""
    message.attempts += 1
    message.adapter = by.name
    try:
        by.send(message)
    except (OSError, HTTPException, InvalidTag, ValueError) as fault:
        message.error = _said(fault)[:300]
        if message.attempts > len(TRY_AGAIN_AFTER):
            message.state = MessageState.FAILED
        else:
            message.not_before = now + TRY_AGAIN_AFTER[message.attempts - 1]
        return type(fault)
    message.state, message.sent_at, message.error = MessageState.SENT, now, ""
    return None


def _said(fault: Exception) -> str:
    """What went wrong, without Python's brackets, and without anything that was sent."""
    if isinstance(fault, InvalidTag):
        return "the telephone number does not open with HEMEI_PERSONAL_DATA_KEY"
    reason = getattr(fault, "reason", fault)
    return str(reason) or type(fault).__name__
