"""The phones of two walkers: each a browser with its profile on the disk, which may be ended at any moment."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image
from playwright.sync_api import BrowserType, FilePayload, Page, expect
from playwright.sync_api import Error as BrowserError

from tests.browser.conftest import PHONE, QUIET, come_true
from tests.conftest import CHROMIUM, PASSWORD
from tests.faults.storm import end_with_all_below

SCRIPT = Path(__file__).with_name("walker.js")
ANSWERS = {
    "structure": "earth_timber",
    "storeys": "1",
    "occupied": "yes",
    **dict.fromkeys(("business_use", "use_changed", "altered", "cut_slope", "risky_ground", "crack_growing"), "no"),
    **dict.fromkeys(("electricity", "ground_crack", "settlement", "door_stuck", "wall_leaning", "corner_gap"), "none"),
    **dict.fromkeys(("wall_crack", "wall_erosion", "beam_rot", "beam_sag", "joint_pulled", "concrete_crack"), "none"),
    **dict.fromkeys(("floor_slab", "roof_sag", "roof_leak", "enclosure_wall", "first_judgement"), "none"),
}
LONG_MS = 120_000  # a machine may be slow
TRIES = 5  # of a person who sees an error in place of the page
A_DOOR = 12  # reports; twenty an hour are taken
NO_PICTURE = b"not a picture, whatever its name says " * 800


@dataclass
class Walk:
    """One check: its number stands in its remarks."""

    number: int
    photo: bytes
    fits: bool = True  # else the server refuses it: its photo is none
    promised: bool = False  # the page said that it is in the outbox

    @property
    def told(self) -> dict[str, Any]:
        digest = hashlib.sha256(self.photo).hexdigest()
        return {"number": str(self.number), "photo": digest, "fits": self.fits, "promised": self.promised}


def walk(rng: Random, number: int, *, fits: bool) -> Walk:
    """With a photo of 20 to 60 kB, unlike any other."""
    wide, high = rng.randrange(120, 210), rng.randrange(120, 160)
    out = io.BytesIO()
    Image.frombytes("RGB", (wide, high), rng.randbytes(wide * high * 3)).save(out, "JPEG", quality=80)
    return Walk(number, out.getvalue() if fits else NO_PICTURE + str(number).encode(), fits)


class Phone:
    """A browser that is opened on one page, its `home`, and comes back to it."""

    home = ""

    def __init__(self, chromium: BrowserType, profile: Path, base: str) -> None:
        self.chromium, self.profile, self.base = chromium, profile, base
        self.offline = False
        self.walks: list[Walk] = []
        self.errors: list[str] = []  # that the browser showed in place of the page

    def start(self) -> None:
        self.context = self.chromium.launch_persistent_context(
            self.profile, executable_path=CHROMIUM, args=list(QUIET), base_url=self.base, viewport=PHONE, locale="zh-CN"
        )
        self.context.add_init_script(path=SCRIPT)
        self.context.set_offline(self.offline)
        self.context.set_default_timeout(LONG_MS)
        self.page: Page = self.context.pages[0]

    def open(self) -> None:
        """The page that was kept: with a signal or without one. Where an error is shown, it is opened again."""
        for left in reversed(range(TRIES)):
            try:
                self.page.goto(self.home)
                return
            except BrowserError as fault:
                if not left or "net::" not in fault.message:
                    raise
                self.errors.append(fault.message.splitlines()[0])
                self.page.wait_for_timeout(500)

    def reach(self, *, offline: bool) -> None:
        self.offline = offline
        self.context.set_offline(offline)

    def page_killed(self) -> None:
        self.page.close()
        self.page = self.context.new_page()
        self.open()

    def kill(self) -> None:
        """As if the battery were taken out; the page may be in the middle of something."""
        end_with_all_below(self.process)

    @property
    def process(self) -> int:
        """The one that was started with this profile; those that it started itself say of what type they are."""
        told = f"--user-data-dir={self.profile}".encode()
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                said = (process / "cmdline").read_bytes().split(b"\0")
                if told in said and not any(one.startswith(b"--type=") for one in said):
                    return int(process.name)
        raise AssertionError("the browser does not run")

    def revive(self) -> None:
        with suppress(BrowserError):
            self.context.close()
        self.start()
        self.open()

    def close(self) -> None:
        with suppress(BrowserError):
            self.context.close()

    def make(self, one: Walk) -> None:
        self.walks.append(one)
        self.page.evaluate("([what, given]) => walker[what](given)", self.given(one))
        one.promised = True

    def begin(self, one: Walk) -> None:
        """Not waited for: something is about to happen."""
        self.walks.append(one)
        self.page.evaluate("([what, given]) => void walker[what](given).catch(() => undefined)", self.given(one))

    def given(self, one: Walk) -> tuple[str, dict[str, Any]]:
        raise NotImplementedError

    def send(self) -> None:
        """Set off what is sent, without waiting for what comes of it."""
        self.page.evaluate("window.dispatchEvent(new Event('online'))")

    def come_back(self) -> None:
        """What a person does when there is a signal again and nothing goes out."""

    def go_on(self, number: int) -> None:
        """Before this person's check of that number."""

    def sheets(self) -> list[dict[str, Any]]:
        """What is in the outbox, and what became of it."""
        told: list[dict[str, Any]] = self.page.evaluate("walker.sheets()")
        return told


