"""Every list is read through an index of its region: what lies outside a scope costs nothing, however much it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hemei.core.access import Scope
from hemei.core.models import AuditEntry, Case, Check, Due, Finding, Place, Round, RoundState, Tier
from hemei.core.queries import waiting
from hemei.core.queries.audit import entries
from hemei.core.queries.cases import CaseFilter, cases
from hemei.core.queries.checks import checks
from hemei.core.queries.places import PlaceFilter, places
from hemei.core.queries.rounds import dues
from hemei.core.queries.zero import trend, zero
from hemei.terms.day import today
from tests.conftest import TOWNSHIP, VILLAGE

VILLAGES, EACH = 40, 60
WITHIN = Scope.of(VILLAGE)

LISTS: dict[str, tuple[Callable[[], QuerySet[Any]], tuple[str, ...]]] = {
    "places": (lambda: places(within=WITHIN, where=PlaceFilter(kind="house")), ("region", "id")),
    "places of a state": (lambda: places(within=WITHIN, where=PlaceFilter(kind="house", state="found")), ("id",)),
    "cases": (lambda: cases(within=WITHIN), ("-id",)),
    "open cases": (lambda: cases(within=WITHIN, where=CaseFilter(only_open=True)), ("-id",)),
    "overdue cases": (lambda: cases(within=WITHIN, where=CaseFilter(overdue_on=today())), ("-id",)),
    "cases of a matter": (lambda: cases(within=WITHIN, where=CaseFilter(matter="houses")), ("-id",)),
    "reports to verify": (lambda: waiting.unverified(within=WITHIN), ("-id",)),
    "checks": (lambda: checks(within=WITHIN), ("-id",)),
    "dues": (lambda: dues(within=WITHIN), ("due_on", "id")),
    "audit": (lambda: entries(within=WITHIN), ("-id",)),
}


def fill(villages: range) -> None:
    """A village's worth of everything in each of them."""
    now = timezone.now()
    where = [f"{TOWNSHIP}{200 + number:03d}" for number in villages for _ in range(EACH)]
    made = Place.objects.bulk_create([Place(kind="house", region=region, label="屋") for region in where])
    Case.objects.bulk_create(
        Case(matter="houses", place=p, region=p.region, code="houses.F12", title="裂缝", severity=2, state="found",
             found_at=now, found_recorded_at=now, opened_at=now, due_on=today() - timedelta(days=1))
        for p in made
    )  # fmt: skip
    seen = Check.objects.bulk_create(
        Check(instance_id=f"plan-{p.pk}", place=p, region=p.region, matter="houses", tier=Tier.SURVEY, digest="",
              form="houses.survey", version="1", at=now, recorded_at=now, actor="a:1")
        for p in made
    )  # fmt: skip
    Finding.objects.bulk_create(
        Finding(check_made=c, place=c.place, region=c.region, code="houses.F12", severity=2, at=now, recorded_at=now)
        for c in seen
    )
    turn, _new = Round.objects.get_or_create(
        matter="houses", tier=Tier.SURVEY, name="排查", region=TOWNSHIP, starts=today(), ends=today(),
        state=RoundState.PUBLISHED,
    )  # fmt: skip
    Due.objects.bulk_create(Due(round=turn, place=p, region=p.region, due_on=today()) for p in made)
    AuditEntry.objects.bulk_create(
        AuditEntry(at=now, actor="a:1", verb="x", subject=f"place:{p.pk}", region=p.region, digest="") for p in made
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def keys(name: str) -> QuerySet[Any]:
    """What a page of the list asks first: the keys of its rows, in their order."""
    rows, order = LISTS[name]
    return rows().order_by(*order).values_list("pk", flat=True)[:51]


@pytest.fixture
def full(regions) -> None:
    fill(range(VILLAGES))


def test_every_plan_begins_at_the_region(full) -> None:
    for name in LISTS:
        rows = keys(name)
        table, plan = rows.model._meta.db_table, rows.explain()
        if connection.vendor == "sqlite":
            (read,) = [line for line in plan.splitlines() if f" {table} " in f"{line} "]
            assert "SEARCH" in read, (name, plan)
            assert "region>? AND region<?" in read, (name, plan)
        else:
            assert f"Seq Scan on {table}" not in plan, (name, plan)
            assert "(region)::text >= " in plan.partition("Index Cond")[2].partition("Filter")[0], (name, plan)


COVERED: dict[str, Callable[[], QuerySet[Any]]] = {
    "core_check": lambda: Check.objects.filter(
        Exists(Check.objects.filter(place=OuterRef("place"), at__lt=OuterRef("at"), matter="houses", tier=Tier.SURVEY)),
        WITHIN.q(matter="matter"), matter="houses", tier=Tier.PATROL, at__lt=timezone.now(),
    ).order_by().values_list("pk", "without_findings"),
    "core_auditentry": lambda: AuditEntry.objects.filter(WITHIN.q(matter="matter"), verb="person.unmask").order_by(),
}  # fmt: skip


def test_counts_of_a_district_are_read_from_an_index_alone(full) -> None:
    """What was looked at before, and who saw numbers, are told without reading a look's answers or the whole log."""
    before, unmasked = COVERED["core_check"](), COVERED["core_auditentry"]()
    if connection.vendor == "sqlite":
        read = before.explain().splitlines()
        assert sum("USING COVERING INDEX check_" in line for line in read) == 2, read
        with CaptureQueriesContext(connection) as asked:
            assert unmasked.count() == 0
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {asked[0]['sql']}")
            assert "audit_unmaskings" in str(cursor.fetchall())
    else:
        assert "audit_unmaskings" in unmasked.explain()


def test_the_board_reads_no_case_that_had_ended_before(full) -> None:
    """Of those that ended, only the ones since the month began are read: code by code, from an index alone."""
    if connection.vendor != "sqlite":
        return  # which way is short depends on how many there are; there its planner counts
    long_ago = timezone.now() - timedelta(days=500)
    keys = list(Case.objects.order_by("pk").values_list("pk", flat=True))
    ended = Case.objects.exclude(pk__in=keys[:200])
    ended.update(state="accepted", found_at=long_ago, ended_at=long_ago)
    Case.objects.filter(pk__in=keys[200:300]).update(state="imported")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(connection) as asked:
        zero(within=Scope.of(TOWNSHIP), region=TOWNSHIP, on=today())
        trend(within=Scope.of(TOWNSHIP), region=TOWNSHIP, until=today())
    plans = []
    with connection.cursor() as cursor:
        for query in asked:
            if "COUNT(1)" in query["sql"] and '"core_case"' in query["sql"]:
                cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
                plans += [line[3] for line in cursor.fetchall() if "core_case" in line[3]]
    read = [plan.partition("COVERING INDEX ")[2] for plan in plans]
    assert read == [
        "case_board (region=? AND ended_at=?)",
        "case_board (region=? AND ended_at>?)",
        "case_found (region=? AND found_at>? AND found_at<?)",
        "case_by_state (state=? AND region>? AND region<?)",
        "case_board (region=? AND ended_at=?)",
        "case_board (region=? AND ended_at>?)",
    ], plans


def test_what_lies_outside_costs_nothing(full) -> None:
    """The database's own steps are counted, so that no clock is asked."""
    if connection.vendor != "sqlite":
        return  # its steps cannot be counted; the plans say the same
    before = {name: steps(name) for name in LISTS}
    fill(range(VILLAGES, VILLAGES * 3))
    after = {name: steps(name) for name in LISTS}
    assert {name: steps for name, steps in after.items() if steps > before[name] * 1.2 + 50} == {}


def steps(name: str) -> int:
    """How many hundreds of instructions SQLite's machine runs for a page of the list."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    connection.ensure_connection()
    connection.connection.set_progress_handler(count, 100)
    try:
        list(keys(name))
    finally:
        connection.connection.set_progress_handler(None, 0)
    return counted
