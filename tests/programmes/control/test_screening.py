"""Everything that stands is screened in the background; only an officer makes a case of what fails."""

from __future__ import annotations

from datetime import date

import pytest
import shapely
from django.test import Client
from django.urls import reverse

from hemei.core.access import SYSTEM, At, Refused, Scope, scope_of
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import Case, Job, JobState
from hemei.core.registry import registry
from hemei.core.worker import run as work_off
from hemei.core.worker import take_next
from hemei.law.book import national
from hemei.law.plan import Row
from hemei.programmes.control import screening
from hemei.programmes.control.actions.deciding import decide, start_run
from hemei.programmes.control.actions.law import change_law, sample
from hemei.programmes.control.keeping import law_of
from hemei.programmes.control.models import Decision, LayerVersion, Run
from hemei.programmes.control.queries.results import asked_of, by_region, by_rule, findings, newest_run, told
from hemei.terms.day import today
from tests.conftest import DISTRICT, NEXT_VILLAGE, VILLAGE, People
from tests.programmes.control.conftest import ZONES, geojson, house_at, take_in

pytestmark = pytest.mark.django_db
WHOLE = Scope.of(DISTRICT)
ON_FIELDS, BY_ROAD = "control.R10", "control.R02"


def screened(by=SYSTEM) -> Run:
    run = start_run(where=At(DISTRICT, "control"), by=by)
    while job := take_next():
        assert work_off(job).state == JobState.DONE, job.message
    run.refresh_from_db()
    return run


def outcomes(run: Run, rule: str) -> dict[str, str]:
    """By the label of each house."""
    book, _plan = law_of(run.law)
    return {
        one.place.label: one.outcome for one in told(findings(run, within=WHOLE, rule=rule), book, {}, within=WHOLE)
    }


def test_each_house_is_judged_by_where_it_stands(layers: dict[str, LayerVersion]) -> None:
    house_at(500, 600)  # deep in the fields
    house_at(500, 493)  # across their edge: within the position error
    house_at(500, 300)  # ten score metres away
    house_at(500, 11)  # a metre from the road
    house_at(500, 18)  # eight metres from it, five of error
    house_at(700, 600, outline=False)  # a point deep inside
    house_at(700, 892, outline=False)  # a point near the edge
    unplaced = house_at(0, 0)
    unplaced.lon = unplaced.lat = unplaced.geometry = None
    unplaced.save()
    run = screened()
    assert (run.buildings, run.spots, run.unplaced) == (7, 2, 1)
    assert outcomes(run, ON_FIELDS) == {
        "500,600": "fail",
        "500,493": "unknown",
        "700,600": "fail",
        "700,892": "unknown",
    }
    assert outcomes(run, BY_ROAD) == {"500,11": "fail", "500,18": "unknown"}
    assert run.counts[ON_FIELDS] == {VILLAGE: [3, 2, 2, 0]}


def test_of_a_point_nobody_says_how_much_lies_inside(layers: dict[str, LayerVersion]) -> None:
    house_at(700, 600, outline=False)
    house_at(500, 600)
    run = screened()
    book, _plan = law_of(run.law)
    rows = told(findings(run, within=WHOLE, rule=ON_FIELDS), book, {}, within=WHOLE)
    assert {one.place.label: one.measured for one in rows} == {"700,600": None, "500,600": pytest.approx(100, abs=0.1)}


def test_without_layers_everything_is_unknown_and_nothing_a_finding(home, people: People) -> None:
    house_at(500, 600)
    run = screened()
    assert run.counts[ON_FIELDS] == {VILLAGE: [0, 0, 0, 1]}
    assert findings(run, within=WHOLE).num_rows == 0


def test_counts_and_rows_stop_at_the_scope(layers: dict[str, LayerVersion], people: People) -> None:
    house_at(500, 600)
    house_at(600, 600, region=NEXT_VILLAGE)
    run = screened()
    book, _plan = law_of(run.law)
    own = scope_of(people.village, "control.view", "control")
    counted = {one.rule: one.failed for one in by_rule(run, book, {}, within=own)}
    assert counted[ON_FIELDS] == 1
    assert [one.place.region for one in told(findings(run, within=own), book, {}, within=own)] == [VILLAGE]
    assert by_region(run, ON_FIELDS, within=WHOLE, digits=12) == [(VILLAGE, [0, 1, 0, 0]), (NEXT_VILLAGE, [0, 1, 0, 0])]
    assert newest_run(DISTRICT, within=own) == run
    neighbour = scope_of(people.neighbour, "control.view", "control")
    assert newest_run(DISTRICT, within=neighbour) is None
    assert findings(run, within=neighbour).num_rows == 0


def test_a_new_layer_changes_the_next_screening_only(layers: dict[str, LayerVersion], people: People) -> None:
    house_at(500, 1000)
    first = screened()
    assert outcomes(first, ON_FIELDS) == {}
    moved = geojson((shapely.box(0, 950, 1000, 1200), {}))
    take_in("permanent_farmland", moved, people.district, starts=date(2024, 1, 1))
    second = screened()
    assert outcomes(first, ON_FIELDS) == {}
    assert outcomes(second, ON_FIELDS) == {"500,1000": "fail"}
    assert first.layers["permanent_farmland"] != second.layers["permanent_farmland"]


