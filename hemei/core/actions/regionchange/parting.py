"""Who goes where: every place and household under an old code gets its new one, or the table is refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from django.utils.translation import gettext as _

from hemei.core.actions.regionchange.told import (
    EXACT,
    GRID,
    GROUP,
    HOUSEHOLD,
    PLACE,
    REST,
    Parting,
    Told,
)
from hemei.core.actions.register.naming import ordinal
from hemei.core.models import Holding, Household, Place, PlaceIdentifier, Region
from hemei.core.wording import listed
from hemei.engines.tables import BadCell
from hemei.terms.region import Level, successor

SHOWN = 5
GRIDS = 1_000  # three digits


@dataclass(frozen=True)
class Standing:
    """One place or household under the old code."""

    pk: int
    region: str
    group: str
    called: str


def part(told: Sequence[Told], taken: set[str], apart: set[str]) -> Parting:
    """What becomes of all that stands under one old code. Raises BadCell where something would be left behind, or is
    claimed twice.

    `taken` are the codes of grids that stand, to which those given out are added; `apart` the codes with rows of
    their own.
    """
    parting = Parting(told[0].old, list(told))
    under = _Under(parting.old, apart)
    if parting.whole:
        _carry_all(parting, under, taken)
    else:
        _divide(parting, under, taken)
    return parting


class _Under:
    """What stands under an old code: at it, and of a village in its grids too, save those with rows of their own."""

    def __init__(self, old: str, apart: set[str]) -> None:
        inside = {"region": old} if len(old) != Level.VILLAGE else {"region__gte": old, "region__lt": successor(old)}
        others = sorted(code for code in apart if code != old)
        places = Place.objects.filter(**inside).exclude(region__in=others).order_by("pk")
        self.points = {pk: (lon, lat) for pk, lon, lat in places.values_list("pk", "lon", "lat")}
        self.places = [Standing(*row) for row in places.values_list("pk", "region", "group", "label")]
        rows = Household.objects.filter(**inside).exclude(region__in=others).order_by("pk")
        self.households = [Standing(*row) for row in rows.values_list("pk", "region", "group", "number")]
        codes = {one.region for one in (*self.places, *self.households)}
        if len(old) == Level.VILLAGE:
            grids = Region.objects.filter(code__gt=old, code__lt=successor(old), closed_on=None)
            codes |= set(grids.values_list("code", flat=True)) - apart
        self.grids = sorted(codes - {old})
        village = Region.objects.filter(code=old).values_list("groups", flat=True).first()
        self.groups = [*(village or ()), *(one.group for one in (*self.places, *self.households))]


def _free(new: str, grid: str, taken: set[str]) -> str:
    """A grid's code in another village: with the same number if nobody has it, else with the next free one."""
    first = int(grid[Level.VILLAGE :])
    for turn in range(GRIDS):
        code = f"{new}{(first + turn) % GRIDS:03d}"
        if code not in taken and not code.endswith("000"):
            taken.add(code)
            return code
    raise BadCell(_("%(new)s 的网格编号用完了。") % {"new": new}, _("请先合并一些网格。"))


def _carry_all(parting: Parting, under: _Under, taken: set[str]) -> None:
    """All of it to one code."""
    told = parting.told[0]
    parting.codes = {parting.old: told.new}
    for grid in under.grids:
        parting.codes[grid] = _free(told.new, grid, taken)
    for rows, moved in ((under.places, parting.places), (under.households, parting.households)):
        for one in rows:
            moved[one.pk] = (one.region, parting.codes[one.region] or told.new, told)


def _divide(parting: Parting, under: _Under, taken: set[str]) -> None:
    chooser = _Chooser(parting, under)
    homes = chooser.homes()
    houses = chooser.houses(homes)
    families = chooser.families(homes, houses)
    _sort_grids(parting, under, (houses, families), taken)
    for rows, chosen, moved in (
        (under.places, houses, parting.places),
        (under.households, families, parting.households),
    ):
        for one in rows:
            told = chosen[one.pk]
            if told.new == parting.old:
                continue
            grid = parting.codes.get(one.region)
            whole = one.region in parting.codes and grid is not None and grid.startswith(told.new)
            moved[one.pk] = (one.region, grid if whole and grid else told.new, told)


def _sort_grids(
    parting: Parting, under: _Under, chosen: tuple[dict[int, Told], dict[int, Told]], taken: set[str]
) -> None:
    """A grid goes along where all of it goes to one part; else it stays with what stays, or is no more."""
    parts: dict[str, set[str]] = defaultdict(set)
    for rows, told in zip((under.places, under.households), chosen, strict=True):
        for one in rows:
            parts[one.region].add(told[one.pk].new)
    named = {f"{parting.old}{_grid(part)}": told.new for told in parting.told if told.by == GRID for part in told.parts}
    parting.codes = {parting.old: parting.main}
    for grid in under.grids:
        goes = {named[grid]} if grid in named else parts[grid] or {parting.main}
        if parting.old in goes:
            parting.codes[grid] = grid
        else:
            parting.codes[grid] = _free(goes.pop(), grid, taken) if len(goes) == 1 else None


def _grid(said: str) -> str:
    return said[-3:].zfill(3)


