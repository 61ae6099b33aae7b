"""How pages say what was applied for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import shapely
from django import template
from django.utils.translation import gettext as _

from hemei.programmes.building.life import LIFE, LOOKS
from hemei.programmes.building.models import Pattern, Permit
from hemei.programmes.building.queries.reviews import newest_anew
from hemei.programmes.building.shapes import area_m2
from hemei.programmes.building.wording import OUTCOMES, area_words
from hemei.terms.clause import Clause
from hemei.terms.day import today

register = template.Library()
SHOWN = (
    "reason", "address", "bounds", "land", "plot_m2", "footprint_m2", "width_m", "depth_m", "floor_area_m2", "storeys",
    "eaves_m", "height_m",
    "structure", "roof", "walls", "design", "design_by", "old_fate", "conversion", "forest", "forest_consent",
    "reserve", "reserve_consent",
)  # fmt: skip


def _written(name: str, value: Any) -> str:
    field: Any = Permit._meta.get_field(name)
    if field.choices:
        return str(dict(field.choices).get(value, value))
    if value in (None, ""):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _rows(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = ((_label(name), _written(name, said.get(name))) for name in SHOWN)
    return [(label, value) for label, value in rows if value]


def _label(name: str) -> str:
    return str(Permit._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


@register.filter
def in_short(value: Any) -> Any:
    """A number without idle zeros; nothing for what nobody knows."""
    return "" if value is None else f"{value:g}" if isinstance(value, float) else value


@register.filter
def filed(permit: Permit) -> list[tuple[str, str]]:
    """What is applied for now, label and value; what nobody said is left out."""
    return _rows({name: getattr(permit, name) for name in SHOWN})


@register.filter
def stands(permit: Permit) -> tuple[str, str]:
    """Its colour in the one colour language, and its state in words."""
    return LOOKS[permit.state], str(LIFE.by_key[permit.state].name)


@register.filter
def drawn(permit: Permit) -> list[tuple[str, str, bool]]:
    """What was drawn on the map: label, how large it is, and whether the paper says otherwise by a square metre."""
    rows = []
    for name, said in (("footprint", permit.footprint_m2), ("plot", permit.plot_m2)):
        if kept := getattr(permit, name):
            shape = shapely.from_wkb(bytes(kept))
            rows.append((_label(name), area_words(shape), abs(area_m2(shape) - said) > 1.0))
    return rows


@register.filter
def filed_then(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was filed at some step."""
    return [(_("建房类型"), _written("work", said.get("work"))), *_rows(said)]


@register.filter
def marks(clause: Clause) -> tuple[str, ...]:
    """What must be said beside a clause today."""
    return clause.marks(today())


register.filter(newest_anew)


@register.filter
def outcome_then(word: str) -> str:
    """An outcome as it was kept, in words; "" where there was no such rule."""
    return str(OUTCOMES.get(word, _("没有这条规则")))


IN_BOOK = (
    "storeys", "footprint_m2", "floor_area_m2", "width_m", "depth_m", "eaves_m", "height_m", "structure", "roof",
    "walls", "cost", "plot_min_m2", "plot_max_m2", "zones",
)  # fmt: skip


@register.filter
def pattern_rows(pattern: Pattern) -> list[tuple[str, str, str]]:
    """What the book says of a pattern: label, value, and its colour where it has one."""
    colours = {"roof": pattern.roof_colour, "walls": pattern.wall_colour}
    rows = []
    for name in IN_BOOK:
        value = getattr(pattern, name)
        if value not in (None, ""):
            label = Pattern._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            rows.append((str(label), f"{value:g}" if isinstance(value, float) else str(value), colours.get(name, "")))
    return rows


CARRIED = (
    "address", "bounds", "land", "plot_m2", "footprint_m2", "floor_area_m2", "storeys", "eaves_m", "height_m",
    "structure", "roof", "walls", "design_by", "old_fate",
)  # fmt: skip
"""What a permit must carry, besides who and which work."""


@register.filter
def carried(permit: Permit) -> list[tuple[str, str]]:
    """Every field of a permit for its paper, the empty ones too."""
    who = permit.household.head.name if permit.household.head else permit.household.number
    rows = [(_("户主"), who), (_("建房类型"), str(permit.get_work_display()))]
    rows += [(_label(name), _written(name, getattr(permit, name))) for name in CARRIED]
    return rows + [(label, said) for label, said, _differs in drawn(permit)]


@register.filter
def as_json(value: Any) -> str:
    """A value as JSON in an attribute, which the template escapes."""
    return json.dumps(value, separators=(",", ":"))
