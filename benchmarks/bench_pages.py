"""Every page and every tile that each role can reach, in a full district, over HTTP: 8 users with 1 s of thinking.

    python -m benchmarks.bench_pages [SECONDS]

First each page and tile is asked for alone, a few times, as each role, which finds the slow ones; then eight users of
different roles click about. Exports and sign-in stand apart.
"""

from __future__ import annotations

import random
import sys
import time
from collections import defaultdict

from benchmarks import site
from benchmarks.client import Connection, Taken, get, percentile, run

USERS, THINKS, SECONDS, ALONE = 8, 1.0, 60, 1
PAGE_MS, TILE_MS, PAST_MS, TILE_KB = 150, 50, 300, 200
SLOWEST = 10


def main(seconds: float) -> None:
    for database in site.databases():
        site.again("benchmarks.filling", database)
        site.again("benchmarks.bench_pages", database, str(seconds))


def measure(database: str, seconds: float) -> None:
    from django.conf import settings

    from benchmarks.pages import reachable, roles, tiles
    from hemei.site.serving import gather_static_files

    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
    gather_static_files()
    asked: dict[str, list[tuple[str, bytes]]] = {}  # role → (address, request)
    for role in roles():
        client = role.client()
        cookie = f"sessionid={client.cookies['sessionid'].value}"
        addresses = [*reachable(role).values(), *tiles(role)]
        asked[role.name] = [(address, get(address, cookie)) for address in addresses]
    with site.serving() as served:
        alone, heaviest = one_at_a_time(asked)
        names, chance = list(asked), random.Random(7)
        cpu = served.cpu_seconds()

        def click(user: int, number: int) -> tuple[str, bytes]:
            return chance.choice(asked[names[user % len(names)]])

        taken, _lasted = run(site.PORT, USERS, seconds, click, thinks=THINKS)
        cpu = served.cpu_seconds() - cpu
    report(database, alone, heaviest, taken, cpu)


def one_at_a_time(asked: dict[str, list[tuple[str, bytes]]]) -> tuple[dict[str, list[float]], int]:
    """Milliseconds of each address asked for alone, by role and address; and the largest tile, bytes."""
    connection, alone, heaviest = Connection(site.PORT), defaultdict(list), 0
    for role, requests in asked.items():
        for address, request in requests:
            connection.ask(request)  # once for the caches that a running site has warm
            for _ in range(ALONE):
                began = time.perf_counter()
                connection.ask(request)
                alone[f"{role} {address}"].append((time.perf_counter() - began) * 1000)
            if ".mvt" in address:
                heaviest = max(heaviest, len(connection.ask(request)[1]))
    return alone, heaviest


def report(database: str, alone: dict[str, list[float]], heaviest: int, taken: list[Taken], cpu: float) -> None:
    times = [(kind, took * 1000) for user in taken for kind, took in zip(user.kinds, user.times, strict=True)]
    pages = [took for kind, took in times if ".mvt" not in kind]
    drawn = [took for kind, took in times if ".mvt" in kind]
    past = [took for name, tooks in alone.items() for took in tooks if "zero/?" in name and "on=" in name]
    medians = {name: percentile(tooks, 0.5) for name, tooks in alone.items()}
    slow = sorted((took for name, took in medians.items() if ".mvt" not in name and took > PAGE_MS), reverse=True)
    slowest = sorted(medians.items(), key=lambda pair: -pair[1])[:SLOWEST]
    wrong = sum(len(user.wrong) for user in taken)
    page95, tile95 = percentile(pages, 0.95), percentile(drawn, 0.95)
    each = cpu / max(len(times), 1) * 1000
    lines = [
        site.Line(f"pages, {USERS} users: p50 · p95", f"{percentile(pages, 0.5):.0f} · {page95:.0f} ms",
                  f"p95 ≤ {PAGE_MS} ms", "", page95 <= PAGE_MS),
        site.Line(f"tiles, {USERS} users: p50 · p95", f"{percentile(drawn, 0.5):.0f} · {tile95:.0f} ms",
                  f"p95 ≤ {TILE_MS} ms", "", tile95 <= TILE_MS),
        site.Line("pages slower than that, alone", f"{len(slow)} of {len(medians)}", "0", "", not slow),
        site.Line("zero board of a past date, slowest", f"{max(past, default=0):.0f} ms", f"≤ {PAST_MS} ms", "",
                  max(past, default=0) <= PAST_MS),
        site.Line("largest tile", f"{heaviest / 1000:.0f} kB", f"≤ {TILE_KB} kB", "", heaviest <= TILE_KB * 1000),
        site.Line("clicks · processor time each · refused", f"{len(times)} · {each:.0f} ms · {wrong}"),
        *(site.Line(f"  {name[:90]}", f"{took:.0f} ms") for name, took in slowest),
    ]  # fmt: skip
    site.tell("Pages: every page and tile of every role", database, lines, medians=medians)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        site.use(sys.argv[1])
        measure(sys.argv[1], float(sys.argv[2]))
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