class _Chooser:
    """Which part takes what, the more exact word before the less exact."""

    def __init__(self, parting: Parting, under: _Under) -> None:
        self.parting, self.under = parting, under
        held = Holding.objects.filter(household__in=[one.pk for one in under.households], ends=None)
        self.held: dict[int, list[int]] = defaultdict(list)  # household → its places, those it owns first
        for household, place in held.order_by("role", "id").values_list("household", "place"):
            self.held[household].append(place)

    def _by(self, *ways: str) -> list[Told]:
        return [told for told in self.parting.told if told.by in ways]

    def homes(self) -> dict[int, Told]:
        """The households that are named."""
        numbers = {one.called: one.pk for one in self.under.households}
        chosen: dict[int, Told] = {}
        for told in self._by(HOUSEHOLD):
            for number in told.parts:
                if number not in numbers:
                    raise self._unknown(_("户号"), number)
                self._take(chosen, numbers[number], told, number)
        return chosen

    def houses(self, homes: dict[int, Told]) -> dict[int, Told]:
        """Every place. Raises BadCell where one is left over."""
        named = self._named()
        under = {one.pk for one in self.under.places}
        for household, told in homes.items():
            for place in self.held[household]:
                if place in under:
                    named.setdefault(place, told)
        ways = [named, self._among(self.under.places, self._by(*EXACT[1])), {}]
        return self._all(self.under.places, ways, _("房屋"))

    def families(self, homes: dict[int, Told], houses: dict[int, Told]) -> dict[int, Told]:
        """Every household: as it is named, else with the house that it owns, else as its group or grid goes."""
        along = {
            household: houses[places[0]]
            for household, held in self.held.items()
            if (places := [place for place in held if place in houses])
        }
        by_group = self._among(self.under.households, self._by(GROUP, GRID))
        return self._all(self.under.households, [homes, along, by_group], _("农户"))

    def _named(self) -> dict[int, Told]:
        """The places that are named by a number of theirs."""
        told_of = {number: told for told in self._by(PLACE) for number in told.parts}
        rows = PlaceIdentifier.objects.filter(value__in=told_of, place__in=[one.pk for one in self.under.places])
        known = dict(rows.values_list("value", "place"))
        chosen: dict[int, Told] = {}
        for told in self._by(PLACE):
            for number in told.parts:
                if number not in known:
                    raise self._unknown(_("房屋编号"), number)
                self._take(chosen, known[number], told, number)
        return chosen

    def _among(self, rows: Sequence[Standing], told: Iterable[Told]) -> dict[int, Told]:
        chosen: dict[int, Told] = {}
        for one in told:
            for row in self._inside(rows, one):
                self._take(chosen, row.pk, one, row.called)
        return chosen

    def _inside(self, rows: Sequence[Standing], told: Told) -> list[Standing]:
        match told.by:
            case "group":
                self._check(told, set(map(_plain, self.under.groups)), _plain, _("组"))
                wanted = set(map(_plain, told.parts))
                return [row for row in rows if _plain(row.group) in wanted]
            case "grid":
                self._check(told, {grid[-3:] for grid in self.under.grids}, _grid, _("网格"))
                grids = {f"{told.old}{_grid(part)}" for part in told.parts}
                return [row for row in rows if row.region in grids]
            case "area" if told.area:
                placed = [row for row in rows if None not in self.under.points[row.pk]]
                points = shapely.points([self.under.points[row.pk] for row in placed])
                covered = shapely.intersects(shapely.from_wkb(told.area), points) if placed else []
                return [row for row, inside in zip(placed, covered, strict=True) if inside]
        return []

    def _check(self, told: Told, known: set[str], plain: Any, what: str) -> None:
        for said in told.parts:
            if plain(said) not in known:
                raise self._unknown(what, said)

    def _take(self, chosen: dict[int, Told], pk: int, told: Told, called: str) -> None:
        earlier = chosen.setdefault(pk, told)
        if earlier.new != told.new:
            raise BadCell(
                _("“%(called)s”同时划给 %(one)s 和 %(two)s。")
                % {"called": called, "one": earlier.new, "two": told.new},
                _("请核对 %(one)s 和 %(two)s 两行，只留一处。") % {"one": earlier.where, "two": told.where},
            )

    def _all(self, rows: Sequence[Standing], ways: Sequence[dict[int, Told]], what: str) -> dict[int, Told]:
        rest = next(iter(self._by(REST)), None)
        chosen: dict[int, Told] = {}
        for way in ways:
            chosen = {**way, **chosen}
        left = [row for row in rows if row.pk not in chosen]
        if left and rest is None:
            raise BadCell(
                _("%(old)s 有 %(count)d 个%(what)s没有写明归哪边：%(some)s。")
                % {
                    "old": self.parting.old,
                    "count": len(left),
                    "what": what,
                    "some": listed(row.called for row in left[:SHOWN]),
                },
                _("请补上它们的组、网格、边界或编号；剩下的都归一处的，加一行，“划分办法”写“其余”。"),
            )
        return {**chosen, **{row.pk: rest for row in left if rest}}

    def _unknown(self, what: str, said: str) -> BadCell:
        named = {"old": self.parting.old, "what": what, "said": said}
        return BadCell(_("%(old)s 里没有%(what)s“%(said)s”。") % named, _("请照登记的写法改正，或先把它登记进来。"))


def _plain(group: str) -> str:
    """A group by its number, so that 1组 and 第一组 are one; else by its name."""
    return ordinal(group) or group
