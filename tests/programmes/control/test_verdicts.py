"""`control.verdicts`, as the other programmes ask it."""

from __future__ import annotations

import pytest
import shapely

from hemei.core.access import At
from hemei.core.errors import Mistaken
from hemei.core.registry import registry
from hemei.programmes.control import keeping
from hemei.programmes.control.actions.law import change_law
from hemei.programmes.control.models import LayerVersion
from hemei.terms.day import today
from hemei.terms.proposal import Proposal, Ruled, Ruling
from hemei.terms.verdict import Outcome
from tests.conftest import DISTRICT, VILLAGE, People
from tests.programmes.control.conftest import ZONES, house_at, take_in, wkb

pytestmark = pytest.mark.django_db
ON_FIELDS, BY_ROAD, IN_RIVER = "control.R10", "control.R02", "control.R30"


def asked(shape: shapely.Geometry, *, public: bool = False, **said) -> Ruled:
    said = {"position_error_m": 0.5, **said}
    proposal = Proposal("p", VILLAGE, wkb(shape), **said)
    return registry.ask("control.verdicts", [proposal], on=today(), public=public)["p"]


def by_rule(ruled: Ruled) -> dict[str, Ruling]:
    return {ruling.rule: ruling for ruling in ruled.rulings}


HOUSE = shapely.box(500, 600, 510, 610)


def test_without_layers_every_ruling_is_unknown(home) -> None:
    ruled = asked(HOUSE)
    assert not ruled.configured
    assert {ruling.outcome for ruling in ruled.rulings} == {Outcome.UNKNOWN}
    assert all("未配置" in ruling.said for ruling in ruled.rulings)
    assert ruled.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("shape", "rule", "outcome", "measured", "margin"),
    [
        (HOUSE, ON_FIELDS, Outcome.FAIL, 100.0, -100.0),
        (shapely.box(500, 300, 510, 310), ON_FIELDS, Outcome.PASS, 0.0, 0.0),
        (shapely.box(500, 890, 510, 910), ON_FIELDS, Outcome.FAIL, 100.0, -100.0),
        (shapely.box(500, 899.8, 510, 910), ON_FIELDS, Outcome.UNKNOWN, 2.0, -2.0),
        (shapely.box(500, 19, 510, 30), BY_ROAD, Outcome.FAIL, 9.0, -1.0),
        (shapely.box(500, 20.6, 510, 30), BY_ROAD, Outcome.PASS, 10.6, 0.6),
        (shapely.box(500, 20.2, 510, 30), BY_ROAD, Outcome.UNKNOWN, 10.2, 0.2),
        (shapely.box(500, 5, 510, 30), BY_ROAD, Outcome.FAIL, 0.0, -10.0),
        (shapely.box(500, 1490, 510, 1510), IN_RIVER, Outcome.FAIL, 100.0, -100.0),
        (shapely.box(500, 1540.6, 510, 1550), IN_RIVER, Outcome.PASS, 0.0, 0.0),
    ],
)
def test_ten_proposals_worked_out_by_hand(
    layers: dict[str, LayerVersion], shape, rule: str, outcome: Outcome, measured: float, margin: float
) -> None:
    ruled = asked(shape)
    ruling = by_rule(ruled)[rule]
    assert ruling.outcome is outcome
    assert ruling.measured == pytest.approx(measured, abs=0.02)
    assert ruling.margin == pytest.approx(margin, abs=0.02)
    assert ruling.text
    assert "效力待核" in ruling.marks
    assert ruled.configured
    assert ruling.layer_version


def test_the_public_sees_no_number_of_an_internal_layer(layers: dict[str, LayerVersion]) -> None:
    plot = wkb(shapely.box(480, 480, 520, 520))
    house = shapely.box(490, 505, 500, 515)
    staff, anybody = asked(house, plot=plot), asked(house, plot=plot, public=True)
    assert staff.permitted is not None
    assert staff.permitted_m2 == pytest.approx(40 * 20, abs=0.5)
    assert anybody.permitted is None
    assert anybody.limits == ()
    hidden = by_rule(anybody)[ON_FIELDS]
    assert hidden.outcome is Outcome.FAIL
    assert (hidden.measured, hidden.threshold, hidden.margin, hidden.layer_version) == (None, None, None, "")
    assert hidden.clause
    shown = by_rule(asked(shapely.box(500, 19, 510, 30), public=True))[BY_ROAD]
    assert shown.measured == pytest.approx(9, abs=0.02)


def test_a_spot_is_unknown_near_an_edge_and_sure_far_from_it(layers: dict[str, LayerVersion]) -> None:
    def at(y: float) -> Outcome:
        return by_rule(asked(shapely.Point(500, y)))[ON_FIELDS].outcome

    assert (at(700), at(510), at(490), at(300)) == (
        Outcome.FAIL,
        Outcome.UNKNOWN,
        Outcome.UNKNOWN,
        Outcome.PASS,
    )


