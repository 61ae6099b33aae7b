"""房屋等对象: any kind the registry knows, matched by the identifiers of other systems."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from hemei.core.access import MATTER_OF_KIND
from hemei.core.actions.regionchange.moving import put_right
from hemei.core.actions.register.bench import Bench
from hemei.core.actions.register.households import VILLAGE
from hemei.core.actions.register.judging import Desk, Judged, compared, judge_each
from hemei.core.actions.register.layout import Sheet
from hemei.core.actions.register.naming import alike
from hemei.core.actions.register.position import Spot, at_home, coordinate_fields, spot_of
from hemei.core.actions.register.sheet import Field, Line, choice, held_to, plain
from hemei.core.errors import Mistaken
from hemei.core.models import Place, PlaceIdentifier, PositionSource, RowOutcome, StagedRow
from hemei.core.registry import Column, Kind, registry
from hemei.engines.tables import BadCell, as_code, as_date, as_decimal, as_int, as_text, as_year, as_yes_no
from hemei.terms.day import today
from hemei.terms.region import Level, contains

BASE = ("region", "group", "label", "address")
SPOT = ("lon", "lat", "geometry")
LONGEST_LABEL, LONGEST_IDENTIFIER = 120, 80
BY_HAND = (PositionSource.MAP, PositionSource.DEVICE)


def kind_of(sheet: Sheet) -> Kind:
    if sheet.kind not in registry.kinds:
        known = "、".join(f"{key}（{kind.title}）" for key, kind in registry.kinds.items())
        raise Mistaken(
            _("%(file)s：请用 kind 写明是哪类对象，可以写：%(known)s。") % {"file": sheet.file, "known": known},
            field="files",
            code="unknown_kind",
        )
    return registry.kinds[sheet.kind]


def fields(sheet: Sheet) -> list[Field]:
    kind = kind_of(sheet)
    own = [
        Field("region", VILLAGE, as_code, needed=True),
        Field("group", (lazy("组"), "村民小组", "小组", "组别")),
        Field("label", (lazy("名称"), f"{kind.title}名称", "房屋名称", "门牌名称")),
        Field("address", (lazy("地址"), "详细地址", "门牌地址", "坐落", "房屋坐落", "房屋地址", "住址", "家庭住址")),
        *coordinate_fields(sheet),
        *identifier_fields(kind),
        *(_own_field(kind, column) for column in kind.columns),
    ]
    return held_to(own, Place, kind.model, **dict.fromkeys(kind.identifier_systems, LONGEST_IDENTIFIER))


def identifier_fields(kind: Kind, also: tuple[str, ...] = ("宅号", "宅基地编号", "编号")) -> list[Field]:
    """One column for each system that numbers this kind of place; a plain 房屋编号 is the last of them, our own."""
    plain_number = (f"{kind.title}编号", "房屋编号", *also)
    last = list(kind.identifier_systems)[-1:]
    return [
        Field(system, (label, *(plain_number if [system] == last else ())), as_code)
        for system, label in kind.identifier_systems.items()
    ]


def _own_field(kind: Kind, column: Column) -> Field:
    stored = kind.model._meta.get_field(column.name)
    headings: tuple[str | Promise, ...] = (
        column.label,
        str(getattr(stored, "verbose_name", "")),
        *column.also,
        column.name,
    )
    read: Callable[[object], Any]
    match stored:
        case models.BooleanField():
            read, headings = as_yes_no, (*headings, f"是否{column.label}")
        case models.IntegerField():
            read = _whole(column)
        case models.FloatField() | models.DecimalField():
            read = as_decimal
        case models.DateField():
            read = as_date
        case _ if column.choices:
            read = choice(column.choices)
        case _:
            read = as_text
    return Field(column.name, headings, read, choices=column.choices)


def _whole(column: Column) -> Callable[[object], int | None]:
    def read(cell: object) -> int | None:
        number = as_year(cell) if column.is_year else as_int(cell)
        if number is not None and column.is_year and not 1000 <= number <= today().year:
            raise BadCell(
                _("%(number)d 不是年份，或者还没有到。") % {"number": number}, _("请写四位数的年份，不晚于今年。")
            )
        if number is not None and not 0 <= number <= 32_767:
            raise BadCell(_("%(number)d 不对。") % {"number": number}, _("请核对“%(name)s”。") % {"name": column.label})
        return number

    return read


def judge(lines: Sequence[Line], desk: Desk) -> list[Judged]:
    kind = kind_of(desk.sheet)
    there = There(kind, lines, desk)

    def one(line: Line) -> Judged:
        said = line.values
        identifiers = {system: said[system] for system in kind.identifier_systems if system in said}
        values = {name: said.get(name) for name in BASE} | {"kind": kind.key}
        values["region"] = region = desk.village(said["region"], MATTER_OF_KIND[kind.key])
        values["group"] = desk.group(region, said.get("group"))
        values["label"] = (said.get("label") or said.get("address") or "")[:LONGEST_LABEL] or None
        values |= {column.name: said.get(column.name) for column in kind.columns if column.name in said}
        values |= _spot_values(at_home(spot_of(line), desk))
        for system, number in identifiers.items():
            desk.once(f"places|{system}:{number}", line)
        key = next((f"{system}:{number}" for system, number in identifiers.items()), line.where)
        judged = there.against(key, values, identifiers, line)
        desk.know("regions of places", key, region)
        reference = judged.target if judged.outcome in (RowOutcome.CHANGED, RowOutcome.UNCHANGED) else key
        for named in (line.where, *(f"{system}:{number}" for system, number in identifiers.items())):
            desk.know("places", named, reference if reference is not None else key)
        return judged

    return judge_each(lines, one)


def _spot_values(spot: Spot | None) -> dict[str, Any]:
    return {"lon": spot.lon, "lat": spot.lat, "geometry": spot.footprint} if spot else {}


class There:
    """The places already registered that rows of one chunk may speak of."""

    def __init__(self, kind: Kind, lines: Sequence[Line], desk: Desk) -> None:
        self.kind, self.desk = kind, desk
        self.owners: dict[tuple[str, str], int] = {}
        for system in kind.identifier_systems:
            numbers = {line.values[system] for line in lines if system in line.values}
            found = PlaceIdentifier.objects.filter(system=system, value__in=numbers)
            self.owners |= {(system, value): place for value, place in found.values_list("value", "place")}
        groups = {line.values["region"] for line in lines if "region" in line.values}
        villages = {code[: Level.VILLAGE] for code in map(self._code, groups) if code}
        codes = [code for code in desk.regions if code[: Level.VILLAGE] in villages]  # a ledger names no grid
        labels = {
            str(line.values[name])[:LONGEST_LABEL]
            for line in lines
            for name in ("label", "address")
            if name in line.values
        }
        named = models.Q(region__in=codes, label__in=labels) | models.Q(pk__in=set(self.owners.values()))
        rows = Place.objects.filter(named, kind=kind.key, removed_on=None).select_related(_table(kind))
        self.places = {place.pk: place for place in rows}
        self.alike: dict[tuple[str, str, str], list[Place]] = {}
        for place in self.places.values():
            looks = (place.region[: Level.VILLAGE], alike(place.group), alike(place.label))
            self.alike.setdefault(looks, []).append(place)
        self.numbers: dict[int, set[tuple[str, str]]] = {}
        owned = PlaceIdentifier.objects.filter(place__in=self.places).values_list("place", "system", "value")
        for place_id, system, value in owned:
            self.numbers.setdefault(place_id, set()).add((system, value))

    def _code(self, said: str) -> str:
        try:
            return self.desk.region(said)
        except BadCell:
            return ""

    def against(self, key: str, values: dict[str, Any], identifiers: dict[str, str], line: Line) -> Judged:
        owners = {self.owners[item] for item in identifiers.items() if item in self.owners}
        if len(owners) > 1:
            raise BadCell(_("这一行的编号分别属于两处不同的登记。"), _("请核对各系统的编号。"))
        told = values | {"identifiers": identifiers}
        if owners:
            place = self.places.get(owners.pop())
            if place is None or not self.desk.reaches(place.region):
                raise BadCell(_("这个编号已用于别处的登记。"), _("请核对编号；如确属本村，请上级导入。"))
            return self._compared(key, told, place)
        if not (said := told["label"] or next(iter(identifiers.values()), "")):
            raise BadCell(_("没有名称、地址，也没有编号。"), _("请至少填写一样，否则以后认不出是哪一处。"))
        told["label"] = said
        candidates = self._candidates(told, identifiers)
        for place in candidates:
            if (judged := self._compared(key, told, place)).outcome == RowOutcome.UNCHANGED:
                self.desk.seen[f"place|{place.pk}"] = line.where
                return judged
        if candidates:
            judged = self._compared(key, told, candidates[0])
            said_of = {"region": judged.values["region"], "by_hand": "by_hand" in judged.values}
            judged.outcome, judged.values = RowOutcome.MATCH, told | said_of
            judged.reason = _("与已登记的“%(label)s”同村、同组、同名。") % {"label": candidates[0].label}
            judged.remedy = _("请确认是不是同一处。")
            return judged
        return Judged(RowOutcome.NEW, key, told)

    def _candidates(self, values: dict[str, Any], identifiers: dict[str, str]) -> list[Place]:
        """Places that look the same and are not told apart by a number of the same system."""
        named = (values["region"][: Level.VILLAGE], alike(values.get("group") or ""), alike(values["label"]))
        return [
            place
            for place in self.alike.get(named, [])
            if f"place|{place.pk}" not in self.desk.seen
            and not identifiers.keys() & {system for system, _number in self.numbers.get(place.pk, ())}
        ]

    def _compared(self, key: str, told: dict[str, Any], place: Place) -> Judged:
        own, numbers = getattr(place, _table(self.kind), None), self.numbers.get(place.pk, set())
        if contains(told["region"], place.region):  # the register knows the grid, the ledger only the village
            told = told | {"region": place.region}
        now = {name: getattr(place, name) for name in (*BASE, "kind", "lon", "lat")}
        now |= {column.name: plain(getattr(own, column.name, None)) for column in self.kind.columns}
        now["geometry"] = bytes(place.geometry).hex() if place.geometry else None
        now["identifiers"] = {
            system: value for system, value in told["identifiers"].items() if (system, value) in numbers
        }
        if place.position_source in BY_HAND:  # what a person put on the map stays where it was put
            said = {name: value for name, value in told.items() if name not in SPOT}
            judged = compared(key, said, place.pk, now)
            judged.values |= {"by_hand": True} if judged.values else {}
            return judged
        return compared(key, told, place.pk, now)


def _table(kind: Kind) -> str:
    """The name under which a place gives its row in the kind's own table."""
    own: Any = kind.model._meta.get_field("place")
    return str(own.remote_field.get_accessor_name())


