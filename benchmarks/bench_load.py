"""Self-check submissions one by one, and checks in batches of 100, each stored durably before the answer.

    python -m benchmarks.bench_load [SECONDS]

A submission is what a household's phone sends when it presses 一切正常 or names a danger: through the door's token, its
limit of reports an hour and the paired phone's secret, on a form with its findings. One in ten shows a leaning wall, so
that a case is opened, handed over and told. SQLite syncs its log before each answer, PostgreSQL commits as it does.

Peer: ODK Central (two processes, PostgreSQL) on such a machine, OpenRosa submissions of a form of the same length:
168/s at 8 connections, 92/s at 1, 227/s at 32 in a burst, 125–150/s sustained, 13–16 ms of processor time each.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from benchmarks import site
from benchmarks.client import percentile, post, press
from benchmarks.filling import ensure
from benchmarks.submitting import A_CASE_IN, one_by_one, surveyor

SECONDS = 60
BATCH, BATCHES_S = 100, 3_000


def submissions() -> Callable[[], bytes | None]:
    from benchmarks.district import COPIES, door_token
    from hemei.core.models import Case, DoorToken
    from hemei.core.personal import token_hash
    from hemei.core.queries.door import who_stands
    from hemei.field.doorstep import Doorstep

    known = DoorToken.objects.filter(revoked_at=None).count() // COPIES
    keys = {digest: (pk, place) for digest, pk, place in DoorToken.objects.values_list("token_hash", "pk", "place")}
    # A danger where a case is open joins that one, so it is shown where none is; what earlier runs opened stays.
    troubled = set(Case.objects.filter(ended_at=None).values_list("place", flat=True))
    door, actor = who_stands(door_token(1, 0))  # type: ignore[misc]
    step = Doorstep(door, "", actor)

    def doors() -> Iterator[tuple[str, int]]:
        """Each door several times, well below its limit an hour, with its place."""
        for _again in range(8):
            for row in range(known):
                for copy in range(1, COPIES):
                    if found := keys.get(token_hash(token := door_token(copy, row))):
                        step.door.pk, place = found
                        yield token, place

    ready, made = doors(), 0

    def make() -> bytes | None:
        nonlocal made
        made += 1
        for token, place in ready:
            sealed, cookie = step.seal(step.arrive()), f"paired=phone of {token}"
            if made % A_CASE_IN:
                return post(f"/d/{token}/fine/", urlencode({"visit": sealed}).encode(), cookie)
            if place not in troubled:
                troubled.add(place)
                said = {"visit": sealed, "question": "wall_leaning", "answer": "yes"}
                return post(f"/d/{token}/danger/", urlencode(said).encode(), cookie)
        return None

    return make


def batches(database: str, seconds: float) -> None:
    from hemei.core.models import Check, Place, Tier
    from hemei.core.registry import registry

    key, form = api_key(), registry.forms_for("house", Tier.SURVEY)[0]
    places = list(Place.objects.filter(removed_on=None).order_by("id").values_list("pk", flat=True)[:50_000])
    answers = (
        Check.objects.filter(form=form.id, without_findings=True).order_by("-id").values_list("answers", flat=True)
    )
    plain = answers[0]
    position = 0

    def batch() -> bytes:
        nonlocal position
        from django.utils import timezone

        rows = [
            {
                "instance_id": uuid.uuid4().hex,
                "place": places[(position + n) % len(places)],
                "form": form.id,
                "answers": plain,
                "at": timezone.now().isoformat(),
            }
            for n in range(BATCH)
        ]
        position += BATCH
        body = json.dumps({"checks": rows}).encode()
        return post("/api/checks", body, kind="application/json", Authorization=f"Bearer {key}")

    with site.serving() as served:
        ready = iter([batch() for _ in range(int(BATCHES_S * 2 * seconds / BATCH))])

        def next_request(user: int, number: int) -> tuple[str, bytes] | None:
            request = next(ready, None)
            return ("batch", request) if request else None

        press(site.PORT, 2, 2, next_request)
        before, cpu = Check.objects.count(), served.cpu_seconds()
        taken, lasted = press(site.PORT, 2, seconds, next_request, good=(200,))
        stored = Check.objects.count() - before
        cpu = (served.cpu_seconds() - cpu) / max(stored, 1) * 1000
    times = [one for user in taken for one in user.times]
    wrong = sum(len(user.wrong) for user in taken)
    rate, p50, p95 = stored / lasted, percentile(times, 0.5) * 1000, percentile(times, 0.95) * 1000
    site.tell(f"Batches: of {BATCH} survey checks by the API, 2 connections", database, [
        site.Line("stored a second", f"{rate:.0f}/s", f"≥ {BATCHES_S}/s", "", rate >= BATCHES_S),
        site.Line("  p50 · p95 of a batch", f"{p50:.0f} · {p95:.0f} ms"),
        site.Line("  processor time a check · refused", f"{cpu:.3f} ms · {wrong}"),
    ])  # fmt: skip


def api_key() -> str:
    from hemei.core.access import SYSTEM, At
    from hemei.core.actions.apikey import issue_key
    from hemei.demo.naming import DISTRICT_CODE

    return issue_key(where=At(DISTRICT_CODE), account=surveyor(), name="bench", by=SYSTEM)[1]


def main(seconds: float) -> None:
    for database in site.databases():
        ensure(database)
    for database in site.databases():
        site.again("benchmarks.bench_load", database, str(seconds))


if __name__ == "__main__":
    if len(sys.argv) > 2:
        site.use(sys.argv[1])
        one_by_one("Submissions", sys.argv[1], float(sys.argv[2]), submissions(), good=302)
        batches(sys.argv[1], min(float(sys.argv[2]), 20))
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
