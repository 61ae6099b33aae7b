"""Offices and papers of an old code: units and duties carried over or ended, rounds, forms and parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Model, Q

from hemei.core.access import Actor
from hemei.core.actions.regionchange.planning import set_for
from hemei.core.actions.regionchange.told import Parting
from hemei.core.models import Draw, Duty, ImportBatch, Job, OwnForm, Parameter, Person, Round, Unit
from hemei.core.registry import registry
from hemei.core.writing import audit


def carry(partings: Sequence[Parting], *, by: Actor, now: datetime) -> dict[str, dict[str, int]]:
    """Within the caller's transaction. Returns how many of each sort, by old code."""
    return {parting.old: _carry_one(parting, by, now) for parting in partings}


def _carry_one(parting: Parting, by: Actor, now: datetime) -> dict[str, int]:
    moved = {"units": _units(parting, by, now), **_duties(parting, by, now)}
    for code, new in _codes(parting):
        for model, verb in ((Round, "round.move"), (Draw, "draw.move"), (OwnForm, "form.move")):
            for row in model._default_manager.filter(region=code).order_by("pk"):
                model._default_manager.filter(pk=row.pk).update(region=new)
                detail = {"from": code, "to": new}
                audit(by, verb, f"{verb.partition('.')[0]}:{row.pk}", new, values=[code, new], detail=detail, at=now)
                moved[model.__name__.lower()] = moved.get(model.__name__.lower(), 0) + 1
        others: list[type[Model]] = [Person, Job, ImportBatch, *_of_programmes()]  # Person: those of no household
        for other in others:
            other._default_manager.filter(region=code).update(region=new)
    _parameters(parting, by, now)
    return moved


def _of_programmes() -> Iterator[type[Model]]:
    return (model for programme in registry.programmes.values() for model in programme.resettled)


def _codes(parting: Parting) -> Iterator[tuple[str, str]]:
    """Old code → the one that stands for it, where that is another."""
    for code, new in parting.codes.items():
        following = new or parting.main
        if following != code:
            yield code, following


def _units(parting: Parting, by: Actor, now: datetime) -> int:
    count = 0
    for code, new in _codes(parting):
        for unit in Unit.objects.filter(region=code).order_by("pk"):
            Unit.objects.filter(pk=unit.pk).update(region=new)
            detail = {"from": code, "to": new}
            audit(by, "unit.move", f"unit:{unit.pk}", new, values=[code, new], detail=detail, at=now)
            count += 1
    return count


def _duties(parting: Parting, by: Actor, now: datetime) -> dict[str, int]:
    """A duty ends on the day before the change and is given anew for what follows; where nothing follows, it ends.

    One that began since then only has its code put right. One that was over by then stays as it was.
    """
    carried = ended = 0
    standing = Duty.objects.filter(Q(ends=None) | Q(ends__gte=parting.on), region__in=parting.codes)
    for duty in standing.order_by("pk"):
        code, ends, new = duty.region, duty.ends, parting.follows(duty.region)
        since = max(duty.starts, parting.on)
        targets = [new] if new and new != code else []
        if targets and duty.starts >= parting.on:
            _put_right(duty, targets.pop(), by, now)
            carried += 1
        elif new != code:
            _end(duty, parting.on, by, now)
            ended += 0 if targets else 1
        for target in targets + (parting.into if code == parting.old else []):
            carried += _give(duty, target, code, since, ends, by, now)
    return {"duties": carried, "duties_ended": ended}


def _end(duty: Duty, on: date, by: Actor, now: datetime) -> None:
    duty.ends = max(on - timedelta(days=1), duty.starts)
    duty.save(update_fields=["ends"])
    audit(by, "duty.end", f"duty:{duty.pk}", duty.region, values=[duty.ends], detail={"change": on.isoformat()}, at=now)


def _put_right(duty: Duty, new: str, by: Actor, now: datetime) -> None:
    old, duty.region = duty.region, new
    duty.save(update_fields=["region"])
    audit(by, "duty.carry", f"duty:{duty.pk}", new, values=[old, new], detail={"from": old, "to": new}, at=now)


def _give(duty: Duty, new: str, old: str, starts: date, ends: date | None, by: Actor, now: datetime) -> int:
    same = {"account_id": duty.account_id, "unit_id": duty.unit_id, "role": duty.role, "matter": duty.matter}
    if Duty.objects.on(starts).filter(region=new, **same).exists():
        return 0
    row = Duty.objects.create(region=new, starts=starts, ends=ends, **same)
    detail = {"from": old, "to": new, "duty": duty.pk}
    audit(by, "duty.carry", f"duty:{row.pk}", new, values=[old, new], detail=detail, at=now)
    return 1


def _parameters(parting: Parting, by: Actor, now: datetime) -> None:
    """What a village had set for itself holds in what follows it."""
    news = sorted({told.new for told in parting.told} - {parting.old})
    for key, row in set_for(parting.old).items():
        for new in (code for code in news if key not in set_for(code)):
            starts = max(row.starts, parting.on)
            made = Parameter.objects.create(key=key, region=new, value=row.value, starts=starts, document=row.document)
            values = [key, row.value, starts, row.document]
            detail = {"key": key, "value": row.value, "from": parting.old}
            audit(by, "parameter.set", f"parameter:{made.pk}", new, values=values, detail=detail, at=now)
