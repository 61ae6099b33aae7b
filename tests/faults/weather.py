"""What happens to the walkers' phones and to their server meanwhile, and how it passes again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

from tests.faults.ground import fill
from tests.faults.line import Line
from tests.faults.phones import Phone, Walk
from tests.faults.storm import Storm

SOON_S = 0.25
PASSES = 0.3  # how likely a trouble that lasts is over with the next check


class Weather:
    """The moments of each trouble are chosen by chance, beforehand; none of them is left out."""

    def __init__(self, storm: Storm, line: Line, phones: Sequence[Phone], rng: Random) -> None:
        self.storm, self.line, self.phones, self.rng = storm, line, phones, rng
        self.ballast = storm.site.var / "ballast"
        self.seen: Counter[str] = Counter()
        self._coming: dict[int, Callable[[Phone, Walk], None]] = {}

    def foretell(self, numbers: range) -> None:
        """Which trouble comes with which check. What takes seconds to come back from comes seldom."""
        often, seldom = max(1, len(numbers) // 16), max(1, len(numbers) // 50)
        troubles = [self.no_signal, self.bad_line, self.cut, self.page_killed, self.disk_full] * often
        troubles += [self.phone_dies, self.server_killed] * seldom
        moments = self.rng.sample(numbers, len(troubles))
        self._coming = dict(zip(moments, troubles, strict=True))

    def walk(self, phone: Phone, one: Walk) -> None:
        """Make this check, in what the weather has for it."""
        trouble = self._coming.get(one.number)
        if trouble is None:
            phone.make(one)
        else:
            self.seen[trouble.__name__] += 1
            trouble(phone, one)
        self.change()

    def change(self) -> None:
        for phone in self.phones:
            if phone.offline and self._passes():
                phone.reach(offline=False)
        if self.line.bad and self._passes():
            self.line.bad = False
        if self.ballast.exists() and self._passes():
            self.ballast.unlink()
        if self.storm.server is None and self._passes():
            self.storm.start()

    def clear(self) -> None:
        """All of it is over."""
        self.line.bad = False
        self.ballast.unlink(missing_ok=True)
        if self.storm.server is None:
            self.storm.start()
        for phone in self.phones:
            phone.reach(offline=False)

    def no_signal(self, phone: Phone, one: Walk) -> None:
        phone.reach(offline=True)
        phone.make(one)

    def bad_line(self, phone: Phone, one: Walk) -> None:
        self.line.bad = True
        phone.make(one)
        phone.send()

    def cut(self, phone: Phone, one: Walk) -> None:
        phone.make(one)
        phone.send()
        self._soon()
        self.line.cut()

    def page_killed(self, phone: Phone, one: Walk) -> None:
        phone.begin(one)
        self._soon()
        phone.page_killed()

    def phone_dies(self, phone: Phone, one: Walk) -> None:
        phone.begin(one)
        self._soon()
        phone.kill()
        phone.revive()

    def server_killed(self, phone: Phone, one: Walk) -> None:
        phone.make(one)
        for other in self.phones:
            other.send()
        self._soon()
        if self.storm.server is not None:
            self.storm.kill(self.rng.choice(["all", "all", "the watching one", "an answering one"]))

    def disk_full(self, phone: Phone, one: Walk) -> None:
        fill(self.ballast)
        phone.make(one)
        phone.send()

    def _soon(self) -> None:
        time.sleep(self.rng.uniform(0, SOON_S))

    def _passes(self) -> bool:
        return self.rng.random() < PASSES
