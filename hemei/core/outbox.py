"""Sending what stands in the outbox, by whatever adapter the district has configured."""

from __future__ import annotations

import json
import logging
import urllib.request
from collections.abc import Callable
from typing import Protocol

from django.conf import settings
from django.utils import timezone

from hemei.core.actions.notify import escalate, remind_overdue
from hemei.core.models import Message, MessageState
from hemei.core.personal import decrypt
from hemei.core.writing import writing

log = logging.getLogger("hemei.notify")
MOST_ATTEMPTS = 5


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
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            if answer.status >= 300:
                raise OSError(f"HTTP {answer.status}")


def adapter() -> Adapter:
    return WebhookAdapter(settings.NOTIFY_WEBHOOK) if settings.NOTIFY_WEBHOOK else LogAdapter()


def send_pending(make: Callable[[], Adapter] = adapter) -> int:
    """Send what waits, and hand on what nobody has acknowledged. Returns how many were sent."""
    escalate(timezone.now())
    remind_overdue(timezone.now())
    by, sent = make(), 0
    waiting = Message.objects.filter(state=MessageState.WAITING, not_before__lte=timezone.now())
    for message in waiting.select_related("to").order_by("-urgent", "id")[:50]:
        message.attempts += 1
        message.adapter = by.name
        try:
            by.send(message)
            message.state, message.sent_at, message.error = MessageState.SENT, timezone.now(), ""
            sent += 1
        except OSError as fault:
            message.error = str(fault)[:300]
            if message.attempts >= MOST_ATTEMPTS:
                message.state = MessageState.FAILED
        with writing():
            message.save(update_fields=["state", "attempts", "adapter", "sent_at", "error"])
    return sent
