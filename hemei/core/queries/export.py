"""Lists as files: the rows that a filter shows, read by key, under the headings by which they can be imported again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import shapely
from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from hemei.core.access import Scope
from hemei.core.lifecycle import LIFE
from hemei.core.models import SEVERITY_NAMES, AuditEntry, Case, Holding, Place, PlaceIdentifier, Unit
from hemei.core.queries.regions import names
from hemei.core.registry import Column, Kind, registry
from hemei.core.wording import in_words
from hemei.terms.day import day_of
from hemei.terms.finding import Severity

AT_ONCE = 2_000
Row = TypeVar("Row", bound=Model)
Feature = tuple[bytes | None, list[Any]]


@dataclass(frozen=True)
class Listing:
    """A list on its way into a file: its columns with their types, and its rows with their geometry (WKB)."""

    title: str
    columns: Mapping[str, type]
    features: Iterator[Feature]
    located: bool = False  # has geometry to write


def by_key(rows: QuerySet[Row]) -> Iterator[list[Row]]:
    """All rows in the order of their key, some at a time: no query grows with how far one has come."""
    last: Any = None
    while True:
        some = list((rows if last is None else rows.filter(pk__gt=last)).order_by("pk")[:AT_ONCE])
        if some:
            yield some
        if len(some) < AT_ONCE:
            return
        last = some[-1].pk


def places_listing(chosen: QuerySet[Place], *, within: Scope, kind: Kind) -> Listing:
    """Places of one kind with their own columns, numbers and holders; telephone numbers masked."""
    columns: dict[str, type] = {_("村代码"): str, _("区域"): str, _("组"): str, _("名称"): str, _("地址"): str}
    columns |= {str(label): str for label in kind.identifier_systems.values()}
    columns |= {str(column.label): _type_of(kind, column) for column in kind.columns}
    columns |= {_("户主"): str, _("联系电话（遮蔽）"): str, _("隐患状态"): str, _("位置来源"): str}
    columns |= {_("经度"): float, _("纬度"): float}
    return Listing(str(kind.title), columns, _place_features(chosen, within, kind), located=True)


def _place_features(chosen: QuerySet[Place], within: Scope, kind: Kind) -> Iterator[Feature]:
    region_names = names(within=within)
    own_rows = kind.model._base_manager
    for places in by_key(chosen):
        keys = [place.pk for place in places]
        own = {row.place_id: row for row in own_rows.filter(place__in=keys)}  # type: ignore[attr-defined]
        numbers, holders = _numbers(keys), _holders(keys, within)
        for place in places:
            told = numbers.get(place.pk, {})
            heads, phones = holders.get(place.pk, ("", ""))
            yield (
                point_of(place),
                [
                    *(place.region, in_words(region_names, place.region), place.group, place.label, place.address),
                    *(told.get(system, "") for system in kind.identifier_systems),
                    *(written(column, getattr(own.get(place.pk), column.name, None)) for column in kind.columns),
                    *(heads, phones, _state(place.state), place.get_position_source_display()),
                    *(place.lon, place.lat),
                ],
            )


def _numbers(places: Sequence[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    rows = PlaceIdentifier.objects.filter(place__in=places).order_by("id")
    for place, system, value in rows.values_list("place", "system", "value"):
        found.setdefault(place, {})[system] = value
    return found


def _holders(places: Sequence[int], within: Scope) -> dict[int, tuple[str, str]]:
    """Who holds each place today: the heads' names, and their telephone numbers masked."""
    held: dict[int, list[tuple[str, str]]] = {}
    rows = Holding.objects.filter(within.q("household__region", matter=None), place__in=places, ends=None).order_by(
        "id"
    )
    fields = ("place", "household__head__name", "household__head__phone_masked")
    for place, name, phone in rows.values_list(*fields):
        held.setdefault(place, []).append((name or "", phone or ""))
    return {
        place: ("、".join(name for name, _phone in some if name), "、".join(phone for _name, phone in some if phone))
        for place, some in held.items()
    }


def point_of(place: Place) -> bytes | None:
    """The footprint, else the point; None where it is not yet on the map."""
    if place.geometry:
        return bytes(place.geometry)
    if place.lon is None or place.lat is None:
        return None
    return bytes(shapely.to_wkb(shapely.Point(place.lon, place.lat)))