class Inspector(Phone):
    """A grid worker who owes a survey of many houses."""

    home = "/field/offline/"

    def arrive(self) -> None:
        """Signed in, and the page kept, where there is a signal."""
        self.start()
        self.sign_in()
        self.page.evaluate("navigator.serviceWorker.ready")
        come_true(self.page, "caches.keys().then((names) => names.length > 0)")

    def sign_in(self) -> None:
        self.page.goto(f"/sign-in/?next={self.home}")
        self.page.locator("[name=username]").fill("grid")
        self.page.locator("[name=password]").fill(PASSWORD)
        self.page.locator("[name=password]").press("Enter")
        expect(self.page.get_by_text("清单更新于")).to_be_visible(timeout=LONG_MS)

    def come_back(self) -> None:
        """A phone that died may have lost its sign-in, and the page asks for it."""
        if self.page.locator("[data-part=sign-in]").is_visible():
            self.sign_in()

    def shown_as_refused(self, reason: str) -> int:
        self.page.goto(f"{self.home}#outbox")
        expect(self.page.locator("h1")).to_have_text("填过的", timeout=LONG_MS)
        return self.page.locator("li[data-state=refused]", has_text=reason).count()

    def given(self, one: Walk) -> tuple[str, dict[str, Any]]:
        leans = "severe" if one.number % 5 == 0 else "none"
        fields = {**ANSWERS, "wall_leaning": leans}
        return "survey", {"number": one.number, "fields": fields, "photo": base64.b64encode(one.photo).decode()}

    def make_by_hand(self, one: Walk) -> None:
        """By taps, as a person does it."""
        self.walks.append(one)
        self.page.get_by_role("link", name="镇村排查").first.click()
        for name, value in ANSWERS.items():
            box = self.page.locator(f"[data-field='{name}']")
            if name == "storeys":
                box.locator("input").fill(value)
            else:
                box.locator(f"input[value='{value}']").check()
        self.page.locator("[data-field='remark'] textarea").fill(str(one.number))
        front = self.page.locator("[data-field='house_photo']")
        front.locator("input[data-source=camera]").set_input_files(picture(one))
        expect(front.locator(".photos li")).to_have_count(1, timeout=LONG_MS)
        self.page.get_by_role("button", name="填完了，放进待发送").click()
        expect(self.page.locator("h1")).to_have_text("我的待查", timeout=LONG_MS)
        one.promised = True


class Household(Phone):
    """A phone that stands for several households: each plate takes twenty reports an hour."""

    def __init__(self, chromium: BrowserType, profile: Path, base: str, doors: Sequence[str]) -> None:
        super().__init__(chromium, profile, base)
        self.doors = doors

    def arrive(self) -> None:
        self.start()
        for door in self.doors:
            self.page.goto(f"/d/{door}/")
            expect(self.page.get_by_text("这一页存到手机里了")).to_be_visible(timeout=LONG_MS)
        self.go_to(self.doors[0])

    def go_to(self, door: str) -> None:
        self.home = f"/d/{door}/kept/"
        self.open()

    def go_on(self, number: int) -> None:
        if number % A_DOOR == 0:
            self.go_to(self.doors[number // A_DOOR])

    def shown_as_refused(self, reason: str) -> int:
        """Below the two buttons, or below the question at which a report was broken off."""
        shown = 0
        for door in self.doors:
            self.go_to(door)
            own = [one for one in self.sheets() if one["account"] == f"/d/{door}/"]
            expect(self.page.locator(".wait")).to_have_count(len(own), timeout=LONG_MS)
            shown += self.page.locator(".wait[data-state=refused]", has_text=reason).count()
        return shown

    def given(self, one: Walk) -> tuple[str, dict[str, Any]]:
        sticks = one.number % 4 == 0
        return "report", {"number": one.number, "sticks": sticks, "photo": base64.b64encode(one.photo).decode()}

    def make_by_hand(self, one: Walk) -> None:
        self.walks.append(one)
        self.page.get_by_role("button", name="有情况").click()
        while self.page.get_by_role("button", name="报上去").count() == 0:
            self.page.get_by_role("button", name="没有", exact=True).click()
        self.page.locator("[data-field=remark] textarea").fill(str(one.number))
        self.page.locator("input[capture]").set_input_files(picture(one))
        expect(self.page.locator(".shots img")).to_have_count(1, timeout=LONG_MS)
        self.page.get_by_role("button", name="报上去").click()
        expect(self.page.get_by_role("button", name="有情况")).to_be_visible(timeout=LONG_MS)
        one.promised = True


def picture(one: Walk) -> FilePayload:
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": one.photo}
