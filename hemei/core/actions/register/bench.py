"""Where confirmed rows are laid ready: per model what comes and what changes, then all of it in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import models

from hemei.core.access import Actor
from hemei.core.actions.register.judging import Reference
from hemei.core.laid import Laid, reserve

FEWEST_KEYS, MOST_KEYS = 16, 10_000


class Bench:
    """The rows of one batch, laid ready in the order in which they must come: what is referred to first."""

    def __init__(self, by: Actor, now: datetime) -> None:
        self.by = by
        self.now = now
        self.made: dict[str, dict[str, int]] = {}  # register → key of a staged row → its primary key to be
        self.duties: list[tuple[str, str, str, int]] = []  # role, matter, region, unit: of today, on their way
        self.edited: set[int] = set()  # places changed by hand since the rows were read
        self.set_aside: list[int] = []  # staged rows of such places: not written
        self.recount: set[tuple[str, str]] = set()  # kinds and regions whose places are to be counted anew
        self.then: list[Callable[[], object]] = []  # what comes after, in the same transaction
        self._inserts: dict[type[models.Model], Laid] = {}
        self._updates: dict[tuple[type[models.Model], tuple[str, ...]], Laid] = {}
        self._keys: dict[type[models.Model], list[int]] = {}
        self._taken: dict[type[models.Model], int] = {}

    def insert(self, model: type[models.Model], columns: Sequence[str]) -> Laid:
        if model not in self._inserts:
            self._inserts[model] = Laid(model, columns, complete=True)
        return self._inserts[model]

    def update(self, model: type[models.Model], columns: Sequence[str]) -> Laid:
        key = (model, tuple(columns))
        if key not in self._updates:
            self._updates[key] = Laid(model, columns)
        return self._updates[key]

    def key(self, model: type[models.Model]) -> int:
        """The primary key of a row to come."""
        stock = self._keys.setdefault(model, [])
        if not stock:
            more = min(max(self._taken.get(model, 0), FEWEST_KEYS), MOST_KEYS)
            self._taken[model] = self._taken.get(model, 0) + more
            stock.extend(reversed(reserve(model, more)))
        return stock.pop()

    def remember(self, register: str, key: str, pk: int) -> None:
        self.made.setdefault(register, {})[key] = pk

    def resolve(self, register: str, reference: Reference | None) -> int | None:
        """The primary key that a row refers to; None where the row it refers to was left out."""
        if reference is None or isinstance(reference, int):
            return reference
        return self.made.get(register, {}).get(reference)

    def flush(self) -> None:
        for laid in (*self._inserts.values(), *self._updates.values()):
            laid.flush()

    def move(self) -> int:
        """Everything into place, within the caller's transaction. Returns how many rows."""
        for laid in self._inserts.values():
            laid.insert()
        for laid in self._updates.values():
            laid.update()
        for act in self.then:
            act()
        return sum(laid.count for laid in (*self._inserts.values(), *self._updates.values()))

    def clear(self) -> None:
        for laid in (*self._inserts.values(), *self._updates.values()):
            laid.drop()
