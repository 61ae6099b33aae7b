"""The permission matrix: the page is current, and `may` agrees with it cell by cell."""

from __future__ import annotations

import pytest

from hemei.core.access import Actor, ActorKind, At, Grant, may, scope_of
from hemei.core.roles import BEARER_RIGHTS, DOOR_RIGHTS, PHONE_RIGHTS, ROLES, VERBS
from hemei.site import permissions
from hemei.terms.region import Level
from tests.conftest import DISTRICT, OTHER_DISTRICT, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE

OWN = {Level.DISTRICT: DISTRICT, Level.TOWNSHIP: TOWNSHIP, Level.VILLAGE: VILLAGE}
ABOVE = {Level.DISTRICT: DISTRICT[:4], Level.TOWNSHIP: DISTRICT, Level.VILLAGE: TOWNSHIP}
NEXT = {Level.DISTRICT: OTHER_DISTRICT, Level.TOWNSHIP: OTHER_TOWNSHIP, Level.VILLAGE: "429999103201"}
INSIDE = "429999103200001"  # a grid of the village, inside all three


def holder(role: str, *, matter: str = "*") -> Actor:
    level = ROLES[role].level
    return Actor(ActorKind.ACCOUNT, 1, grants=(Grant(ROLES[role], matter, OWN[level], 1),))


def test_the_page_is_current() -> None:
    assert permissions.PAGE.read_text("utf-8") == permissions.written(), "run `python -m hemei.site.permissions`"


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("role", ROLES)
def test_each_cell(role: str, verb: str) -> None:
    level, allowed = ROLES[role].level, verb in ROLES[role].rights
    actor = holder(role)
    assert may(actor, verb, At(OWN[level])) is allowed
    assert may(actor, verb, At(INSIDE)) is allowed
    assert not may(actor, verb, At(ABOVE[level]))
    assert not may(actor, verb, At(NEXT[level]))
    assert scope_of(actor, verb).prefixes == ((OWN[level],) if allowed else ())


@pytest.mark.parametrize("role", ROLES)
def test_a_duty_for_one_matter_is_none_for_another(role: str) -> None:
    actor = holder(role, matter="waste")
    for verb in ROLES[role].rights:
        assert not may(actor, verb, At(INSIDE, matter="houses"))
        assert may(actor, verb, At(INSIDE, matter="waste"))


def test_whoever_has_no_duty_may_nothing() -> None:
    nobody = Actor(ActorKind.ACCOUNT, 1)
    assert not any(may(nobody, verb, At(VILLAGE)) for verb in VERBS)


def test_every_right_belongs_to_a_role() -> None:
    held = {verb for role in ROLES.values() for verb in role.rights}
    assert set(VERBS) - held - DOOR_RIGHTS - PHONE_RIGHTS - BEARER_RIGHTS == set()
