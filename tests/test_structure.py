"""Budgets of the hand, and rules of the house that a program can check."""

from __future__ import annotations

import ast
import inspect
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from hemei.core.registry import registry
from tests.conftest import ROOT

SOURCES = [path for path in (ROOT / "hemei").rglob("*.py") if "migrations" not in path.parts]
TESTS = list((ROOT / "tests").rglob("*.py"))
OPEN = {"office", "field", "public", "api", "maps"}
DOORS = [path for path in SOURCES if path.relative_to(ROOT / "hemei").parts[0] in OPEN]
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc"}


def named(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=[str(path.relative_to(ROOT)) for path in paths])


@named(SOURCES)
def test_a_file_is_one_room(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 500


@named(TESTS)
def test_a_test_file_is_not_endless(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 800


@named(SOURCES)
def test_functions_fit_on_a_screen(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name


@named(SOURCES)
def test_no_room_is_named_for_what_it_is_not(path: Path) -> None:
    assert path.stem not in VAGUE or path.match("core/postgresql/base.py")  # where Django looks for an engine
    assert path.parent.name not in VAGUE


@named(DOORS)
def test_a_door_names_no_programme(path: Path) -> None:
    text = path.read_text()
    for key in registry.programmes:
        assert f'"{key}' not in text, f"{path.name} spells {key}"
        assert f"'{key}" not in text


def test_every_query_takes_its_scope() -> None:
    """A public function of core/queries has a required `within`, or reads what is nobody's in particular."""
    package = import_module("hemei.core.queries")
    free = {
        # who answers where, and what is set: asked by actions, before anybody's scope is known
        "parameter", "deadline_days", "prefixes_of", "on_duty", "responsible_unit", "units_for",
        # what hangs on something that was read in a scope, arithmetic over it, and the chain's head
        "steps", "staff_counts", "ordered", "first_of", "page", "first", "counted", "by_key", "written", "point_of",
        "known_names", "on_the_way", "seal_head", "chain_state",
        # who stands at a door or holds a key: asked before there is an actor
        "who_stands",
        "live_key",
        "ahead_of",  # how long the line is before somebody's own job, not what stands in it
        "live_collector",
        # entries about a place, put under the scope of the audit that asks; what `hemei verify` left
        "about_place",
        "last_verified",
        # whether this account itself owes a code
        "has_second_factor",
        "is_spared",
        "owes_second_factor",
        # what anybody may read
        "public_draws", "facts_of", "townships_of", "leads_to",
    }  # fmt: skip
    for module in iter_modules(package.__path__, f"{package.__name__}."):
        room = import_module(module.name)
        for name, function in inspect.getmembers(room, inspect.isfunction):
            if function.__module__ != room.__name__ or name.startswith("_") or name in free:
                continue
            within = inspect.signature(function).parameters.get("within")
            assert within is not None, f"{module.name}.{name} has no within"
            assert within.default is inspect.Parameter.empty
            assert within.kind is inspect.Parameter.KEYWORD_ONLY


def test_everything_is_allowed_only_where_everything_is_meant() -> None:
    """Scope.all() stands only in the command line and in verify."""
    for path in SOURCES:
        if "Scope.all()" in path.read_text():
            room = str(path.relative_to(ROOT / "hemei"))
            assert room.startswith(("site/", "demo/")) or room in {"core/access.py"}, room
