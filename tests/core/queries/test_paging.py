"""Pages by key meet every row once, forwards and back."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from hemei.core.models import Case, Place, Region
from hemei.core.queries.paging import counted, page
from tests.conftest import People
from tests.core.actions.test_case import found


@pytest.fixture
def rows(db) -> None:
    Region.objects.bulk_create([Region(code=f"4299{n:02d}", name=f"区{n % 3}", level=6) for n in range(10, 33)])


@pytest.mark.parametrize("order", [("code",), ("-code",), ("name", "code"), ("-name", "code"), ("name", "-code")])
@pytest.mark.parametrize("size", [1, 5, 23, 50])
def test_every_row_once_forwards_and_back(rows: None, order: tuple[str, ...], size: int) -> None:
    expected = [row.code for row in Region.objects.order_by(*order)]
    met, cursor, pages = [], "", []
    while True:
        shown = page(Region.objects.all(), order=order, cursor=cursor, size=size)
        met += [row.code for row in shown.rows]
        pages.append(shown)
        if not shown.following:
            break
        cursor = shown.following
    assert met == expected
    for earlier, later in pairwise(pages):
        back = page(Region.objects.all(), order=order, cursor=later.preceding, size=size)
        assert [row.code for row in back.rows] == [row.code for row in earlier.rows]
    assert not pages[0].preceding


@pytest.mark.parametrize("cursor", ["x", "!!!", "W10", "bnVsbA", "W1t7fV0sZmFsc2Vd"])
def test_a_cursor_nobody_gave_out_shows_the_first_page(rows: None, cursor: str) -> None:
    assert page(Region.objects.all(), order=("code",), cursor=cursor, size=3).rows[0].code == "429910"


def test_dates_survive_the_cursor(house: Place, next_house: Place, people: People) -> None:
    first, second = found(house, people), found(next_house, people)
    cursor = page(Case.objects.all(), order=("due_on", "id"), size=1).following
    assert page(Case.objects.all(), order=("due_on", "id"), cursor=cursor, size=1).rows == [second]
    assert first.due_on == second.due_on


def test_what_stands_on_one_page_is_counted_without_asking(db, django_assert_num_queries) -> None:
    Region.objects.bulk_create([Region(code=f"4299{n:02d}", name="区", level=6) for n in range(10, 20)])
    rows = Region.objects.filter(code__startswith="4299")
    shown = page(rows, order=["code"], size=20)
    with django_assert_num_queries(0):
        assert counted(rows, shown) == 10
    assert counted(rows, page(rows, order=["code"], size=4)) == 10
    assert counted(rows, page(rows, order=["code"], size=4), most=9) is None


def test_what_a_page_was_found_by_is_not_asked_twice(db) -> None:
    Region.objects.bulk_create([Region(code=f"4299{n:02d}", name=f"区{n}", level=6) for n in range(10, 20)])
    rows = Region.objects.filter(name__contains="区1").annotate(twice=F("level") * 2)
    with CaptureQueriesContext(connection) as asked:
        shown = page(rows, order=["-code"], size=3)
    assert [(row.code, row.twice) for row in shown.rows] == [("429919", 12), ("429918", 12), ("429917", 12)]
    assert ["区1" in query["sql"] for query in asked] == [True, False]


def test_a_page_that_is_to_count_asks_once(db, django_assert_num_queries) -> None:
    Region.objects.bulk_create([Region(code=f"4299{n:02d}", name=f"区{n}", level=6) for n in range(10, 20)])
    rows = Region.objects.filter(name__contains="区1")
    with django_assert_num_queries(2):  # the keys, and the rows of the page
        shown = page(rows, order=["code"], size=3, count_to=10)
        assert counted(rows, shown, most=10) == 10
    assert counted(rows, page(rows, order=["code"], size=3, count_to=9), most=9) is None
    assert [row.code for row in shown.rows] == ["429910", "429911", "429912"]
    second = page(rows, order=["code"], size=3, count_to=10, cursor=shown.following)
    assert [row.code for row in second.rows] == ["429913", "429914", "429915"]
    assert (second.found, counted(rows, second, most=10)) == (None, 10)
