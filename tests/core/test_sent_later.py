"""Statements whose answer nobody needs: PostgreSQL has them with what comes next, SQLite as they come."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, connections, transaction

from hemei.core.models import Check, PlaceTally
from hemei.core.prepared import Given, Prepared, leave, send_later
from tests.conftest import VILLAGE, days_ago


def row(kind: str, region: str | None = VILLAGE) -> PlaceTally:
    return PlaceTally(kind=kind, cell=2**40, region=region, state="none", count=1)  # type: ignore[misc]


def leave_together(*rows: PlaceTally) -> None:
    with transaction.atomic():
        for one in rows:
            leave(one)


def stored() -> list[str]:
    return list(PlaceTally.objects.filter(cell=2**40).order_by("pk").values_list("kind", flat=True))


@pytest.mark.django_db(transaction=True)
def test_what_was_left_is_stored_in_its_order_with_the_commit() -> None:
    with transaction.atomic():
        leave(row("first"))
        leave(row("second"))
    connection.close()
    assert stored() == ["first", "second"]


@pytest.mark.django_db(transaction=True)
def test_statements_that_are_new_to_the_server_lose_nothing_that_waits() -> None:
    connection.close()
    with transaction.atomic():
        leave(row("one"))
        send_later("UPDATE core_placetally SET state = %s WHERE kind = %s", ("found", "one"))
        leave(row("two"))
        send_later("UPDATE core_placetally SET state = %s WHERE kind = %s AND cell = %s", ("none", "two", 2**40))
    assert list(PlaceTally.objects.order_by("pk").values_list("kind", "state")) == [("one", "found"), ("two", "none")]


def test_what_goes_the_long_way_comes_after_what_waits(house) -> None:
    with connection.cursor() as cursor:
        leave(row("left"))
        cursor.execute("SELECT kind FROM core_placetally WHERE cell = %s", [2**40])
        assert cursor.fetchall() == [("left",)]
    leave(row("left too"))
    assert stored() == ["left", "left too"]


def test_a_step_that_is_taken_back_takes_what_waits_with_it_and_no_more(house) -> None:
    leave(row("before"))
    with transaction.atomic():
        leave(row("within"))
        transaction.set_rollback(True)
    with transaction.atomic():
        leave(row("after"))
    assert stored() == ["before", "after"]


@pytest.mark.django_db(transaction=True)
def test_what_goes_wrong_on_the_way_is_raised_before_anything_is_stored() -> None:
    with pytest.raises(IntegrityError):
        leave_together(row("good"), row("bad", region=None))
    assert stored() == []
    with transaction.atomic():
        leave(row("good again"))
    assert stored() == ["good again"]


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_waits() -> None:
    leave(row("at once"))
    other = connections.create_connection("default") if connection.vendor == "postgresql" else connection
    with other.cursor() as cursor:
        cursor.execute("SELECT kind FROM core_placetally")
        assert cursor.fetchall() == [("at once",)]
    if other is not connection:
        other.close()


def test_large_values_pass_both_ways(house) -> None:
    raw = bytes(range(256)) * 20_000
    when = days_ago(1)
    told = {"place": house, "region": house.region, "matter": "houses", "tier": "survey", "form": "houses.survey"}
    for number in range(3):
        leave(Check(instance_id=f"uuid:{number}", version="1", raw=raw, at=when, recorded_at=when, **told))
    read = Prepared(lambda: Check.objects.filter(place=Given("place")).order_by("pk").values_list("raw", "at"))
    assert [(bytes(sent), at) for sent, at in read(place=house.pk)] == [(raw, when)] * 3


def test_a_statement_of_ours_counts_up(house) -> None:
    for _twice in range(2):
        send_later(
            "INSERT INTO core_placetally (kind, cell, region, state, count) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (kind, cell, region, state) DO UPDATE SET count = core_placetally.count + excluded.count",
            ("toy", 2**40, VILLAGE, "none", 1),
        )
    assert stored() == ["toy"]
    assert PlaceTally.objects.get(kind="toy").count == 2