def _type_of(kind: Kind, column: Column) -> type:
    if column.choices:
        return str
    stored = kind.model._meta.get_field(column.name).get_internal_type()
    return {"FloatField": float, "DateField": date}.get(stored, int if "Integer" in stored else str)


def written(column: Column, value: Any) -> Any:
    """A value of a kind's own column: choices in words, numbers as numbers, what is not known empty."""
    if value is None or value == "":
        return None
    key = str(value).lower() if isinstance(value, bool) else value
    return str(column.choices.get(key, value)) if column.choices else value


def _state(key: str) -> str:
    return str(LIFE.by_key[key].name) if key in LIFE.by_key else ""


def cases_listing(chosen: QuerySet[Case], *, within: Scope) -> Listing:
    """Cases, each with its place's point."""
    texts = [_("编号"), _("事项"), _("问题编号"), _("问题"), _("程度"), _("状态"), _("村代码"), _("区域"), _("组")]
    texts += [_("名称"), _("地址"), _("负责单位"), _("负责人")]
    columns: dict[str, type] = dict.fromkeys(texts, str)
    columns |= {_("发现日期"): date, _("整改期限"): date, _("办结日期"): date, _("历史台账"): str, _("台账编号"): str}
    return Listing(_("隐患"), columns, _case_features(chosen, within), located=True)


def _case_features(chosen: QuerySet[Case], within: Scope) -> Iterator[Feature]:
    region_names = names(within=within)
    titles: dict[str, str | Promise] = {key: programme.title for key, programme in registry.programmes.items()}
    for cases in by_key(chosen.select_related("place", "unit", "assignee")):
        for case in cases:
            place = case.place
            yield (
                point_of(place) if place else None,
                [
                    *(str(case.pk), str(titles.get(case.matter, case.matter)), case.code, case.title),
                    *(str(SEVERITY_NAMES[Severity(case.severity)]), _state(case.state)),
                    *(case.region, in_words(region_names, case.region)),
                    *((place.group, place.label, place.address) if place else ("", "", "")),
                    *(str(case.unit or ""), str(case.assignee or "")),
                    *(day_of(case.found_at) if case.found_at else None, case.due_on),
                    *(day_of(case.ended_at) if case.ended_at else None, _("是") if case.historical else ""),
                    case.source_id,
                ],
            )


def audit_listing(chosen: QuerySet[AuditEntry], *, within: Scope, named: Callable[[str], str]) -> Listing:
    """Audit entries with their place in the chain; `named` says a verb in words."""
    texts = [_("编号"), _("时间"), _("谁"), _("账号"), _("做了什么"), _("动作"), _("对象"), _("区域代码"), _("区域")]
    texts += [_("详情"), _("摘要"), _("链上位置"), _("链上散列")]
    return Listing(_("审计"), dict.fromkeys(texts, str), _audit_features(chosen, within, named))


def _audit_features(chosen: QuerySet[AuditEntry], within: Scope, named: Callable[[str], str]) -> Iterator[Feature]:
    region_names = names(within=within)
    for entries in by_key(chosen):
        for entry in entries:
            seal = getattr(entry, "seal", None)
            yield (
                None,
                [
                    *(str(entry.pk), localtime(entry.at).isoformat(timespec="seconds"), entry.actor),
                    *(entry.account.name if entry.account else "", named(entry.verb), entry.verb, entry.subject),
                    *(entry.region, in_words(region_names, entry.region)),
                    *(json.dumps(entry.detail, ensure_ascii=False) if entry.detail else "", entry.digest),
                    *((str(seal.position), seal.hash) if seal else ("", "")),
                ],
            )


def units_listing(chosen: QuerySet[Unit], *, within: Scope) -> Listing:
    texts = [_("单位名称"), _("印章名称"), _("类别"), _("服务区域"), _("区域"), _("办公电话")]
    columns: dict[str, type] = {**dict.fromkeys(texts, str), _("撤销日期"): date}
    return Listing(_("单位"), columns, _unit_features(chosen, within))


def _unit_features(chosen: QuerySet[Unit], within: Scope) -> Iterator[Feature]:
    region_names = names(within=within)
    for units in by_key(chosen):
        for unit in units:
            told = [unit.name, unit.seal_name, unit.get_kind_display(), unit.region]
            yield None, [*told, in_words(region_names, unit.region), unit.phone, unit.closed_on]
