"""What must reach somebody, and what happens when it does not."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import timezone

from hemei.core.access import Refused
from hemei.core.actions.notify import receipt
from hemei.core.models import AuditEntry, Message, Place
from hemei.core.outbox import WebhookAdapter, adapter, send_pending
from hemei.core.personal import encrypt
from tests.conftest import People
from tests.core.actions.test_case import LEANING, found


class Gateway(HTTPServer):
    """A stand-in for an SMS gateway: keeps what it is sent, answers with the status it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[dict[str, object]] = []
        self.status = 200


class _Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(json.loads(body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def gateway(settings) -> Iterator[Gateway]:
    server = Gateway()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.NOTIFY_WEBHOOK = f"http://127.0.0.1:{server.server_port}/send"
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_urgent_case_reaches_the_gateway(house: Place, people: People, gateway: Gateway) -> None:
    account = people.village.account
    account.phone = encrypt("19900001234")
    account.save()
    case = found(house, people, LEANING, days=0)
    assert send_pending() == 1
    (sent,) = gateway.received
    assert sent["to"] == "19900001234"
    assert "墙体倾斜" in str(sent["text"])
    message = Message.objects.get(case=case)
    assert (message.state, message.adapter) == ("sent", "webhook")
    assert send_pending() == 0, "what is sent is not sent again"


def test_a_broken_gateway_is_tried_again_and_then_given_up(house: Place, people: People, gateway: Gateway) -> None:
    gateway.status = 500
    found(house, people, LEANING, days=0)
    for _ in range(5):
        send_pending()
    message = Message.objects.get()
    assert message.state == "failed"
    assert message.attempts == 5
    assert "500" in message.error


def test_without_a_receipt_a_second_person_is_told(house: Place, people: People, settings) -> None:
    case = found(house, people, LEANING, days=0)
    first = Message.objects.get(case=case)
    Message.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(minutes=31))
    send_pending()
    second = Message.objects.get(escalates=first)
    assert second.to != first.to
    send_pending()
    assert Message.objects.count() == 2
    assert AuditEntry.objects.filter(verb="message.escalate").exists()


def test_a_receipt_stops_the_clock(house: Place, people: People) -> None:
    found(house, people, LEANING, days=0)
    message = Message.objects.get()
    receipt(message=message, by=people.village)
    Message.objects.filter(pk=message.pk).update(created_at=timezone.now() - timedelta(hours=5))
    send_pending()
    assert Message.objects.count() == 1


def test_without_a_gateway_the_log_has_no_personal_value(
    house: Place, people: People, caplog: pytest.LogCaptureFixture, settings
) -> None:
    settings.NOTIFY_WEBHOOK = ""
    assert adapter().name == "log"
    found(house, people, LEANING, days=0)
    send_pending()
    assert "河边一号" not in caplog.text
    assert "message" in caplog.text


def test_only_web_addresses() -> None:
    with pytest.raises(ValueError, match="http"):
        WebhookAdapter("file:///etc/passwd")


def test_an_overdue_case_is_told_once_one_tier_above(house: Place, people: People) -> None:
    case = found(house, people, days=200)
    for _ in range(2):
        send_pending()
    (message,) = Message.objects.filter(case=case, reason="overdue")
    assert message.to == people.township.account
    assert "超期" in message.text


def test_a_receipt_is_the_recipients_own(house: Place, people: People) -> None:
    found(house, people, LEANING, days=0)
    with pytest.raises(Refused):
        receipt(message=Message.objects.get(), by=people.township)
