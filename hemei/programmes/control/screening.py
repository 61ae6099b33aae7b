"""Screening everything that stands: background work, whose findings wait for an officer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.errors import Mistaken
from hemei.core.models import Job
from hemei.core.worker import Progress, work
from hemei.core.writing import writing
from hemei.engines.screen.reading import Unreadable
from hemei.engines.screen.writing import partial_of
from hemei.law.around import Around
from hemei.law.district import District
from hemei.law.lists import of_what_stands
from hemei.law.screening import Screening
from hemei.programmes.control.keeping import InForce, near, ready_for, root
from hemei.programmes.control.models import Run
from hemei.programmes.control.standing import COLUMNS, ERROR, SPOT, Standing, gather
from hemei.terms.day import today

FINDINGS = pa.schema(
    {
        "place": pa.int64(), "village": pa.string(), "rule": pa.string(), "outcome": pa.string(),
        "measured": pa.float64(), "threshold": pa.float64(), "margin": pa.float64(), "share": pa.float64(),
        "layer_version": pa.string(), "missing": pa.string(),
    }
)  # fmt: skip
STEPS = 100
GROUND = ("area", "share")
WORST = ("pass", "unknown", "fail")


@dataclass
class Screened:
    """What came of a screening: failing and unknown verdicts as tables, the counts, and the worst of each building."""

    standing: Standing
    counts: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    tables: list[pa.Table] = field(default_factory=list)
    worst: np.ndarray = field(default_factory=lambda: np.empty(0, np.int8))
    remarks: list[str] = field(default_factory=list)

    def findings(self) -> pa.Table:
        return pa.concat_tables(self.tables) if self.tables else FINDINGS.empty_table()


def screened(
    region: str, on: date, ready: Around, folder: Path, district: District | None = None,
    say: Callable[[int], None] = lambda per_cent: None, unset: bool = False,
) -> Screened:  # fmt: skip
    """Screen all buildings of a region by the rules of a day. `say` is told how far, of 100. Raises Unreadable.

    `unset`: what is unknown only because nothing is configured is kept as well, as an outcome of that name.
    """
    district = replace(
        district or ready.district, columns=COLUMNS, error_column=ERROR, spot_column=SPOT, work="existing"
    )
    path = folder / "standing.parquet"
    standing = gather(region, ready.crs, path, lambda: say(1))
    out = Screened(standing, worst=np.zeros(len(standing.places), np.int8))
    if not len(standing.places):
        return out
    say(20)
    run = Screening(str(path), district, on, near=ready, lists=of_what_stands(district.plan))
    expected = len(run.rules) * (len(standing.places) // 16_384 + 1)
    for number, table in enumerate(run.tables()):
        say(20 + min(75, 75 * number // max(expected, 1)))
        found = _kept(table, standing, unset=unset)
        if found is not None:
            out.tables.append(found)
            if table.num_rows and table.column("kind")[0].as_py() != "warn":
                _worsen(out, found)
    listed = _listed(out)
    for (rule, village), counted in run.tally.outcomes.items():
        passed, failed, unknown = (int(n) for n in counted)
        known = listed.get((rule, village), 0)
        out.counts.setdefault(rule, {})[village] = [passed, failed, known, unknown - known]
    out.remarks = list(dict.fromkeys([*run.tally.remarks, *_faults(run)]))
    if run.density is not None and standing.unplaced:
        said = _("有 %(n)d 处没有落图，不在建筑密度和容积率里。")
        out.remarks.append(said % {"n": standing.unplaced})
    return out


def _listed(out: Screened) -> dict[tuple[str, str], int]:
    """By rule and village, how many are unknown for another reason than that nothing is configured."""
    table = out.findings()
    rows = table.filter(pc.equal(table.column("outcome"), "unknown")).group_by(["rule", "village"])
    counted = rows.aggregate([("place", "count")]).to_pylist()
    return {(row["rule"], row["village"]): row["place_count"] for row in counted}


def _kept(table: pa.Table, standing: Standing, *, unset: bool = False) -> pa.Table | None:
    """The rows that somebody may have to look at: what fails, and what is unknown for another reason than that nothing
    is configured; with `unset` these too."""
    outcome = table.column("outcome").cast(pa.string())
    listed = pc.equal(table.column("measure").cast(pa.string()), "")  # a row of a list: it has no number
    known = pc.or_(pc.or_(pc.is_valid(table.column("threshold")), listed), pc.equal(outcome, "fail"))
    with_layer = pc.or_(
        pc.not_equal(table.column("layer_version").cast(pa.string()), ""),
        pc.equal(table.column("layer").cast(pa.string()), "everywhere"),
    )
    spoken, open_ = pc.and_(known, with_layer), pc.not_equal(outcome, "pass")
    if unset:
        said = pc.if_else(pc.or_(spoken, pc.invert(open_)), outcome, "unset")
        table = table.set_column(table.schema.get_field_index("outcome"), "outcome", said)
    rows = table.filter(open_ if unset else pc.and_(open_, spoken))
    if not rows.num_rows:
        return None
    rows = rows.rename_columns({"building": "place", "township": "village"}).select(FINDINGS.names)
    place = rows.column("place").cast(pa.string()).cast(pa.int64())
    rows = rows.set_column(0, "place", place).cast(FINDINGS)
    if table.column("measure")[0].as_py() not in GROUND:
        return rows
    spots = pa.array(standing.is_spot[np.searchsorted(standing.places, place.to_numpy())])
    for name in ("measured", "margin", "share"):  # of a point nobody knows how much of the house lies inside
        values = pc.if_else(spots, pa.scalar(None, pa.float64()), rows.column(name))
        rows = rows.set_column(FINDINGS.names.index(name), name, values)
    return rows


def _worsen(out: Screened, found: pa.Table) -> None:
    rank = np.where(np.asarray(pc.equal(found.column("outcome"), "fail")), 2, 1).astype(np.int8)
    at = np.searchsorted(out.standing.places, found.column("place").to_numpy())
    np.maximum.at(out.worst, at, rank)


def _faults(run: Screening) -> list[str]:
    return [f"{what}：{len(ids)}" for what, ids in run.tally.faults.items()]


def folder_of(run: Run) -> Path:
    return root() / "runs" / f"{run.pk}-{int(run.job.created_at.timestamp())}"


def file_of(run: Run) -> Path:
    return folder_of(run) / "findings.parquet"


def worst_of(run: Run) -> Path:
    return folder_of(run) / "worst.parquet"


def _within_per_cent(progress: Progress) -> Callable[[int], None]:
    def say(per_cent: int) -> None:
        progress(per_cent, STEPS, _("正在逐户判定"))

    return say


@work("control.screen")
def screen(job: Job, progress: Progress) -> dict[str, Any]:
    """Screen a district. Started again after a kill, it begins anew; stopped, it leaves no result."""
    run = Run.objects.get(pk=job.arguments["run"])
    started, folder = monotonic(), folder_of(run)
    folder.mkdir(parents=True, exist_ok=True)
    progress(0, STEPS, _("读取图层"))
    try:
        held = InForce.of(run.region, run.on)
        found = screened(run.region, run.on, ready_for(held), folder, say=_within_per_cent(progress))
    except Unreadable as fault:
        raise Mistaken(str(fault)) from fault
    finally:
        (folder / "standing.parquet").unlink(missing_ok=True)
    _write(found, run)
    with writing():
        run.law, run.layers = held.law, {row.kind: row.version for row in held.layers}
        run.buildings, run.spots = len(found.standing.places), int(found.standing.is_spot.sum())
        run.unplaced, run.counts, run.remarks = found.standing.unplaced, found.counts, found.remarks
        run.seconds, run.ended_at = round(monotonic() - started, 2), timezone.now()
        run.save()
    progress(STEPS, STEPS)
    return {"run": run.pk, "buildings": run.buildings}


def _write(found: Screened, run: Run) -> None:
    """Results under another name first, so that nobody reads half a file."""
    table = found.findings()
    for path, rows in ((file_of(run), table), (worst_of(run), _worst(found))):
        with partial_of(path) as partial:
            pq.write_table(rows, partial)


def _worst(found: Screened) -> pa.Table:
    return pa.table({"place": found.standing.places, "worst": pa.array(found.worst, pa.int8())})


@work("control.prepare")
def prepare(job: Job, progress: Progress) -> dict[str, Any]:
    """Build the maps of a district's layers and keep them, so that nobody who asks has to wait for it."""
    progress(0, 1, _("准备图层"))
    try:
        near(job.arguments["region"], today())
    except Unreadable as fault:
        raise Mistaken(str(fault)) from fault
    progress(1, 1)
    return {}
