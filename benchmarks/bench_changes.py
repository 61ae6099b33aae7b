"""What a change of layers or law costs a full district: seeing beforehand whose verdict changes, and telling them.

    python -m benchmarks.bench_changes

The 100,000 houses of `bench_control` with 20,000 applications under way beside them, half of them with house and plot
drawn. The layer is that of the fields, moved by some metres so that thousands of houses are judged otherwise; the law
is a limit of storeys that every application breaks. Beside the time: how long the writer's turn was held at the most
(nobody else writes meanwhile), and the most memory.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from threading import Timer
from time import perf_counter
from typing import Any

import numpy as np
import shapely

from benchmarks import site
from benchmarks.bench_building import BATCH, PERMITS, permits_of
from benchmarks.bench_control import fill, timed, use

PREVIEW_S, TELL_S, TURN_S, LOOK_MS = 20.0, 20.0, 1.0, 150.0
STOP_AFTER_S = 3.0
MOVED = 0.0001
"""Degrees, some ten metres."""
HALF = np.array([5 / 95_000, 6 / 111_000])


def fill_applications(district: Any) -> None:
    """20,000 applications that nobody has decided, unless they stand there already."""
    from django.db import transaction

    from hemei.programmes.building.models import Permit

    if Permit.objects.count() >= PERMITS:
        return
    with transaction.atomic():
        permits = list(permits_of(district, sorted({code[:12] for code in district.house_region})))
        for number, permit in enumerate(permits):
            permit.state, permit.number = "applied", ""
            if number % 2:
                spot = np.array([permit.lon, permit.lat])
                permit.footprint, permit.plot = (
                    bytes(shapely.to_wkb(shapely.box(*(spot - half), *(spot + half)))) for half in (HALF, 1.4 * HALF)
                )
        Permit.objects.bulk_create(permits, batch_size=BATCH)


@contextmanager
def turns() -> Iterator[list[float]]:
    """How long the writer's turn was held, each time it was."""
    from hemei.core import writing

    held: list[float] = []
    real = writing.TURNS.turn

    @contextmanager
    def watched() -> Iterator[None]:
        with real():
            since = perf_counter()
            yield
            held.append(perf_counter() - since)

    writing.TURNS.turn = watched  # type: ignore[method-assign]
    yield held
    writing.TURNS.turn = real  # type: ignore[method-assign]


def moved_fields(here: Any, step: float) -> Any:
    """The fields some metres farther east: read, laid ready, and a job that looks whose verdict changes."""
    from hemei.core.access import SYSTEM
    from hemei.programmes.control.actions.layers import offer
    from hemei.programmes.control.keeping import original_of
    from hemei.programmes.control.models import LayerVersion
    from hemei.programmes.control.offering import NewLayer
    from hemei.terms.day import today

    first = LayerVersion.objects.filter(kind="permanent_farmland").order_by("pk")[0]
    said = json.loads(original_of(first).read_bytes())
    for feature in said["features"]:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        feature["geometry"] = json.loads(shapely.to_geojson(shapely.affinity.translate(shape, step)))
    layer = NewLayer("permanent_farmland", "internal", "测", today(), is_demo=True)
    return offer(where=here, name="移.geojson", content=json.dumps(said).encode(), layer=layer, by=SYSTEM)


def low_storeys(here: Any) -> tuple[dict[str, Any], Any]:
    """The district's law with a limit of one storey, and a job that looks whose verdict changes."""
    from hemei.core.access import SYSTEM
    from hemei.programmes.control.actions.law import About, ask_preview, entries_of
    from hemei.programmes.control.keeping import newest_law
    from hemei.programmes.control.writing_rules import Written, with_rule
    from hemei.terms.measure import Measure
    from hemei.terms.verdict import Kind

    law = newest_law(here.region)
    wrote = Written(
        "一层", Kind.LIMIT, "everywhere", Measure.STOREYS, date(2026, 1, 1), f"测{law.pk}", "第一条", value=1
    )
    entries, name = with_rule(entries_of(here.region), wrote)
    about = About("一层", [name], "/")
    return entries, ask_preview(where=here, entries=entries, about=about, said="测", seen=law.pk, by=SYSTEM)


