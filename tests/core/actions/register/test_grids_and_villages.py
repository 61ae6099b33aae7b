"""A ledger that names the village only speaks of the same houses and households that the register has in grids."""

from __future__ import annotations

from pathlib import Path

import pytest

from hemei.core.access import SYSTEM, Scope, actor_of, scope_of
from hemei.core.actions.check import submit_check
from hemei.core.actions.door import issue_door
from hemei.core.actions.register.folder import import_folder
from hemei.core.models import Check, Household, Person, Place, RegionMove, StagedRow
from hemei.core.queries.checks import checks
from hemei.core.queries.zero import zero
from hemei.terms.day import today
from tests.conftest import DISTRICT, NEXT_VILLAGE, TOWNSHIP, VILLAGE, People, days_ago
from tests.core.actions.regionchange.tables import grid_of, house_of, wrong
from tests.core.actions.register.folders import HOUSEHOLDS, HOUSES, make
from tests.core.actions.test_case import found
from tests.core.actions.test_check import selfcheck

PLACES = "district: '429999'\ncrs: EPSG:4490\nregisters:\n  places: {file: 农房.xlsx, kind: house}\n"
BOTH = f"{PLACES}  households: {{file: 农户.xlsx}}\n"


@pytest.fixture
def in_grids(people: People, tmp_path: Path) -> str:
    """The usual register, its houses and households then put into a grid of their village."""
    grid = grid_of(VILLAGE, "001")
    files = {"农户.xlsx": HOUSEHOLDS, "农房.xlsx": HOUSES}
    import_folder(make(tmp_path / "先", BOTH, files=files), by=SYSTEM, confirm=True)
    for model in (Place, Household, Person):
        model._default_manager.filter(region=VILLAGE).update(region=grid)
    return grid


def test_the_grid_stays_and_nothing_comes_twice(in_grids: str, tmp_path: Path) -> None:
    files = {"农户.xlsx": HOUSEHOLDS, "农房.xlsx": HOUSES}
    again = import_folder(make(tmp_path / "再", BOTH, files=files), by=SYSTEM, confirm=True)
    assert again.counts == {"households": {"unchanged": 3}, "places": {"unchanged": 3}, "holdings": {"unchanged": 3}}
    assert set(Place.objects.values_list("region", flat=True)) == {in_grids, NEXT_VILLAGE}


def test_a_house_without_numbers_is_recognised_in_its_grid(people: People, tmp_path: Path) -> None:
    house = house_of(grid_of(VILLAGE, "001"), "河边一号", "一组")
    row = [VILLAGE, "一组", None, None, "河边一号", None, None, "框架", None, None]
    said = import_folder(make(tmp_path / "甲", PLACES, files={"农房.xlsx": [HOUSES[0], row]}), by=SYSTEM, confirm=False)
    assert said.counts == {"places": {"match": 1}}
    staged = StagedRow.objects.get(batch=said.batch)
    assert staged.target == house.pk
    assert staged.values["region"] == house.region, "confirmed as the same, it keeps its grid"


def test_a_house_that_a_register_puts_in_the_next_village_takes_its_cases_along(people: People, tmp_path: Path) -> None:
    """From today on; what was recorded keeps its code, and the village it came from sees it no more."""
    house = house_of(VILLAGE, "河边一号", "一组", "0001")
    house.identifiers.create(system="village_ledger", value="F-001")
    submit_check(place=house, answered=selfcheck(answers={}), by=people.grid)
    case = found(house, people, days=9)
    issue_door(place=house, by=people.village)
    row = [NEXT_VILLAGE, "一组", "F-001", None, None, None, None, None, None, None]
    said = import_folder(make(tmp_path / "甲", PLACES, files={"农房.xlsx": [HOUSES[0], row]}), by=SYSTEM, confirm=True)
    assert (said.counts, said.message) == ({"places": {"changed": 1}}, "")
    case.refresh_from_db()
    assert (case.region, house.door_tokens.get().region, Check.objects.get().region) == (
        NEXT_VILLAGE, NEXT_VILLAGE, VILLAGE,
    )  # fmt: skip
    mine, theirs = (scope_of(actor_of(who.account), "check.view") for who in (people.village, people.next_village))
    assert (checks(within=mine).count(), checks(within=theirs).count()) == (0, 1)
    for day, where in ((days_ago(1).date(), VILLAGE), (today(), NEXT_VILLAGE)):
        board = zero(within=Scope.of(DISTRICT), region=TOWNSHIP, on=day)
        assert {line.region for line in board.rows if line.open} == {where}
    assert RegionMove.objects.get().change is None
    assert wrong() == []
