"""How pages say what was measured."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.translation import gettext as _

from hemei.law.rules import WORK_TITLES
from hemei.law.wording import amount
from hemei.programmes.control.queries.results import Found

register = template.Library()


@register.filter
def works(names: Iterable[str]) -> str:
    """Kinds of work in words; none named means all."""
    return _("、").join(WORK_TITLES[name] for name in names) or _("各种建设")


@register.filter
def measured(found: Found) -> str:
    """What was measured against what is asked: 9.94 米 / 10 米."""
    if found.measured is None:
        return ""
    said = amount(found.measure, found.measured)
    limit = found.threshold
    return said if not limit else f"{said} / {amount(found.measure, limit)}"
