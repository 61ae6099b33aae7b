"""House and household are many-to-many, with a role and dates; members are optional; old ledgers count apart."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hemei.core.access import SYSTEM, Scope
from hemei.core.actions.register.folder import import_folder
from hemei.core.models import Case, Holding, HouseholdMember, Person
from hemei.core.queries.zero import zero
from hemei.terms.day import today
from tests.conftest import DISTRICT, TOWNSHIP, People
from tests.core.actions.register.folders import HOUSEHOLDS, HOUSES, VILLAGE, make

pytestmark = pytest.mark.django_db
HEADER = ["村代码", "户号", "房屋编号", "关系", "起始日期", "终止日期"]
LAYOUT = """\
district: "429999"
crs: EPSG:4490
registers:
  households: {file: 农户.xlsx}
  places: {file: 农房.xlsx, kind: house}
  holdings: {file: 户房关系.xlsx, kind: house}
"""
OF_OLD = "district: '429999'\nregisters:\n  cases: {file: 台账.xlsx, matter: houses, kind: house}\n"


def folder_of(path: Path, *rows: list[object]) -> Path:
    plain = [[*row[:3], None, *row[4:]] for row in HOUSES[1:]]  # who holds what is said by the third file alone
    files = {"农户.xlsx": HOUSEHOLDS, "农房.xlsx": [HOUSES[0], *plain], "户房关系.xlsx": [HEADER, *rows]}
    return make(path, LAYOUT, files=files)


def held() -> set[tuple[str, str, str, date | None, date | None]]:
    rows = Holding.objects.values_list("household__number", "place__identifiers__value", "role", "starts", "ends")
    return set(rows)


def test_one_household_has_two_houses_and_one_house_two_households(people: People, tmp_path: Path) -> None:
    first = import_folder(
        folder_of(
            tmp_path / "一",
            [VILLAGE, "0001", "F-001", "产权人", "2010-05-01", None],
            [VILLAGE, "0001", "F-002", "产权人", None, None],
            [VILLAGE, "0002", "F-002", "使用人", date(2020, 1, 1), None],
        ),
        by=SYSTEM,
        confirm=True,
    )
    assert (first.state, first.refused) == ("applied", [])
    assert held() == {
        ("0001", "F-001", "owner", date(2010, 5, 1), None),
        ("0001", "F-002", "owner", None, None),
        ("0002", "F-002", "user", date(2020, 1, 1), None),
    }
    ended = folder_of(tmp_path / "二", [VILLAGE, "0002", "F-002", "使用人", None, "2026年3月31日"])
    again = import_folder(ended, by=SYSTEM, confirm=True)
    assert again.counts["holdings"] == {"changed": 1}
    assert ("0002", "F-002", "user", date(2020, 1, 1), date(2026, 3, 31)) in held()
    assert import_folder(ended, by=SYSTEM, confirm=True).counts["holdings"] == {"unchanged": 1}


def test_members_need_not_be_known(people: People, tmp_path: Path) -> None:
    import_folder(folder_of(tmp_path / "一", [VILLAGE, "0001", "F-001", None, None, None]), by=SYSTEM, confirm=True)
    assert not HouseholdMember.objects.exists()
    assert Person.objects.filter(heads__number="0001").count() == 2  # one in each village


def test_what_an_old_ledger_had_ended_counts_apart_and_never_as_accepted(people: People, tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["台账编号", "村代码", "问题", "严重程度", "发现日期", "办结日期"],
        ["1", VILLAGE, "墙体开裂", "一般", "2024-05-06", today().isoformat()],
        ["2", VILLAGE, "屋面漏雨", "较重", "2025-03-01", None],
    ]
    said = import_folder(make(tmp_path / "旧", OF_OLD, files={"台账.xlsx": rows}), by=SYSTEM, confirm=True)
    assert (said.state, said.refused) == ("applied", [])
    ended, open_still = Case.objects.order_by("source_id")
    assert (ended.state, ended.historical, open_still.historical) == ("imported", True, True)
    assert not ended.steps.filter(verb="case.accept").exists()
    board = zero(within=Scope.of(DISTRICT), region=TOWNSHIP, on=today())
    for row in (board.total, next(row for row in board.rows if row.region == VILLAGE)):
        assert (row.historical_ended, row.accepted_this_month, row.open) == (1, 0, 1)
    assert import_folder(tmp_path / "旧", by=SYSTEM, confirm=True).rows == 0
