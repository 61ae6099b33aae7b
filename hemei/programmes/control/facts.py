"""What the other programmes may ask about places that stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from hemei.core.access import Scope
from hemei.core.models import Place
from hemei.programmes.control.models import Run
from hemei.programmes.control.queries.layers import districts
from hemei.programmes.control.queries.results import runs
from hemei.programmes.control.screening import WORST, worst_of


def worst(*, within: Scope, on: date, places: Sequence[int] | None = None) -> dict[int, Any]:
    """The worst verdict of the last screening by that day: {place: (pass, unknown or fail, the day screened)}.

    Warnings do not count. A place that was not screened, and everything before the first screening, is not in it.
    """
    found: dict[int, Any] = {}
    for run in _last_runs(within, on):
        path = worst_of(run)
        if not path.is_file():
            continue
        known = _read(path, path.stat().st_mtime_ns)
        keys = known.keys() if places is None else [key for key in places if key in known]
        found |= {key: (WORST[known[key]], run.on) for key in keys}
    if within.everything or not found:
        return found
    mine = Place.objects.filter(within.q("region", matter="kind"))
    if places is not None:
        mine = mine.filter(pk__in=places)
    return {key: found[key] for key in mine.values_list("pk", flat=True) if key in found}


def _last_runs(within: Scope, on: date) -> list[Run]:
    ended = runs(within=within).filter(on__lte=on).exclude(ended_at=None).order_by("id")
    regions = None if within.everything else set(districts(within=within))
    last = {run.region: run for run in ended if regions is None or run.region in regions}
    return list(last.values())


@lru_cache(maxsize=2)
def _read(path: Path, written: int) -> dict[int, int]:
    table = pq.read_table(path)
    return dict(zip(table.column("place").to_pylist(), table.column("worst").to_pylist(), strict=True))
