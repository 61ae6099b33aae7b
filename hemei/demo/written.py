"""What was written so far: the ids that rows of the made-up district were given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hemei.core.access import Actor, At, actor_of
from hemei.core.models import Account
from hemei.terms.day import SHANGHAI

MATTER = "houses"


@dataclass(frozen=True)
class Written:
    """Ids in the order of the rows they belong to."""

    where: At
    units: Sequence[int]
    accounts: Sequence[int]
    places: Sequence[int]
    doors: Sequence[tuple[int, int | None]]  # of each house: its plate and the phone paired with it

    def actor(self, row: int) -> Actor:
        """Somebody of the staff, with the duties they have today."""
        return actor_of(Account.objects.get(pk=self.accounts[row]))


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, SHANGHAI)


def instance(row: int) -> str:
    """The instance id of a check of the year."""
    return f"demo-{row:06d}"
