"""The browser's evaluator gives what the server's does: by the table, and for trees put together at random."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hemei.engines.forms.evaluating import Around, evaluate, stored
from hemei.engines.forms.expressions import tree

from .table import CASES, around

HERE = Path(__file__)
SOURCE = HERE.parents[3] / "front/src/offline/evaluate.ts"
TWO = ("=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "and", "or", "coalesce", "contains")
ONE = ("neg", "not", "boolean", "number", "int", "round", "abs", "string", "string-length", "date", "count-selected")


class Browser:
    """Node, which runs the very file that is built for the browser."""

    def __init__(self) -> None:
        node = shutil.which("node", path=str(HERE.parents[3] / ".venv/bin")) or shutil.which("node")
        assert node, "node comes with the dev dependencies"
        run = [node, "--no-warnings", str(HERE.with_name("evaluation.mjs")), str(SOURCE)]
        self.process = subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def gives(self, ast: Any, among: Around) -> object:
        told = {"answers": among.answers, "day": among.day.isoformat() if among.day else None}
        told |= {"instance": among.instance, "position": among.position, "itself": among.itself}
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"tree": ast, "around": told}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "fault" not in answer, answer
        return answer["value"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    one = Browser()
    yield one
    one.process.communicate(timeout=10)


def alike(left: object, right: object) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left == right or math.isclose(left, right, rel_tol=1e-15)
    return left == right


def test_the_table(browser: Browser) -> None:
    wrong = [
        (case["expression"], case["answers"], found, case["expected"])
        for case in CASES
        if not alike(found := browser.gives(case["tree"], around(case)), case["expected"])
    ]
    assert wrong == []


LEAVES: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(["", "0", "-0", "1.50", "abc", "墙 裂", "2026-02-29", "2026-11-03", "yes no", "𠀀x", " 7 "]),
    st.integers(-1000, 1000),
    st.floats(-1e6, 1e6).map(lambda number: round(number, 3)),
).map(lambda value: ["lit", value])
NAMES = ("n", "s", "d", "ms")
TREES = st.recursive(
    LEAVES | st.sampled_from(NAMES).map(lambda name: ["answer", name]) | st.just(["call", "today"]),
    lambda inner: (
        st.tuples(st.sampled_from(TWO), inner, inner).map(lambda made: ["call", *made])
        | st.tuples(st.sampled_from(ONE), inner).map(lambda made: ["call", *made])
        | st.tuples(inner, inner, inner).map(lambda made: ["call", "if", *made])
        | st.tuples(inner, inner, inner).map(lambda made: ["call", "substr", *made])
        | st.tuples(inner, st.integers(-16, 16)).map(lambda made: ["call", "round", made[0], ["lit", made[1]]])
        | st.lists(inner, min_size=1, max_size=3).map(lambda made: ["call", "concat", *made])
    ),
    max_leaves=12,
)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "n": st.integers(-100, 100) | st.floats(-50, 50).map(lambda number: round(number, 2)),
        "s": st.text(st.sampled_from("01.-a墙 𠀀"), max_size=6),
        "d": st.dates(date(1, 1, 1), date(9999, 12, 31)).map(date.isoformat),
        "ms": st.lists(st.sampled_from(["front", "back"]), unique=True),
    },
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400, deadline=None)
@given(TREES, ANSWERS)
def test_whatever_is_asked(browser: Browser, ast: Any, answers: dict[str, Any]) -> None:
    among = Around(answers, date(2026, 11, 26))
    value = evaluate(tree(ast), among)
    here = value if isinstance(value, bool) else stored(value)
    assert alike(browser.gives(ast, among), here), (ast, answers, here)
