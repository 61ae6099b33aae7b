"""Mapping tables, as an administrator writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from hemei.core.access import SYSTEM, Actor, Scope
from hemei.core.actions.register.folder import Summary, import_folder
from hemei.core.actions.seal import seal_pending
from hemei.core.models import Household, Person, Place, Region
from hemei.core.queries.verify import faults
from hemei.terms.day import today
from tests.conftest import build_house
from tests.core.actions.register.folders import make

HEADER = [
    "原代码",
    "新代码",
    "变更类型",
    "变更日期",
    "依据文件",
    "新名称",
    "划分办法",
    "划入范围",
    "户号前缀",
    "组前缀",
]
LAYOUT = "district: '429999'\nregisters:\n  changes: {file: 变更.xlsx}\n"
ON = today() - timedelta(days=3)
DOCUMENT = "云政函〔2026〕8号"
UNITED, SECOND, MOVED = "429999103210", "429999103211", "429999104210"


def row(old: str, new: str, kind: str, name: str = "", by: str = "", parts: str = "", **prefix: str) -> list[object]:
    said = (prefix.get("number", ""), prefix.get("group", ""))
    return [old, new, kind, ON, DOCUMENT, name, by, parts, *said]


def change(folder: Path, *rows: Sequence[object], by: Actor = SYSTEM, confirm: bool = True) -> Summary:
    return import_folder(make(folder, LAYOUT, files={"变更.xlsx": [HEADER, *rows]}), by=by, confirm=confirm)


def house_of(region: str, label: str, group: str = "", number: str = "", **where: float) -> Place:
    """A house with, where a number is given, the household that owns it."""
    place = build_house(region, label, **where)
    Place.objects.filter(pk=place.pk).update(group=group)
    if number:
        head = Person.objects.create(name=f"户主{number}", region=region)
        household = Household.objects.create(region=region, number=number, group=group, head=head)
        household.holdings.create(place=place)
    return place


def grid_of(village: str, number: str) -> str:
    return Region.objects.create(code=f"{village}{number}", name=f"{number}网格", level=15).code


def wrong() -> list[str]:
    """What `hemei verify` would find once the sealer has been there."""
    seal_pending()
    return list(faults(within=Scope.all()))
