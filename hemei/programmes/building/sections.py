"""What a house's page shows of building permits and of leads to enforcement."""

from __future__ import annotations

from typing import Any

from hemei.core.access import Actor, At, may, scope_of
from hemei.core.models import Place
from hemei.programmes.building.life import LIFE, LOOKS
from hemei.programmes.building.models import Permit
from hemei.programmes.building.queries.leads import leads
from hemei.programmes.building.queries.permits import permits

SHOWN = 5


def of_house(place: Place, by: Actor) -> dict[str, Any]:
    """The permits by which a house is built or rebuilt, and the leads about it, for whoever may see them."""
    scope = scope_of(by, "permit.view", Permit.matter)
    about = (permits(within=scope).filter(old_place=place) | permits(within=scope).filter(house=place)).order_by("-pk")
    return {
        "place": place,
        "permits": [(row, LIFE.by_key[row.state].name, LOOKS[row.state]) for row in about.distinct()[:SHOWN]],
        "leads": leads(within=scope).filter(place=place).order_by("-pk")[:SHOWN],
        "may_lead": place.removed_on is None and may(by, "lead.keep", At(place.region, Permit.matter)),
    }
