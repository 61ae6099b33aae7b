"""Every rule against its situations: examples that a lawyer can read are the rules' tests."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from hemei.law.book import NATIONAL, SAMPLE, read_book
from hemei.law.situations import differences, read_situations, verdict_of
from hemei.law.yaml_lines import LawError

FOLDER = Path(__file__).parents[1] / "situations" / "control"
BOOK = read_book(NATIONAL, SAMPLE)
ALL = [situation for path in sorted(FOLDER.glob("*.yaml")) for situation in read_situations(path)]


@pytest.mark.parametrize("situation", ALL, ids=lambda situation: f"{situation.rule} {situation.name}")
def test_the_rule_says_what_is_expected(situation):
    assert differences(situation, BOOK) == []


def test_every_rule_has_at_least_three_situations():
    counted = Counter(situation.rule for situation in ALL)
    assert {rule.id: counted[rule.id] for rule in BOOK.rules if counted[rule.id] < 3} == {}


def on_the_boundary(situation):
    """Nothing between the measure and the limit; for ground: beside the layer, touching it."""
    said = verdict_of(situation, BOOK)
    if said is None or said.margin != 0.0:
        return False
    return not said.measure.of_place or any(
        place.distance_m == said.threshold for place in situation.subject.layers.values()
    )


def test_every_rule_has_a_situation_on_the_boundary():
    at_the_edge = {situation.rule for situation in ALL if on_the_boundary(situation)}
    assert {rule.id for rule in BOOK.rules} - at_the_edge == set()


def test_a_number_that_the_law_has_set_cannot_be_supposed(tmp_path):
    path = tmp_path / "supposed.yaml"
    path.write_text(
        "- name: x\n  given: {building: {work: new}, numbers: {highway.control_zone: 3}}\n  on: 2026-11-01\n"
        "  expect: {rule: control.R02, outcome: pass}\n"
    )
    with pytest.raises(LawError, match=r"highway\.control_zone 不是留空的参数"):
        differences(read_situations(path)[0], BOOK)


@pytest.mark.parametrize("given", ["{building: {storeys: }}", "{building: {}, numbers: {place.storeys: }}"])
def test_an_empty_number_is_not_0(tmp_path, given):
    path = tmp_path / "empty.yaml"
    path.write_text(f"- name: x\n  given: {given}\n  on: 2026-11-01\n  expect: {{rule: r, outcome: pass}}\n")
    with pytest.raises(LawError, match=r"empty\.yaml:2.*缺少 (place\.)?storeys"):
        read_situations(path)


def test_a_situation_that_expects_the_wrong_thing_is_told(tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text(
        "- name: x\n"
        "  given: {building: {work: new, position_error_m: 0}, near: {highway_land: {class: county, m: 9}}}\n"
        "  on: 2026-11-01\n"
        "  expect: {rule: control.R02, outcome: pass, measured: 8}\n"
    )
    assert differences(read_situations(path)[0], BOOK) == [
        "outcome：得到 fail，应为 pass",
        "measured：得到 9.0，应为 8",
    ]


def test_a_slip_in_a_situation_is_named_with_its_line(tmp_path):
    path = tmp_path / "slip.yaml"
    path.write_text(
        "- name: x\n  given: {building: {hieght: 3}}\n  on: 2026-11-01\n  expect: {rule: a, outcome: pass}\n"
    )
    with pytest.raises(LawError, match=r"slip.yaml:2：.*hieght"):
        read_situations(path)
