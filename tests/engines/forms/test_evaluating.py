"""What expressions give, by the table and for whatever else may come."""

import json
import math
from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemei.engines.forms.checking import FUNCTIONS, compiled
from hemei.engines.forms.evaluating import FUNCTIONS as EVALUATED
from hemei.engines.forms.evaluating import Around, Value, evaluate, holds, number, round_to, stored, text
from hemei.engines.forms.expressions import as_xpath, number_text, tree
from hemei.engines.forms.parsing import Unreadable, parse

from .table import CASES, QUESTIONS, around, names

LAZY = {"and", "or", "if", "coalesce", "once", "today", "now"}


def given_back(value: Value) -> object:
    return value if isinstance(value, bool) else stored(value)


def same(found: object, expected: object) -> bool:
    return type(found) is type(expected) and found == expected if isinstance(expected, bool) else found == expected


@pytest.mark.parametrize("group", sorted({case["group"] for case in CASES}))
def test_every_case_of_the_table_gives_what_it_says(group: str) -> None:
    wrong = [
        (case["expression"], case["answers"], found, case["expected"])
        for case in CASES
        if case["group"] == group
        and not same(found := given_back(evaluate(tree(case["tree"]), around(case))), case["expected"])
    ]
    assert wrong == []


def test_every_case_is_read_as_the_tree_that_stands_beside_it() -> None:
    for case in CASES:
        assert compiled(case["expression"], names(case))[0].data == case["tree"], case["expression"]


def test_the_table_has_every_function_and_several_hundred_cases() -> None:
    asked: Counter[str] = Counter()

    def walk(ast: Any) -> None:
        if ast[0] == "call":
            asked[ast[1]] += 1
            for part in ast[2:]:
                walk(part)

    for case in CASES:
        walk(case["tree"])
    assert len(CASES) > 600
    assert asked.keys() == EVALUATED.keys() | LAZY
    assert EVALUATED.keys() | LAZY > FUNCTIONS.keys()


def test_an_expression_written_out_is_read_as_the_same_tree() -> None:
    for case in CASES:
        ast = tree(case["tree"])
        written = as_xpath(ast)
        read = parse(written)
        assert as_xpath(read) == written
        outer = around(case)
        again = compiled(written, names(case))[0].ast
        assert same(given_back(evaluate(again, outer)), case["expected"]), written


VALUES: st.SearchStrategy[Any] = st.one_of(
    st.text(st.sampled_from("012.-ab墙 🏠'"), max_size=8), st.floats(), st.booleans(), st.dates()
)


@given(st.floats())
def test_a_number_is_read_back_from_its_text(exact: float) -> None:
    shown = number_text(exact)
    assert "e" not in shown.replace("Infinity", "")
    if math.isfinite(exact):
        assert number(shown) == exact


@given(st.floats(-1e9, 1e9), st.integers(0, 6))
def test_rounding_moves_by_half_a_place_at_most(exact: float, places: int) -> None:
    rounded = round_to(exact, float(places))
    assert abs(rounded - exact) <= 0.5 * 10**-places * (1 + 1e-6) + 1e-15 * abs(exact) + 1e-9
    assert round_to(rounded, float(places)) == rounded


@given(VALUES, VALUES)
def test_equality_is_symmetric_and_its_opposite_is_its_opposite(left: Value, right: Value) -> None:
    equal, unequal = EVALUATED["="], EVALUATED["!="]
    assert equal(left, right) == equal(right, left)
    assert unequal(left, right) is (not equal(left, right))


@given(VALUES, VALUES)
def test_what_is_smaller_is_not_greater(left: Value, right: Value) -> None:
    less, greater = EVALUATED["<"](left, right), EVALUATED[">"](left, right)
    assert less == EVALUATED[">"](right, left)
    assert not (less and greater)


BUILT = {name: function for name, function in EVALUATED.items() if name not in ("count", "count-non-empty", "sum")}
ARITY = {"if": (3, 3)} | {name: (f.least, f.most) for name, f in FUNCTIONS.items()}
LEAVES = st.one_of(
    st.tuples(st.just("lit"), st.one_of(st.integers(-5, 300), st.floats(allow_nan=False), st.text(max_size=6))),
    st.tuples(st.just("answer"), st.sampled_from(sorted(QUESTIONS))),
    st.just(("self",)),
)


def calls(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def call(name: str) -> st.SearchStrategy[Any]:
        least, most = ARITY.get(name, (1, 1) if name == "neg" else (2, 2))
        return st.lists(inner, min_size=least, max_size=min(most, 3)).map(lambda parts: ("call", name, *parts))

    return st.sampled_from(sorted((BUILT.keys() | LAZY) - {"regex"})).flatmap(call)


TREES = st.recursive(LEAVES, calls, max_leaves=12)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "n": st.integers(-(10**9), 10**9),
        "x": st.floats(-1e15, 1e15),
        "s": st.text(max_size=9),
        "d": st.dates().map(date.isoformat),
        "c": st.sampled_from(["yes", "no", ""]),
        "ms": st.lists(st.sampled_from(["front", "back"]), unique=True),
    },
)


@given(TREES, ANSWERS, st.one_of(st.none(), st.dates()), st.one_of(st.text(max_size=4), st.integers()))
def test_no_tree_and_no_answers_make_it_fall_over(ast: Any, answers: Any, day: date | None, itself: object) -> None:
    outer = Around(answers, day, itself=itself)
    value = evaluate(ast, outer)
    assert isinstance(holds(ast, outer), bool)
    assert isinstance(text(value), str)
    assert json.loads(json.dumps(stored(value), allow_nan=False)) == stored(value)
    assert given_back(evaluate(tree(json.loads(json.dumps(ast))), outer)) == given_back(value)


@given(st.text(st.sampled_from(" ()'\"${}.,<>=!+-*ab1and or not true 且（）＝‘’"), max_size=30))
def test_whatever_is_typed_is_read_or_refused_with_a_remedy(typed: str) -> None:
    refused: Unreadable | None = None
    try:
        compiled(typed, names({}))
    except Unreadable as unread:
        refused = unread
    assert refused is None or (refused.problem and refused.remedy)
