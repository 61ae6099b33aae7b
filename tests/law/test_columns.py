"""Many at once and one by one say the same, for every rule and whatever was measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hemei.law.book import NATIONAL, SAMPLE, read_book
from hemei.law.columns import NONE, OUTCOMES, Crowd, Seen, Sort, judge_all
from hemei.law.deciding import judge
from hemei.law.places import in_layer
from hemei.law.rules import EVERYWHERE, USES, WORKS
from hemei.law.subject import Subject
from hemei.terms.measure import Measure
from hemei.terms.verdict import Kind

BOOK = read_book(NATIONAL, SAMPLE)
EXTRA = [
    replace(BOOK.rule("sample.S02"), id="x.inside", within_m=0.0),
    replace(BOOK.rule("sample.S01"), id="x.share", measure=Measure.SHARE, kind=Kind.LIMIT, within_m=0.0),
    replace(BOOK.rule("control.R12"), id="x.everywhere", measure=Measure.HEIGHT, threshold="sample.height"),
]
"""Shapes of rules that neither the nation nor the sample uses."""
RULES = [*BOOK.rules, *EXTRA]

metres = st.sampled_from([0.0, 0.1, 2.0, 3.0, 4.9, 5.0, 9.9, 10.0, 10.1, 15.0, 30.0, 50.0, 50.1, np.nan])
numbers = st.sampled_from([0.0, 0.29, 0.3, 0.31, 0.35, 0.8, 7.0, 7.1, 10.0, 11.0, np.nan])
sorts = st.builds(
    Sort,
    use=st.sampled_from([*USES, ""]),
    work=st.sampled_from([*WORKS, ""]),
    approvals=st.sampled_from([frozenset(), frozenset({"forest_land_use"}), frozenset({"river_authority"})]),
    zone=st.sampled_from(["", "甲类", "乙类", "丙类"]),
    tier=st.sampled_from(["", "一档"]),
    may_be=st.sampled_from([(), (("乙类", ""),), (("丙类", "一档"), ("甲类", ""))]),
)
rows = st.tuples(
    sorts,
    st.sampled_from([0.0, 1.0, 5.0]),  # position error
    st.sampled_from([(0.0, 0.0), (0.5, 0.005), (60.0, 0.6), (100.0, 1.0)]),  # area and share
    metres,
    metres,  # depth
    metres,  # edge
    st.booleans(),  # hidden
    numbers,
    st.none() | st.tuples(numbers, numbers),  # least and greatest within the position error
)
places = st.tuples(st.sampled_from([0.0, 4.0]), st.booleans())


def crowd_of(drawn):
    given = [row[0] for row in drawn]
    distinct = list(dict.fromkeys(given))
    sort = np.array([distinct.index(one) for one in given])
    value = np.array([row[7] for row in drawn])
    ranges = [(row[7], row[7]) if row[8] is None else row[8] for row in drawn]
    low, high = np.array([sorted((one, *limits)) for one, limits in zip(value, ranges, strict=True)])[:, [0, 2]].T
    error = np.array([row[1] for row in drawn])
    return Crowd(distinct, sort, error, dict.fromkeys(Measure, value), dict.fromkeys(Measure, (low, high)))


def seen_of(drawn, place):
    area, share = (np.array([row[2][i] for row in drawn]) for i in (0, 1))
    metres, depth, edge = (np.array([row[i] for row in drawn]) for i in (3, 4, 5))
    hidden = np.array([row[6] for row in drawn])
    return Seen(area, share, metres, depth, edge, hidden, "缺测", place[0], "v", place[1])


def subject_of(crowd, row, layers):
    sort = crowd.sorts[crowd.sort[row]]
    return Subject(
        "s",
        use=sort.use,
        work=sort.work,
        approvals=sort.approvals,
        position_error_m=float(crowd.error_m[row]),
        attributes={m: float(values[row]) for m, values in crowd.attributes.items() if not np.isnan(values[row])},
        could_be={m: (float(low[row]), float(high[row])) for m, (low, high) in crowd.could_be.items()},
        layers=layers,
        zone=sort.zone,
        tier=sort.tier,
        may_be=sort.may_be,
    )


def same(one, other):
    return (one is None and np.isnan(other)) or one == other


@settings(deadline=None)
@given(
    st.lists(rows, min_size=1, max_size=12),
    places,
    st.sampled_from(RULES),
    st.booleans(),
    st.dates(date(2011, 1, 1), date(2027, 1, 1)),
)
def test_the_columns_say_what_the_rule_read_one_by_one_says(drawn, place, rule, there, on):
    crowd = crowd_of(drawn)
    seen = seen_of(drawn, place) if there and rule.layer != EVERYWHERE else None
    judged = judge_all(rule, crowd, seen, BOOK.parameters, on)
    for row in range(len(crowd)):
        layers = {(rule.layer, rule.of): in_layer(seen, row)} if seen is not None else {}
        verdict = judge(rule, subject_of(crowd, row, layers), BOOK.parameters, on)
        if verdict is None:
            assert judged.outcome[row] == NONE
            continue
        assert OUTCOMES[judged.outcome[row]] is verdict.outcome, verdict
        assert same(verdict.measured, judged.measured[row])
        assert same(verdict.threshold, judged.threshold[row])
        assert verdict.missing == tuple(filter(None, [judged.words[judged.missing[row]]]))
