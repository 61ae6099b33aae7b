"""A district's layers ready to be asked, again and again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyproj import CRS

from .district import District
from .mosaics import Standing, standings_of
from .places import Place, places_of


@dataclass(frozen=True, slots=True)
class Around:
    """Layers and mosaics in the system `crs`, good for position errors of at most `error_m` metres."""

    district: District
    crs: CRS
    error_m: float
    places: tuple[Place, ...]
    standings: tuple[Standing, ...]
    remarks: tuple[str, ...] = ()


def around(district: District, error_m: float, beside: Path | None = None, crs: CRS | None = None) -> Around:
    """Read a district's layers, into its own system or `crs`. `beside`: the folder in which their maps are kept.

    Raises Unreadable.
    """
    crs = CRS.from_user_input(district.crs) if crs is None else crs
    places, remarks = places_of(district, crs, error_m, beside)
    standings, said = standings_of(district, crs, error_m, beside)
    return Around(district, crs, error_m, tuple(places), tuple(standings), (*remarks, *said))
