"""A mapping table comes into force: regions, places, offices and work, all of it in one transaction or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from hemei.core.access import Actor, require
from hemei.core.actions.regionchange.carrying import carry
from hemei.core.actions.regionchange.handing import hand_on
from hemei.core.actions.regionchange.moving import Changes, move
from hemei.core.actions.regionchange.planning import digest, newborn, plan
from hemei.core.actions.regionchange.told import AS_IT_IS, GROUP, Parting, Told, by_old
from hemei.core.errors import Conflict
from hemei.core.models import Region, RegionChange
from hemei.core.writing import audit
from hemei.engines.tables import BadCell
from hemei.terms.region import Level


def change_regions(rows: Sequence[Told], *, foreseen: str, by: Actor) -> list[RegionChange]:
    """Within the transaction of whoever applies the table. Raises Conflict where it would do other than `foreseen`."""
    now = timezone.now()
    for code in {code for told in rows for code in (told.old, told.new)}:
        require(by, "unit.edit", Region(code=code))
    try:
        partings = plan(rows)
    except BadCell as bad:
        raise Conflict(f"{bad.reason}{bad.remedy}", code="out_of_date") from bad
    if digest(partings) != foreseen:
        raise Conflict(
            _("预览以后，这些村里的登记又变了，没有写入任何数据。请重新上传，再看一遍预览。"), code="out_of_date"
        )
    born = newborn(rows)
    _open(partings, born)
    changes = _record(partings, now)
    move(partings, changes, now)
    _sort_groups(partings)
    counts = carry(partings, by=by, now=now)
    _close(partings)
    handed = hand_on(changes.values(), by=by, now=now)
    for parting in partings:
        _leave(parting, changes, counts[parting.old] | handed, by, now)
    return list(changes.values())


def _open(partings: Sequence[Parting], born: set[str]) -> None:
    """The new codes, and the grids that come to them."""
    named = {told.new: told.name for parting in partings for told in parting.told if told.name}
    for parting in partings:
        for told in parting.told:
            name = named.get(told.new, told.new)
            region, made = Region.objects.get_or_create(
                code=told.new, defaults={"name": name, "level": len(told.new), "opened_on": told.on}
            )
            if not made and told.new in born and region.opened_on is None:
                Region.objects.filter(pk=region.pk).update(opened_on=told.on)
        for grid, new in parting.codes.items():
            if new and new != grid and len(new) == Level.GRID:
                _copy(grid, new, parting.on)


def _copy(grid: str, new: str, on: date) -> None:
    was = Region.objects.filter(code=grid).first() or Region(code=grid, name=grid)
    told = {"name": was.name, "groups": was.groups, "boundary": was.boundary, "lon": was.lon, "lat": was.lat}
    Region.objects.get_or_create(code=new, defaults={**told, "level": Level.GRID, "opened_on": on})


def _record(partings: Sequence[Parting], now: datetime) -> Changes:
    changes: Changes = {}
    for parting in partings:
        for new in dict.fromkeys(told.new for told in parting.told):
            rows = [told for told in parting.told if told.new == new]
            changes[parting.old, new] = RegionChange.objects.create(
                old=parting.old,
                new=new,
                on=rows[0].on,
                kind=rows[0].kind,
                document=rows[0].document,
                parts=[told.said for told in rows if told.by],
                main=new == parting.main,
                recorded_at=now,
            )
        for grid, following in parting.codes.items():
            if grid != parting.old and following != grid:
                first = parting.told[0]
                changes[grid, following or parting.main] = RegionChange.objects.create(
                    old=grid,
                    new=following or parting.main,
                    on=first.on,
                    kind=first.kind,
                    document=first.document,
                    recorded_at=now,
                )
    return changes


def _sort_groups(partings: Sequence[Parting]) -> None:
    """The groups that a village's register lists go along with it, or with the part that they are."""
    for parting in partings:
        was = Region.objects.filter(code=parting.old).first()
        if was is None or not was.groups:
            continue
        left = list(was.groups)
        for told in parting.told:
            goes = list(told.parts) if told.by == GROUP else was.groups if parting.whole else []
            if told.new == parting.old or not goes:
                continue
            left = [group for group in left if group not in goes]
            new = Region.objects.get(code=told.new)
            prefix = "" if told.group_prefix == AS_IT_IS else told.group_prefix
            named = [f"{prefix}{group}" for group in goes]
            new.groups = list(dict.fromkeys([*new.groups, *named]))
            new.save(update_fields=["groups"])
        if parting.stays:
            Region.objects.filter(pk=was.pk).update(groups=left)


def _close(partings: Sequence[Parting]) -> None:
    for parting in partings:
        for code, new in parting.codes.items():
            if new != code:
                Region.objects.filter(code=code).update(closed_on=parting.on)


def _leave(parting: Parting, changes: Changes, counts: dict[str, int], by: Actor, now: datetime) -> None:
    for new in dict.fromkeys(told.new for told in by_old(parting.told)[parting.old]):
        row = changes[parting.old, new]
        moved = {
            "places": sum(told.new == new for _old, _new, told in parting.places.values()),
            "households": sum(told.new == new for _old, _new, told in parting.households.values()),
        }
        detail = {"from": row.old, "to": row.new, "on": row.on.isoformat(), "kind": row.kind, **moved, **counts}
        audit(by, "region.change", f"region:{row.old}", row.new, values=[row.document], detail=detail, at=now)
