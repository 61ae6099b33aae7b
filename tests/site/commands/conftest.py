from __future__ import annotations

import pytest

from hemei.core.actions import case as steps
from hemei.core.actions.opening import open_from
from hemei.core.writing import writing
from hemei.terms.finding import FindingKind, Severity
from tests.conftest import brought, days_ago, photo

CRACK = FindingKind("houses.F02", Severity.ROUTINE, "墙体裂缝", "观察并修补")
LEAK = FindingKind("houses.F09", Severity.ROUTINE, "屋面渗漏", "检修屋面")


@pytest.fixture
def three_cases(house, next_house, people) -> None:
    """One open in each village, and one accepted two days ago that was recorded today."""
    with writing():
        for place, by, days in ((house, people.grid, 9), (next_house, people.next_village, 4)):
            open_from(CRACK, place, by=by, at=days_ago(days), now=days_ago(days), check=None, certain=True)
        case = open_from(LEAK, house, by=people.grid, at=days_ago(8), now=days_ago(8), check=None, certain=True)
    steps.remedy(case=case, by=people.grid, brought=brought(days_ago(3), remedy="repair", files=[photo()]))
    steps.accept(case=case, by=people.village, brought=brought(days_ago(2), files=[photo("blue")]))
