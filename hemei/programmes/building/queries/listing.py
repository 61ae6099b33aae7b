"""Permits as a file: what was applied for, how each stands, and its outline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import shapely
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from hemei.core.access import Scope
from hemei.core.queries.export import Feature, Listing, by_key
from hemei.core.queries.regions import names
from hemei.core.wording import in_words
from hemei.programmes.building.life import LIFE
from hemei.programmes.building.models import Permit

NUMBERS = ("plot_m2", "footprint_m2", "floor_area_m2", "storeys", "eaves_m", "height_m")
DAYS = ("due_on", "approved_on", "accepted_on")


def permits_listing(chosen: QuerySet[Permit], *, within: Scope) -> Listing:
    texts = [_("编号"), _("村代码"), _("区域"), _("组"), _("户主"), _("建房类型")]
    texts += [_("状态"), _("许可编号"), _("建房地点")]
    columns: dict[str, type] = dict.fromkeys(texts, str)
    columns |= dict.fromkeys((_label(name) for name in NUMBERS), float)
    columns |= {_("申请日期"): date, _("期限"): date, _("批准日期"): date, _("验收日期"): date}
    columns |= {_("经度"): float, _("纬度"): float}
    return Listing(_("建房审批"), columns, _features(chosen, within), located=True)


def _label(name: str) -> str:
    return str(Permit._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _features(chosen: QuerySet[Permit], within: Scope) -> Iterator[Feature]:
    region_names = names(within=within)
    for some in by_key(chosen):
        for one in some:
            head = one.household.head
            row: list[Any] = [str(one.pk), one.region, in_words(region_names, one.region), one.group]
            row += [head.name if head else one.household.number, one.get_work_display()]
            row += [str(LIFE.by_key[one.state].name), one.number, one.address]
            row += [getattr(one, name) for name in NUMBERS]
            row += [one.filed_at.date(), *(getattr(one, name) for name in DAYS), one.lon, one.lat]
            yield _shape(one), row


def _shape(one: Permit) -> bytes | None:
    if one.footprint:
        return bytes(one.footprint)
    if one.lon is None or one.lat is None:
        return None
    return bytes(shapely.to_wkb(shapely.Point(one.lon, one.lat)))
