"""Reading checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from hemei.core.access import Scope
from hemei.core.models import Check
from hemei.core.queries.regionchange import here
from hemei.core.registry import registry
from hemei.engines.forms.answers import instances_alone
from hemei.terms.day import day_of, end_of, start_of


@dataclass(frozen=True)
class CheckFilter:
    """What a list of checks is narrowed to. Empty means any."""

    region: str = ""
    matter: str = ""
    tier: str = ""
    place: int | None = None
    since: date | None = None
    until: date | None = None


def checks(*, within: Scope, where: CheckFilter | None = None) -> QuerySet[Check]:
    """The checks of a scope that fit the filter, unordered, without the bytes they came in."""
    where = where or CheckFilter()
    rows = Check.objects.filter(here(within=within, region=where.region)).defer("raw")
    exact = {"matter": where.matter, "tier": where.tier, "place": where.place}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if where.since:
        rows = rows.filter(at__gte=start_of(where.since))
    if where.until:
        rows = rows.filter(at__lt=end_of(where.until))
    return rows


def check(pk: int, *, within: Scope) -> Check | None:
    """One check, or None where it is not in the scope."""
    return checks(within=within).filter(pk=pk).select_related("place", "account").first()


def told_in(check: Check, finding: str, language: str) -> list[str]:
    """The instances of repeats whose answers alone show that finding, in the words of the form as it was then."""
    registered = registry.forms.get(check.form)
    form = registered.versions.get(check.version) if registered else None
    if form is None or not form.repeats:
        return []
    kinds = [kind for kind in registry.findings_by(check.matter, form) if kind.id == finding and kind.applies]
    return [
        f"{form.text(section.labels, language)} {number}"
        for kind in kinds
        if kind.applies
        for section, number in instances_alone(form, check.answers, kind.applies, day_of(check.at))
    ]
