"""A map of 25,000 houses in Chromium: moved and zoomed about, while a trace looks for long tasks.

    python -m benchmarks.bench_map

Frames a second cannot be measured without a graphics card; what can is whether the page's own thread is ever busy for
longer than 200 ms at a time.
"""

from __future__ import annotations

import os
import shutil
import sys
from typing import Any

from benchmarks import site

LONGEST_MS, TILE_KB = 200, 200
WATCH = """() => { window.longTasks = []; new PerformanceObserver(list => { for (const entry of list.getEntries())
  window.longTasks.push(entry.duration); }).observe({type: 'longtask', buffered: true}); }"""


def main() -> None:
    site.again("benchmarks.filling", "sqlite")
    site.again("benchmarks.bench_map", "sqlite")


def measure() -> None:
    from playwright.sync_api import sync_playwright

    from benchmarks.pages import roles

    role = next(role for role in roles() if role.name == "district_officer")
    cookie = role.client().cookies["sessionid"].value
    with site.serving(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("HEMEI_CHROMIUM") or shutil.which("chromium") or None,
            args=["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
        )
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        address = f"http://127.0.0.1:{site.PORT}"
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
        page, tiles = context.new_page(), []
        page.on("response", lambda answer: tiles.append(answer) if ".mvt" in answer.url else None)
        page.add_init_script(f"({WATCH})()")
        page.goto(f"{address}/maps/", wait_until="networkidle")
        loading = page.evaluate("longTasks.splice(0)")
        moving = walked(page)
        sizes = [len(answer.body()) for answer in tiles if answer.ok]
        browser.close()
    worst, heaviest = max(moving, default=0), max(sizes, default=0)
    site.tell("Map: looked about in Chromium without a graphics card", "sqlite", [
        site.Line("longest task while moving and zooming", f"{worst:.0f} ms", f"≤ {LONGEST_MS} ms", "",
                  worst <= LONGEST_MS),
        site.Line("  tasks over 50 ms while moving", f"{len(moving)}"),
        site.Line("longest task while loading", f"{max(loading, default=0):.0f} ms"),
        site.Line("tiles fetched · largest", f"{len(sizes)} · {heaviest / 1000:.0f} kB", f"≤ {TILE_KB} kB", "",
                  heaviest <= TILE_KB * 1000),
    ])  # fmt: skip


def walked(page: Any) -> list[float]:
    """Drag the map, go in six times and out again; the long tasks meanwhile, ms."""
    middle = (720, 450)
    page.mouse.move(*middle)
    for delta in (-400, -400, -400, -400, -400, -400, 400, 400, 400):
        page.mouse.wheel(0, delta)
        page.wait_for_timeout(700)
        page.mouse.down()
        page.mouse.move(middle[0] - 220, middle[1] + 90, steps=12)
        page.mouse.up()
        page.mouse.move(*middle)
        page.wait_for_timeout(500)
    found: list[float] = page.evaluate("longTasks.splice(0)")
    return found


if __name__ == "__main__":
    if len(sys.argv) > 1:
        site.use(sys.argv[1])
        measure()
    else:
        main()
