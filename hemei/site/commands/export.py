"""Whole tables on standard output, read by key so that a long one costs no memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import click
from django.db.models import Model, Prefetch, QuerySet

from hemei.core.access import Scope
from hemei.core.models import Case, CaseStep
from hemei.core.queries.cases import CaseFilter, cases
from hemei.core.queries.checks import CheckFilter, checks
from hemei.core.queries.places import PlaceFilter, places
from hemei.core.queries.regions import regions
from hemei.core.registry import Kind, registry
from hemei.site.commands.database import with_database
from hemei.site.commands.given import CODE, known_region
from hemei.site.commands.output import Row, format_option, show
from hemei.site.speaking import _
from hemei.terms.finding import Severity

BATCH = 2000
Stored = TypeVar("Stored", bound=Model)

REGION = ("code", "name", "level", "valid_year", "closed_on")
PLACE = ("id", "kind", "region", "group", "label", "address", "lon", "lat", "position_source", "state")
CASE = (
    "id",
    "matter",
    "code",
    "title",
    "severity",
    "state",
    "region",
    "place_id",
    "unit_id",
    "due_on",
    "opened_at",
    "found_at",
    "found_recorded_at",
    "ended_at",
    "ended_recorded_at",
    "look_again_on",
    "historical",
    "source_id",
    "forerunner_id",
)
STEP = ("id", "verb", "from_state", "to_state", "at", "recorded_at", "actor", "unit_id")
OF_CASE = ("id", "matter", "region", "severity", "historical")
CHECK = (
    "id",
    "instance_id",
    "place_id",
    "region",
    "matter",
    "tier",
    "channel",
    "form",
    "version",
    "at",
    "recorded_at",
    "actor",
    "counts",
    "without_findings",
    "replaces_id",
    "lon",
    "lat",
    "accuracy_m",
    "digest",
)


@click.group(
    help=_("打印整张表：区划、对象、隐患（可以带每一步）、检查。\n\n人名、电话、证件号和他们写的话都不在里面。")
)
def export() -> None:
    """Whole tables; nothing personal."""


def region_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--region", type=CODE, help=_("只要这个区域。  [默认：全部]"))(command)


def within(region: str | None) -> Scope:
    return Scope.of(known_region(region)) if region else Scope.all()


def by_key(rows: QuerySet[Stored]) -> Iterator[Stored]:
    """Every row in the order of its primary key, a batch a query: nothing is locked or held while a reader dawdles."""
    last: Any = None
    while True:
        batch = list((rows if last is None else rows.filter(pk__gt=last)).order_by("pk")[:BATCH])
        yield from batch
        if len(batch) < BATCH:
            return
        last = batch[-1].pk


def picked(rows: Iterable[Model], keys: Iterable[str]) -> Iterator[Row]:
    return ({key: getattr(row, key) for key in keys} for row in rows)


@export.command("regions", help=_("打印区划：代码、名称、级别。"))
@region_option
@format_option
@with_database
def export_regions(region: str | None, form: str) -> None:
    show(picked(by_key(regions(within=within(region))), REGION), REGION, form)


@export.command("places", help=_("打印某一类对象，连同这一类自己的各列。"))
@click.option("--kind", help=_("哪一类对象。  [默认：只有一类时就是它]"))
@region_option
@format_option
@with_database
def export_places(kind: str | None, region: str | None, form: str) -> None:
    chosen = chosen_kind(kind)
    own = [column.name for column in chosen.columns]
    rows = places(within=within(region), where=PlaceFilter(kind=chosen.key)).select_related(chosen.key)

    def line(place: Model) -> Row:
        its = getattr(place, chosen.key, None)
        return {key: getattr(place, key) for key in PLACE} | {name: getattr(its, name, None) for name in own}

    show(map(line, by_key(rows)), [*PLACE, *own], form)


def chosen_kind(key: str | None) -> Kind:
    if key is None and len(registry.kinds) == 1:
        return next(iter(registry.kinds.values()))
    if key not in registry.kinds:
        raise click.UsageError(_("请用 --kind 写明哪一类：%(kinds)s。") % {"kinds": ", ".join(sorted(registry.kinds))})
    return registry.kinds[key]


@export.command("cases", help=_("打印隐患。加 --history，任何人都能据以重算清零（见 docs/cli.md）。"))
@click.option("--matter", default="", help=_("只要一个事项的，例如 houses。"))
@click.option("--history", is_flag=True, help=_("连同每一步：JSON 嵌在里面，表格和 CSV 一步一行。"))
@region_option
@format_option
@with_database
def export_cases(matter: str, history: bool, region: str | None, form: str) -> None:
    found = cases(within=within(region), where=CaseFilter(matter=matter)).select_related(None)
    if not history:
        show(map(case_line, by_key(found)), CASE, form)
        return
    steps = Prefetch("steps", CaseStep.objects.order_by("id"))
    told = by_key(found.prefetch_related(steps, "moves", "place__moves"))
    if form == "json":
        nested = ((case, {"moves": moves_of(case), "steps": list(map(step_line, case.steps.all()))}) for case in told)
        show((case_line(case) | more for case, more in nested), CASE, form)
        return
    keys = [f"case_{key}" for key in OF_CASE] + ["case_moves"] + list(STEP) + ["remedy"]
    show((of_case(case) | step_line(step) for case in told for step in case.steps.all()), keys, form)


def case_line(case: Case) -> dict[str, Any]:
    return {key: getattr(case, key) for key in CASE} | {"severity": Severity(case.severity).name.lower()}


def of_case(case: Case) -> dict[str, Any]:
    line = case_line(case)
    moves = "; ".join(" ".join(map(str, move.values())) for move in moves_of(case))
    return {f"case_{key}": line[key] for key in OF_CASE} | {"case_moves": moves}


def moves_of(case: Case) -> list[dict[str, Any]]:
    """How it came to the code it has: from which day on which code became which, and when that was recorded."""
    moves = [*case.moves.all(), *(case.place.moves.all() if case.place else ())]
    told = sorted(moves, key=lambda move: (move.on, move.pk))
    return [
        {"on": move.on.isoformat(), "old": move.old, "new": move.new, "recorded_at": move.recorded_at.isoformat()}
        for move in told
    ]


def step_line(step: CaseStep) -> dict[str, Any]:
    return {key: getattr(step, key) for key in STEP} | {"remedy": step.data.get("remedy", "")}


@export.command("checks", help=_("打印谁在哪里、什么时候、用哪张表看的；填的内容不在里面。"))
@click.option("--matter", default="", help=_("只要一个事项的，例如 houses。"))
@click.option("--tier", type=click.Choice(["self", "survey", "patrol"]), help=_("只要这一级看的。"))
@region_option
@format_option
@with_database
def export_checks(matter: str, tier: str | None, region: str | None, form: str) -> None:
    found = checks(within=within(region), where=CheckFilter(matter=matter, tier=tier or ""))
    show(picked(by_key(found), CHECK), CHECK, form)
