"""What cannot be read of the law that a district keeps: found one by one and named, never passed over in silence.

Entries are read before they are kept. What the law has come to ask for since, older ones may lack: each such entry is
set aside with the reason, and all others hold.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from hemei.law.book import Book
from hemei.law.clauses import plain_title, whole_article
from hemei.law.yaml_lines import LawError, read_entries
from hemei.programmes.control.entries import PARTS, Entries, Plan, read_from, written

KINDS: Mapping[str, Callable[[], str]] = {
    "clauses": lambda: _("条款"),
    "layers": lambda: _("图层种类"),
    "parameters": lambda: _("数值"),
    "rules": lambda: _("规则"),
    "plan": lambda: _("规划表的一行"),
    "": lambda: _("区里的规则"),
}


@dataclass(frozen=True)
class Fault:
    """An entry that cannot be read, and why. `part` is the list it stands in ("": nobody can tell which it is)."""

    part: str
    why: str
    row: dict[str, Any] = field(default_factory=dict, hash=False)

    @property
    def name(self) -> str:
        """The entry as its author knows it."""
        row = self.row
        if self.part == "clauses":
            return f"{row.get('document', '')} {row.get('article', '')}"
        return str(row.get("title") or row.get("name") or row.get("id", ""))

    @property
    def kind(self) -> str:
        return KINDS[self.part]()

    @property
    def sentence(self) -> str:
        said = {"kind": self.kind, "name": self.name, "why": self.why}
        return _("%(kind)s“%(name)s”读不了，没有参加判定：%(why)s") % said

    def decides(self, on: date) -> bool:
        """Whether it would decide on a day: a rule, as far as its own days say, or a row of a list."""
        day = on.isoformat()
        holds = str(self.row.get("from") or day) <= day <= str(self.row.get("to") or day)
        return (self.part in ("rules", "") and holds) or str(self.row.get("table", "")).endswith("_list")


def sifted(entries: Entries) -> tuple[Book, Plan, tuple[Fault, ...], Entries]:
    """The book and the plan that entries make without those that cannot be read, these, and the entries that are
    left."""
    rest = {part: list(entries.get(part) or []) for part in PARTS}
    faults: list[Fault] = []
    while True:
        with tempfile.TemporaryDirectory(prefix="hemei-law-") as name:
            try:
                return *read_from(written(rest, Path(name))), tuple(faults), entries | rest
            except LawError as error:
                if not any(rest.values()):  # it is the nation's own that cannot be read
                    raise
                faults.append(_with_cause(_set_aside(rest, error, Path(name)), faults))


def _set_aside(rest: Entries, error: LawError, folder: Path) -> Fault:
    """Take the entry in which a fault lies out of the rest; all, where nobody can tell which it is."""
    file, _colon, line = error.place.rpartition(":")
    part = Path(file).stem
    if Path(file).parent == folder and line.isdigit() and part in PARTS:
        begun = [entry.line for entry in read_entries(Path(file))]
        row = rest[part].pop(max(sum(first <= int(line) for first in begun) - 1, 0))
        return Fault(part, error.said, row)
    for name in PARTS:
        rest[name] = []
    return Fault("", error.said)


def _with_cause(fault: Fault, before: list[Fault]) -> Fault:
    """A fault that is there only because what its entry rests on was set aside says so, in an officer's words."""
    row, also = fault.row, fault.row.get("also")
    names = [row.get("clause"), row.get("threshold"), row.get("layer"), *(also if isinstance(also, list) else [])]
    cause = next((one for one in before if one.row.get("id") and one.row["id"] in names), None)
    if cause is None:
        return fault
    why = _("它用的%(kind)s“%(name)s”读不了，改好那一项就行") % {"kind": cause.kind, "name": cause.name}
    return replace(fault, why=why)


def mended(entries: Entries) -> tuple[Entries, list[tuple[str, str]]]:
    """The entries with what can be put right without asking anybody; and what was written before, and is now."""
    made, changes = deepcopy(entries), []
    for clause in made.get("clauses", []):
        for key, mend in (("document", plain_title), ("article", whole_article)):
            old = str(clause.get(key, ""))
            if mend(old) != old:
                clause[key] = mend(old)
                changes.append((old, clause[key]))
    for repeal in made.get("repeals", []):  # which name a document as its clauses do
        repeal["document"] = plain_title(str(repeal["document"]))
    return made, list(dict.fromkeys(changes))
