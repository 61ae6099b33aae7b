"""What holds of all verdicts: monotony, unknown for what is missing, dates, and what the public may see."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from hemei.law.book import NATIONAL, SAMPLE, national, read_book
from hemei.law.deciding import decide, judge
from hemei.law.disclosure import AT_THE_WINDOW, for_the_public
from hemei.law.parameters import Dated
from hemei.law.rules import WORKS
from hemei.law.subject import InLayer, Subject
from hemei.terms.measure import Measure
from hemei.terms.verdict import Kind, Outcome

BOOK = read_book(NATIONAL, SAMPLE)
ON = date(2026, 11, 1)
BETTER = [Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS]
errors = st.sampled_from([0.0, 1.0, 5.0])


def outcome(rule, subject):
    return judge(BOOK.rule(rule), subject, BOOK.parameters, ON).outcome


@settings(deadline=None)
@given(st.floats(0, 80), st.floats(0, 80), errors)
def test_further_from_the_road_is_never_worse(one, two, error):
    near, far = sorted([one, two])
    asked = [
        Subject(
            "s", work="new", position_error_m=error, layers={("highway_land", "county"): InLayer(distance_m=metres)}
        )
        for metres in (near, far)
    ]
    assert BETTER.index(outcome("control.R02", asked[0])) <= BETTER.index(outcome("control.R02", asked[1]))


@settings(deadline=None)
@given(st.floats(0, 40), st.floats(0, 40), st.floats(0, 60), errors)
def test_a_higher_house_never_passes_where_a_lower_one_fails(one, two, metres, error):
    low, high = sorted([one, two])
    asked = [
        Subject(
            "s",
            position_error_m=error,
            attributes={Measure.HEIGHT: height},
            layers={("sample_hill", ""): InLayer(distance_m=metres)},
        )
        for height in (low, high)
    ]
    assert BETTER.index(outcome("sample.S02", asked[1])) <= BETTER.index(outcome("sample.S02", asked[0]))


@settings(deadline=None)
@given(st.floats(0, 20), st.floats(0, 6), st.floats(0, 6), st.floats(-1, 1))
def test_what_would_flip_within_the_position_error_is_unknown(height, less, more, where):
    """However the measure turns out on site, a pass or a fail stands (here the height stands for any that may move)."""
    rule, inside = "sample.S02", {("sample_hill", ""): InLayer(area_m2=9.0, share=1.0, distance_m=0.0, depth_m=99.0)}
    subject = Subject("s", position_error_m=5.0, attributes={Measure.HEIGHT: height}, layers=inside)
    said = outcome(rule, replace(subject, could_be={Measure.HEIGHT: (height - less, height + more)}))
    there = outcome(rule, replace(subject, attributes={Measure.HEIGHT: height + where * (more if where > 0 else less)}))
    assert said in (there, Outcome.UNKNOWN)
    unknown = replace(subject, could_be={Measure.HEIGHT: (float("nan"), float("nan"))})
    assert outcome(rule, unknown) is Outcome.UNKNOWN


BY_DISTANCE = [rule for rule in BOOK.rules if rule.measure is Measure.DISTANCE and rule.holds(ON)]
LIMITS = [rule for rule in BOOK.rules if rule.kind is Kind.LIMIT and rule.within_m > 0.0]


@settings(deadline=None)
@given(st.sampled_from(BY_DISTANCE), st.lists(st.floats(0, 120), min_size=2, max_size=6), errors, st.floats(0, 6))
def test_no_rule_of_distance_is_worse_further_away(rule, metres, error, half_width):
    said = []
    for one in sorted(metres):
        found = InLayer(distance_m=one, uncertain_m=half_width)
        subject = Subject(
            "s", work=next(iter(rule.works), "new"), position_error_m=error, layers={(rule.layer, rule.of): found}
        )
        said.append(BETTER.index(judge(rule, subject, BOOK.parameters, ON).outcome))
    assert said == sorted(said)


@settings(deadline=None)
@given(
    st.sampled_from(LIMITS), st.lists(st.floats(0, 40), min_size=2, max_size=6), st.floats(0, 60), errors,
    st.sampled_from(["", "甲类", "乙类"]), st.sampled_from(["", "一档"]),
)  # fmt: skip
def test_no_ceiling_lets_the_greater_through_where_it_stops_the_less(rule, values, metres, error, zone, tier):
    layers = {(rule.layer, rule.of): InLayer(distance_m=metres)}
    said = []
    for value in sorted(values):
        subject = Subject(
            "s", position_error_m=error, attributes={rule.measure: value}, layers=layers, zone=zone, tier=tier
        )
        said.append(BETTER.index(judge(rule, subject, BOOK.parameters, ON).outcome))
    assert said == sorted(said, reverse=True)


@settings(deadline=None)
@given(st.sampled_from(BOOK.rules), st.floats(0, 60), errors)
def test_a_greater_position_error_never_makes_a_verdict_surer(rule, metres, error):
    """What is unknown stays unknown when the position is known less well."""
    found = {(rule.layer, rule.of): InLayer(distance_m=metres)}
    attributes = dict.fromkeys(Measure, 8.0)
    use, work = next(iter(rule.uses), "house"), next(iter(rule.works), "new")
    on = rule.end or ON
    one, other = (
        judge(
            rule,
            Subject("s", use=use, work=work, position_error_m=metres_off, attributes=attributes, layers=found),
            BOOK.parameters,
            on,
        ).outcome
        for metres_off in (error, error + 2.0)
    )
    assert other in (one, Outcome.UNKNOWN)


def test_the_homestead_standard_is_compared_with_the_plot_on_the_line_and_over_it():
    values = (Dated(date(2026, 1, 1), None, 140.0, ("", "", "")),)
    parameters = {**BOOK.parameters, "homestead.plot": replace(BOOK.parameters["homestead.plot"], values=values)}
    said = {
        area: judge(BOOK.rule("control.R12"), Subject("s", work="new", attributes={Measure.PLOT: area}), parameters, ON)
        for area in (140.0, 140.1)
    }
    assert [verdict.outcome for verdict in said.values()] == [Outcome.PASS, Outcome.FAIL]
    missing = judge(BOOK.rule("control.R12"), Subject("s", work="new"), parameters, ON)
    assert (missing.outcome, missing.missing) == (Outcome.UNKNOWN, ("缺少宅基地（宗地）面积",))


def test_another_zone_within_the_position_error_leaves_it_unknown_where_that_decides():
    subject = Subject(
        "s",
        position_error_m=0.0,
        attributes={Measure.DENSITY: 0.38},
        layers={("sample_water", ""): InLayer(distance_m=5.0)},
        zone="乙类",
    )
    assert outcome("sample.S01", subject) is Outcome.PASS
    assert outcome("sample.S01", replace(subject, may_be=(("乙类", ""), ("甲类", "")))) is Outcome.UNKNOWN
    assert outcome("sample.S01", replace(subject, may_be=(("乙类", "一档"),))) is Outcome.PASS


def test_before_a_law_came_into_force_nothing_is_said_of_it():
    subject = Subject("s", work="new")
    said = {verdict.rule for verdict in decide(BOOK.rules, subject, BOOK.parameters, date(2011, 6, 30))}
    assert said == {"control.R20", "control.R21"}
    between = {verdict.rule for verdict in decide(BOOK.rules, subject, BOOK.parameters, date(2026, 3, 14))}
    after = {verdict.rule for verdict in decide(BOOK.rules, subject, BOOK.parameters, date(2026, 3, 15))}
    assert between - after == {"control.R50"}
    assert after - between == {"control.R52", "control.R54"}


@settings(deadline=None)
@given(st.sampled_from(WORKS), errors)
def test_nothing_measured_passes_nothing(work, error):
    verdicts = decide(BOOK.rules, Subject("s", work=work, position_error_m=error), BOOK.parameters, ON)
    assert verdicts
    assert {verdict.outcome for verdict in verdicts} == {Outcome.UNKNOWN}
    assert all(verdict.missing for verdict in verdicts)


def test_a_deep_intrusion_is_certain_in_spite_of_the_position_error():
    deep = InLayer(area_m2=100.0, share=1.0, depth_m=40.0)
    shallow = replace(deep, depth_m=3.0)
    for found, expected in ((deep, Outcome.FAIL), (shallow, Outcome.UNKNOWN)):
        subject = Subject("s", work="new", layers={("permanent_farmland", ""): found})
        assert outcome("control.R10", subject) is expected


def test_the_margin_is_positive_on_the_permitted_side():
    subject = Subject(
        "s", work="new", position_error_m=0, layers={("highway_land", "county"): InLayer(distance_m=12.5)}
    )
    assert judge(BOOK.rule("control.R02"), subject, BOOK.parameters, ON).margin == 2.5


def test_the_public_sees_of_an_internal_layer_the_answer_and_the_clause_only():
    found = InLayer(area_m2=50.0, share=0.5, depth_m=20.0, version="abc", part=b"wkb")
    subject = Subject("s", work="new", layers={("permanent_farmland", ""): found, ("geohazard_danger", ""): found})
    layers = national().layers
    internal, public = (judge(BOOK.rule(rule), subject, BOOK.parameters, ON) for rule in ("control.R10", "control.R20"))
    shown = for_the_public(internal, layers)
    assert (shown.outcome, shown.clause) == (Outcome.FAIL, "land.35")
    assert (shown.measured, shown.margin, shown.share, shown.part, shown.layer_version) == (None, None, None, None, "")
    assert for_the_public(public, layers) == public


def test_an_unknown_from_an_internal_layer_sends_the_public_to_the_window():
    subject = Subject("s", work="new", layers={("permanent_farmland", ""): InLayer(distance_m=2.0)})
    verdict = judge(BOOK.rule("control.R10"), subject, BOOK.parameters, ON)
    assert for_the_public(verdict, national().layers).missing == (AT_THE_WINDOW,)
