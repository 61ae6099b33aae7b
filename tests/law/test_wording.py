"""Verdicts in words: as a lawyer and a household would want them said."""

from __future__ import annotations

import ast
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hemei.engines.screen
import hemei.law
import hemei.terms
from hemei.law.book import NATIONAL, SAMPLE, read_book
from hemei.law.deciding import judge
from hemei.law.disclosure import for_the_public
from hemei.law.rules import WORKS
from hemei.law.subject import InLayer, Subject
from hemei.law.wording import citations, remedy, sentence
from hemei.terms.measure import Measure
from hemei.terms.verdict import Outcome

BOOK = read_book(NATIONAL, SAMPLE)
ON = date(2026, 11, 1)
INSIDE = InLayer(area_m2=100.0, share=1.0, depth_m=9.0, edge_m=9.0)


def said(rule, layer, place, **subject):
    """The verdict, its sentence and its remedy."""
    about = Subject("s", position_error_m=0.0, layers={layer: place}, **subject)
    verdict = judge(BOOK.rule(rule, ON), about, BOOK.parameters, ON)
    return verdict, sentence(verdict, BOOK), remedy(verdict, BOOK.rule(rule, ON), about.work)


COUNTY, TOWNSHIP = ("highway_land", "county"), ("highway_land", "township")


def test_a_proposed_house_too_near_the_road_is_told_how_far_it_is_short():
    _, words, do = said("control.R02", COUNTY, InLayer(distance_m=9.9), work="new")
    assert words == "距公路用地 9.9 米，要求不小于 10 米，还差 0.1 米"
    assert do == "要把房子移出去，或另选地方"


def test_what_reads_like_the_limit_and_is_not_is_said_to_be_less_or_more():
    _, words, _ = said("control.R02", COUNTY, InLayer(distance_m=9.99997), work="new")
    assert words == "距公路用地略小于 10 米，要求不小于 10 米，还差不到 0.01 米"
    place = InLayer(area_m2=0.02, share=0.0002, distance_m=0.0, depth_m=1.0)
    _, words, _ = said("control.R20", ("geohazard_danger", ""), place, work="new")
    assert words == "有不到 0.1 平方米在地质灾害危险区内（占建筑的不到 0.1%）"
    _, words, _ = said(
        "sample.S02", ("sample_hill", ""), InLayer(distance_m=5.0), attributes={Measure.HEIGHT: 10.00004}, work="new"
    )
    assert words == "建筑高度略大于 10 米，要求不超过 10 米，超出不到 0.01 米"


def test_on_the_line_itself_is_far_enough():
    verdict, words, do = said("control.R02", COUNTY, InLayer(distance_m=10.0), work="new")
    assert (verdict.outcome, verdict.margin, do) == (Outcome.PASS, 0.0, "")
    assert words == "距公路用地 10 米，要求不小于 10 米"


def test_what_is_far_from_everything_says_how_far_was_looked():
    _, words, _ = said("control.R02", COUNTY, InLayer(reach_m=64.0), work="new")
    assert words == "64 米以内没有这一类公路用地，要求不小于 10 米"
    _, words, _ = said("control.R02", COUNTY, InLayer(reach_m=60.0, uncertain_m=4.0), work="new")
    assert words == "60 米以内没有这一类公路用地（边线按中心线加假定半宽 4 米），要求不小于 10 米"
    # Where the reach is not known, as far as was asked.
    _, words, _ = said("control.R02", COUNTY, InLayer(), work="new")
    assert words == "10 米以内没有这一类公路用地，要求不小于 10 米"


def test_no_verdict_that_passes_says_only_that_it_does_not_apply():
    """Whatever the rule, a building far from its layer reads which layer that was."""
    for rule in BOOK.rules:
        day = ON if rule.holds(ON) else rule.start
        about = Subject(
            "s", position_error_m=0.0, use="house", work="new", layers={(rule.layer, rule.of): InLayer(reach_m=64.0)}
        )
        verdict = judge(rule, about, BOOK.parameters, day)
        if verdict is None or verdict.outcome is not Outcome.PASS:
            continue
        words = sentence(verdict, BOOK)
        assert BOOK.layers[rule.layer].title in words, rule.id
        hidden = for_the_public(verdict, BOOK.layers)
        if BOOK.layers[rule.layer].is_internal:
            assert sentence(hidden, BOOK) == "符合"
            assert (hidden.looked_m, hidden.layer_version) == (0.0, "")


@pytest.mark.parametrize(
    ("rule", "layer", "place"),
    [("control.R02", COUNTY, InLayer(distance_m=4.0)), ("control.R20", ("geohazard_danger", ""), INSIDE)],
)
def test_what_stands_already_is_not_told_to_move_and_is_not_called_unlawful(rule, layer, place):
    """第十三条 lets stand what was lawfully built before the zone was drawn; 第十九条 forbids work, not residents."""
    _, _, do = said(rule, layer, place, work="existing")
    assert "不等于违法" in do
    assert "移出去" not in do


