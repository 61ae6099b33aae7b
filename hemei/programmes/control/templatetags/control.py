"""How pages say what was measured."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.law.wording import amount
from hemei.programmes.control.queries.results import Found
from hemei.programmes.control.wording import WORKS

register = template.Library()


@register.filter
def works(names: Iterable[str]) -> str:
    """Kinds of work in words; none named means all."""
    return _("、").join(str(WORKS[name]) for name in names) or _("各种建设")


WAYS = (
    gettext_lazy("东"), gettext_lazy("东北"), gettext_lazy("北"), gettext_lazy("西北"), gettext_lazy("西"),
    gettext_lazy("西南"), gettext_lazy("南"), gettext_lazy("东南"),
)  # fmt: skip


@register.filter
def direction(step: Mapping[str, float]) -> str:
    """Which way a step of some metres east and north goes, in words."""
    return str(WAYS[round(math.atan2(step["north_m"], step["east_m"]) / (math.pi / 4)) % 8])


@register.filter
def percent(part: float) -> str:
    """A share as people say it: what is not nothing is not called 0%."""
    return "<0.1%" if 0 < part < 0.0005 else f"{100 * part:.1f}%"


@register.filter
def share(part: float, whole: float) -> str:
    """How much of a whole a part is; 0% of nothing."""
    return percent(part / whole) if whole else "—"


@register.filter
def change(new: float, old: float) -> str:
    """How much more or less, of what there was: +12.0%; nothing where that is next to nothing."""
    return f"{100 * (new - old) / old:+.1f}%" if old and abs(new - old) >= 0.0005 * old else ""


@register.filter
def square(m2: float) -> str:
    """Ground in square metres, and in square kilometres where it is much."""
    if m2 >= 1e6:
        return _("%(n)s 平方公里") % {"n": f"{m2 / 1e6:,.2f}"}
    return _("%(n)s 平方米") % {"n": f"{m2:,.0f}"}


@register.filter
def measured(found: Found) -> str:
    """What was measured against what is asked: 9.94 米 / 10 米."""
    if found.measured is None or found.measure is None:
        return ""
    said = amount(found.measure, found.measured)
    limit = found.threshold
    return said if not limit else f"{said} / {amount(found.measure, limit)}"
