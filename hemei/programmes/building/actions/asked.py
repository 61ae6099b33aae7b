"""What each step of a permit asks beyond what the graph says. A step that lacks it is refused in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import shapely
from django.utils.translation import gettext as _

from hemei.core.actions.case import Brought
from hemei.core.errors import Mistaken, filled
from hemei.core.wording import listed
from hemei.programmes.building.gates import QUORUM
from hemei.programmes.building.lists import listed_in
from hemei.programmes.building.models import Permit
from hemei.programmes.building.queries.calendar import calendar_of, notice_ends
from hemei.programmes.building.queries.reviews import (
    inspections_lacking,
    latest_opinions,
    mending,
    objecting_offices,
    silent_offices,
    turn_of,
    visits_lacking,
)
from hemei.programmes.building.queries.standing import blocking, stood
from hemei.programmes.building.shapes import farthest_m, house_of
from hemei.programmes.building.wording import area_words
from hemei.terms.day import day_of

Asked = Callable[[Permit, Brought, datetime], None]
ASKED: dict[str, Asked] = {}


def asked(verb: str) -> Callable[[Asked], Asked]:
    def declare(function: Asked) -> Asked:
        ASKED[verb] = function
        return function

    return declare


def _count(brought: Brought, name: str) -> int:
    value = brought.data.get(name)
    if not isinstance(value, int) or not 0 <= value <= 100_000:
        raise Mistaken(_("请填写人数。"), field=name, code="not_a_number")
    return value


def _text(brought: Brought, name: str, most: int = 500) -> str:
    return filled(str(brought.data.get(name, "")), name)[:most]


@asked("permit.agree")
def meeting(permit: Permit, brought: Brought, at: datetime) -> None:
    if brought.data.get("convened") not in QUORUM:
        raise Mistaken(_("请选是哪一种会。"), field="convened", code="unknown")
    entitled, present, favour = (_count(brought, name) for name in ("entitled", "present", "in_favour"))
    if not 0 < present <= entitled:
        raise Mistaken(_("到会的要在 1 人以上、应到人数以内。"), field="present", code="out_of_range")
    if favour > present:
        raise Mistaken(_("同意的比到会的还多，请核对。"), field="in_favour", code="out_of_range")
    if favour * 2 <= present:
        raise Mistaken(
            _("同意的没有超过到会的一半，集体没有通过：请用“退回补正”或“不予批准”写明结果。"),
            field="in_favour",
            code="not_agreed",
        )


@asked("permit.publicise")
def posted(permit: Permit, brought: Brought, at: datetime) -> None:
    """The days of the notice count from when it hung there: no earlier than its photo was taken."""
    taken = [day_of(file.device_at) for file in brought.files if file.device_at]
    if taken and min(taken) > day_of(at):
        said = _("照片是 %(day)s 拍的，晚于填的张榜时间：公示从贴出来那天算，请改时间或换成当时拍的照片。")
        raise Mistaken(said % {"day": min(taken).isoformat()}, field="at", code="later_evidence")


@asked("permit.close_notice")
def notice_over(permit: Permit, brought: Brought, at: datetime) -> None:
    started = permit.steps.filter(verb="permit.publicise").order_by("-id").first()
    if started is None or permit.notice_ends is None:
        raise Mistaken(_("还没有登记张榜。"), code="not_publicised")
    if any(file.device_at and file.device_at < started.at for file in brought.files):
        raise Mistaken(_("照片拍摄于张榜之前，请拍公示期满时的公示栏。"), field="files", code="old_evidence")
    ends = notice_ends(permit, day_of(started.at))
    if day_of(at) < ends.day:
        raise Mistaken(
            _("公示要满 %(days)d 个工作日，到 %(day)s 才满。")
            % {"days": calendar_of(permit.region).between(day_of(started.at), ends.day), "day": ends.day.isoformat()},
            field="at",
            code="too_early",
        )
    if permit.objections_open and not brought.data.get("settled"):
        raise Mistaken(
            _("上次登记的异议还没有处理：请写明怎么处理的，或退回补正。"), field="settled", code="objections"
        )
    if brought.data.get("settled") and not (brought.data.get("objections") or permit.objections_open):
        raise Mistaken(_("没有异议就不用写怎么处理。"), field="settled", code="nothing_to_settle")


@asked("permit.village_review")
def noticed(permit: Permit, brought: Brought, at: datetime) -> None:
    if permit.notice_worked_days is None:
        raise Mistaken(_("请先登记公示结果。"), code="notice_open")
    if permit.objections_open:
        raise Mistaken(_("有异议还没有处理，请先处理并再登记一次公示结果。"), code="objections")


@asked("permit.town_review")
def reviewed(permit: Permit, brought: Brought, at: datetime) -> None:
    require_visits(permit, "permit.town_review", at)
    said = latest_opinions(permit)
    if silent := silent_offices(permit, said, on=day_of(at)):
        raise Mistaken(_("还没有意见：%(offices)s。") % {"offices": listed(silent)}, code="offices_silent")
    if against := objecting_offices(said):
        raise Mistaken(
            _("%(offices)s不同意：请退回补正，或写明理由不予批准；意见改变的请该部门重新出具。")
            % {"offices": listed(against)},
            code="office_objects",
        )


def require_visits(permit: Permit, verb: str, at: datetime) -> None:
    """Raise Mistaken where a visit that the district asks for has not been made, or was made before its turn."""
    lacking = visits_lacking(permit, verb, on=day_of(at))
    if early := [kind for kind in lacking if permit.visits.filter(kind=kind).exists()]:
        said = _("%(kinds)s：登记的到场早于 %(day)s，不能算数，请到场以后再登记一次。")
        day = turn_of(permit, verb).isoformat()
        raise Mistaken(said % {"kinds": listed(early), "day": day}, code="visited_early")
    if lacking:
        raise Mistaken(_("还没有登记到场：%(kinds)s。") % {"kinds": listed(lacking)}, code="not_visited")


@asked("permit.approve")
def numbered(permit: Permit, brought: Brought, at: datetime) -> None:
    require_visits(permit, "permit.approve", at)
    for name in ("planning_number", "planning_issuer", "land_number", "land_issuer"):
        _text(brought, name)


@asked("permit.refuse")
def reasoned(permit: Permit, brought: Brought, at: datetime) -> None:
    _text(brought, "clause")
    _text(brought, "document")
    _text(brought, "appeal")


@asked("permit.set_out")
def builder_named(permit: Permit, brought: Brought, at: datetime) -> None:
    require_visits(permit, "permit.set_out", at)
    craftsman, firm = brought.data.get("craftsman"), str(brought.data.get("firm", "")).strip()
    if craftsman and firm:
        raise Mistaken(_("工匠和施工单位只写一个。"), field="firm", code="two_builders")
    permit.builder_id, permit.builder_firm = craftsman or None, firm
    closed = blocking(stood(permit, before="permit.set_out"))
    if closed and listed_in("craftsman.gate", region=permit.region, on=day_of(at)) == ["拦住"]:
        said = listed(one.passage.answer.said for one in closed)
        raise Mistaken(_("放线前要落实施工的人：%(why)s。") % {"why": said}, field="craftsman", code="no_builder")


@asked("permit.inspect")
def in_order(permit: Permit, brought: Brought, at: datetime) -> None:
    stage = str(brought.data.get("stage", ""))
    stages = listed_in("stages", region=permit.region, on=day_of(at))
    if stage not in stages:
        raise Mistaken(_("请选查的是哪个阶段。"), field="stage", code="unknown")
    still = inspections_lacking(permit, on=day_of(at))
    if lacking := [name for name in stages[: stages.index(stage)] if name in still]:
        raise Mistaken(_("前面的阶段还没有查：%(stages)s。") % {"stages": listed(lacking)}, field="stage", code="early")


@asked("permit.accept")
def as_approved(permit: Permit, brought: Brought, at: datetime) -> None:
    require_visits(permit, "permit.accept", at)
    if lacking := inspections_lacking(permit, on=day_of(at)):
        raise Mistaken(_("还没有施工检查：%(stages)s。") % {"stages": listed(lacking)}, code="not_inspected")
    if mending(permit):
        raise Mistaken(_("要求整改以后还没有再查过：请先登记一次施工检查。"), code="not_mended")
    if permit.footprint and not brought.data.get("as_built", {}).get("footprint"):
        raise Mistaken(_("批准时画了房屋轮廓，请在地图上量出建成的轮廓。"), field="footprint", code="not_measured")
    differing = [row for row in compared(permit, brought.data.get("as_built", {}), at) if not row["within"]]
    if differing and not brought.note.strip():
        raise Mistaken(
            _("和批准的不一致：%(fields)s。请写明为什么仍然合格，或要求整改。")
            % {"fields": listed(row["label"] for row in differing)},
            field="note",
            code="differs",
        )


MEASURED = ("plot_m2", "footprint_m2", "floor_area_m2", "storeys", "eaves_m", "height_m")
WRITTEN = ("structure", "roof", "walls")


def compared(permit: Permit, built: dict[str, Any], at: datetime) -> list[dict[str, Any]]:
    """As built against as approved, field by field: both values, the difference, and whether it is within tolerance."""
    tolerances = listed_in("tolerance.percent", region=permit.region, on=day_of(at))
    allowed = float(tolerances[0]) if tolerances else 0.0
    outline = drawn_apart(permit, built, at)
    rows: list[dict[str, Any]] = [outline] if outline else []
    for name in (*MEASURED, *WRITTEN):
        approved, found = getattr(permit, name), built.get(name)
        row: dict[str, Any] = {"name": name, "label": Permit._meta.get_field(name).verbose_name}  # type: ignore[union-attr]
        row |= {"approved": approved, "built": found, "difference": None, "within": approved == found}
        if name in MEASURED and approved is not None and found is not None:
            row["difference"] = round(found - approved, 2)
            exact = name == "storeys"
            row["within"] = abs(found - approved) <= (0 if exact else approved * allowed / 100 + 1e-9)
        elif found in (None, "") or approved in (None, ""):
            row["within"] = True  # nothing to hold against each other; both are shown
        rows.append(row)
    return rows


NEVER_APART_M = 0.05
"""Closer than this two outlines are one: corners are written to a centimetre or so."""


def drawn_apart(permit: Permit, built: dict[str, Any], at: datetime) -> dict[str, Any] | None:
    """The outline as measured on the map against the approved one, None where it was not drawn. Raises Mistaken."""
    if not permit.footprint or not built.get("footprint"):
        return None
    approved = shapely.from_wkb(bytes(permit.footprint))
    found = house_of(str(built["footprint"]), field="footprint")
    told = [area_words(shape) for shape in (approved, found)]
    apart = farthest_m(approved, found)
    allowed = listed_in("tolerance.cm", region=permit.region, on=day_of(at))
    return {
        "name": "footprint",
        "label": Permit._meta.get_field("footprint").verbose_name,
        "approved": told[0],
        "built": told[1],
        "difference": _("最远处差 %(apart)s 米") % {"apart": f"{apart:.1f}"},
        "within": apart <= max(float(allowed[0]) / 100 if allowed else 0.0, NEVER_APART_M),
    }


@asked("permit.lapse")
def run_out(permit: Permit, brought: Brought, at: datetime) -> None:
    _text(brought, "document")
