"""The whole law that a decision stands on: clauses, numbers, layers and rules of the nation and of one district."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from hemei.terms.clause import Clause

from .clauses import read_clauses
from .parameters import Parameter, read_parameters
from .rules import EVERYWHERE, Known, Rule, read_rules
from .yaml_lines import LawError, meant, read_entries

NATIONAL = Path(__file__).parent / "national"
SAMPLE = Path(__file__).parent / "sample"
"""A made-up district plan, marked 演示: it shows how a plan is written and belongs to nowhere."""


@dataclass(frozen=True, slots=True)
class LayerKind:
    """A layer that rules speak of. What is shown to the public of an `internal` one is see `disclosure`."""

    id: str
    title: str
    visibility: str
    classes: tuple[str, ...]
    note: str

    @property
    def is_internal(self) -> bool:
        """Whether the public may not see its shapes and numbers."""
        return self.visibility == "internal"


@dataclass(frozen=True, slots=True)
class Book:
    """Everything a verdict can cite, by id."""

    clauses: Mapping[str, Clause]
    parameters: Mapping[str, Parameter]
    layers: Mapping[str, LayerKind]
    rules: tuple[Rule, ...]

    def on(self, day: date) -> Book:
        """The same law with the rules of a day only: of each one version at most."""
        return replace(self, rules=tuple(rule for rule in self.rules if rule.holds(day)))

    def rule(self, rule_id: str, on: date | None = None) -> Rule:
        """A rule by its id; of several versions the one that holds on the day."""
        return next(rule for rule in self.rules if rule.id == rule_id and (on is None or rule.holds(on)))


def read_book(*folders: Path) -> Book:
    """The law of the folders, the nation's first; a file that a folder has not is empty. Raises LawError."""
    clauses = read_clauses(*_files(folders, "clauses.yaml"))
    parameters = read_parameters(*_files(folders, "parameters.yaml"))
    layers = _layers(_files(folders, "layers.yaml"))
    _refuse_strange_classes(_files(folders, "parameters.yaml"), layers)
    classes = {kind.id: kind.classes for kind in layers.values()} | {EVERYWHERE: ()}
    rules = read_rules(_files(folders, "rules.yaml"), Known(clauses, parameters, classes))
    return Book(clauses, parameters, layers, rules)


@cache
def national() -> Book:
    """The nation's law alone, read once. Raises LawError."""
    return read_book(NATIONAL)


def _files(folders: tuple[Path, ...], name: str) -> list[Path]:
    return [folder / name for folder in folders if (folder / name).is_file()]


def _layers(paths: list[Path]) -> dict[str, LayerKind]:
    layers: dict[str, LayerKind] = {}
    for path in paths:
        for entry in read_entries(path):
            entry.only("id", "title", "visibility", "classes", "note")
            if entry.need_text("visibility") not in ("public", "internal"):
                said = "visibility 应为 public 或 internal；涉密数据不得装入本系统"
                raise LawError(entry, said, "visibility")
            name = entry.name()
            if name in layers or name == EVERYWHERE:
                raise LawError(entry, f"图层 {name} 已经声明过，请换一个 id", "id")
            layers[name] = LayerKind(
                name, entry.need_text("title"), entry["visibility"], entry.words("classes"), entry.text("note")
            )
    return layers


def _refuse_strange_classes(paths: list[Path], layers: Mapping[str, LayerKind]) -> None:
    """A number for a class of feature that no layer has is a slip of the pen: no rule would ever find it."""
    known = list(dict.fromkeys(name for kind in layers.values() for name in kind.classes))
    for path in paths:
        for entry in read_entries(path):
            for row in entry.rows("values"):
                of = row.text("class")
                if of and of not in known:
                    said = f"class: 没有图层有类别“{of}”，有：{'、'.join(known)}{meant(of, known)}"
                    raise LawError(row, said, "class")
