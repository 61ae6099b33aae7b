"""A browser that looks at the running site."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright

from hemei.core.access import Actor
from tests.conftest import CHROMIUM

PATIENCE_MS = 30_000
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
QUIET = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
    "--use-angle=swiftshader",
)
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright's loop runs beside the test, not inside Django


SENDS = re.compile(r"/(kept/send|offline/(send|edit))/$")
CUT = threading.Event()


def cut_off(context: BrowserContext) -> None:
    """No signal. Chromium lets a page that a service worker has just shown send once all the same, past what it was
    told: so the server takes nothing from such a page meanwhile."""
    CUT.set()
    context.set_offline(True)


def back_in_reach(context: BrowserContext) -> None:
    CUT.clear()
    context.set_offline(False)


def come_true(page: Page, promised: str) -> None:
    """Wait until what is promised in the page holds: `wait_for_function` takes a promise itself for a yes."""
    page.evaluate(f"""async () => {{
        const end = Date.now() + {PATIENCE_MS};
        while (!(await {promised})) {{
            if (Date.now() > end) throw new Error("it did not come true");
            await new Promise((then) => setTimeout(then, 50));
        }}
    }}""")


def _deaf_while_cut(application: Callable[..., Any]) -> Callable[..., Any]:
    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if CUT.is_set() and SENDS.search(environ["PATH_INFO"]):
            start_response("503 Service Unavailable", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return []
        return application(environ, start_response)

    return answer


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
    yield started
    started.close()


@pytest.fixture(scope="session", autouse=True)
def _emptied_between_tests() -> Iterator[None]:
    """After a test with a server of its own the database is emptied, which the append-only triggers rightly refuse."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def without_triggers(operations: BaseDatabaseOperations, statements: list[str]) -> None:
        connection = operations.connection
        with connection.cursor() as cursor:
            triggers = []
            if connection.vendor == "sqlite":  # PostgreSQL truncates, and its triggers look at single rows
                cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
                triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            flush(operations, statements)
            for _, statement in triggers:
                cursor.execute(statement)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", without_triggers)
        yield


@dataclass
class Visit:
    """A page, and what its console said: a refused style, a missing file, an exception."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


@pytest.fixture
def visit(browser: Browser, live_server) -> Iterator[Callable[..., Visit]]:
    """Opens a window, signed in as an actor or as a stranger: `visit(people.village, PHONE).page.goto("/maps/")`. With
    a folder as its profile it is a browser of its own, which keeps what it keeps there."""
    contexts = []
    server = live_server.thread.httpd
    heard = server.get_app()
    server.set_app(_deaf_while_cut(heard))

    def open_window(
        actor: Actor | None = None, size: dict[str, int] = DESK, profile: Path | None = None, **wishes
    ) -> Visit:
        wishes |= {"base_url": live_server.url, "viewport": size, "locale": "zh-CN"}
        if profile is None:
            context = browser.new_context(**wishes)
        else:
            launch = browser.browser_type.launch_persistent_context
            context = launch(profile, executable_path=CHROMIUM, args=list(QUIET), **wishes)
        contexts.append(context)
        if actor is not None:
            client = Client()
            client.force_login(actor.account)
            context.add_cookies([{"name": "sessionid", "value": client.session.session_key, "url": live_server.url}])
        seen = Visit(context.new_page())
        seen.page.on("console", seen.hear)
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        return seen

    yield open_window
    for context in contexts:
        context.close()
    server.set_app(heard)
    CUT.clear()
