"""Pages by key meet every row once, forwards and back."""

from __future__ import annotations

from itertools import pairwise

import pytest

from hemei.core.models import Case, Place, Region
from hemei.core.queries.paging import page
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
