"""通知: what went out, what did not, and what nobody has answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hemei.core.models import Message, Place
from hemei.engines.tables import read
from tests.conftest import People
from tests.core.actions.test_case import LEANING, found

SignIn = Callable[[str], Client]


@pytest.fixture
def message(house: Place, people: People) -> Message:
    found(house, people, LEANING, days=0)
    return Message.objects.get()


def test_a_message_that_did_not_go_out_says_why_and_when_it_is_tried_again(
    message: Message, signed_in: SignIn, settings
) -> None:
    settings.NOTIFY_WEBHOOK = "http://127.0.0.1:9/send"
    Message.objects.filter(pk=message.pk).update(attempts=2, error="HTTP 500 Internal Server Error")
    page = signed_in("village").get("/office/messages/").content.decode()
    assert "没有发出去，会再试" in page
    assert "HTTP 500" in page
    assert "试过 2 次" in page
    assert "有 1 条通知发不出去" in page, "the banner on every page"
    assert 'href="/office/messages/"' in page


def test_what_only_went_to_the_log_reached_nobody(message: Message, signed_in: SignIn) -> None:
    Message.objects.filter(pk=message.pk).update(state="sent", adapter="log", attempts=1, sent_at=timezone.now())
    page = signed_in("village").get("/office/messages/").content.decode()
    assert "只记入日志" in page
    assert "尚未配置短信或企业微信" in page


def test_filters_stay_in_the_address(message: Message, signed_in: SignIn) -> None:
    client = signed_in("village")
    assert str(message) in client.get("/office/messages/", {"unanswered": "on"}).content.decode()
    assert "没有符合条件的通知" in client.get("/office/messages/", {"state": "failed"}).content.decode()


def test_another_villages_messages_are_not_shown(message: Message, signed_in: SignIn) -> None:
    assert str(message) not in signed_in("next_village").get("/office/messages/").content.decode()
    assert signed_in("nobody").get("/office/messages/").status_code == 403


def test_they_are_taken_out_as_they_are_filtered(message: Message, signed_in: SignIn) -> None:
    client = signed_in("village")
    assert "/office/messages/file.xlsx?state=log" in client.get("/office/messages/?state=log").content.decode()
    for form in ("xlsx", "csv"):
        [row] = rows_of(client.get(f"/office/messages/file.{form}?unanswered=on"), form)
        assert (row["内容"], row["区域"], row["紧急"], row["回执"]) == (message.text, "上河村", "是", None)
        assert rows_of(client.get(f"/office/messages/file.{form}?state=failed"), form) == []
    assert rows_of(signed_in("next_village").get("/office/messages/file.csv"), "csv") == []
    assert signed_in("grid").get("/office/messages/file.csv").status_code == 403


def rows_of(answer: Any, form: str) -> list[dict[str, Any]]:
    return [dict(row.values) for row in read(b"".join(answer.streaming_content), f"通知.{form}")[0].rows]
