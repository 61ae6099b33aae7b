"""The short way to PostgreSQL."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from django.db import DataError, InterfaceError, connection, connections, transaction

from hemei.core.models import Place
from hemei.core.postgresql.link import Link, numbered
from hemei.core.prepared import Given, Prepared, leave
from tests.conftest import build_house
from tests.core.test_sent_later import row, stored

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL; tests/run.sh brings one")
LABELS = Prepared(lambda: Place.objects.filter(pk=Given("pk")).values_list("label"))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many statements each way to the server carried."""
    counts: list[int] = []
    sent = Link._exchange

    def counted(link: Link, messages: Any, ending: bytes = b"") -> Any:
        counts.append(len(messages) + bool(ending))
        return sent(link, messages, ending)

    monkeypatch.setattr(Link, "_exchange", counted)
    return counts


def test_marks_are_numbered_and_percent_signs_stay() -> None:
    assert numbered("a = %s AND b LIKE '%%s' OR c = %s") == "a = $1 AND b LIKE '%s' OR c = $2"
    assert numbered("SELECT 1") == "SELECT 1"


@pytest.mark.django_db(transaction=True)
def test_what_needs_no_answer_travels_with_what_comes_next(told: list[int]) -> None:
    house = build_house()
    for again in range(2):  # the first time, the statements are made known
        told.clear()
        with transaction.atomic():
            leave(row(f"one {again}"))
            leave(row(f"two {again}"))
            assert LABELS(pk=house.pk) == [(house.label,)]
            leave(row(f"three {again}"))
    assert told == [3, 2]
    assert len(stored()) == 6


@pytest.mark.django_db(transaction=True)
def test_what_is_asked_ahead_travels_with_what_comes_next_and_alone_where_nothing_comes(told: list[int]) -> None:
    house = build_house()
    for again in range(2):  # the first time, the statements are made known
        told.clear()
        with transaction.atomic():
            asked = LABELS.soon(pk=house.pk)
            leave(row(f"one {again}"))
            assert LABELS(pk=-1) == []
            leave(row(f"two {again}"))
            assert asked() == asked() == [(house.label,)]
        alone = LABELS.soon(pk=house.pk)
        assert alone() == [(house.label,)]
    assert told == [3, 2, 1]


@pytest.mark.django_db(transaction=True)
def test_what_was_asked_in_a_transaction_that_was_given_up_has_no_answer() -> None:
    house = build_house()
    with suppress(KeyError), transaction.atomic():
        asked = LABELS.soon(pk=house.pk)
        raise KeyError
    with pytest.raises(InterfaceError):
        asked()
    assert LABELS(pk=house.pk) == [(house.label,)]


def test_a_nul_is_refused_and_not_cut_off(house) -> None:
    with pytest.raises(DataError), transaction.atomic():
        leave(row("a\0b"))
    assert stored() == []


@pytest.mark.django_db(transaction=True)
def test_a_server_that_hung_up_is_noticed_before_the_next_request() -> None:
    house = build_house()
    assert LABELS(pk=house.pk)
    before = connection.connection
    connection.health_check_enabled, connection.health_check_done = True, False
    assert LABELS(pk=house.pk)
    assert connection.connection is before
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [before.info.backend_pid])
        cursor.execute("SELECT pg_sleep(0.2)")
    other.close()
    connection.health_check_done = False
    assert LABELS(pk=house.pk) == [(house.label,)]
    assert connection.connection is not before


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_breaks_half_way_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    house = build_house()
    assert LABELS(pk=house.pk)

    def interrupted(link: Link) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Link, "_next", interrupted)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            LABELS(pk=house.pk)
    assert LABELS(pk=house.pk) == [(house.label,)]
