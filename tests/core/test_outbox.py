"""What must reach somebody, and what happens when it does not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import timezone

from hemei.core.access import Refused
from hemei.core.actions.notify import escalate, receipt
from hemei.core.models import AuditEntry, Case, Duty, Message, Place
from hemei.core.outbox import Outbox, WebhookAdapter, adapter
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


def send_pending(now: datetime | None = None) -> int:
    """One turn of an outbox that has just started."""
    return Outbox()(now=now)


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


def unanswered(message: Message) -> None:
    """So long ago that it is handed on."""
    Message.objects.filter(pk=message.pk).update(created_at=timezone.now() - timedelta(minutes=31))


def test_each_is_told_once_until_nobody_is_left_who_was_not(house: Place, people: People) -> None:
    found(house, people, LEANING, days=0)
    for _ in range(12):
        unanswered(Message.objects.order_by("pk").last())  # type: ignore[arg-type]
        send_pending()
    told = list(Message.objects.order_by("pk").values_list("to", flat=True))
    assert len(told) == len(set(told)) > 2
    assert people.village.account is not None
    assert told[0] == people.village.account.pk
    chain = list(Message.objects.order_by("pk").values_list("pk", "escalates"))
    assert [before for _pk, before in chain] == [None, *(pk for pk, _before in chain[:-1])]


def test_whom_nobody_can_relieve_is_not_asked_about_again_and_again(
    house: Place, people: People, django_assert_num_queries
) -> None:
    """A hundred messages of which each was handed on as far as it goes take no turn to write, and few questions."""
    case, now = found(house, people, LEANING, days=0), timezone.now()
    Duty.objects.exclude(account=people.village.account).delete()
    Message.objects.all().delete()
    old = {"region": house.region, "case": case, "urgent": True, "not_before": now, "text": "…"}
    Message.objects.bulk_create(
        Message(to=people.village.account, created_at=now - timedelta(hours=1), **old) for _ in range(100)
    )
    with django_assert_num_queries(2):  # the messages, and who is on duty there
        assert escalate(now) == 0


def test_after_a_standstill_the_oldest_are_handed_on_first_a_part_at_a_time(
    house: Place, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hemei.core.actions.notify.TOLD_AT_ONCE", 2)
    monkeypatch.setattr("hemei.core.actions.notify.MOST_TOLD", 3)
    case, now = found(house, people, LEANING, days=0), timezone.now()
    Message.objects.all().delete()
    old = {"region": house.region, "case": case, "urgent": True, "not_before": now, "text": "…"}
    Message.objects.bulk_create(
        Message(to=people.village.account, created_at=now - timedelta(hours=1), **old) for _ in range(7)
    )
    waiting = list(Message.objects.order_by("pk").values_list("pk", flat=True))
    assert [escalate(now) for _ in range(3)] == [4, 3, 0]
    assert list(Message.objects.exclude(escalates=None).order_by("pk").values_list("escalates", flat=True)) == waiting


def test_nobody_is_called_about_a_case_that_has_ended(house: Place, people: People) -> None:
    case = found(house, people, LEANING, days=0)
    unanswered(Message.objects.get())
    Case.objects.filter(pk=case.pk).update(state="accepted")
    send_pending()
    assert Message.objects.count() == 1


def test_what_is_acknowledged_at_the_last_moment_is_not_handed_on(
    house: Place, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(house, people, LEANING, days=0)
    unanswered(Message.objects.get())

    def acknowledged(last: Mapping[int, tuple[int, int | None]]) -> dict[int, set[int]]:
        receipt(message=Message.objects.get(), by=people.village)
        return {pk: {to} for pk, (to, _before) in last.items()}

    monkeypatch.setattr("hemei.core.actions.notify._told_so_far", acknowledged)
    assert escalate(timezone.now()) == 0
    assert Message.objects.count() == 1


def test_what_somebody_has_seen_meanwhile_stays_seen(house: Place, people: People) -> None:
    class SeenFirst:
        name = "slow"

        def send(self, message: Message) -> None:
            receipt(message=Message.objects.get(pk=message.pk), by=people.village)

    found(house, people, LEANING, days=0)
    assert Outbox(SeenFirst)() == 1
    assert Message.objects.get().state == "received"


def test_handing_on_waits_for_its_time_and_sending_does_not(
    house: Place, people: People, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr("hemei.core.outbox.monotonic", lambda: clock[0])
    outbox = Outbox()
    outbox()
    found(house, people, LEANING, days=0)
    unanswered(Message.objects.get())
    assert outbox() == 1
    assert Message.objects.count() == 1
    clock[0] += 10.0
    assert outbox() == 1, "the second person's"
    assert Message.objects.count() == 2


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
