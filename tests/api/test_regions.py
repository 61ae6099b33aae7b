from __future__ import annotations

from hemei.core.access import Scope
from hemei.core.queries.zero import zero
from hemei.terms.day import today
from hemei.terms.region import Level
from tests.api.conftest import Caller
from tests.conftest import DISTRICT, NEXT_VILLAGE, OTHER_DISTRICT, TOWNSHIP, VILLAGE


def test_regions_you_may_see(people) -> None:
    codes = [item["code"] for item in Caller(people.township).get("/regions").body["items"]]
    assert codes == [TOWNSHIP, VILLAGE, NEXT_VILLAGE]
    villages = Caller(people.district).get("/regions", level="village", inside=TOWNSHIP).body["items"]
    assert [item["code"] for item in villages] == [VILLAGE, NEXT_VILLAGE]
    assert Caller(people.district).get(f"/regions/{VILLAGE}").body["name"] == "上河村"
    assert Caller(people.district).get(f"/regions/{OTHER_DISTRICT}").status == 404


def test_the_board_is_the_one_that_zero_computes(house, next_house, people) -> None:
    Caller(people.grid).post("/cases", {"place": house.pk, "code": "houses.F05"})
    body = Caller(people.district).get("/zero", region=DISTRICT, by="village", on=today()).body
    board = zero(within=Scope.of(DISTRICT), region=DISTRICT, on=today(), by=Level.VILLAGE)
    assert body["total"] == board.total.as_dict()
    assert [row["open"] for row in body["rows"]] == [row.open for row in board.rows]
    assert body["total"]["open"] == 1


def test_a_day_beyond_all_days_is_refused(people) -> None:
    for day in ("0001-01-01", "9999-12-31"):
        assert Caller(people.village).get("/zero", region=VILLAGE, known=day).status == 422
        assert Caller(people.village).get("/checks", region=VILLAGE, since=day).status == 422


def test_a_board_wider_than_what_you_see_is_not_given(people) -> None:
    caller = Caller(people.village)
    assert caller.get("/zero", region=VILLAGE).status == 200
    for region in (TOWNSHIP, DISTRICT, NEXT_VILLAGE, OTHER_DISTRICT):
        assert caller.get("/zero", region=region).status == 404
