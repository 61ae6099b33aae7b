"""A workbook of 100,000 houses, read, previewed and confirmed, into an empty district.

    python -m benchmarks.bench_import [HOUSES]

Wall and processor time of the reading and of the writing, and the most memory the process ever held.
"""

from __future__ import annotations

import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import site

HOUSES, VILLAGES, HAMLETS = 100_000, 80, 12  # hamlets of each village
HAMLET_DEGREES = 0.003  # about 300 m
SECONDS, MEGABYTES, IN_TRANSACTION = 60, 1_000, 3
LAYOUT = """\
district: "429999"
crs: EPSG:4490
registers:
  regions: {file: 区划.xlsx}
  places: {file: 农房.xlsx, kind: house}
"""
HEADER = ["村代码", "组", "房屋编号", "地址", "经度", "纬度", "结构类型", "建成年份", "层数", "有人居住"]


def write_folder(folder: Path, houses: int) -> None:
    from hemei.engines.tables import Sheet, write_xlsx

    codes = [f"429999{100 + n // 10:03d}{200 + n % 10:03d}" for n in range(VILLAGES)]
    regions = [["429999000000", "岚溪林区"]]
    regions += [[f"{code}000", f"第{n + 1}镇"] for n, code in enumerate(sorted({code[:9] for code in codes}))]
    regions += [[code, f"第{n + 1}村"] for n, code in enumerate(codes)]
    write_xlsx(folder / "区划.xlsx", [Sheet("表", ["区划代码", "名称"], regions)])
    write_xlsx(folder / "农房.xlsx", [Sheet("表", HEADER, list(rows(codes, houses)))])
    (folder / "district.yaml").write_text(LAYOUT, "utf-8")


def rows(codes: list[str], houses: int) -> Iterator[list[object]]:
    chance = random.Random(7)
    middles = [[(110.3 + chance.random() * 0.6, 31.3 + chance.random() * 0.4) for _ in range(HAMLETS)] for _ in codes]
    for number in range(houses):
        village = number * len(codes) // houses
        lon, lat = chance.choice(middles[village])
        yield [
            codes[village], f"{'一二三四五六'[number % 6]}组", f"F-{number:06d}", f"第{village + 1}村{number}号",
            round(chance.gauss(lon, HAMLET_DEGREES), 6), round(chance.gauss(lat, HAMLET_DEGREES), 6),
            chance.choice(["砖混结构", "砖木", "土木", "框架"]), 1950 + number % 75, 1 + number % 3,
            chance.choice(["是", "否"]),
        ]  # fmt: skip


def measure(database: str, houses: int) -> None:
    folder = Path(os.environ["HEMEI_VAR"]) / "register"
    folder.mkdir(parents=True)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemei.site.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    write_folder(folder, houses)
    from hemei.core.access import SYSTEM
    from hemei.core.actions.register.folder import import_folder
    from hemei.core.models import Place

    wall, cpu = time.perf_counter(), time.process_time()
    summary = import_folder(folder, by=SYSTEM, confirm=True)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    took = summary.seconds_in_transaction or 0
    stored = Place.objects.count()
    assert stored == houses, (stored, summary)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    site.tell(f"Import: a workbook of {houses:,} houses, previewed and confirmed", database, [
        site.Line("read, previewed and written", f"{wall:.1f} s", f"≤ {SECONDS} s", "", wall <= SECONDS),
        site.Line("  of that in the transaction", f"{took:.1f} s", f"≤ {IN_TRANSACTION} s", "", took <= IN_TRANSACTION),
        site.Line("  processor time", f"{cpu:.1f} s"),
        site.Line("most memory held", f"{memory:,.0f} MB", f"≤ {MEGABYTES:,} MB", "", memory <= MEGABYTES),
        site.Line("size of the workbook", f"{(folder / '农房.xlsx').stat().st_size / 1e6:.1f} MB"),
    ])  # fmt: skip


def main(houses: int) -> None:
    for database, url in site.databases().items():
        with tempfile.TemporaryDirectory() as var, site.empty_database(database, url, var) as empty:
            os.environ["HEMEI_VAR"], os.environ["DATABASE_URL"] = var, empty
            site.again("benchmarks.bench_import", database, str(houses))


if __name__ == "__main__":
    if len(sys.argv) > 2:
        measure(sys.argv[1], int(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else HOUSES)
