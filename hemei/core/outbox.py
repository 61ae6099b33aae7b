"""Sending what stands in the outbox, by whatever adapter the district has configured."""

from __future__ import annotations

import json
import logging
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Protocol
from urllib.error import HTTPError

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.utils import timezone

from hemei.core.actions.notify import escalate, remind_overdue
from hemei.core.models import Message, MessageState
from hemei.core.personal import decrypt
from hemei.core.prepared import change
from hemei.core.writing import writing

log = logging.getLogger("hemei.notify")
PATIENCE_S = 10.0
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


def send_pending(make: Callable[[], Adapter] = adapter, *, now: datetime | None = None) -> int:
    """Send what waits, and hand on what nobody has acknowledged. Returns how many were sent.

    What could not be sent is tried again, ever later, and then given up for a person to see. A gateway that does not
    answer at all is left alone for the rest of this turn: the next message would only wait as long again.
    """
    now = now or timezone.now()
    escalate(now)
    remind_overdue(now)
    by, sent = make(), 0
    waiting = Message.objects.filter(state=MessageState.WAITING, not_before__lte=now)
    for message in waiting.select_related("to").order_by("-urgent", "id")[:50]:
        fault = _try(by, message, now)
        sent += fault is None
        with writing():
            change(message, "state", "attempts", "adapter", "not_before", "sent_at", "error")
        if fault is not None and fault is not Declined:
            break
    return sent


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
