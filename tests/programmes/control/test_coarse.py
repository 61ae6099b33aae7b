"""What anybody is told of internal layers, cell by cell: patience finds no edge."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
import shapely
from pyproj import CRS

from hemei.core.registry import registry
from hemei.programmes.control import keeping
from hemei.programmes.control.actions.law import entries_of
from hemei.programmes.control.coarse import CELL_M, cells
from hemei.programmes.control.models import LayerVersion
from hemei.programmes.control.writing_rules import with_rule
from hemei.terms.day import today
from hemei.terms.measure import Measure
from hemei.terms.proposal import Proposal, Ruled
from hemei.terms.verdict import Kind, Outcome
from tests.conftest import DISTRICT, VILLAGE, People
from tests.programmes.control.conftest import X, Y, geojson, take_in, wkb
from tests.programmes.control.test_law import LOW, keep

pytestmark = pytest.mark.django_db
ON_FIELDS = "control.R10"


def public(shape: shapely.Geometry, **said) -> Ruled:
    proposal = Proposal("p", VILLAGE, wkb(shape), **said)
    return registry.ask("control.verdicts", [proposal], on=today(), public=True)["p"]


def on_fields(shape: shapely.Geometry, **said) -> Outcome:
    return next(one.outcome for one in public(shape, **said).rulings if one.rule == ON_FIELDS)


def test_the_grid_stands_still_and_a_shape_lies_in_every_cell_it_touches() -> None:
    (one,) = cells(shapely.Point(110, 40))
    assert one.bounds == (100, 0, 150, 50)
    assert len(cells(shapely.box(45, 45, 55, 55))) == 4
    assert cells(shapely.box(0, 0, 1000, 1000)) is None


def test_all_that_is_asked_within_one_cell_is_one_answer(layers: dict[str, LayerVersion], people: People) -> None:
    assert keeping.near(DISTRICT, today()).crs == CRS.from_epsg(4546)
    seen = set()
    take_in("permanent_farmland", geojson((shapely.box(0, 520, 980, 900), {})), people.district)
    for west, south in itertools.product((500, 950), (400, 450, 500, 550)):
        assert ((X + west) % CELL_M, (Y + south) % CELL_M) == (0, 0)
        spots = itertools.product((1, 13, 25, 37, 49), repeat=2)
        told = {on_fields(shapely.Point(west + dx, south + dy)) for dx, dy in spots}
        told |= {on_fields(shapely.box(west + 3, south + 3, west + side, south + side)) for side in (6, 20, 47)}
        told.add(on_fields(shapely.Point(west + 20, south + 20), position_error_m=0.1))
        assert len(told) == 1
        seen |= told
    assert seen == {Outcome.PASS, Outcome.UNKNOWN, Outcome.FAIL}


def test_an_edge_moved_within_its_cell_changes_no_answer(home, people: People) -> None:
    told = []
    for moved in (1, 24, 49):
        take_in("permanent_farmland", geojson((shapely.box(0, 500 + moved, 1000, 900), {})), people.district)
        told.append([on_fields(shapely.box(500, y, 510, y + 10)) for y in (420, 470, 505, 520, 535, 560, 640)])
    assert told[0] == told[1] == told[2]


def test_a_house_across_cells_that_differ_and_more_than_a_few_cells_are_for_the_window(layers) -> None:
    assert on_fields(shapely.box(500, 620, 640, 640)) is Outcome.FAIL
    assert on_fields(shapely.box(500, 300, 510, 620)) is Outcome.UNKNOWN
    assert on_fields(shapely.box(100, 0, 900, 400)) is Outcome.UNKNOWN


def test_many_rules_on_one_layer_tell_no_more_than_one(layers, people: People) -> None:
    """Wherever in a row of cells the edge runs, and whatever looks how far, the same is said of every cell."""
    entries, names = entries_of(DISTRICT), [ON_FIELDS]
    for metres in (10, 30, 60):
        wrote = replace(
            LOW, title=f"退让{metres}", kind=Kind.DENY, layer="permanent_farmland", measure=Measure.DISTANCE,
            document=f"退让{metres}", value=metres,
        )  # fmt: skip
        entries, name = with_rule(entries, wrote)
        names.append(name)
    keep(entries, people.district)
    for row in (450, 500):
        answers = set()
        for south in (row + 1, row + 23, row + 49):
            take_in("permanent_farmland", geojson((shapely.box(0, south, 1000, 900), {})), people.district)
            told = [
                {one.rule: one.outcome for one in public(shapely.box(500, y, 510, y + 10)).rulings}
                for y in range(255, 655, 50)
            ]
            answers.add(tuple(tuple(said[name] for name in names) for said in told))
        (answer,) = answers
        assert {one for said in answer for one in said} == {*Outcome}
        assert all(len(set(said)) == 1 for said in answer)


def test_the_permitted_part_is_shown_only_where_every_cell_of_the_plot_passes(layers, people: People) -> None:
    take_in("permanent_farmland", geojson((shapely.box(0, 540, 980, 900), {})), people.district)

    def shown(y: float) -> bool:
        plot = shapely.box(510, y, 530, y + 20)
        return public(shapely.box(515, y + 5, 525, y + 15), plot=wkb(plot)).permitted is not None

    # Between 500 and 540 is no field, but the edge runs through that cell.
    assert [shown(y) for y in (310, 470, 490, 502, 515, 530)] == [True, True, False, False, False, False]