def lay(rows: Iterable[StagedRow], bench: Bench) -> None:
    columns = ["id", "kind", "region", "group", "label", "address", "lon", "lat", "tile", "geometry", "position_source"]
    added = bench.insert(Place, [*columns, "state", "created_at"])
    changed = bench.update(Place, ["id", "region", "group", "label", "address", "lon", "lat", "tile", "geometry"])
    placed = bench.update(Place, ["id", "position_source"])
    numbers = bench.insert(PlaceIdentifier, ["place_id", "system", "value"])
    elsewhere: list[tuple[int, str, str]] = []
    for row in rows:
        said, kind = row.values, registry.kinds[row.values["kind"]]
        lon, lat, footprint = said.get("lon"), said.get("lat"), said.get("geometry")
        spot = (lon, lat, Spot.key(lon, lat), bytes.fromhex(footprint) if footprint else None)
        source = PositionSource.REGISTER if lon is not None else ""
        base = [said["region"], said.get("group"), said["label"], said.get("address")]
        if row.outcome == RowOutcome.NEW:
            pk = bench.key(Place)
            bench.remember("places", row.key, pk)
            bench.remember("places", f"{row.file}:{row.line}", pk)
            told = ["" if value is None else value for value in base]
            added.add(pk, kind.key, *told, *spot, source, "none", bench.now)
            _lay_own(bench, kind, pk, said)
        else:
            assert row.target is not None
            pk = row.target
            if said.get("by_hand"):
                spot, lon = (None, None, None, None), None
            changed.add(pk, *base, *spot)
            if row.before.get("region"):
                elsewhere.append((pk, row.before["region"], said["region"]))
            if lon is not None:
                placed.add(pk, source)
            _lay_own_change(bench, kind, pk, said)
        had = said["identifiers"] if row.outcome == RowOutcome.CHANGED else {}
        had = row.before.get("identifiers", had)
        for system, number in said["identifiers"].items():
            if row.outcome == RowOutcome.NEW or had.get(system) != number:
                numbers.add(pk, system, number)
        bench.recount.add((kind.key, said["region"][: Level.DISTRICT]))
    if elsewhere:
        bench.then.append(partial(put_right, elsewhere, bench.now))


def _lay_own(bench: Bench, kind: Kind, pk: int, said: dict[str, Any]) -> None:
    own = [f for f in kind.model._meta.concrete_fields if f.name != "place" and not f.primary_key]
    laid = bench.insert(kind.model, ["place_id", *(f.attname for f in own)])
    laid.add(pk, *(_stored(f, said.get(f.name)) for f in own))


def _stored(field: models.Field[Any, Any], value: Any) -> Any:
    """The value, or what the model says where a register says nothing."""
    if value is None:
        return field.get_default()
    return field.to_python(value) if isinstance(value, str) else value


def _lay_own_change(bench: Bench, kind: Kind, pk: int, said: dict[str, Any]) -> None:
    names = [column.name for column in kind.columns]
    laid = bench.update(kind.model, ["place_id", *names])
    values = (said.get(name) for name in names)
    own = [kind.model._meta.get_field(name) for name in names]
    laid.add(pk, *(None if v is None else _stored(f, v) for f, v in zip(own, values, strict=True)))  # type: ignore[arg-type]
