"""What houses of a place are to look like, and where a permit departs from it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, When

from hemei.core.access import Actor, Scope, scope_of
from hemei.programmes.building.models import Demonstration, Pattern, Permit, Style
from hemei.programmes.building.queries.permits import of_matter
from hemei.terms.region import Level

WORDS = (("structures", "structure"), ("roofs", "roof"), ("roof_colours", "roof"), ("walls", "walls"))
"""Words of a style → the field of a permit that must have one of them."""
NUMBERS = ("height_m", "eaves_m", "storeys")
PLACES = (Level.VILLAGE, Level.TOWNSHIP, Level.DISTRICT)


@dataclass(frozen=True)
class Apart:
    """One thing that a style asks, and what was filed; `fits` is None where nothing was filed."""

    label: str
    asked: str
    filed: str
    fits: bool | None


def styles(*, within: Scope) -> QuerySet[Style]:
    """The styles in force in a scope, and those of the townships and the district around it."""
    around = {prefix[:level] for prefix in within.prefixes for level in PLACES if len(prefix) > level}
    return Style.objects.filter(within.q(matter=of_matter) | Q(region__in=around), replaced_on=None)


def style_of(region: str, zone: str) -> Style | None:
    """The style of a place: of its zone before one for all, of its village before its township and its district."""
    here = [region[:level] for level in PLACES]
    rows = list(Style.objects.filter(region__in=here, zone__in={zone, ""}, replaced_on=None))
    return max(rows, key=lambda row: (bool(row.zone), len(row.region)), default=None)


def held_against(style: Style, permit: Permit) -> list[Apart]:
    """What the style asks of a permit, thing by thing."""
    found = []
    for asked, name in WORDS:
        words, filed = words_of(getattr(style, asked)), str(getattr(permit, name) or "")
        if words:
            fits = any(word in filed for word in words) if filed else None
            found.append(Apart(_label(asked), "、".join(words), filed, fits))
    for name in NUMBERS:
        most, filed = getattr(style, name), getattr(permit, name)
        if most is not None:
            fits = None if filed is None else filed <= most
            found.append(Apart(_label(name), f"{most:g}", "" if filed is None else f"{filed:g}", fits))
    if permit.pattern:
        drawn = permit.pattern.style
        found.append(Apart(_label("name"), style.name, drawn, drawn == style.name))
    return found


def words_of(said: str) -> list[str]:
    """The words of a list that is written with 、 or commas.

    >>> words_of("坡屋面、双坡，硬山")
    ['坡屋面', '双坡', '硬山']
    """
    return [word for word in re.split(r"[、，,;；\s]+", said) if word]


def _label(name: str) -> str:
    return str(Style._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def take_up(*, within: Scope) -> list[dict[str, Any]]:
    """Every version of every pattern with how many permits of the scope chose it, and how many of those stand."""
    mine = Q(chosen_by__in=Permit.objects.filter(within.q(matter=of_matter)))
    stand = mine & Q(chosen_by__state__in=("accepted", "registered"))
    districts = {prefix[: Level.DISTRICT] for prefix in within.prefixes}
    rows = Pattern.objects.filter(region__in=districts) if not within.everything else Pattern.objects.all()
    counted = rows.annotate(
        taken=Count("chosen_by", filter=mine, distinct=True), built=Count("chosen_by", filter=stand, distinct=True)
    )
    fields = ("pk", "style", "plan", "title", "variant", "version", "replaced_on", "taken", "built")
    return list(counted.order_by("style", "plan", "variant", "-version").values(*fields))


def demonstrations(*, within: Scope) -> QuerySet[Demonstration]:
    """Houses that were put forward, those that wait for the review first."""
    waits = Case(When(outcome=Demonstration.Outcome.NOMINATED, then=0), default=1)
    rows = Demonstration.objects.filter(within.q(matter=of_matter)).select_related("permit__household__head")
    return rows.order_by(waits, "-nominated_on", "-pk")


def nominated(actor: Actor, *, on: date) -> QuerySet[Demonstration]:
    """Those whose review this person may record, but for what they put forward themselves."""
    rows = demonstrations(within=scope_of(actor, "permit.demonstrate", Permit.matter))
    return rows.filter(outcome=Demonstration.Outcome.NOMINATED).exclude(nominated_by=str(actor))


def demonstrations_of(some: Sequence[Pattern]) -> list[Demonstration]:
    """The houses that were built by these patterns and are marked, the newest first; for everybody, without a name."""
    rows = Demonstration.objects.filter(permit__pattern__in=some, outcome=Demonstration.Outcome.MARKED)
    return list(rows.order_by("-on", "-pk")[:20])
