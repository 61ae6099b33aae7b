"""How long the staff pages, tiles and boards of a full district take, on the database of DATABASE_URL (default SQLite).

    python -m benchmarks.bench_pages [HOUSEHOLDS]

Makes the demo district in a folder of its own, then asks for each page thirty times as a district officer, in this
process: what is timed is the server's work, not the network's.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import date, timedelta

SAMPLES = 30
PAGES = {
    "today": "/office/",
    "cases": "/office/cases/",
    "cases, searched": "/office/cases/?q=裂缝",
    "cases, overdue": "/office/cases/?overdue=on",
    "houses": "/office/places/?kind=house",
    "houses, searched": "/office/places/?kind=house&q=王",
    "zero board": "/office/zero/",
    "zero board, a year ago, by village": "/office/zero/?on={past}&by=12",
    "zero map": "/maps/zero.svg",
    "houses programme": "/houses/",
    "rounds": "/office/rounds/",
    "audit": "/office/audit/",
    "tile, far": "/maps/9/{far}.mvt?kind=house",
    "tile, near": "/maps/14/{near}.mvt?kind=house",
}


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def main(households: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("HEMEI_VAR", folder)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemei.site.settings")
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        began = time.perf_counter()
        from hemei.demo.load import load

        load(households=households, seed=1, until=date.today())  # noqa: DTZ011
        print(f"demo district of {households} households: {time.perf_counter() - began:.1f} s")
        measure()


def measure() -> None:
    from django.conf import settings
    from django.test import Client

    from hemei.core.models import Duty, Place

    settings.ALLOWED_HOSTS = ["testserver"]
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # the built front end is not timed
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    officer = Duty.objects.filter(role="district_officer").select_related("account").first()
    somewhere = Place.objects.exclude(lon=None).first()
    assert officer is not None
    assert somewhere is not None
    client = Client()
    client.force_login(officer.account)
    where = {
        "past": (date.today() - timedelta(days=300)).isoformat(),  # noqa: DTZ011
        "far": tile(somewhere.lon, somewhere.lat, 9),
        "near": tile(somewhere.lon, somewhere.lat, 14),
    }
    print(f"{'page':38} {'p50 ms':>8} {'p95 ms':>8} {'kB':>7}")
    for name, address in PAGES.items():
        took, size = [], 0
        for _ in range(SAMPLES):
            began = time.perf_counter()
            answer = client.get(address.format(**where))
            took.append((time.perf_counter() - began) * 1000)
            size = len(answer.content)
            assert answer.status_code == 200, (name, answer.status_code)
        print(f"{name:38} {percentile(took, 0.5):8.1f} {percentile(took, 0.95):8.1f} {size / 1000:7.1f}")


def tile(lon: float | None, lat: float | None, zoom: int) -> str:
    from math import asinh, floor, pi, radians, tan

    assert lon is not None
    assert lat is not None
    size = 1 << zoom
    return f"{floor((lon + 180) / 360 * size)}/{floor((1 - asinh(tan(radians(lat))) / pi) / 2 * size)}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 25_000)