def worked(job: Any) -> dict[str, Any]:
    from hemei.core.worker import run

    done = run(job)
    assert done.state == "done", done.message
    return dict(done.result)


def told(region: str) -> dict[str, Any]:
    """Have it told whose verdict changed."""
    from hemei.core.models import Job
    from hemei.programmes.control.anew import KIND, ask_anew

    ask_anew(region)
    return worked(Job.objects.filter(kind=KIND, state="waiting").get())


def measured(what: str, act: Callable[[], Any], wanted_s: float) -> tuple[list[site.Line], Any]:
    with turns() as held:
        wall, processor, made = timed(act)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        site.Line(what, f"{wall:.1f} s", f"≤ {wanted_s:.0f} s", "", wall <= wanted_s),
        site.Line("  processor time · most memory so far", f"{processor:.1f} s · {peak:.0f} MB"),
        site.Line("  longest turn of the writer", f"{max(held):.2f} s", f"≤ {TURN_S:.0f} s", "", max(held) <= TURN_S),
    ], made


def stopped(job: Any) -> float:
    """How long a job that works goes on when it is asked to stop, seconds."""
    from hemei.core.models import Job
    from hemei.core.worker import run

    asked: list[float] = []

    def ask() -> None:
        Job.objects.filter(pk=job.pk).update(cancel_asked=True)
        asked.append(perf_counter())

    waiting = Timer(STOP_AFTER_S, ask)
    waiting.start()
    done = run(job)
    assert done.state == "cancelled", done.state
    return perf_counter() - asked[0]


def main() -> None:
    use("changes")
    district = fill()
    fill_applications(district)
    from hemei.core.access import SYSTEM, At
    from hemei.programmes.control.actions.law import change_law
    from hemei.programmes.control.actions.layers import look_again, put_in_force
    from hemei.programmes.control.anew import look_anew
    from hemei.programmes.control.offering import Draft
    from hemei.terms.day import today

    here = At(district.code, "control")
    told(district.code)
    job = moved_fields(here, MOVED * (1 + int(perf_counter() * 1000) % 100 / 100))
    lines, found = measured("a moved layer: whose verdict would change", lambda: worked(job), PREVIEW_S)
    lines.append(site.Line("  houses · applications", f"{found['changed']:,} · {found['proposals_changed']:,}"))
    again = look_again(where=here, draft=Draft.of(job.arguments["layer"]), by=SYSTEM)
    ended = stopped(again)
    lines.append(site.Line("  asked to stop, it ends after", f"{ended:.1f} s", "≤ 3 s", "", ended <= 3.0))
    put_in_force(where=here, job=job, by=SYSTEM)
    more, found = measured("  put in force: told whose verdict changed", lambda: told(district.code), TELL_S)
    lines += [*more, site.Line("  applications", f"{found['told']:,}")]
    entries, job = low_storeys(here)
    more, found = measured("a limit of storeys: whose verdict would change", lambda: worked(job), PREVIEW_S)
    lines += [*more, site.Line("  houses · applications", f"{found['changed']:,} · {found['proposals_changed']:,}")]
    change_law(where=here, entries=entries, said="测", by=SYSTEM)
    more, found = measured("  kept: told whose verdict changed", lambda: told(district.code), TELL_S)
    lines += [*more, site.Line("  applications", f"{found['told']:,}")]
    look = min(timed(lambda: look_anew(today()))[0] for _ in range(5)) * 1000
    lines.append(
        site.Line("each day, where nothing changed", f"{look:.0f} ms", f"≤ {LOOK_MS:.0f} ms", "", look <= LOOK_MS)
    )
    site.tell("Changed layers and law: 100,000 houses, 20,000 applications under way", "sqlite", lines)


if __name__ == "__main__":
    main()
    sys.exit(0)
