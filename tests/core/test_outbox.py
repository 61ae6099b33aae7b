"""What must reach somebody, and what happens when it does not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
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


def later(turns: int) -> Iterator[datetime]:
    """Moments at which whatever is to be tried again is due."""
    now = timezone.now()
    for turn in range(turns):
        yield now + timedelta(hours=2 * turn)


def test_a_broken_gateway_is_tried_again_ever_later_and_then_given_up(
    house: Place, people: People, gateway: Gateway
) -> None:
    gateway.status = 500
    found(house, people, LEANING, days=0)
    assert send_pending() == 0
    message = Message.objects.get()
    assert (message.state, message.attempts, message.error) == ("waiting", 1, "HTTP 500 Internal Server Error")
    send_pending()
    assert len(gateway.received) == 1, "not again before its time"
    for now in later(8):
        send_pending(now=now)
    message = Message.objects.filter(escalates=None).get()
    assert (message.state, message.attempts) == ("failed", 6)


def test_a_gateway_that_comes_back_gets_what_waited(house: Place, people: People, gateway: Gateway) -> None:
    gateway.status = 503
    found(house, people, LEANING, days=0)
    send_pending()
    gateway.status = 200
    assert send_pending(now=timezone.now() + timedelta(seconds=11)) == 1
    message = Message.objects.get()
    assert (message.state, message.attempts, message.error) == ("sent", 2, "")


class _Deaf(BaseHTTPRequestHandler):
    """Hangs up without an answer."""

    def do_POST(self) -> None:
        self.close_connection = True

    def log_message(self, *args: object) -> None:
        pass


class _Babbling(_Deaf):
    """Answers with what is not HTTP."""

    def do_POST(self) -> None:
        self.wfile.write(b"hello\r\n\r\n")
        self.close_connection = True


class _Slow(_Deaf):
    """Says nothing for longer than we wait."""

    def do_POST(self) -> None:
        self.server.hold.wait(10)  # type: ignore[attr-defined]


@pytest.fixture
def faulty(settings) -> Iterator[Callable[[type[_Deaf]], None]]:
    running = []

    def start(handler: type[_Deaf]) -> None:
        server = HTTPServer(("127.0.0.1", 0), handler)
        server.hold = threading.Event()  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        running.append((server, thread))
        settings.NOTIFY_WEBHOOK = f"http://127.0.0.1:{server.server_port}/send"

    yield start
    for server, thread in running:
        server.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("handler", [_Deaf, _Babbling, _Slow])
def test_whatever_a_gateway_does_the_outbox_goes_on(
    house: Place, people: People, faulty, handler: type[_Deaf], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hemei.core.outbox.PATIENCE_S", 0.2)
    faulty(handler)
    found(house, people, LEANING, days=0)
    assert send_pending() == 0
    message = Message.objects.get()
    assert (message.state, message.attempts) == ("waiting", 1)
    assert message.error


def test_a_gateway_that_is_not_there_is_asked_once_a_turn(house: Place, people: People, settings) -> None:
    settings.NOTIFY_WEBHOOK = "http://127.0.0.1:9/send"
    found(house, people, LEANING, days=0)
    Message.objects.bulk_create(
        Message(
            to=people.village.account,
            region=house.region,
            text="…",
            not_before=timezone.now(),
            created_at=timezone.now(),
        )
        for _ in range(3)
    )
    send_pending()
    assert sorted(Message.objects.values_list("attempts", flat=True)) == [0, 0, 0, 1]
    assert "refused" in Message.objects.get(attempts=1).error


def test_a_telephone_number_that_no_longer_opens_stops_nobody_else(
    house: Place, people: People, gateway: Gateway
) -> None:
    account = people.village.account
    assert account is not None
    account.phone = b"x" * 40
    account.save()
    found(house, people, LEANING, days=0)
    assert send_pending() == 0
    assert "HEMEI_PERSONAL_DATA_KEY" in Message.objects.get().error


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
