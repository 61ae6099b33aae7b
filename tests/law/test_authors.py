"""An author's mistake is refused with file and line."""

from __future__ import annotations

import pytest

from hemei.law.book import NATIONAL, read_book
from hemei.law.plan import NOT_SET, TABLES, read_plan
from hemei.law.yaml_lines import LawError

RULE = {
    "id": "d.R1",
    "title": "t",
    "kind": "deny",
    "clause": "highway.11",
    "layer": "highway_land",
    "measure": "distance",
    "unit": "m",
    "threshold": "highway.control_zone",
}


def district(folder, name, *entries):
    lines = []
    for entry in entries:
        lines += [f"{'- ' if i == 0 else '  '}{key}: {value}" for i, (key, value) in enumerate(entry.items())]
    (folder / name).write_text("\n".join(lines) + "\n")
    return read_book(NATIONAL, folder)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"layer": "highways"}, "没有声明过的图层：highways"),
        ({"clause": "highway.99"}, "没有登记过的条款：highway.99"),
        ({"unit": "km"}, "距离的单位是 m，这里写的是 km"),
        ({"kind": "forbid"}, "kind: 'forbid' 不认识"),
        ({"measure": "depth"}, "measure: 'depth' 不认识"),
        ({"threshold": "highway.width"}, "没有这个参数：highway.width"),
        ({"threshold": 10}, "规则里不写数值"),
        ({"threshold": "homestead.footprint"}, "参数 homestead.footprint 的单位是 m²"),
        ({"works": "[build]"}, "works: build 不认识"),
        ({"priority": "first"}, "priority: 'first'"),
        ({"thresold": 3}, "不认识的项“thresold”"),
        ({"kind": "allow-only", "measure": "area", "unit": "m²", "threshold": 0}, "allow-only 要写明允许什么"),
        ({"from": "2026-01-01", "to": "2025-01-01"}, "to 早于 from"),
        ({"from": "soon"}, "from: 'soon' 不是日期"),
    ],
)
def test_a_mistake_in_a_rule_is_named(tmp_path, change, said):
    with pytest.raises(LawError, match=said) as raised:
        district(tmp_path, "rules.yaml", RULE | {"id": "d.R0"}, RULE | change)
    assert "rules.yaml:9：" in str(raised.value)


def test_two_versions_on_one_day_are_refused(tmp_path):
    with pytest.raises(LawError, match="同一天都有效"):
        district(tmp_path, "rules.yaml", RULE | {"to": "2026-06-30"}, RULE | {"from": "2026-06-30"})


def test_a_gap_between_two_versions_is_refused(tmp_path):
    with pytest.raises(LawError, match="空档"):
        district(tmp_path, "rules.yaml", RULE | {"to": "2026-06-30"}, RULE | {"from": "2026-07-02"})


def test_versions_that_follow_each_other_are_accepted(tmp_path):
    book = district(tmp_path, "rules.yaml", RULE | {"to": "2026-06-30"}, RULE | {"from": "2026-07-01"})
    assert sum(rule.id == "d.R1" for rule in book.rules) == 2


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ("[{from: 2026-01-01, value: 1}, {from: 2026-05-01, value: 2}]", "日期重叠"),
        ("[{from: 2026-01-01, to: 2026-03-01, value: 1}, {from: 2026-05-01, value: 2}]", "空档"),
        ("[{from: 2026-01-01, value: ten}]", "不是数"),
        ("[{value: 3}]", "缺少 from"),
    ],
)
def test_dates_of_a_number_that_do_not_join_are_refused(tmp_path, values, said):
    with pytest.raises(LawError, match=said) as raised:
        district(tmp_path, "parameters.yaml", {"id": "p", "title": "t", "unit": "m", "values": values})
    assert "parameters.yaml:4：" in str(raised.value)


def test_classified_layers_are_refused_by_name(tmp_path):
    with pytest.raises(LawError, match="涉密数据不得装入本系统"):
        district(tmp_path, "layers.yaml", {"id": "x", "title": "t", "visibility": "secret"})


def test_what_is_no_yaml_is_named_with_its_line(tmp_path):
    (tmp_path / "rules.yaml").write_text("- id: a\n  title: [\n")
    with pytest.raises(LawError, match=r"rules.yaml:3：不是 YAML"):
        read_book(NATIONAL, tmp_path)


def test_an_empty_plan_says_so_and_nothing_more():
    plan = read_plan(None)
    assert [len(plan[table]) for table in TABLES] == [3, 5, 6, 3, 0, 0]
    assert {row.shown for rows in plan.values() for row in rows} == {NOT_SET}


def test_a_row_that_has_no_place_in_the_plan_is_refused(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text("- {table: control_class, number: 4, name: 第四类}\n")
    with pytest.raises(LawError, match=r"plan.yaml:1：control_class 的 number 应为 1 到 3"):
        read_plan(path)


def test_a_sample_row_is_marked(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text("- {table: control_class, number: 1, name: 甲类, is_demo: true}\n")
    assert [row.shown for row in read_plan(path)["control_class"]] == ["甲类（演示）", NOT_SET, NOT_SET]
