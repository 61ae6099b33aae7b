"""An application: by whom, for which plot and house; and the same mended after it was returned."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import shapely
from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor, At
from hemei.core.actions.case import require_moment
from hemei.core.actions.evidence import NewFile, keep
from hemei.core.errors import Conflict, Mistaken, filled
from hemei.core.models import Household, Place
from hemei.core.writing import action, audit
from hemei.programmes.building.gates import OLD_HOUSE
from hemei.programmes.building.life import LIFE
from hemei.programmes.building.models import Design, Fate, Land, Permit, PermitFile, PermitStep, Tri, Work
from hemei.programmes.building.queries.patterns import of_district
from hemei.programmes.building.queries.placing import house_drawn, outside
from hemei.programmes.building.queries.standing import DWELLING
from hemei.programmes.building.shapes import area_m2, house_of, ring_of
from hemei.terms.day import day_of
from hemei.terms.region import Level


@dataclass(frozen=True)
class Filed:
    """What the paper of the household says. `old_place` is the key of the house that the work concerns."""

    work: str
    reason: str
    address: str
    bounds: str
    plot_m2: float
    footprint_m2: float
    floor_area_m2: float
    storeys: int
    land: str = ""
    eaves_m: float | None = None
    height_m: float | None = None
    structure: str = ""
    roof: str = ""
    walls: str = ""
    design: str = ""
    design_by: str = ""
    old_place: int | None = None
    old_fate: str = ""
    conversion: str = ""
    forest: str = ""
    forest_consent: str = ""
    reserve: str = ""
    reserve_consent: str = ""
    lon: float | None = None
    lat: float | None = None
    joint: bool = False
    pattern: int | None = None
    width_m: float | None = None
    depth_m: float | None = None
    turn: float | None = None
    plot_shape: str = ""  # its corners, as shapes.ring_of reads them
    house_shape: str = ""  # as shapes.house_of reads them, of a house that is no rectangle: its spot and sides follow
    group: str = ""

    def said(self) -> dict[str, Any]:
        return asdict(self)


OF_A_RECTANGLE = ("lon", "lat", "width_m", "depth_m", "turn")
"""What follows from its corners where a house was drawn by them."""


CHOICES: Mapping[str, Sequence[str]] = {
    "work": Work.values,
    "land": Land.values,
    "design": Design.values,
    "old_fate": Fate.values,
    "forest": Tri.values,
    "reserve": Tri.values,
}
MOST = {
    "plot_m2": 10_000, "footprint_m2": 10_000, "floor_area_m2": 50_000, "eaves_m": 100, "height_m": 100,
    "width_m": 100, "depth_m": 100,
}  # fmt: skip


@action(verb="permit.apply", on="where")
def apply(
    *,
    where: At,
    household: Household,
    filed: Filed,
    by: Actor,
    at: datetime | None = None,
    files: Sequence[NewFile] = (),
) -> Permit:
    """Take in an application for a household of the village. The signed paper, photographed, is the original."""
    if len(where.region) < Level.VILLAGE or household.region[: Level.VILLAGE] != where.region[: Level.VILLAGE]:
        raise Mistaken(_("请选这个村登记的农户。"), field="household", code="elsewhere")
    _check(filed, household)
    now = timezone.now()
    moment = at or now
    require_moment(moment, now=now)
    if not files:
        raise Mistaken(_("请拍下户主签字或按手印的申请表：纸件是原件。"), field="files", code="no_evidence")
    permit = Permit(region=household.region, household=household, since=day_of(moment), filed_at=moment)
    put(permit, filed)
    permit.save()
    row = PermitStep.objects.create(
        permit=permit,
        verb="permit.apply",
        to_state="applied",
        at=moment,
        recorded_at=now,
        actor=str(by),
        account=by.account,
        data={"filed": filed.said()},
    )
    attach(permit, files, by=by, now=now, step=row)
    audit(by, "permit.apply", f"permit:{permit.pk}", permit.region, values=filed.said(), detail={"work": filed.work})
    return permit


def attach(permit: Permit, files: Sequence[NewFile], *, by: Actor, now: datetime, **to: Any) -> None:
    """Keep files with a permit, as part of the action that calls it."""
    for kept in keep(files, by=by, region=permit.region, now=now):
        PermitFile.objects.create(evidence=kept, permit=permit, **to)


def put(permit: Permit, filed: Filed) -> None:
    """Write what was filed into the permit, and the house and its plot as they were drawn."""
    said = filed.said()
    corners, wings = said.pop("plot_shape"), said.pop("house_shape").strip()
    permit.plot = _stored(ring_of(corners, field="plot_shape")) if corners.strip() else None
    house = house_drawn(filed.lon, filed.lat, filed.width_m, filed.depth_m, filed.turn, wings)
    permit.footprint = _stored(house) if house else None
    if house and wings:
        spot = house.representative_point()
        said |= dict.fromkeys(OF_A_RECTANGLE) | {"lon": spot.x, "lat": spot.y}
    for name, value in said.items():
        setattr(permit, f"{name}_id" if name in ("old_place", "pattern") else name, _trimmed(value))


def _stored(shape: shapely.Polygon) -> bytes:
    return bytes(shapely.to_wkb(shape))


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def refile(permit: Permit, filed: Filed, *, anew: bool = True) -> None:
    """A returned application, mended; `anew`: with meeting and notice once more. Raises Mistaken as a new one does."""
    if LIFE.by_key[permit.state].ending:
        raise Conflict(_("这件申请已经了结。"), code="ended")
    _check(filed, permit.household)
    put(permit, filed)
    if not anew:
        return
    permit.meeting, permit.notice_ends, permit.notice_worked_days, permit.objections_open = {}, None, None, False


def _check(filed: Filed, household: Household) -> None:
    for name, allowed in CHOICES.items():
        if getattr(filed, name) not in allowed:
            raise Mistaken(_("请从列出的里面选一个。"), field=name, code="unknown")
    for name in ("reason", "address", "bounds"):
        filled(str(getattr(filed, name)), name)
    for name, most in MOST.items():
        value = getattr(filed, name)
        if value is not None and not (math.isfinite(value) and 0 < value <= most):
            raise Mistaken(_("请填写 0 到 %(most)d 之间的数。") % {"most": most}, field=name, code="out_of_range")
    if not 1 <= filed.storeys <= 30:
        raise Mistaken(_("请填写 1 到 30 层。"), field="storeys", code="out_of_range")
    if filed.footprint_m2 > filed.plot_m2:
        raise Mistaken(_("基底面积比宅基地还大，请核对。"), field="footprint_m2", code="larger_than_plot")
    if filed.floor_area_m2 > filed.footprint_m2 * filed.storeys * 1.5:
        raise Mistaken(_("建筑面积和基底面积、层数对不上，请核对。"), field="floor_area_m2", code="too_large")
    if filed.eaves_m and filed.height_m and filed.eaves_m > filed.height_m:
        raise Mistaken(_("檐口比总高度还高，请核对。"), field="eaves_m", code="above_the_ridge")
    if filed.design and not filed.design_by.strip():
        raise Mistaken(_("请写明选的是哪个户型，或由哪个单位设计。"), field="design_by", code="empty")
    if filed.pattern is not None and not of_district(household.region).filter(pk=filed.pattern).exists():
        raise Mistaken(_("请从现在的图集里选。"), field="pattern", code="unknown")
    if filed.work in OLD_HOUSE and filed.old_place is None:
        raise Mistaken(_("请选是哪一处旧房。"), field="old_place", code="no_old_house")
    if filed.old_place is not None and not old_houses(household).filter(pk=filed.old_place).exists():
        raise Mistaken(_("请选这一户登记的房屋。"), field="old_place", code="not_theirs")
    if (filed.lon is None) != (filed.lat is None):
        raise Mistaken(_("经度和纬度要么都填，要么都不填。"), field="lon", code="half_a_point")

    _check_drawn(filed, household)


def _check_drawn(filed: Filed, household: Household) -> None:
    """What was drawn on the map, or typed for it."""
    if (filed.width_m is None) != (filed.depth_m is None):
        lacking = "width_m" if filed.width_m is None else "depth_m"
        raise Mistaken(_("面宽和进深要么都填，要么都不填。"), field=lacking, code="half_a_house")
    if filed.turn is not None and not 0 <= filed.turn <= 360:
        raise Mistaken(_("转角请填 0 到 360 度。"), field="turn", code="out_of_range")
    wings = filed.house_shape.strip()
    if wings:
        house = house_of(wings, field="house_shape")
        spot = house.representative_point()
        _require_inside(household, spot.x, spot.y, "house_shape")
        said, drawn_m2 = _("画的房子只有 %(area)s 平方米，比基底面积还小，请核对。"), area_m2(house)
    else:
        said = _("面宽乘进深只有 %(area)s 平方米，比基底面积还小，请核对。")
        drawn_m2 = (filed.width_m or 0.0) * (filed.depth_m or 0.0)
    if drawn_m2 and filed.footprint_m2 > drawn_m2 + 0.5:
        raise Mistaken(said % {"area": f"{drawn_m2:.1f}"}, field="footprint_m2", code="larger_than_drawn")
    if filed.plot_shape.strip():
        ring_of(filed.plot_shape, field="plot_shape")
    if not wings and filed.lon is not None and filed.lat is not None:
        _require_inside(household, filed.lon, filed.lat, "lon")


def _require_inside(household: Household, lon: float, lat: float, field: str) -> None:
    if home := outside(household.region, lon, lat):
        raise Mistaken(_("这个位置不在%(home)s，请核对。") % {"home": home}, field=field, code="elsewhere")


def old_houses(household: Household) -> Any:
    """The standing houses that a household holds or uses."""
    held = Place.objects.filter(kind=DWELLING, removed_on=None, holdings__household=household, holdings__ends=None)
    return held.distinct().order_by("pk")
