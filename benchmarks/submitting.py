"""What every benchmark of submissions does: send them one by one at 1, 8 and 32 connections, and tell how it went."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import site
from benchmarks.client import percentile, press

PEER = {1: 92, 8: 168, 32: 227}
"""Submissions a second of ODK Central, by connections."""
TIMES = {1: 2, 8: 3, 32: 2}
WARM_UP = 5
A_CASE_IN = 10  # of those sent, one shows a danger where no case is open
P99 = {1: ("", "ODK Central p99 34 ms"), 8: ("p99 ≤ 100 ms", "")}


def one_by_one(claim: str, database: str, seconds: float, make: Callable[[], bytes | None], *, good: int) -> None:
    """`make` gives one request after the other, or None where there are no more; `good` is the status of one taken."""
    with site.serving() as served:
        lines = [line for users in PEER for line in at(served, users, seconds, make, good)]
    site.tell(f"{claim}: one by one, {seconds:.0f} s at each, limits on", database, lines)


def at(
    served: site.Site, users: int, seconds: float, make: Callable[[], bytes | None], good: int
) -> Iterator[site.Line]:
    """Requests are made beforehand, so that the client only sends: enough of them for more than what is hoped for."""
    from hemei.core.models import Case, Check

    wanted = PEER[users] * TIMES[users]
    ready = [make() for _ in range(int(wanted * 1.6 * (seconds + WARM_UP)))]
    queue = iter([one for one in ready if one])

    def next_request(user: int, number: int) -> tuple[str, bytes] | None:
        request = next(queue, None)
        return ("submission", request) if request else None

    press(site.PORT, users, WARM_UP, next_request)
    before = Check.objects.count(), Case.objects.count(), served.cpu_seconds()
    own = time.process_time()
    taken, lasted = press(site.PORT, users, seconds, next_request, good=(good,))
    own = time.process_time() - own
    stored, opened = Check.objects.count() - before[0], Case.objects.count() - before[1]
    cpu = (served.cpu_seconds() - before[2]) / max(stored, 1) * 1000
    times = [one for user in taken for one in user.times]
    wrong = sum(len(user.wrong) for user in taken)
    assert stored == len(times) - wrong, (stored, len(times), wrong)  # every one answered is there, once
    assert opened > stored / A_CASE_IN * 0.9, (opened, stored)
    rate, p50, p99 = stored / lasted, percentile(times, 0.5) * 1000, percentile(times, 0.99) * 1000
    peer = f"ODK Central {PEER[users]}/s burst, 125–150/s sustained"
    yield site.Line(f"{users} connections, stored a second", f"{rate:.0f}/s", f"≥ {wanted}/s", peer, rate >= wanted)
    told = P99.get(users, ("", ""))
    yield site.Line("  p50 · p99", f"{p50:.1f} · {p99:.1f} ms", *told, p99 <= 100 if users == 8 else None)
    yield site.Line("  processor time each", f"{cpu:.2f} ms", "≤ 5 ms", "ODK Central 13–16 ms", cpu <= 5)
    yield site.Line("  opened a case · refused · seconds", f"{opened} · {wrong} · {lasted:.0f}")
    yield site.Line("  the client's own processor time each", f"{own / max(stored, 1) * 1000:.2f} ms")


def surveyor() -> Any:
    """A new account that may survey the whole district."""
    from hemei.core.models import Account, Duty, Unit
    from hemei.demo.naming import DISTRICT_CODE
    from hemei.terms.day import today

    account = Account(username=f"bench-{uuid.uuid4().hex[:8]}", name="压测")
    account.set_unusable_password()
    account.save()
    unit = Unit.objects.filter(region=DISTRICT_CODE).first()
    Duty.objects.create(
        account=account, unit=unit, role="grid_worker", matter="*", region=DISTRICT_CODE, starts=today()
    )
    return account
