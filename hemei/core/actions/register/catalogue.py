"""The registers there are, in the order in which they refer to each other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from hemei.core.actions.register import cases, changes, holdings, households, members, people, places, regions, units
from hemei.core.actions.register.bench import Bench
from hemei.core.actions.register.judging import Desk, Judged
from hemei.core.actions.register.layout import Sheet
from hemei.core.actions.register.sheet import Field, Line, Text
from hemei.core.models import StagedRow

WHOLE = 1_000_000  # a register whose rows must all be seen before one is judged


@dataclass(frozen=True)
class Register:
    """One kind of list: what it knows, how its rows are judged against what is there, how they are laid ready."""

    title: Text
    fields: Callable[[Sheet], list[Field]]
    judge: Callable[[Sequence[Line], Desk], list[Judged]]
    lay: Callable[[Iterable[StagedRow], Bench], None]
    rows_at_once: int = 1_000
    alone: Collection[str] = ()  # the only registers that may come with it
    also_shown: Mapping[str, Text] = field(default_factory=dict)  # what a preview says beside what was written


REGISTERS: dict[str, Register] = {
    "regions": Register(_("区划"), regions.region_fields, regions.judge, regions.lay, WHOLE),
    "grids": Register(_("网格"), regions.grid_fields, regions.judge, regions.lay, WHOLE),
    "changes": Register(
        _("区划变更对照表"),
        changes.fields,
        changes.judge,
        changes.lay,
        WHOLE,
        changes.ALONE,
        {"effect": _("导入以后")},
    ),
    "units": Register(_("单位"), units.fields, units.judge, units.lay),
    "people": Register(_("人员和岗位"), people.fields, people.judge, people.lay),
    "households": Register(_("农户"), households.fields, households.judge, households.lay),
    "members": Register(_("家庭成员"), members.fields, members.judge, members.lay),
    "places": Register(_("房屋等对象"), places.fields, places.judge, places.lay),
    "holdings": Register(_("户房关系"), holdings.fields, holdings.judge, holdings.lay),
    "cases": Register(_("旧隐患台账"), cases.fields, cases.judge, cases.lay),
}

ALSO = {"places": "holdings"}  # a register whose rows may also say what belongs to another


def declare(key: str, register: Register) -> None:
    """Make a register known, after those there are. A programme may declare one of its own; a key stands once."""
    if REGISTERS.setdefault(key, register) != register:
        raise ValueError(f"the register {key} is declared twice")
