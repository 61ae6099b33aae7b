"""Three nasty folders: what comes in, where it stands, what is refused and why; and the second time nothing changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from hemei.core.access import SYSTEM
from hemei.core.actions.register.folder import Summary, import_folder
from hemei.core.models import Case, Duty, Household, HouseholdMember, Person, Place, Region, StagedRow
from tests.core.actions.register.nasty import LAT, LON, lake, mountain, plain

pytestmark = pytest.mark.django_db
METRE = 1.1e-5  # degrees


def stands(number: str) -> tuple[float | None, float | None]:
    place = Place.objects.get(identifiers__value=number)
    return place.lon, place.lat


def refused(summary: Summary) -> list[tuple[str, int, str]]:
    return [(file, line, reason) for file, line, reason, _remedy in summary.refused]


def test_old_workbooks_names_for_codes_and_coordinates_of_a_street_map(tmp_path: Path) -> None:
    summary = import_folder(mountain(tmp_path / "山岭"), by=SYSTEM, confirm=True)
    assert summary.state == "applied", summary.message
    assert summary.counts["regions"] == {"new": 4}
    assert summary.counts["members"] == {"new": 1}
    assert summary.counts["places"] == {"new": 2}  # the totals are none
    said = {(file, line): reason for file, line, reason in refused(summary)}
    assert "丢掉了后几位" in said["02农户.xls", 4]
    assert "没有叫“大平村”" in said["02农户.xls", 5]
    assert stands("DP-2") == (None, None)


def test_a_survey_in_a_plane_with_offices_and_duties(tmp_path: Path) -> None:
    summary = import_folder(plain(tmp_path / "平川"), by=SYSTEM, confirm=True)
    assert summary.state == "applied", summary.message
    assert summary.counts["places"] == {"new": 2, "refused": 1}
    [(file, line, reason)] = refused(summary)
    assert (file, line) == ("points.csv", 3)
    assert "写反了" in reason
    assert stands("FW0002") == pytest.approx((LON, LAT), abs=METRE / 10)
    lon, lat = stands("FW0001")
    assert (lon, lat) == pytest.approx((LON, LAT), abs=10 * METRE)  # the middle of a house ten metres wide
    assert Place.objects.get(identifiers__value="FW0001").geometry
    assert Duty.objects.get(account__username="qian").region == "321299104"


def test_a_sheet_a_village_with_household_and_house_in_each_row(tmp_path: Path) -> None:
    summary = import_folder(lake(tmp_path / "湖滨"), by=SYSTEM, confirm=True)
    assert summary.state == "applied", summary.message
    assert summary.counts["households"] == {"new": 4}
    assert summary.counts["places"] == {"new": 3, "refused": 2}
    assert summary.counts["holdings"] == {"new": 2}
    assert summary.counts["cases"] == {"new": 2, "refused": 2}
    assert stands("H1") == pytest.approx((LON, LAT), abs=METRE)
    assert stands("P9") == pytest.approx((LON, LAT), abs=METRE)
    assert Region.objects.exclude(boundary=None).count() == 4
    assert {household.region for household in Household.objects.all()} == {"430699105231", "430699105232"}
    assert {case.state for case in Case.objects.all()} == {"imported", "found"}


@pytest.mark.parametrize("folder", [mountain, plain, lake])
def test_the_same_folder_twice_changes_nothing(folder, tmp_path: Path) -> None:
    made = folder(tmp_path / "甲")
    import_folder(made, by=SYSTEM, confirm=True)
    there = Place.objects.count(), Person.objects.count(), HouseholdMember.objects.count()
    again = import_folder(made, by=SYSTEM, confirm=True)
    changed = StagedRow.objects.filter(batch=again.batch, outcome="changed")
    assert again.rows == 0, list(changed.values("before", "values"))
    assert there == (Place.objects.count(), Person.objects.count(), HouseholdMember.objects.count())
