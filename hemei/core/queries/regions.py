"""Reading regions."""

from __future__ import annotations

import shapely
from django.db.models import Q, QuerySet

from hemei.core.access import Scope
from hemei.core.models import Region
from hemei.core.queries.duty import prefixes_of
from hemei.terms.region import Level, successor

Bounds = tuple[float, float, float, float]
"""West, south, east, north, in degrees."""


def regions(*, within: Scope, level: Level | None = None) -> QuerySet[Region]:
    rows = Region.objects.filter(within.q("code", matter=None), closed_on=None)
    return rows.filter(level=level) if level else rows


def children(code: str, *, within: Scope) -> QuerySet[Region]:
    """The regions right below `code`."""
    below = {Level.DISTRICT: 9, Level.TOWNSHIP: 12, Level.VILLAGE: 15}.get(Level(len(code)), 15)
    return regions(within=within).filter(code__gte=code, code__lt=successor(code), level=below)


def names(*, within: Scope) -> dict[str, str]:
    """Code → name, for lists."""
    return dict(regions(within=within).values_list("code", "name"))


def names_around(*, within: Scope) -> dict[str, str]:
    """Code → name of the regions of a scope and of those it lies in: what holds in a village may be the district's."""
    wider = {prefix for region in within.prefixes for prefix in prefixes_of(region)}
    return dict(Region.objects.filter(within.q("code", matter=None) | Q(code__in=wider)).values_list("code", "name"))


def groups_listed(*, within: Scope) -> dict[str, list[str]]:
    """Village → its villagers' groups, where the register lists them."""
    villages = regions(within=within, level=Level.VILLAGE).exclude(groups=[])
    return dict(villages.values_list("code", "groups"))


def bounds_of(*, within: Scope) -> Bounds | None:
    """The box around a scope; None where the boundary of any of its widest regions is not known."""
    known = dict(Region.objects.filter(code__in=within.prefixes).exclude(boundary=None).values_list("code", "boundary"))
    if not known or len(known) < len(within.prefixes):
        return None
    west, south, east, north = shapely.total_bounds(
        shapely.from_wkb([bytes(one) for one in known.values() if one])
    ).tolist()
    return west, south, east, north
