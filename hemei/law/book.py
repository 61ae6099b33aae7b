"""The whole law that a decision stands on: clauses, numbers, layers and rules of the nation and of one district."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hemei.terms.clause import Clause

from .clauses import read_clauses
from .parameters import Parameter, read_parameters
from .rules import Rule, read_rules
from .yaml_lines import LawError, read_entries

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
        return self.visibility == "internal"


@dataclass(frozen=True, slots=True)
class Book:
    """Everything a verdict can cite, by id."""

    clauses: Mapping[str, Clause]
    parameters: Mapping[str, Parameter]
    layers: Mapping[str, LayerKind]
    rules: tuple[Rule, ...]

    def rule(self, rule_id: str) -> Rule:
        return next(rule for rule in self.rules if rule.id == rule_id)


def read_book(*folders: Path) -> Book:
    """The law of the folders, the nation's first; a file that a folder has not is empty. Raises LawError."""
    clauses = read_clauses(*_files(folders, "clauses.yaml"))
    parameters = read_parameters(*_files(folders, "parameters.yaml"))
    layers = _layers(_files(folders, "layers.yaml"))
    rules = read_rules(_files(folders, "rules.yaml"), clauses=clauses, parameters=parameters, layers=frozenset(layers))
    return Book(clauses, parameters, layers, rules)


@cache
def national() -> Book:
    return read_book(NATIONAL)


def _files(folders: tuple[Path, ...], name: str) -> list[Path]:
    return [folder / name for folder in folders if (folder / name).is_file()]


def _layers(paths: list[Path]) -> dict[str, LayerKind]:
    layers: dict[str, LayerKind] = {}
    for path in paths:
        for entry in read_entries(path):
            entry.only("id", "title", "visibility", "classes", "note")
            if entry.need("visibility") not in ("public", "internal"):
                raise LawError(entry, "visibility 应为 public 或 internal；涉密数据不得装入本系统")
            if entry.need("id") in layers:
                raise LawError(entry, f"图层 {entry['id']} 已经声明过")
            layers[entry["id"]] = LayerKind(
                entry["id"], entry.need("title"), entry["visibility"], tuple(entry.get("classes") or ()),
                entry.get("note") or "",
            )  # fmt: skip
    return layers
