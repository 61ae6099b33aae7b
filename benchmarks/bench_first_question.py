"""How soon the first question stands on an old phone: processor slowed six times, fast 3G, cold, and from what is kept.

    python -m benchmarks.bench_first_question

Chromium's own throttling (DevTools' "Fast 3G": 1.44 Mbit/s down, 0.675 up, 562 ms there and back), a phone-sized
window. The time is from the address to the first answer that can be tapped; the median of five, each in a browser that
knows nothing.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks import site

SLOWER, TIMES = 6, 5
FAST_3G = {"offline": False, "latency": 562.5, "downloadThroughput": 1_440_000 / 8, "uploadThroughput": 675_000 / 8}
FORM_S, HOUSEHOLD_S, KEPT_S = 2.5, 1.2, 0.8


def main() -> None:
    site.again("benchmarks.filling", "sqlite")
    site.again("benchmarks.bench_first_question", "sqlite")


def measure() -> None:
    from playwright.sync_api import sync_playwright

    from benchmarks.pages import Role, roles
    from hemei.core.access import actor_of, scope_of
    from hemei.core.actions.door import issue_door
    from hemei.core.models import Due, RoundState
    from hemei.core.queries.places import places
    from hemei.core.registry import registry

    by_name = {role.name: role for role in roles()}
    owed = Due.objects.filter(done_at=None, round__state=RoundState.PUBLISHED, account__isnull=False)
    due = owed.exclude(round__tier="self").select_related("account", "round").earliest("due_on")
    villager = actor_of(by_name["village_officer"].account)
    home = places(within=scope_of(villager, "door.issue")).filter(kind="house").earliest("pk")
    token = issue_door(place=home, by=villager).token
    cookie = Role("whoever owes a look", due.account).client().cookies["sessionid"].value
    form_id = next(form.id for form in registry.forms.values() if form.tier == due.round.tier)
    check = f"/field/places/{due.place_id}/check/{form_id}/"
    with site.serving(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("HEMEI_CHROMIUM") or shutil.which("chromium") or None, args=["--no-sandbox"]
        )

        @contextmanager
        def old_phone(signed_in: bool) -> Iterator[Any]:
            context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
            if signed_in:
                context.add_cookies([{"name": "sessionid", "value": cookie, "url": f"http://127.0.0.1:{site.PORT}"}])
            yield context
            context.close()

        def cold(path: str, question: str, *, signed_in: bool) -> Callable[[], float]:
            def once() -> float:
                with old_phone(signed_in) as context:
                    return first(slowed(context), path, question)

            return once

        def kept() -> float:
            with old_phone(True) as context:
                page = context.new_page()
                page.goto(f"http://127.0.0.1:{site.PORT}/field/offline/")
                page.wait_for_function("caches.keys().then((names) => names.length > 0)")
                page.locator("[data-part=look]").first.wait_for()
                page.close()
                return first(slowed(context), "/field/offline/", "[data-part=look]")

        form_s = median(cold(check, "form.check input:visible", signed_in=True))
        home_s = median(cold(f"/d/{token}/", "button.big", signed_in=False))
        kept_s = median(kept)
        browser.close()
    site.tell("First question on an old phone: six times slower, fast 3G", "sqlite", [
        site.Line("inspector's form, cold", f"{form_s:.2f} s", f"≤ {FORM_S} s", "", form_s <= FORM_S),
        site.Line("household's page, cold", f"{home_s:.2f} s", f"≤ {HOUSEHOLD_S} s", "", home_s <= HOUSEHOLD_S),
        site.Line("inspector's list, kept on the phone", f"{kept_s:.2f} s", f"≤ {KEPT_S} s", "", kept_s <= KEPT_S),
    ])  # fmt: skip


def slowed(context: Any) -> Any:
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", FAST_3G)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return page


def first(page: Any, path: str, question: str) -> float:
    begun = time.perf_counter()
    page.goto(f"http://127.0.0.1:{site.PORT}{path}", wait_until="commit")
    page.locator(question).first.wait_for(state="visible")
    return time.perf_counter() - begun


def median(once: Callable[[], float]) -> float:
    return statistics.median(once() for _ in range(TIMES))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        site.use(sys.argv[1])
        measure()
    else:
        main()
