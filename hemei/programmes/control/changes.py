"""Whose verdict changes between two standpoints: of what stands, as a table; of what is under way, one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hemei.core.models import Place
from hemei.engines.screen.writing import partial_of
from hemei.programmes.control.screening import screened
from hemei.programmes.control.standpoint import Standpoint
from hemei.programmes.control.under_way import Key, outcomes_of
from hemei.terms.proposal import Proposal

FILE = "changes.parquet"
PASS = "pass"  # noqa: S105 (no password)
CHANGES = pa.schema(
    {
        "place": pa.int64(), "village": pa.string(), "rule": pa.string(), "before": pa.string(), "after": pa.string(),
        "lon": pa.float64(), "lat": pa.float64(),
    }
)  # fmt: skip
AT_ONCE = 900
Say = Callable[[int], None]
Asked = Sequence[tuple[Key, Proposal]]
Moved = tuple[Key, str, str, str]
"""What is under way, the rule, and what is said by it before and after."""


def outcomes(
    stand: Standpoint, rules: Collection[str], folder: Path, proposals: Asked, say: Say, *, lists: bool = False
) -> tuple[pa.Table, dict[tuple[Key, str], str]]:
    """What some rules say of all that stands (place, village, rule, outcome) and of what is under way, where it is not
    pass. Raises Unreadable."""
    error = max((one.position_error_m for _key, one in proposals), default=0.0)
    ready = stand.about(rules, error, lists=lists)
    found = screened(stand.region, stand.on, ready, folder, say=lambda n: say(n // 2), unset=True).findings()
    said = outcomes_of(proposals, ready, stand.on, lambda n: say(50 + n // 2))
    return found.select(["place", "village", "rule", "outcome"]), said


def between(before: pa.Table, after: pa.Table) -> tuple[pa.Table, dict[str, int]]:
    """What stands and is judged otherwise, under `CHANGES`, by rule and place.

    Besides, how often a rule came to be or ceased to be 未配置 where nothing stands in the way: that is no verdict
    about a place, and only counted.
    """
    keys = ["rule", "place"]
    both = before.join(after, keys=keys, join_type="full outer", right_suffix="_after")
    was, is_ = (pc.fill_null(both.column(name), PASS) for name in ("outcome", "outcome_after"))
    village = pc.coalesce(both.column("village"), both.column("village_after"))
    table = pa.table(
        {"place": both.column("place"), "village": village, "rule": both.column("rule"), "before": was, "after": is_}
    )
    table = table.filter(pc.not_equal(was, is_)).sort_by([(key, "ascending") for key in keys])
    quiet = pc.and_(*(pc.is_in(table.column(name), pa.array([PASS, "unset"])) for name in ("before", "after")))
    aside = table.filter(quiet)
    return _placed(table.filter(pc.invert(quiet))), counted(pairs(aside))


def pairs(changed: pa.Table) -> list[tuple[str, str]]:
    return list(zip(changed.column("before").to_pylist(), changed.column("after").to_pylist(), strict=True))


def _placed(changed: pa.Table) -> pa.Table:
    """The same with where each place stands."""
    keys = pc.unique(changed.column("place")).to_pylist()
    known: dict[int, tuple[float | None, float | None]] = {}
    for start in range(0, len(keys), AT_ONCE):
        rows = Place.objects.filter(pk__in=keys[start : start + AT_ONCE]).values_list("pk", "lon", "lat")
        known |= {key: (lon, lat) for key, lon, lat in rows}
    spots = [known.get(key, (None, None)) for key in changed.column("place").to_pylist()]
    lon, lat = ([spot[axis] for spot in spots] for axis in (0, 1))
    return changed.append_column("lon", pa.array(lon, pa.float64())).append_column("lat", pa.array(lat, pa.float64()))


def moved(before: dict[tuple[Key, str], str], after: dict[tuple[Key, str], str]) -> list[Moved]:
    """What is under way and would be judged otherwise, in order."""
    both = [(*key, before.get(key, PASS), after.get(key, PASS)) for key in sorted(before.keys() | after.keys())]
    return [row for row in both if row[2] != row[3] and set(row[2:]) != {PASS, "unset"}]


def keep(folder: Path, changed: pa.Table) -> None:
    with partial_of(folder / FILE) as partial:
        pq.write_table(changed.cast(CHANGES), partial)


def kept(folder: Path) -> pa.Table:
    """The changes of a preview. Raises FileNotFoundError."""
    return pq.read_table(folder / FILE)


def counted(words: Iterable[tuple[str, str]]) -> dict[str, int]:
    """How often each change, the most frequent first: {"pass>fail": 12}."""
    return dict(Counter(">".join(pair) for pair in words).most_common())


def summed(changed: pa.Table, by: str) -> list[list[Any]]:
    """The changes by rule or by village: [which, {"pass>fail": 12}, how many], the most changed first."""
    sums: dict[str, Counter[str]] = {}
    rows = changed.group_by([by, "before", "after"]).aggregate([("place", "count")]).to_pylist()
    for row in rows:
        sums.setdefault(row[by], Counter())[f"{row['before']}>{row['after']}"] += row["place_count"]
    found = [[key, dict(sorted(count.items())), count.total()] for key, count in sums.items()]
    return sorted(found, key=lambda row: (-row[2], row[0]))
