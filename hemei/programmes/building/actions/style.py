"""The style of a place as the district's document has it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from hemei.core.access import Actor, At
from hemei.core.errors import Mistaken, filled
from hemei.core.writing import action, audit
from hemei.programmes.building.models import Style
from hemei.terms.day import today
from hemei.terms.region import Level


@dataclass(frozen=True)
class Look:
    """What a document says houses of a place are to look like; lists are written with 、 between their words."""

    name: str
    document: str
    zone: str = ""
    structures: str = ""
    roofs: str = ""
    roof_colours: str = ""
    walls: str = ""
    height_m: float | None = None
    eaves_m: float | None = None
    storeys: int | None = None
    as_limit: bool = False


@action(verb="parameter.edit", on="where")
def set_style(*, where: At, look: Look, by: Actor) -> Style:
    """Say what houses of a region are to look like; what was said of the same region and zone ends today."""
    if len(where.region) > Level.VILLAGE:
        raise Mistaken(_("风貌按区、乡镇或村设定。"), field="region", code="too_narrow")
    for name in ("name", "document"):
        filled(getattr(look, name), name)
    Style.objects.filter(region=where.region, zone=look.zone, replaced_on=None).update(replaced_on=today())
    row = Style.objects.create(region=where.region, starts=today(), actor=str(by), **vars(look))
    detail = {"style": look.name, "zone": look.zone, "limit": look.as_limit}
    audit(by, "style.set", f"region:{where.region}", where.region, values=list(vars(look).values()), detail=detail)
    return row
