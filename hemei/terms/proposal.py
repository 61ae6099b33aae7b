"""What somebody would build, and what the rules say of it: plain values that programmes hand to each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .verdict import Kind, Outcome


@dataclass(frozen=True, slots=True)
class Proposal:
    """A piece of work on a spot, or a building that stands.

    `geometry` is the footprint as WKB, longitude and latitude in degrees (EPSG:4490), a polygon or a point; `plot` the
    plot likewise, or None; `existing` the footprints that already stand on it (a point: nobody knows the footprint),
    `existing_storeys` the storeys of each, or nothing where none is known. `use` and `work` are words of the rules
    (`law.rules`: house, public …; existing, new, rebuild, extend …), "" where nobody has said. Metres and storeys are
    None where not known. `position_error_m` is how far off the footprint may lie; `approvals` what it already has.
    """

    id: str
    region: str
    geometry: bytes
    use: str = "house"
    work: str = "new"
    storeys: float | None = None
    height_m: float | None = None
    eaves_height_m: float | None = None
    position_error_m: float = 5.0
    approvals: frozenset[str] = frozenset()
    plot: bytes | None = None
    existing: tuple[bytes, ...] = ()
    existing_storeys: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruling:
    """One rule's verdict, with all that must be shown beside it.

    `said` is the verdict in words, `remedy` what helps against a fail ("" where nothing is to be done). `margin` is
    positive on the permitted side, in `unit`. `clause` is the citation, `text` the article word for word ("" where
    nobody has seen it), `marks` how far it may be relied on (效力待核 …). `missing` says what an unknown lacks.
    `is_unread` is true of a rule of the district's own that could not be read, and so says nothing.
    """

    rule: str
    title: str
    kind: Kind
    outcome: Outcome
    said: str
    remedy: str
    measured: float | None
    threshold: float | None
    margin: float | None
    unit: str
    clause: str
    text: str
    marks: tuple[str, ...]
    missing: tuple[str, ...] = ()
    layer: str = ""
    layer_version: str = ""
    note: str = ""
    is_unread: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """The greatest value of a measure on the permitted part of a plot, in words, and the clause that sets it."""

    measure: str
    label: str
    value: float
    said: str
    clause: str


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the rules of its district say of one proposal on one day.

    `configured` is False where the district has neither layers nor rules of its own: then every ruling of the nation's
    rules is unknown, 未配置. `permitted` is the part of the plot on which building is permitted, as WKB in degrees;
    None without a plot, and for the public where an internal layer draws its edge. `certain_m2` is how much of it stays
    permitted whatever the position error does; None where there is none. `limits` are the tightest on
    that part. `remarks` are for staff.
    """

    rulings: tuple[Ruling, ...] = ()
    configured: bool = False
    zone: str = ""
    tier: str = ""
    permitted: bytes | None = None
    permitted_m2: float | None = None
    certain_m2: float | None = None
    limits: tuple[Limit, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The worst of the rulings that are more than a warning; unknown where there are none."""
        outcomes = {ruling.outcome for ruling in self.rulings if ruling.kind is not Kind.WARN}
        if Outcome.FAIL in outcomes:
            return Outcome.FAIL
        return Outcome.UNKNOWN if Outcome.UNKNOWN in outcomes or not outcomes else Outcome.PASS

    @property
    def failing(self) -> tuple[Ruling, ...]:
        """What stands in the way."""
        return tuple(r for r in self.rulings if r.outcome is Outcome.FAIL and r.kind is not Kind.WARN)


@dataclass(frozen=True, slots=True)
class Turn:
    """One rule whose answer about a proposal is another than it was.

    `before` and `after` are its rulings; None where there was, or is, no such rule. `told_before` and `told_after` are
    what anybody may know of them: alike where an internal layer keeps it back.
    """

    before: Ruling | None
    after: Ruling | None
    told_before: Outcome | None = None
    told_after: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Anew:
    """What a new version of layers or rules made of one proposal, from a day on, and which versions those were."""

    on: date
    because: tuple[str, ...]
    turns: tuple[Turn, ...]
