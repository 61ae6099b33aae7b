"""When a case of a house may not be closed although the repair is done."""

from __future__ import annotations

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hemei.core.models import Case
from hemei.programmes.houses.models import House


def people_in_a_d_house(case: Case, at: datetime) -> str | Promise | None:
    """危房不住人: a case stays open while people are recorded as living in a D house."""
    if case.place is None:
        return None
    house = House.objects.filter(place=case.place).first()
    if house and house.grade == "D" and house.occupied:
        return _("这户房屋鉴定为 D 级，登记仍有人居住，不能验收。请先核实人员已搬出并更新居住情况，或重新鉴定。")
    return None
