"""Where the walkers go, in a furnished site: `python -m tests.faults.walkers prepare HOUSES DOORS`, and `… look FILE`.

FILE says of each check its number, its photo's hash, whether it fits and whether its page said that it was kept; and
which instances the phones believe to be stored.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402

from hemei.core.access import actor_of  # noqa: E402
from hemei.core.actions.door import issue_door  # noqa: E402
from hemei.core.actions.placestate import count_in  # noqa: E402
from hemei.core.files import path_of  # noqa: E402
from hemei.core.models import Account, Check, Due, Evidence, Round, RoundState  # noqa: E402
from hemei.terms.day import today  # noqa: E402
from tests.conftest import VILLAGE, build_house  # noqa: E402
from tests.faults import promises  # noqa: E402


def prepare(owed: int, doors: int) -> None:
    """So many houses, owed a survey by one grid worker, and plates at some of them."""
    ends = today() + timedelta(days=9)
    turn = Round.objects.create(
        matter="houses", tier="survey", name="镇村排查", region=VILLAGE, starts=today(), ends=ends,
        state=RoundState.PUBLISHED,
    )  # fmt: skip
    houses = [build_house(VILLAGE, f"坡上{n}号", 110.6 + n / 5000) for n in range(owed)]
    for house in houses:
        count_in(house)
    grid = Account.objects.get(username="grid")
    Due.objects.bulk_create(
        [Due(round=turn, place=house, region=VILLAGE, due_on=ends, account=grid) for house in houses]
    )
    second = actor_of(Account.objects.get(username="village"))
    tokens = [issue_door(place=house, by=second).token for house in houses[:doors]]
    (settings.VAR / "door-tokens").write_text("\n".join(tokens))


def wrong(told: dict[str, Any]) -> Iterator[str]:
    stored = defaultdict(list)
    for check in Check.objects.filter(answers__has_key="remark"):
        stored[check.answers["remark"]].append(check)
    for one in told["walks"]:
        yield from _wrong_of(one, stored.pop(one["number"], []))
    for number in stored:
        yield f"check {number} was never made"
    numbers = sorted(check.instance_id.removeprefix("kept.") for check in _walked())
    if numbers != sorted(told["sent"]):
        yield f"stored, or sent as a phone believes, but not both: {set(numbers) ^ set(told['sent'])}"
    yield from promises.broken()


def _walked() -> Any:
    return Check.objects.exclude(instance_id__startswith="furnished-")


def _wrong_of(one: dict[str, Any], there: list[Check]) -> Iterator[str]:
    """Once where it was promised, at most once where its page was killed before that, never where it was refused."""
    least, most = (1, 1) if one["promised"] else (0, 1)
    if not one["fits"]:
        least = most = 0
    if not least <= len(there) <= most:
        yield f"check {one} is there {len(there)} times"
    for check in there:
        kept = list(Evidence.objects.filter(check_made=check).values_list("sha256", flat=True))
        if kept != [one["photo"]]:
            yield f"check {one} has the photos {kept}"
        elif sha256(path_of(one["photo"]).read_bytes()).hexdigest() != one["photo"]:
            yield f"the photo of {one} is not whole"


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(int(sys.argv[2]), int(sys.argv[3]))
    else:
        found = list(wrong(json.loads(Path(sys.argv[2]).read_text())))
        print("\n".join(found))
        sys.exit(1 if found else 0)