def test_an_error_larger_than_usual_reaches_further(layers: dict[str, LayerVersion]) -> None:
    house = shapely.box(500, 405, 510, 415)
    assert by_rule(asked(house))[ON_FIELDS].outcome is Outcome.PASS
    assert by_rule(asked(house, position_error_m=90.0))[ON_FIELDS].outcome is Outcome.UNKNOWN


def test_zones_are_told_to_staff(layers: dict[str, LayerVersion], people: People) -> None:
    take_in("zones", ZONES, people.district, class_column="zone", tier_column="tier")
    assert (asked(HOUSE).zone, asked(HOUSE).tier) == ("甲类", "一档")
    assert asked(HOUSE, public=True).zone == ""


def test_words_that_no_rule_knows_are_not_guessed(layers: dict[str, LayerVersion]) -> None:
    ruling = by_rule(asked(HOUSE, work="teleport"))[ON_FIELDS]
    assert ruling.outcome is Outcome.UNKNOWN
    assert "建设" in "".join(ruling.missing)


@pytest.mark.parametrize(
    "broken", [b"", b"nonsense", bytes(shapely.to_wkb(shapely.LineString([(110, 31), (111, 31)])))]
)
def test_a_shape_that_is_none_is_said_to_be_none(layers: dict[str, LayerVersion], broken: bytes) -> None:
    with pytest.raises(Mistaken):
        registry.ask("control.verdicts", [Proposal("p", VILLAGE, broken)], on=today())


def test_maps_are_built_once_and_kept_beside_the_layers(layers: dict[str, LayerVersion], settings) -> None:
    asked(HOUSE)
    maps = settings.VAR / "control" / "maps"
    before = {path: path.stat().st_mtime_ns for path in maps.iterdir()}
    assert before

    keeping._ready.clear()
    house_at(1, 1)
    assert by_rule(asked(HOUSE))[ON_FIELDS].outcome is Outcome.FAIL
    assert {path: path.stat().st_mtime_ns for path in maps.iterdir()} == before


def test_the_public_sees_the_permitted_part_unless_an_internal_layer_bounds_it(layers, people: People) -> None:
    near = shapely.box(470, 12, 500, 60)
    seen = asked(shapely.box(480, 30, 490, 40), plot=wkb(near), public=True)
    assert seen.permitted is not None
    assert seen.permitted_m2 == asked(shapely.box(480, 30, 490, 40), plot=wkb(near)).permitted_m2
    assert seen.permitted_m2 == pytest.approx(30 * 40, abs=0.1), "from 10 m off the road's land, 20 of y"
    assert seen.certain_m2 == pytest.approx(30 * 39.5, abs=0.8), "and half a metre of error off that"
    at_the_fields = wkb(shapely.box(480, 450, 500, 520))
    assert asked(shapely.box(485, 460, 495, 470), plot=at_the_fields).permitted is not None
    assert asked(shapely.box(485, 460, 495, 470), plot=at_the_fields, public=True).permitted is None


def listed(people: People, *rows: dict) -> None:
    document = {"document": "某规划", "number": "1号", "article": "清单", "issuer": "区里", "limit": "district"}
    clause = {"id": "own.C1", **document, "valid_from": "2020-01-01", "valid_from_is": "施行"}
    entries = {"clauses": [clause], "plan": list(rows)}
    change_law(where=At(DISTRICT, "control"), entries=entries, said="某规划", seen=0, by=people.district)


def test_a_row_of_the_negative_list_stands_in_the_way_in_its_zone_and_takes_the_plot_there(
    layers: dict[str, LayerVersion], people: People
) -> None:
    take_in("zones", ZONES, people.district, class_column="zone", tier_column="tier")
    row = {"table": "negative_list", "number": 1, "name": "新房", "zone": "甲类", "works": ["new", "public_project"]}
    listed(people, {**row, "clause": "own.C1"})
    rule, plot = "plan.negative_list.1", wkb(shapely.box(980, 300, 1020, 340))
    west, east = shapely.box(985, 310, 995, 320), shapely.box(1005, 310, 1015, 320)
    said = by_rule(asked(west, plot=plot))[rule]
    assert (said.outcome, said.clause) == (Outcome.FAIL, "《某规划》清单")
    assert said.layer_version
    ruled = asked(east, plot=plot)
    assert rule not in by_rule(ruled)
    assert ruled.permitted_m2 == pytest.approx(20 * 40, abs=0.5)
    assert by_rule(asked(west, work="repair"))[rule].outcome is Outcome.PASS
    assert by_rule(asked(west, work="public_project", use="public"))[rule].outcome is Outcome.FAIL
    assert by_rule(asked(shapely.box(990, 310, 1000.2, 320)))[rule].outcome is Outcome.UNKNOWN
    hidden = by_rule(asked(west, public=True))[rule]
    assert (hidden.outcome, hidden.title, hidden.layer_version) == (Outcome.UNKNOWN, "清单", "")
    assert "甲类" not in hidden.said