def test_where_the_edge_is_assumed_it_is_the_edge_that_has_to_be_measured():
    verdict, words, _ = said("control.R05", TOWNSHIP, InLayer(distance_m=6.0, uncertain_m=3.0), work="new")
    assert verdict.outcome is Outcome.UNKNOWN
    assert words.endswith("到现场测量边线：现在的边线是按中心线假定的，结论会变")
    assert "按中心线加假定半宽 3 米" in words


def test_what_is_listed_is_said_to_be_listed_and_nothing_is_compared():
    verdict, words, _ = said("control.R70", ("ecological_redline", ""), INSIDE, work="necessary_in_place")
    assert (verdict.outcome, verdict.threshold, verdict.margin) == (Outcome.PASS, None, None)
    assert words == "有 100 平方米在生态保护红线内（占建筑的 100%），属于许可的建设，或已有所需的审批"
    _, words, _ = said(
        "control.R11", ("farmland", ""), INSIDE, work="new", approvals=frozenset({"farmland_conversion"})
    )
    assert words.endswith("，已有所需的审批")


def test_what_may_be_built_and_what_may_be_applied_for_are_two_ways():
    _, _, do = said("control.R70", ("ecological_redline", ""), INSIDE, work="new")
    assert do.startswith("只许维修加固、原有居民不扩大规模的必要住房、")
    assert "；或者先取得符合生态保护红线内允许有限人为活动的认定意见；否则另选地方" in do
    assert "现状建筑" not in do


def test_flood_works_have_nothing_to_do_with_the_source_of_drinking_water():
    verdict, _, do = said("control.R40", ("water_source_1", ""), INSIDE, work="flood_works")
    assert verdict.outcome is Outcome.FAIL
    assert do == "只许供水和保护水源的设施；否则另选地方"


def test_beyond_its_reach_a_limit_asks_nothing():
    place = InLayer(distance_m=31.0)
    verdict, words, _ = said("sample.S02", ("sample_hill", ""), place, attributes={Measure.HEIGHT: 30.0})
    assert (verdict.outcome, verdict.measured, verdict.threshold, verdict.margin) == (Outcome.PASS, 30.0, None, None)
    assert words == "不在演示：山脚线周围 30 米的管控范围内"


def test_the_public_reads_the_answer_and_where_to_ask():
    for work, words in (("new", "不符合，到窗口核实"), ("necessary_in_place", "符合")):
        verdict, _, _ = said("control.R70", ("ecological_redline", ""), INSIDE, work=work)
        assert sentence(for_the_public(verdict, BOOK.layers), BOOK) == words


def test_a_clause_whose_article_nobody_has_seen_is_not_given_a_number():
    cited = citations(BOOK.rule("control.R70"), BOOK)
    assert cited == "《关于加强生态保护红线管理的通知（试行）》关于有限人为活动的规定（条号待核）"
    for clause in BOOK.clauses.values():
        assert clause.text or not clause.article.startswith("第")


@pytest.mark.parametrize("room", [hemei.engines.screen, hemei.law, hemei.terms])
def test_every_public_name_says_what_it_is(room):
    """Also its methods, and what a function raises; enumerations and properties of plain values explain themselves."""
    for path in Path(room.__path__[0]).rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{path}: {node.name}"
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                raises = any(isinstance(part, ast.Raise) and part.exc is not None for part in ast.walk(node))
                assert re.search("Raises|Error", ast.get_docstring(node) or "") or not raises, f"{path}: {node.name}"


@settings(deadline=None)
@given(
    st.sampled_from([rule for rule in BOOK.rules if rule.holds(ON)]),
    st.sampled_from(WORKS),
    st.floats(0, 60),
    st.sampled_from([0.0, 40.0]),
    st.floats(0, 30),
)
def test_what_passes_is_never_on_the_wrong_side_of_a_limit(rule, work, metres, area, height):
    place = InLayer(area_m2=area, share=area / 100.0, distance_m=0.0 if area else metres, depth_m=3.0)
    about = Subject(
        "s",
        work=work,
        position_error_m=0.0,
        attributes={measure: height for measure in Measure if not measure.of_place},
        layers={(rule.layer, rule.of): place},
    )
    verdict = judge(rule, about, BOOK.parameters, ON)
    if verdict is not None and verdict.margin is not None:
        assert (verdict.outcome is Outcome.PASS) <= (verdict.margin >= 0.0)
        assert (verdict.outcome is Outcome.FAIL) <= (verdict.margin <= 0.0)
