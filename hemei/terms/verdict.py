"""What a rule says of a building: pass, fail or unknown, and every number that led there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .measure import Measure


class Outcome(StrEnum):
    """What a rule says: what is missing or may flip is unknown, never pass."""

    PASS = "pass"  # noqa: S105 (no password)
    FAIL = "fail"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What a rule does with what it covers."""

    DENY = "deny"
    LIMIT = "limit"
    WARN = "warn"
    ALLOW_ONLY = "allow-only"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule's answer for one subject.

    `margin` is how far the measure is from the threshold, positive on the permitted side, in the unit of `measure`;
    None where nothing was compared: the rule does not reach so far, or the work is one that it lists. `missing` names
    what an unknown lacks. `part` is the offending part, as WKB in the run's system. `assumed_m` is the width that was
    assumed to find the layer's edge (half a road known by its centre line); a measure that rests on it says so.
    `looked_m` is how far from the building the layer was looked for, 0 where that is not known. A verdict informs an
    officer; it decides nothing about a person.
    """

    rule: str
    subject: str
    kind: Kind
    outcome: Outcome
    measure: Measure
    measured: float | None
    threshold: float | None
    clause: str
    layer: str = ""
    layer_version: str = ""
    share: float | None = None
    part: bytes | None = None
    missing: tuple[str, ...] = ()
    assumed_m: float = 0.0
    looked_m: float = 0.0

    @property
    def unit(self) -> str:
        return self.measure.unit

    @property
    def margin(self) -> float | None:
        if self.measured is None or self.threshold is None:
            return None
        gap = self.measured - self.threshold
        return gap if self.measure.more_is_better else -gap
