"""What a building site's page shows beyond what every place has."""

from __future__ import annotations

from typing import Any

from hemei.core.access import Actor, may, scope_of
from hemei.core.models import Place
from hemei.programmes.craftsmen.models import Craftsman, Rating, Sort, Worksite
from hemei.programmes.craftsmen.queries.people import standings
from hemei.programmes.craftsmen.queries.worksites import postings_at
from hemei.programmes.craftsmen.wording import why_not
from hemei.terms.day import today


def crew(place: Place, by: Actor) -> dict[str, Any]:
    """Who works on a site and how each stands today; and the household's word, where there is one."""
    rows = list(postings_at(place, within=scope_of(by, "craftsman.view", Craftsman.matter)))
    stands = standings({row.craftsman_id: row.craftsman for row in rows}.values(), on=today())
    site = Worksite.objects.get(place=place)
    keeps = place.removed_on is None and may(by, "posting.keep", place)
    return {
        "place": place,
        "site": site,
        "here": [
            (row, stands[row.craftsman_id], why_not(stands[row.craftsman_id])) for row in rows if row.ends is None
        ],
        "gone": [row for row in rows if row.ends is not None],
        "may_post": keeps and site.ends_on is None,
        "may_ask": keeps and site.ends_on is not None and site.sort == Sort.HOUSE,
        "rating": Rating.objects.filter(place=place).first(),
    }
