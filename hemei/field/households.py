"""代报 without a signal: at which doors somebody may stand, and the household's self-check as their phone asks it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext_lazy as _

from hemei.core.access import Actor, Scope, scope_of
from hemei.core.models import Place, Tier
from hemei.core.queries.collector import offered
from hemei.core.queries.places import PlaceFilter, places
from hemei.core.registry import Form, registry
from hemei.engines.forms import Form as ReadForm
from hemei.engines.forms.form import Section
from hemei.field.about import in_each, proxy_questions
from hemei.field.staff import right_for
from hemei.terms.region import Level

ABOUT = "hemei_about"


def self_checks(actor: Actor) -> Iterator[tuple[Form, Scope]]:
    """The forms of households that this person may fill in for them, each with where."""
    for form in registry.open_forms:
        if form.tier == Tier.SELF:
            reach = scope_of(actor, right_for(form), registry.programme_of_kind(form.kind).key)
            if reach:
                yield form, reach


def near(
    form: Form, *, within: Scope, villages: Collection[str], most: int, actor: Actor
) -> list[tuple[Place, date | None]]:
    """Whom to answer it for, what is owed first. Of a reach wider than a village, the villages gone to anyhow."""
    whole = [land for land in within.lands if len(land[0]) >= Level.VILLAGE]
    there = [land for village in sorted(villages) for land in within.narrowed(village).lands]
    kept = Scope.held([*whole, *there]) if whole or there else within
    return list(offered(form, within=kept, actor=actor, most=most))


def count(form: Form, *, within: Scope) -> int:
    return places(within=within, where=PlaceFilter(kind=form.kind)).count()


def as_asked(form: Form) -> ReadForm:
    """First how it became known and from whom, as on the page for when there is a signal."""
    about = Section(ABOUT, in_each(_("代报")), proxy_questions())
    return replace(form.read, title=f"{_('代报')}{_('：')}{form.title}", sections=(about, *form.read.sections))
