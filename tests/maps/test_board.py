"""The zero board as a map."""

from __future__ import annotations

import re
from dataclasses import replace

import shapely
from django.test import Client

from hemei.core.access import Scope
from hemei.core.models import Place, Region
from hemei.core.queries.zero import Board, Row, zero
from hemei.maps.board import STEPS, ZERO, board_picture, classes, fill_of
from hemei.terms.day import today
from hemei.terms.region import Level
from tests.conftest import DISTRICT, NEXT_VILLAGE, VILLAGE, People
from tests.core.actions.test_case import found


def board(*opens: int) -> Board:
    rows = [Row(f"4299991{n:05d}", f"村{n}", open=count, looked=1, due=1) for n, count in enumerate(opens)]
    return Board(today(), None, rows[0], rows, "")


def test_more_open_is_never_lighter() -> None:
    shown = board(0, 1, 2, 5, 9, 40)
    ends = classes(shown)
    fills = [fill_of(row, ends) for row in shown.rows]
    assert fills[0] == ZERO
    assert fills[-1] == STEPS[-1]
    assert [STEPS.index(fill) for fill in fills[1:]] == sorted(STEPS.index(fill) for fill in fills[1:])


def test_one_open_is_not_the_colour_of_none() -> None:
    shown = board(0, 1)
    assert fill_of(shown.rows[1], classes(shown)) == STEPS[-1]


def test_where_nobody_looked_is_hatched() -> None:
    quiet = replace(board(0).rows[0], looked=0)
    assert fill_of(quiet, []) == "url(#nobody)"


def test_the_picture_writes_the_number_in_each_village(house: Place, people: People) -> None:
    for number, code in enumerate((VILLAGE, NEXT_VILLAGE)):
        square = shapely.box(110.4 + number / 10, 31.4, 110.5 + number / 10, 31.5)
        Region.objects.filter(code=code).update(boundary=shapely.to_wkb(square))
    found(house, people)
    within = Scope.of(DISTRICT)
    drawn = board_picture(zero(within=within, region=DISTRICT, on=today(), by=Level.VILLAGE), within=within)
    assert re.findall(r'font-weight="bold"[^>]*>([^<]*)<', drawn) == ["1", "?"]
    assert 'fill="url(#nobody)"' in drawn
    assert "style=" not in drawn


def test_it_stays_within_the_reader_s_scope(house: Place, people: People, client: Client) -> None:
    assert client.get("/maps/zero.svg").status_code == 403
    client.force_login(people.next_village.account)
    answer = client.get(f"/maps/zero.svg?region={VILLAGE}")
    assert "上河村" not in answer.content.decode()