def test_it_is_kept_by_what_it_was_judged(layers: dict[str, LayerVersion], people: People, monkeypatch) -> None:
    """Another law and another layer come while it runs."""
    house_at(500, 600)
    real, where = screening.screened, At(DISTRICT, "control")

    def slow(*args, **said):
        found = real(*args, **said)
        change_law(where=where, entries=sample(), said="某规划", by=people.district)
        take_in("geohazard_danger", geojson((shapely.box(0, 0, 9, 9), {})), people.district, visibility="public")
        return found

    monkeypatch.setattr(screening, "screened", slow)
    run = start_run(where=where, by=SYSTEM)
    job = Job.objects.get(pk=run.job_id)
    assert work_off(job).state == JobState.DONE, job.message
    run.refresh_from_db()
    assert run.law is None
    assert run.layers == {row.kind: row.version for row in layers.values()}


def test_a_screening_that_is_stopped_leaves_the_last_one(layers: dict[str, LayerVersion], people: People) -> None:
    house_at(500, 600)
    first = screened()
    second = start_run(where=At(DISTRICT, "control"), by=people.district)
    with pytest.raises(Conflict):
        start_run(where=At(DISTRICT, "control"), by=people.district)
    second.job.cancel_asked = True
    second.job.save()
    job = take_next()
    assert job is not None
    assert work_off(job).state == JobState.CANCELLED
    assert newest_run(DISTRICT, within=WHOLE) == first


def said(place, by, decided: str, why: str = "2026-11-20 现场核实") -> Decision:
    return decide(
        where=At(place.region, "control", place.pk), place=place, rule=ON_FIELDS, decided=decided, why=why, by=by
    )


def test_only_an_officer_makes_a_case_of_it(layers: dict[str, LayerVersion], people: People) -> None:
    place = house_at(500, 600)
    screened()
    assert not Case.objects.exists()
    for who in (people.village, people.grid, people.inspector, people.neighbour, people.auditor):
        with pytest.raises(Refused):
            said(place, who, "case")
    row = said(place, people.township, "existing")
    assert row.case is None
    assert not Case.objects.exists()
    with pytest.raises(Mistaken):
        said(place, people.township, "case", why="  ")
    row = said(place, people.township, "case")
    assert row.case.code == "control.F01"
    assert row.case.matter == "control"
    with pytest.raises(Conflict):
        said(place, people.township, "case")


def test_the_fact_says_the_worst_verdict_that_is_no_warning(layers: dict[str, LayerVersion], people: People) -> None:
    bad, doubtful, good = house_at(500, 600), house_at(500, 493), house_at(500, 300)
    fact = registry.facts["control.worst"].read
    assert fact(within=WHOLE, on=today()) == {}
    screened()
    assert fact(within=WHOLE, on=today()) == {
        bad.pk: ("fail", today()),
        doubtful.pk: ("unknown", today()),
        good.pk: ("pass", today()),
    }
    assert fact(within=WHOLE, on=today(), places=[good.pk]) == {good.pk: ("pass", today())}
    assert fact(within=Scope.of("429998"), on=today()) == {}


def test_a_row_is_shown_as_what_it_does() -> None:
    """A positive row permits, with or without a clause; only a negative one without is a mere hint."""
    tables = "positive_list", "negative_list"
    rows = {table: (Row(table, 1, "甲"), Row(table, 2, "乙", clause="own.C1")) for table in tables}
    kinds = [asked_of(national(), rows, f"plan.{table}.{n}").kind for table in tables for n in (1, 2)]
    assert kinds == ["allow-only", "allow-only", "warn", "deny"]


def test_rows_of_the_lists_that_name_what_stands_are_asked_by_zone(home, people: People) -> None:
    take_in("zones", ZONES, people.district, class_column="zone", tier_column="tier")
    document = {"document": "某规划", "number": "1号", "article": "清单", "issuer": "区里", "limit": "district"}
    clause = {"id": "own.C1", **document, "valid_from": "2020-01-01", "valid_from_is": "施行"}
    row = {"table": "negative_list", "number": 1, "name": "不留的", "zone": "甲类", "works": ["existing"]}
    other = {"table": "negative_list", "number": 2, "name": "不建的", "zone": "甲类", "works": ["new"]}
    entries = {"clauses": [clause], "plan": [row | {"clause": "own.C1"}, other | {"clause": "own.C1"}]}
    change_law(where=At(DISTRICT, "control"), entries=entries, said="某规划", seen=0, by=people.district)
    place = house_at(500, 300)
    house_at(1500, 300)
    house_at(994, 300)
    run = screened(people.district)
    client = Client()
    client.force_login(people.district.account)
    rule = "plan.negative_list.1"
    assert run.counts[rule][VILLAGE] == [0, 1, 1, 0]
    assert "plan.negative_list.2" not in run.counts
    book, plan = law_of(run.law)
    rows = {one.place.label: one for one in told(findings(run, within=WHOLE, rule=rule), book, plan, within=WHOLE)}
    assert {label: one.outcome for label, one in rows.items()} == {"500,300": "fail", "994,300": "unknown"}
    assert rows["500,300"].clause == "《某规划》清单"
    assert "负面清单第 1 行" in client.get(reverse("control.screenings")).content.decode()
    listed = client.get(reverse("control.findings"), {"rule": rule, "outcome": "fail"}).content.decode()
    assert "500,300" in listed
    address = reverse("control.decide", args=[place.pk, rule])
    assert "《某规划》清单" in client.get(address).content.decode()
    assert client.post(address, {"decided": "existing", "why": "一九八五年建"}).status_code == 302
    assert Decision.objects.get().rule == rule
