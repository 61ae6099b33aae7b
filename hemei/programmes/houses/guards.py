"""When a case of a house may not be closed although the repair is done."""

from __future__ import annotations

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hemei.core.access import Scope
from hemei.core.models import Case
from hemei.core.registry import registry
from hemei.programmes.houses.models import House
from hemei.terms.day import day_of

REBUILT = frozenset({"accepted", "registered"})


def people_in_a_d_house(case: Case, at: datetime) -> str | Promise | None:
    """危房不住人: a case stays open while people are recorded as living in a D house."""
    if case.place is None:
        return None
    house = House.objects.filter(place=case.place).first()
    if house and house.grade == "D" and house.occupied:
        return _("这户房屋鉴定为 D 级，登记仍有人居住，不能验收。请先核实人员已搬出并更新居住情况，或重新鉴定。")
    return None


def still_being_rebuilt(case: Case, at: datetime) -> str | Promise | None:
    """A case of a house that is rebuilt by a permit is closed by the new house's acceptance, not before."""
    fact = registry.facts.get("building.permit")
    if fact is None or case.place_id is None:
        return None
    told = fact.read(within=Scope(places=(case.place_id,)), on=day_of(at), places=[case.place_id]).get(case.place_id)
    if told and told[0]["work"] == "ecological" and not told[0]["old_house_down"]:
        return _("这一户生态搬迁的旧房还没有登记拆除：登记以后，这条隐患才能销号。")
    if told and told[0]["work"] in ("dangerous", "relocate", "ecological") and told[0]["state"] not in REBUILT:
        return _("这一户的危房重建（搬迁）还没有验收：新房验收合格以后，这条隐患才能销号。")
    return None
