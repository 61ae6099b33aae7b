"""Each township is told once of the craftsmen whose papers run out soon: they have no accounts and are told by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from hemei.core.access import SYSTEM, Scope
from hemei.core.actions.notify import tell
from hemei.core.models import Account
from hemei.core.queries.duty import on_duty
from hemei.core.queries.parameter import parameter
from hemei.core.writing import audit, writing
from hemei.programmes.craftsmen.models import Craftsman
from hemei.programmes.craftsmen.queries.people import CraftsmanFilter, craftsmen, districts_of, standings
from hemei.terms.region import Level

NAMED = 12
"""So many are named in a message; the rest stand in the list that it points to."""
Ending = tuple[Craftsman, date]


def remind_ending(day: date) -> int:
    """Tell whoever keeps the register of a township of each end that nobody was told of. Returns how many those were.

    Where nobody is on duty it waits until somebody is.
    """
    told = 0
    for code in districts_of(Craftsman.objects.filter(left_on=None)):
        by_township: dict[str, list[Ending]] = defaultdict(list)
        for one, end in _endings(code, day):
            by_township[one.region[: Level.TOWNSHIP]].append((one, end))
        for township, some in sorted(by_township.items()):
            people = on_duty("craftsman.keep", region=township, matter=Craftsman.matter, on=day)[:1]
            told += _remind(people, township, some) if people else 0
    return told


def _endings(code: str, day: date) -> list[Ending]:
    """Who of a district is to be told of, and the day on which their papers run out, the first to do so first."""
    ahead = int(parameter("craftsmen.expiry.days", region=code, on=day).value)
    where = CraftsmanFilter(paper="soon", on=day, soon_days=ahead)
    some = list(craftsmen(within=Scope.of(code), where=where))
    stands = standings(some, on=day)
    ends = [(one, stands[one.pk].until or one.paper_ends) for one in some]  # type: ignore[attr-defined]
    return sorted(((one, end) for one, end in ends if end != one.told_of), key=lambda pair: (pair[1], pair[0].pk))


def _remind(people: Sequence[Account], township: str, some: Sequence[Ending]) -> int:
    with translation.override(settings.LANGUAGE_CODE):
        named = _("、").join(f"{one.person.name} {end.isoformat()}" for one, end in some[:NAMED])
        more = _("等") if len(some) > NAMED else ""
        text = _("%(n)d 名工匠的证书或培训快到期：%(named)s%(more)s。请告诉本人续证、参加培训；名单在“乡村工匠”里。")
        said = text % {"n": len(some), "named": named, "more": more}
    with writing():
        tell(people, said, region=township, reason="papers", now=timezone.now())
        for one, end in some:
            Craftsman.objects.filter(pk=one.pk).update(told_of=end)
            audit(SYSTEM, "craftsman.remind", f"craftsman:{one.pk}", one.region, values=[end])
    return len(some)
