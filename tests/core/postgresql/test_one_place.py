"""Two who change what one place shows, at the same moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction

from hemei.core.access import At
from hemei.core.actions import case as steps
from hemei.core.actions.opening import open_case
from hemei.core.actions.placestate import count_in
from hemei.core.models import Case, Place, PlaceTally
from hemei.core.writing import writing
from tests.conftest import People, brought, days_ago, photo
from tests.core.actions.test_case import CRACK, LEANING, found

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer"),
    pytest.mark.django_db(transaction=True),
]
PATIENCE_S = 10


def beside(work: Callable[[], object]) -> threading.Thread:
    """By another connection, until it has to wait for this one."""

    def run() -> None:
        work()
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    end = time.monotonic() + PATIENCE_S
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return thread
    raise AssertionError("it did not wait")


def repair(case: Case, people: People) -> None:
    steps.remedy(case=case, by=people.grid, brought=brought(remedy="repair", files=[photo()]))


def test_a_step_beside_a_case_that_is_opened_knows_of_it(house: Place, people: People) -> None:
    with writing():
        count_in(house)
    crack = found(house, people)
    with transaction.atomic():
        open_case(where=At(house.region), place=house, code=LEANING.id, at=days_ago(1), by=people.village)
        step = beside(
            lambda: steps.remedy(case=crack, by=people.grid, brought=brought(remedy="repair", files=[photo()]))
        )
    step.join(PATIENCE_S)
    assert sorted(Case.objects.values_list("code", "state")) == [(CRACK.id, "remedied"), (LEANING.id, "assigned")]
    house.refresh_from_db()
    assert house.state == "assigned"
    assert list(PlaceTally.objects.exclude(count=0).values_list("state", "count")) == [("assigned", 1)]


def test_a_look_and_a_step_at_its_case_do_not_wait_for_each_other(house: Place, people: People) -> None:
    """The step holds the place before the case, as the look does."""
    crack = found(house, people)
    with transaction.atomic():
        Place.objects.select_for_update().get(pk=house.pk)
        step = beside(
            lambda: steps.remedy(case=crack, by=people.grid, brought=brought(remedy="repair", files=[photo()]))
        )
        Case.objects.select_for_update(nowait=True).get(pk=crack.pk)
    step.join(PATIENCE_S)
    crack.refresh_from_db()
    assert crack.state == "remedied"
