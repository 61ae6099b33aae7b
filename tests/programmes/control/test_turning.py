"""Whose answer turned, many at once: what was said one by one, by officers' answers and by what anybody is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from django.utils import timezone

from hemei.core.errors import Mistaken
from hemei.programmes.control.judging import ruled_under
from hemei.programmes.control.keeping import InForce
from hemei.programmes.control.models import OwnLaw
from hemei.programmes.control.turning import turns_of
from hemei.programmes.control.writing_rules import with_rule
from hemei.terms.day import today
from hemei.terms.measure import Measure
from hemei.terms.proposal import Proposal, Turn
from hemei.terms.verdict import Kind, Outcome
from tests.conftest import DISTRICT, VILLAGE, People
from tests.programmes.control.conftest import ZONES, geojson, take_in, wkb
from tests.programmes.control.test_law import EMPTY, LOW

pytestmark = pytest.mark.django_db
MOVED = geojson((shapely.box(0, 540, 1040, 930), {}))
CLAUSE = {
    "id": "own.C1", "document": "某规划", "article": "清单", "issuer": "区里", "limit": "district",
    "valid_from": "2020-01-01", "valid_from_is": "施行",
}  # fmt: skip
ROWS = [
    {"table": "negative_list", "number": 1, "name": "不得新建", "zone": "甲类", "works": ["new"], "clause": "own.C1"},
    {"table": "negative_list", "number": 2, "name": "不宜扩建", "works": ["extend"]},
    {"table": "positive_list", "number": 1, "name": "维修", "zone": "乙类", "works": ["repair"], "clause": "own.C1"},
]


def law(entries) -> OwnLaw:
    return OwnLaw.objects.create(region=DISTRICT, entries=entries, said="规划", recorded_at=timezone.now())


def laws() -> tuple[OwnLaw, OwnLaw]:
    """A law with rows, a limit and a distance to the fields; then another limit, more distance and other rows."""
    entries = EMPTY | {"clauses": [CLAUSE], "plan": ROWS}
    near = {"kind": Kind.DENY, "layer": "permanent_farmland", "measure": Measure.DISTANCE, "document": "退让"}
    low = replace(LOW, title="分区层数", zone="甲类", value=3)
    first, limit = with_rule(entries, low)
    first, distance = with_rule(first, replace(LOW, title="退让", value=10, **near))
    second, _name = with_rule(first, replace(low, value=2), limit)
    second, _name = with_rule(second, replace(LOW, title="退让", value=20, **near), distance)
    broken = {"id": "own.R90", "title": "坏的", "kind": "deny", "layer": "nowhere", "measure": "area", "threshold": 0}
    return law(first), law(second | {"plan": ROWS[1:], "rules": [*second["rules"], broken]})


def some_proposals() -> list[Proposal]:
    rng = np.random.default_rng(7)
    made = []
    for number in range(60):
        x, y = rng.uniform(-50, 1300), rng.uniform(-50, 1600)
        house = shapely.box(x, y, x + rng.uniform(4, 30), y + rng.uniform(4, 30))
        shape = house if number % 5 else shapely.Point(x, y)
        plot, beside = wkb(house.buffer(8)), wkb(shapely.box(x - 3, y - 3, x + 2, y + 2))
        one = Proposal(
            str(number), VILLAGE, wkb(shape), work=["new", "extend", "repair"][number % 3],
            storeys=float(rng.integers(1, 5)) if number % 4 else None,
            position_error_m=float(rng.choice([0, 5, 45])),
        )  # fmt: skip
        on_plot = {"plot": plot, "existing": (beside,), "existing_storeys": (2.0,)}
        made.append(replace(one, **on_plot) if number % 2 else one)
    made[3] = replace(made[3], geometry=b"nothing")
    return made


def one_by_one(one: Proposal, before: InForce, now: InForce) -> tuple[Turn, ...]:
    def said(held: InForce, *, public: bool = False):
        rulings = ruled_under(held, [one], public=public)[one.id].rulings
        return {ruling.rule: ruling for ruling in rulings if ruling.kind is not Kind.WARN}

    was, is_, open_was, open_is = said(before), said(now), said(before, public=True), said(now, public=True)
    out = []
    for rule in is_ | was:
        old, new = was.get(rule), is_.get(rule)
        if (old.outcome if old else Outcome.PASS) is not (new.outcome if new else Outcome.PASS):
            told = (some[rule].outcome if rule in some else None for some in (open_was, open_is))
            out.append(Turn(old, new, *told))
    return tuple(out)


@pytest.mark.parametrize("zones", ["internal", ""])
def test_many_at_once_turn_as_each_does_alone(layers, people: People, zones: str) -> None:
    if zones:
        take_in("zones", ZONES, people.district, class_column="zone", tier_column="tier", visibility=zones)
    first, second = laws()
    before = replace(InForce.of(DISTRICT, today()), law=first)
    take_in("permanent_farmland", MOVED, people.district)
    now = replace(InForce.of(DISTRICT, today()), law=second)
    proposals = some_proposals()
    found = turns_of(proposals, before, now, 45.0)
    assert found[3] == ()
    assert sum(bool(turns) for turns in found) > 20
    words = {(turn.told_before, turn.told_after) for turns in found for turn in turns}
    assert len(words) > 3
    for one, turns in zip(proposals, found, strict=True):
        if one.geometry == b"nothing":
            with pytest.raises(Mistaken):
                one_by_one(one, before, now)
            continue
        alone = {turn.after.rule if turn.after else turn.before.rule: turn for turn in one_by_one(one, before, now)}
        assert {turn.after.rule if turn.after else turn.before.rule: turn for turn in turns} == alone
