"""How pages say what was measured."""

from __future__ import annotations

from django import template

from hemei.law.wording import amount
from hemei.programmes.control.queries.results import Found

register = template.Library()


@register.filter
def measured(found: Found) -> str:
    """What was measured against what is asked: 9.94 米 / 10 米."""
    if found.measured is None:
        return ""
    said = amount(found.measure, found.measured)
    limit = found.threshold
    return said if not limit else f"{said} / {amount(found.measure, limit)}"
