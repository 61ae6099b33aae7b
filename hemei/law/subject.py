"""What a rule is asked about: a building or a proposal, with what was measured of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hemei.terms.measure import Measure

GPS_ERROR_M = 5.0
"""The position error of a point taken by a phone, where none is given."""
SPOT_ERROR_M = 15.0
"""Ours: the footprint of a building known by a point lies within this of it, the point's own error included."""


@dataclass(frozen=True, slots=True)
class InLayer:
    """A subject against one layer (or the features of one class in it).

    `area_m2` and `share` of it inside; `distance_m` to it (None: beyond the reach that was asked); `depth_m` how far it
    could be shifted in any direction and still surely meet the layer (None: not known); `edge_m` how far from the edge
    of the layer it lies wholly inside (None: not wholly, or not known); `uncertain_m` a declared uncertainty of the
    layer's own edge, such as half the width of a road known by its centre line; `missing` why the layer is not known
    here; `reach_m` how far from it was looked (0: not known); `lines_only` where the layer has no polygons,
    so that nothing can lie inside it.
    """

    area_m2: float = 0.0
    share: float = 0.0
    distance_m: float | None = None
    depth_m: float | None = None
    edge_m: float | None = None
    uncertain_m: float = 0.0
    version: str = ""
    part: bytes | None = None
    missing: str = ""
    lines_only: bool = False
    reach_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Subject:
    """A building that stands, or a piece of work that is proposed.

    `use` house, public …; `work` existing, new, rebuild, extend, repair …; `approvals` it already has; `attributes` by
    measure (height, storeys …), missing where unknown; `layers` by (layer, class), where "" is any class; a layer that
    is not in it was not measured. Within the position error: `could_be` are the least and the greatest value of a
    measure that depends on the place (slope, density), NaN where nobody knows; `may_be` are the other zones and tiers
    in which it could stand. A rule that would say otherwise there is unknown.
    """

    id: str
    use: str = "house"
    work: str = ""
    approvals: frozenset[str] = frozenset()
    position_error_m: float = GPS_ERROR_M
    attributes: Mapping[Measure, float] = field(default_factory=dict)
    could_be: Mapping[Measure, tuple[float, float]] = field(default_factory=dict)
    layers: Mapping[tuple[str, str], InLayer] = field(default_factory=dict)
    zone: str = ""
    tier: str = ""
    may_be: tuple[tuple[str, str], ...] = ()
