"""Many buildings against one rule at once: the same answers as `deciding.judge`, column by column.

`judge` is the rule read aloud for one subject; this is the same reading for a batch, with a mask for every "if". A test
holds the two equal on random subjects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from hemei.terms.measure import Measure
from hemei.terms.verdict import Kind, Outcome

from .deciding import NO_USE, NO_WORK, ON_SITE, no_ground, no_layer, no_limit, no_measure
from .parameters import Parameter
from .rules import EVERYWHERE, Rule

Floats = np.ndarray
NONE, PASS, FAIL, UNKNOWN = -1, 0, 1, 2
OUTCOMES = (Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN)
"""An outcome by its number in a column; `NONE`: the rule does not speak of this building."""


@dataclass(frozen=True, slots=True)
class Sort:
    """Buildings that are alike in all that is not measured; `may_be` as in `Subject`."""

    use: str
    work: str
    approvals: frozenset[str]
    zone: str
    tier: str
    may_be: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Crowd:
    """Buildings as columns: `sorts[sort[i]]`, position error (m) and attributes (NaN: missing), all of shape (n,).

    `could_be` as in `Subject`: two columns, least and greatest.
    """

    sorts: Sequence[Sort]
    sort: np.ndarray
    error_m: Floats
    attributes: dict[Measure, Floats]
    could_be: dict[Measure, tuple[Floats, Floats]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.sort)


@dataclass(frozen=True, slots=True)
class Seen:
    """A crowd against one layer: the columns of `InLayer`, each of shape (n,); NaN for None."""

    area_m2: Floats
    share: Floats
    distance_m: Floats
    depth_m: Floats
    edge_m: Floats
    hidden: np.ndarray
    missing: str
    uncertain_m: float
    version: str
    lines_only: bool
    reach_m: float = 0.0


@dataclass(slots=True)
class Judged:
    """One rule's answers, each of shape (n,): outcome by number, measured and threshold (NaN: none), and what is
    missing as a place in `words` (0: nothing)."""

    outcome: np.ndarray
    measured: Floats
    threshold: Floats
    missing: np.ndarray
    words: list[str]
    open: np.ndarray

    def settle(self, where: np.ndarray, outcome: int | np.ndarray, missing: str = "") -> None:
        """Give the rows that are still open, and `where` holds, their outcome."""
        rows = self.open & where
        self.outcome[rows] = outcome[rows] if isinstance(outcome, np.ndarray) else outcome
        if missing:
            if missing not in self.words:
                self.words.append(missing)
            self.missing[rows] = self.words.index(missing)
        self.open &= ~rows


def judge_all(rule: Rule, crowd: Crowd, seen: Seen | None, parameters: Mapping[str, Parameter], on: date) -> Judged:
    """One rule's answers for a crowd; `seen` None where the rule's layer is not there. See `deciding.judge`."""
    choices = [_limits(rule, sort, parameters, on) for sort in crowd.sorts]
    first = _once(rule, crowd, seen, np.array([limits[0] for limits in choices], float))
    for turn in range(1, max(map(len, choices), default=1)):
        other = _once(rule, crowd, seen, np.array([limits[min(turn, len(limits) - 1)] for limits in choices], float))
        flips = (other.outcome != first.outcome) & (first.outcome != NONE)
        first.open = flips
        first.settle(flips, UNKNOWN, ON_SITE)
    return first


def _limits(rule: Rule, sort: Sort, parameters: Mapping[str, Parameter], on: date) -> list[float]:
    """The number that holds where a sort stands, then those where it may stand; NaN where 未配置."""
    if isinstance(rule.threshold, float):
        return [rule.threshold]
    places = ((sort.zone, sort.tier), *sort.may_be)
    found = [parameters[rule.threshold].on(on, of=rule.of, zone=zone, tier=tier) for zone, tier in places]
    return list(dict.fromkeys(np.nan if value is None else value for value in found))


def _by_sort(crowd: Crowd, ask: Callable[[Sort], bool]) -> np.ndarray:
    answers = np.array([ask(sort) for sort in crowd.sorts], bool)
    return np.asarray(answers[crowd.sort])


def _once(rule: Rule, crowd: Crowd, seen: Seen | None, limit_of: Floats) -> Judged:
    n = len(crowd)
    speaks = _by_sort(crowd, lambda sort: _speaks(rule, sort))
    nothing = np.full(n, np.nan)
    said = Judged(np.full(n, NONE, np.int8), nothing, nothing.copy(), np.zeros(n, np.int16), [""], speaks)
    if rule.uses:
        said.settle(_by_sort(crowd, lambda sort: not sort.use), UNKNOWN, NO_USE)
    if rule.works:
        said.settle(_by_sort(crowd, lambda sort: not sort.work), UNKNOWN, NO_WORK)
    limit = limit_of[crowd.sort]
    everything = np.ones(n, bool)
    said.threshold[said.open] = limit[said.open]
    if rule.layer != EVERYWHERE:
        if seen is None:
            said.settle(everything, UNKNOWN, no_layer(rule))
            return said
        said.settle(seen.hidden, UNKNOWN, seen.missing)
        if seen.lines_only and rule.needs_ground:
            said.settle(everything, UNKNOWN, no_ground(rule))
    sure = _presence(rule, crowd, seen)
    unset = np.isnan(limit)
    if rule.measure is not Measure.DISTANCE:
        said.settle(unset & (sure == PASS), PASS)
    said.settle(unset, UNKNOWN, no_limit(rule))
    if seen is not None and rule.kind is Kind.ALLOW_ONLY:
        _allow_only(rule, crowd, seen, sure, said)
    elif seen is not None and rule.measure is Measure.DISTANCE:
        _distance(crowd, seen, limit, said)
    elif seen is not None and rule.measure in (Measure.AREA, Measure.SHARE):
        _inside(rule, crowd, seen, limit, sure, said)
    else:
        _limit(rule, crowd, limit, sure, said)
    return said


def _speaks(rule: Rule, sort: Sort) -> bool:
    use = not rule.uses or not sort.use or sort.use in rule.uses
    return use and (not rule.works or not sort.work or sort.work in rule.works)


def _presence(rule: Rule, crowd: Crowd, seen: Seen | None) -> np.ndarray:
    """See `deciding.presence`."""
    n = len(crowd)
    if seen is None:
        return np.full(n, FAIL, np.int8)
    error = crowd.error_m + seen.uncertain_m
    inside = seen.area_m2 > 0.0
    depth = np.where(np.isnan(seen.depth_m), 0.0, seen.depth_m)
    metres = np.where(inside, 0.0, seen.distance_m)
    if rule.within_m > 0.0:
        out = np.where(metres - depth + error <= rule.within_m, FAIL, UNKNOWN)
        return np.where(np.isnan(metres) | (metres - error > rule.within_m), PASS, out).astype(np.int8)
    outside = np.where(metres < error, UNKNOWN, PASS)  # NaN is far
    return np.where(inside, np.where((error == 0.0) | (depth > error), FAIL, UNKNOWN), outside).astype(np.int8)


def _allow_only(rule: Rule, crowd: Crowd, seen: Seen, sure: np.ndarray, said: Judged) -> None:
    said.measured[said.open] = _amount(rule, seen)[said.open]
    said.threshold[said.open] = 0.0
    listed = _by_sort(crowd, lambda sort: sort.work in rule.allows or bool(rule.approvals & sort.approvals))
    said.settle(sure == PASS, PASS)
    said.threshold[said.open & listed] = np.nan
    said.settle(listed, PASS)
    said.settle(_by_sort(crowd, lambda sort: not sort.work), UNKNOWN, NO_WORK)
    said.settle(sure == UNKNOWN, UNKNOWN, ON_SITE)
    said.settle(said.open, FAIL)


def _amount(rule: Rule, seen: Seen) -> Floats:
    return seen.area_m2 if rule.measure is Measure.AREA else seen.share


def _distance(crowd: Crowd, seen: Seen, limit: Floats, said: Judged) -> None:
    metres = np.where(seen.area_m2 > 0.0, 0.0, seen.distance_m)
    error = crowd.error_m + seen.uncertain_m
    depth = np.where(np.isnan(seen.depth_m), 0.0, seen.depth_m)
    said.measured[said.open] = metres[said.open]
    said.settle(np.isnan(metres) | (metres - error >= limit), PASS)
    said.settle((metres - depth) + error < limit, FAIL)
    said.settle(said.open, UNKNOWN, ON_SITE)


def _inside(rule: Rule, crowd: Crowd, seen: Seen, limit: Floats, sure: np.ndarray, said: Judged) -> None:
    measured = _amount(rule, seen)
    said.measured[said.open] = measured[said.open]
    error = crowd.error_m + seen.uncertain_m
    edge = np.where(np.isnan(seen.edge_m), 0.0, seen.edge_m)
    partly = (limit > 0.0) & (sure == FAIL) & (error > 0.0) & (error >= edge)
    said.settle((sure == UNKNOWN) | partly, UNKNOWN, ON_SITE)
    said.settle(said.open, np.where(measured > limit, FAIL, PASS))


def _limit(rule: Rule, crowd: Crowd, limit: Floats, sure: np.ndarray, said: Judged) -> None:
    measured = crowd.attributes.get(rule.measure)
    measured = np.full(len(crowd), np.nan) if measured is None else measured
    said.measured[said.open] = measured[said.open]
    said.threshold[said.open & (sure == PASS)] = np.nan
    said.settle(sure == PASS, PASS)
    said.settle(np.isnan(measured), UNKNOWN, no_measure(rule))
    low, high = crowd.could_be.get(rule.measure, (measured, measured))
    said.settle((measured <= limit) & (high <= limit), PASS)
    said.settle((sure == UNKNOWN) | ~((measured > limit) & (low > limit)), UNKNOWN, ON_SITE)
    said.settle(said.open, FAIL)
