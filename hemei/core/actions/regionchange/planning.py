"""What a whole mapping table would do, worked out before it is written and once more while it is."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hemei.core.actions.regionchange.parting import part
from hemei.core.actions.regionchange.told import AS_IT_IS, Parting, Told, by_old
from hemei.core.models import Case, Due, Duty, Household, Parameter, Place, Region, Unit
from hemei.core.wording import listed
from hemei.engines.tables import BadCell
from hemei.terms.region import Level, successor


def plan(rows: Sequence[Told]) -> list[Parting]:
    """What becomes of each old code. Raises BadCell where something would be left behind, or come twice."""
    taken = set(Region.objects.filter(level=Level.GRID).values_list("code", flat=True))
    taken |= {told.new for told in rows if len(told.new) == Level.GRID}
    parts = by_old(rows)
    partings = [part(told, taken, set(parts)) for told in parts.values()]
    born = newborn(rows)
    for parting in partings:
        parting.into = sorted({told.new for told in parting.told if told.new in born} - {parting.main})
        _check_numbers(parting)
        _check_groups(parting)
        _check_units(parting)
    _check_together(partings)
    _check_parameters(partings)
    return partings


def newborn(rows: Sequence[Told]) -> set[str]:
    """The codes under which nothing stands yet and that are no old ones: they begin with this change."""
    codes = {told.new for told in rows} - {told.old for told in rows}
    used = {
        code
        for code in codes
        for model in (Place, Household, Case)
        if model._default_manager.filter(region__gte=code, region__lt=successor(code)).exists()
    }
    return codes - used


def number_of(number: str, told: Told) -> str:
    return f"{told.number_prefix}{number}"


def digest(partings: Sequence[Parting]) -> str:
    """The same where the same things go to the same codes."""
    said = [
        [
            parting.old,
            sorted((pk, old, new) for pk, (old, new, _told) in parting.places.items()),
            sorted((pk, old, new) for pk, (old, new, _told) in parting.households.items()),
            sorted(parting.codes.items()),
        ]
        for parting in partings
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _numbers(parting: Parting) -> dict[str, list[tuple[str, Told]]]:
    """Village → the household numbers that come to it: within a village each stands once."""
    rows = Household.objects.filter(pk__in=parting.households).values_list("pk", "number")
    found: dict[str, list[tuple[str, Told]]] = {}
    for pk, number in rows:
        _old, new, told = parting.households[pk]
        found.setdefault(new[: Level.VILLAGE], []).append((number_of(number, told), told))
    return found


def _check_numbers(parting: Parting) -> None:
    for new, coming in _numbers(parting).items():
        numbers = [number for number, _told in coming]
        inside = {"region__gte": new, "region__lt": successor(new)} if len(new) == Level.VILLAGE else {"region": new}
        there = Household.objects.filter(**inside, number__in=numbers).exclude(pk__in=parting.households)
        if taken := sorted(there.values_list("number", flat=True)[:6]):
            raise _twice(parting.old, new, taken)


def _twice(old: str, new: str, numbers: Sequence[str]) -> BadCell:
    return BadCell(
        _("%(old)s 并到 %(new)s 以后，户号会重复：%(numbers)s。")
        % {"old": old, "new": new, "numbers": listed(numbers[:5])},
        _("请在这一行的“户号前缀”写几个字，例如“下河”，并过去的户号就写成“下河0001”。"),
    )


def _check_together(partings: Sequence[Parting]) -> None:
    """Two old codes that come to one: no number of a household, no name of a unit and no group twice."""
    numbers: dict[tuple[str, str], str] = {}
    units: dict[tuple[str, str], str] = {}
    groups: dict[tuple[str, str], str] = {}
    for parting in partings:
        for new, coming in _numbers(parting).items():
            for number, _told in coming:
                if (earlier := numbers.setdefault((new, number), parting.old)) != parting.old:
                    raise _twice(parting.old, new, [f"{number}（{earlier}）"])
        for unit in _units(parting):
            key = (parting.main, unit.name)
            if units.setdefault(key, parting.old) != parting.old:
                raise _same_unit(unit, parting.main)
        for told in parting.told:
            for group in () if told.group_prefix == AS_IT_IS else _coming_groups(parting, told):
                if groups.setdefault((told.new, group), parting.old) != parting.old:
                    raise _same_group(parting.old, told.new, group)


def _units(parting: Parting) -> list[Unit]:
    return list(Unit.objects.filter(region=parting.old)) if parting.main != parting.old else []


def _check_units(parting: Parting) -> None:
    for unit in _units(parting):
        if Unit.objects.filter(region=parting.main, name=unit.name).exists():
            raise _same_unit(unit, parting.main)


def _same_unit(unit: Unit, new: str) -> BadCell:
    return BadCell(
        _("%(new)s 会有两个叫“%(unit)s”的单位。") % {"new": new, "unit": unit.name},
        _("请先在“单位”页把其中一个改名，例如加上原村名。"),
    )


def _coming_groups(parting: Parting, told: Told) -> set[str]:
    rows = (
        Place.objects.filter(pk__in=[pk for pk, (_o, _n, by) in parting.places.items() if by is told]),
        Household.objects.filter(pk__in=[pk for pk, (_o, _n, by) in parting.households.items() if by is told]),
    )
    return {told.group(group) for some in rows for group in some.values_list("group", flat=True).distinct() if group}


def _check_groups(parting: Parting) -> None:
    for told in parting.told:
        if told.new == parting.old or told.group_prefix == AS_IT_IS:
            continue
        there = Place.objects.filter(region__gte=told.new, region__lt=successor(told.new))
        same = _coming_groups(parting, told) & set(there.exclude(group="").values_list("group", flat=True).distinct())
        if same:
            raise _same_group(parting.old, told.new, min(same))


def _same_group(old: str, new: str, group: str) -> BadCell:
    return BadCell(
        _("%(old)s 并到 %(new)s 以后，会有两个“%(group)s”。") % {"old": old, "new": new, "group": group},
        _("请在这一行的“组前缀”写几个字，例如“下河”，就写成“下河一组”；两个组确实并成一个的，写“不加”。"),
    )


def set_for(code: str) -> dict[str, Parameter]:
    """What a region has set for itself and nobody above it: by key, the newest."""
    return {row.key: row for row in Parameter.objects.filter(region=code).order_by("starts", "pk")}


def _check_parameters(partings: Sequence[Parting]) -> None:
    """Of two villages that become one, each with a value of its own, nobody but a person can say which holds."""
    held: dict[tuple[str, str], tuple[str, object]] = {}
    for parting in partings:
        for new in {told.new for told in parting.told} - {parting.old}:
            there = {key: (new, row.value) for key, row in set_for(new).items()}
            for key, row in set_for(parting.old).items():
                other, value = held.setdefault((new, key), there.get(key, (parting.old, row.value)))
                if value != row.value:
                    raise BadCell(
                        _("参数 %(key)s 在 %(one)s 和 %(two)s 设的不一样。")
                        % {"key": key, "one": other, "two": parting.old},
                        _("请先在“参数”页把两处设成一样的，再导入对照表。"),
                    )


def effect(parting: Parting, told: Told) -> str:
    """What a row of the table would do, in words."""
    places = [pk for pk, (_old, _new, by) in parting.places.items() if by is told]
    households = sum(by is told for _old, _new, by in parting.households.values())
    if told.new == parting.old:
        return _("留在原处，不动。")
    said = [
        ngettext("%(n)d 处房屋等对象", "%(n)d 处房屋等对象", len(places)) % {"n": len(places)},
        ngettext("%(n)d 户", "%(n)d 户", households) % {"n": households},
        *_open_work(places),
    ]
    if told.new == parting.main:
        said += _offices(parting)
    elif told.new in parting.into:
        said.append(_("原村的单位和岗位先兼管，请尽快另设"))
    grids = Counter(
        new for new in parting.codes.values() if new and new.startswith(told.new) and len(new) > len(told.new)
    )
    if grids:
        said.append(ngettext("%(n)d 个网格", "%(n)d 个网格", len(grids)) % {"n": len(grids)})
    return _("转到 %(new)s：%(what)s。") % {"new": told.new, "what": listed(said)}


def _open_work(places: Sequence[int]) -> list[str]:
    cases = Case.objects.filter(place__in=places, ended_at=None).count()
    dues = Due.objects.filter(place__in=places, done_at=None).count()
    return [
        ngettext("%(n)d 条未了结的隐患", "%(n)d 条未了结的隐患", cases) % {"n": cases},
        ngettext("%(n)d 处待查", "%(n)d 处待查", dues) % {"n": dues},
    ]


def _offices(parting: Parting) -> list[str]:
    if parting.stays:
        return []
    units = Unit.objects.filter(region=parting.old).count()
    held = Duty.objects.filter(region__gte=parting.old, region__lt=successor(parting.old))
    held = held if len(parting.old) == Level.VILLAGE else held.filter(region=parting.old)
    lone = Case.objects.filter(region=parting.old, place=None).count()
    said = [
        ngettext("%(n)d 个单位", "%(n)d 个单位", units) % {"n": units},
        ngettext("%(n)d 个岗位", "%(n)d 个岗位", held.count()) % {"n": held.count()},
    ]
    return said + ([ngettext("%(n)d 条没有房屋的隐患", "%(n)d 条没有房屋的隐患", lone) % {"n": lone}] if lone else [])
