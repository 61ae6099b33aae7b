from __future__ import annotations

from collections import Counter

from hemei.core.models.unit import UnitKind
from hemei.core.roles import ROLES
from hemei.demo.district import District
from hemei.demo.staffing import make_staff


def test_every_village_and_township_has_its_people(district: District) -> None:
    units, staff = make_staff(district)
    held = Counter(staff.role)
    assert (held["village_officer"], held["grid_worker"], held["township_officer"]) == (79, 158, 24)
    assert set(held) == set(ROLES)
    assert set(units.kind) <= set(UnitKind.values)


def test_everybody_works_in_a_unit_of_their_own_region(district: District) -> None:
    units, staff = make_staff(district)
    assert (units.region[staff.unit] == staff.region).all()
    assert all(ROLES[role].level == len(region) for role, region in zip(staff.role, staff.region, strict=True))


def test_no_two_sign_in_names_or_unit_names_are_alike(district: District) -> None:
    units, staff = make_staff(district)
    assert len(set(staff.username)) == len(staff.username)
    assert len(set(units.name)) == len(units.name)
