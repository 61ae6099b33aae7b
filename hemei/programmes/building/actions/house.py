"""A finished house enters the register, and the old one leaves it where it was pulled down."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import shapely
from django.utils.translation import gettext as _

from hemei.core.access import MATTER_OF_KIND, Actor, At
from hemei.core.actions.bulk import NewPlace, add_places
from hemei.core.actions.place import change_place, hold
from hemei.core.errors import Mistaken
from hemei.core.models import Place
from hemei.core.registry import registry
from hemei.programmes.building.models import Permit
from hemei.programmes.building.queries.standing import DWELLING
from hemei.programmes.building.shapes import house_of
from hemei.terms.day import day_of

ON_THE_SPOT = frozenset({"extend", "storey"})
"""Kinds of work after which the house is the one that stood there before."""


def enter_house(permit: Permit, certificate: str, at: datetime, by: Actor) -> dict[str, Any]:
    """Enter the house as it was built. Raises Mistaken where nobody registers houses."""
    kind = registry.kinds.get(DWELLING)
    if kind is None:
        raise Mistaken(_("本区没有农房登记，不能入册。"), code="no_register")
    known = {column.name for column in kind.columns}
    built = {"storeys": permit.as_built.get("storeys"), "floor_area_m2": permit.as_built.get("floor_area_m2")}
    own = {name: value for name, value in built.items() if name in known and value is not None}
    if "year_built" in known:
        own["year_built"] = (permit.accepted_on or day_of(at)).year
    if permit.work in ON_THE_SPOT and permit.old_place:
        change_place(place=permit.old_place, values=own, by=by)
        permit.house = permit.old_place
    else:
        permit.house = _new_house(permit, own, at, by)
    return {"house": permit.house.pk, "certificate": certificate}


def _where(permit: Permit) -> dict[str, Any]:
    """As it was measured on the map when it was accepted, else as it was approved."""
    measured = permit.as_built.get("footprint")
    shape = house_of(str(measured), field="footprint") if measured else None
    if shape is None and permit.footprint:
        shape = shapely.from_wkb(bytes(permit.footprint))
    if shape is None:
        return {"lon": permit.lon, "lat": permit.lat}
    middle = shape.centroid
    spot = middle if shapely.covers(shape, middle) else shape.representative_point()  # not in its courtyard
    return {"lon": spot.x, "lat": spot.y, "geometry": bytes(shapely.to_wkb(shape))}


def _new_house(permit: Permit, own: dict[str, Any], at: datetime, by: Actor) -> Place:
    head = permit.household.head
    row = NewPlace(
        region=permit.region,
        label=_("%(name)s家新房") % {"name": head.name if head else permit.household.number},
        group=permit.group,
        address=permit.address,
        **_where(permit),
        own=own,
    )
    where = At(permit.region, MATTER_OF_KIND[DWELLING])
    key = add_places(where=where, kind=DWELLING, rows=[row], by=by)[0]
    house = Place.objects.get(pk=key)
    hold(place=house, household=permit.household, starts=day_of(at), by=by)
    return house
