"""Forms of the district's own, and what the register can put into them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from hemei.core.access import Scope
from hemei.core.lifecycle import LIFE
from hemei.core.models import SEVERITY_NAMES, Case, FormUse, Holding, OwnForm, Place, PlaceIdentifier, Region
from hemei.core.queries.cases import CaseFilter, cases
from hemei.core.queries.duty import prefixes_of
from hemei.core.queries.export import written
from hemei.core.queries.places import PlaceFilter, places
from hemei.core.queries.zero import Row, zero
from hemei.core.registry import Kind, registry
from hemei.engines.filling import Values
from hemei.terms.day import day_of, today
from hemei.terms.finding import Severity
from hemei.terms.region import Level

MOST_ROWS = 5_000
CASE_FIELDS = (
    *("序号", "编号", "问题", "问题编号", "程度", "状态", "名称", "地址", "村", "组", "户主"),
    *("发现日期", "整改期限", "办结日期", "负责单位"),
)
FIGURES = ("未销号", "已管控", "超期", "本月发现", "本月验收", "最早未销号")
BELOW_FIELDS = ("序号", "区划代码", "名称", *FIGURES)
MEMBER_FIELDS = ("序号", "姓名", "关系", "证件号后四位")
COMMON = ("今天", "区", "乡镇", "村", "区划代码")
OF_PLACE = (
    *("编号", "组", "名称", "地址", "户号", "户主", "联系电话（遮蔽）", "证件号后四位", "人口"),
    *("隐患状态", "经度", "纬度"),
)
OF_REGION = ("区域", "年", "月", "截止日期", *FIGURES, "待核实", "历史台账", "应看", "已看")


def own_forms(*, within: Scope, use: str = "") -> QuerySet[OwnForm]:
    """The forms in use of a scope, and those of the wider regions it lies in."""
    wider = {prefix for region in within.prefixes for prefix in prefixes_of(region)}
    rows = OwnForm.objects.filter(within.q(matter=None) | Q(region__in=wider), closed_on=None)
    return (rows.filter(use=use) if use else rows).defer("content")


def known_names(use: str) -> dict[str, list[str]]:
    """What a form may ask for: the single values under "", the fields of each list under its name."""
    kinds = registry.kinds.values()
    own = [str(column.label) for kind in kinds for column in kind.columns]
    numbers = [str(label) for kind in kinds for label in kind.identifier_systems.values()]
    if use == FormUse.PLACE:
        single = [*COMMON, *OF_PLACE, *numbers, *own]
        return {"": single, "隐患": list(CASE_FIELDS), "成员": list(MEMBER_FIELDS)}
    of_houses = ["序号", "村", *OF_PLACE, *numbers, *own]
    return {"": [*COMMON, *OF_REGION], "下级": list(BELOW_FIELDS), "隐患": list(CASE_FIELDS), "房屋": of_houses}


def place_values(place: Place, *, within: Scope, persons_in: Scope) -> Values:
    """One place, its household today, and its cases; telephone and ID numbers masked."""
    [described] = _described([place], persons_in)
    holding = (
        Holding.objects.filter(persons_in.q("household__region", matter=None), place=place, ends=None)
        .select_related("household__head")
        .order_by("id")
        .first()
    )
    members: list[dict[str, Any]] = []
    living = holding.household.members.select_related("person").order_by("id") if holding else ()
    for number, one in enumerate(living, 1):
        told = (number, one.person.name, one.relation, one.person.id_last4)
        members.append(dict(zip(MEMBER_FIELDS, told, strict=True)))
    chosen = cases(within=within, where=CaseFilter(place=place.pk)).order_by("found_at", "id")
    return Values({**_where(place.region), **described}, {"隐患": _case_rows(chosen, persons_in), "成员": members})


def region_values(region: str, *, on: date, within: Scope, persons_in: Scope) -> Values:
    """A region as it stood at the end of a day: its board, the regions below it, its open cases, its houses."""
    board = zero(within=within, region=region, on=on)
    single: dict[str, Any] = {**_where(region), **_board(board.total), "区域": board.total.name}
    single |= {"年": on.year, "月": on.month, "截止日期": on, "区划代码": region}
    below = [
        dict(zip(BELOW_FIELDS, (number, row.region, row.name, *_figures(row)), strict=True))
        for number, row in enumerate(board.rows, 1)
    ]
    open_then = cases(within=within, where=CaseFilter(region=region)).filter(
        Q(ended_at=None) | Q(ended_at__date__gt=on), found_at__date__lte=on
    )
    houses = list(places(within=within, where=PlaceFilter(region=region)).order_by("region", "id")[:MOST_ROWS])
    rows = [{"序号": number, **one} for number, one in enumerate(_described(houses, persons_in), 1)]
    ordered = open_then.order_by("region", "id")
    return Values(single, {"下级": below, "隐患": _case_rows(ordered, persons_in), "房屋": rows})


def _figures(row: Row) -> list[Any]:
    return [row.open, row.contained, row.overdue, row.found_this_month, row.accepted_this_month, row.oldest_open]


def _board(row: Row) -> dict[str, Any]:
    told = dict(zip(FIGURES, _figures(row), strict=True))
    return told | {"待核实": row.unverified, "历史台账": row.historical_ended, "应看": row.due, "已看": row.looked}


def _where(region: str) -> dict[str, Any]:
    named = dict(Region.objects.filter(code__in=prefixes_of(region)).values_list("code", "name"))
    levels = {"区": Level.DISTRICT, "乡镇": Level.TOWNSHIP, "村": Level.VILLAGE}
    told = {name: named.get(region[:level], "") if len(region) >= level else "" for name, level in levels.items()}
    return {**told, "区划代码": region, "今天": today()}


def _described(chosen: list[Place], persons_in: Scope) -> list[dict[str, Any]]:
    """Each place as a form may ask for it."""
    keys = [place.pk for place in chosen]
    numbers: dict[int, dict[str, str]] = {}
    for place, system, value in PlaceIdentifier.objects.filter(place__in=keys).values_list("place", "system", "value"):
        numbers.setdefault(place, {})[system] = value
    homes: dict[int, Any] = {}
    held = Holding.objects.filter(persons_in.q("household__region", matter=None), place__in=keys, ends=None)
    for holding in held.select_related("household__head").order_by("-id"):
        homes[holding.place_id] = holding.household
    named = _villages(place.region for place in chosen)
    own = {kind: _own(registry.kinds[kind], keys) for kind in {place.kind for place in chosen}}
    return [
        _one(
            place,
            named.get(place.region[: Level.VILLAGE], ""),
            numbers.get(place.pk, {}),
            homes.get(place.pk),
            own[place.kind],
        )
        for place in chosen
    ]


def _villages(regions: Iterable[str]) -> dict[str, str]:
    """The names of the villages in which regions lie: a grid is no village."""
    codes = {region[: Level.VILLAGE] for region in regions}
    return dict(Region.objects.filter(code__in=codes).values_list("code", "name"))


def _own(kind: Kind, keys: list[int]) -> Mapping[int, Any]:
    return {row.place_id: row for row in kind.model._base_manager.filter(place__in=keys)}  # type: ignore[attr-defined]


def _one(place: Place, village: str, numbers: Mapping[str, str], home: Any, own: Mapping[int, Any]) -> dict[str, Any]:
    kind, head = registry.kinds[place.kind], home.head if home else None
    state = str(LIFE.by_key[place.state].name) if place.state in LIFE.by_key else _("无")
    told: dict[str, Any] = {"编号": str(place.pk), "村": village, "组": place.group, "名称": place.label}
    told |= {"地址": place.address, "隐患状态": state, "经度": place.lon, "纬度": place.lat}
    told |= {"户号": home.number if home else "", "人口": home.size if home else None}
    told |= {"户主": head.name if head else "", "联系电话（遮蔽）": head.phone_masked if head else ""}
    told |= {"证件号后四位": head.id_last4 if head else ""}
    told |= {str(label): numbers.get(system, "") for system, label in kind.identifier_systems.items()}
    row = own.get(place.pk)
    return told | {str(c.label): written(c, getattr(row, c.name, None)) for c in kind.columns}


def _case_rows(chosen: QuerySet[Case], persons_in: Scope) -> list[dict[str, Any]]:
    found = list(chosen[:MOST_ROWS])
    held = Holding.objects.filter(
        persons_in.q("household__region", matter=None), place__in={case.place_id for case in found}, ends=None
    )
    heads = dict(held.order_by("-id").values_list("place", "household__head__name"))
    named = _villages(case.region for case in found)
    return [_case(number, case, named, heads) for number, case in enumerate(found, 1)]


def _case(number: int, case: Case, named: Mapping[str, str], heads: Mapping[int, str]) -> dict[str, Any]:
    place = case.place
    state = str(LIFE.by_key[case.state].name) if case.state in LIFE.by_key else ""
    told = (number, str(case.pk), case.title, case.code, str(SEVERITY_NAMES[Severity(case.severity)]), state)
    where = (place.label if place else "", place.address if place else "", named.get(case.region[: Level.VILLAGE], ""))
    whose = (place.group if place else "", heads.get(case.place_id or 0, "") or "")
    found, ended = (day_of(at) if at else None for at in (case.found_at, case.ended_at))
    days = (found, case.due_on, ended)
    return dict(zip(CASE_FIELDS, (*told, *where, *whose, *days, str(case.unit or "")), strict=True))
