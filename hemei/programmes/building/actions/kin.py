"""Nobody decides about their own house: what can be told of that is the name."""

from __future__ import annotations

from django.utils.translation import gettext as _

from hemei.core.access import Actor
from hemei.core.errors import Mistaken
from hemei.core.models import Household
from hemei.programmes.building.models import Permit


def require_no_kin(permit: Permit, by: Actor) -> None:
    """Raise Mistaken for whoever bears the name of one of the household."""
    if by.name and by.name in _names(permit.household):
        raise Mistaken(_("您和申请户的成员同名：自己家的申请请由另一人办理。"), code="own_household")


def _names(household: Household) -> set[str]:
    people = set(household.members.values_list("person__name", flat=True))
    return people | ({household.head.name} if household.head else set())
