"""An author's mistake is refused with file and line."""

from __future__ import annotations

import re
from datetime import date

import pytest

from hemei.law.book import NATIONAL, read_book
from hemei.law.plan import NOT_SET, TABLES, read_plan
from hemei.law.yaml_lines import LawError

ONLY = {"kind": "allow-only", "measure": "area", "unit": "m²", "threshold": 0}
RULE = {
    "id": "d.R1",
    "title": "t",
    "kind": "deny",
    "clause": "highway.11",
    "layer": "highway_land",
    "class": "county",
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
        ({"also": "[highway.99]"}, "没有登记过的条款：highway.99"),
        ({"also": "highway.13"}, r"also: 应写成列表，例如 \[highway.13\]"),
        ({"unit": "km"}, "距离的单位是 m，这里写的是 km"),
        ({"kind": "forbid"}, "kind: 'forbid' 不认识"),
        ({"measure": "depth"}, "measure: 'depth' 不认识"),
        ({"threshold": "highway.width"}, "没有这个参数：highway.width"),
        ({"threshold": 10}, "规则里不写数值"),
        ({"threshold": 0}, "距离的限值不能是 0"),
        ({"threshold": "homestead.plot"}, "参数 homestead.plot 的单位是 m²"),
        ({"class": "conty"}, "图层 highway_land 没有类别“conty”，有：expressway"),
        ({"class": '""'}, "按类别登记，规则要写 class"),
        ({"works": "[build]"}, "works: build 不认识"),
        ({"works": "new"}, r"works: 应写成列表，例如 \[new\]"),
        ({"uses": "[hut]"}, "uses: hut 不认识"),
        ({"within_m": "wide"}, "within_m: 'wide' 不是数"),
        ({"within_m": -1}, "within_m: -1 太小"),
        ({"within_m": 5}, "within_m 只用于图层周围的限值"),
        ({"title": "[a, b]"}, "title: 应是一段文字"),
        ({"allows": "[repair]"}, "allows 和 approvals 只用于 allow-only"),
        ({"layer": "everywhere", "class": '""'}, "按类别登记"),
        ({"layer": "everywhere", "class": '""', "measure": "area", "unit": "m²", "threshold": 0}, "everywhere 不能量"),
        ({"priority": "first"}, "priority: 'first'"),
        ({"thresold": 3}, "不认识的项“thresold”"),
        (ONLY, "allow-only 要写明允许什么"),
        (ONLY | {"allows": "[repair]", "measure": "distance", "unit": "m"}, "距离的限值不能是 0"),
        ({"from": "2026-01-01", "to": "2025-01-01"}, "to 早于 from"),
        ({"from": "2001-01-01"}, "from 早于条款 highway.11 的生效日 2011-07-01"),
        ({"clause": "reserve.27"}, "条款 reserve.27 到 2026-03-14 为止，规则请写 to: 2026-03-14"),
        ({"from": "soon"}, "from: 'soon' 不是日期"),
        ({"from": "2026-02-30"}, "没有 2026-02-30 这一天"),
        ({"from": "2026-02-03 10:00:00"}, "不是日期"),
    ],
)
def test_a_mistake_in_a_rule_is_named(tmp_path, change, said):
    whole = RULE | change
    with pytest.raises(LawError, match=said) as raised:
        district(tmp_path, "rules.yaml", RULE | {"id": "d.R0"}, whole)
    file, line = re.match(r"(.*):(\d+)：", str(raised.value)).groups()
    assert file == str(tmp_path / "rules.yaml")
    first = len(RULE) + 1
    assert first <= int(line) < first + len(whole)


@pytest.mark.parametrize(("key", "value"), [("kind", "forbid"), ("unit", "km"), ("threshold", "none"), ("thresold", 3)])
def test_the_line_is_the_one_that_is_wrong(tmp_path, key, value):
    whole = RULE | {key: value}
    line = 1 + list(whole).index(key)
    with pytest.raises(LawError, match=rf"rules.yaml:{line}："):
        district(tmp_path, "rules.yaml", whole)


@pytest.mark.parametrize("key", ["id", "title", "kind", "clause", "layer", "measure", "unit", "threshold"])
def test_a_rule_without_one_of_its_parts_is_refused(tmp_path, key):
    with pytest.raises(LawError, match=rf"rules.yaml:1：.*({key}|没有这个参数)"):
        district(tmp_path, "rules.yaml", {name: value for name, value in (RULE | {"note": "x"}).items() if name != key})


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
        ("[{from: 2026-01-01, to: 2025-01-01, value: 3}]", "to 早于 from"),
        ("[{from: 2026-01-01, value: -3}]", "不能小于 0"),
        ("[{from: 2026-01-01, value: .nan}]", "不是数"),
        ("[{from: 2026-01-01, value: true}]", "不是数"),
        ("[{from: 2026-01-01, valeu: 3}]", "不认识的项“valeu”"),
        ("[{from: 2026-01-01, class: conty, value: 3}]", "没有图层有类别“conty”"),
        ("[{from: 2026-01-01, zone: 甲, value: 3}, {from: 2026-01-01, tier: 一, value: 4}]", "分不出用哪个"),
        ("3", "应为一个列表"),
        ("[3]", "应为一个列表"),
    ],
)
def test_dates_of_a_number_that_do_not_join_are_refused(tmp_path, values, said):
    with pytest.raises(LawError, match=said) as raised:
        district(tmp_path, "parameters.yaml", {"id": "p", "title": "t", "unit": "m", "values": values})
    assert "parameters.yaml:4：" in str(raised.value)


def test_a_number_in_a_unit_that_nothing_is_measured_in_is_refused(tmp_path):
    with pytest.raises(LawError, match=r"parameters.yaml:3：unit: 没有单位“km”"):
        district(tmp_path, "parameters.yaml", {"id": "p", "title": "t", "unit": "km"})


def test_a_number_of_the_nation_is_not_the_district_s_to_change(tmp_path):
    values = "[{from: 2026-01-01, class: county, value: 3}]"
    entry = {"id": "highway.control_zone", "title": "t", "unit": "m", "values": values}
    with pytest.raises(LawError, match=r"参数 highway\.control_zone 已经有了数值"):
        district(tmp_path, "parameters.yaml", entry)


def test_what_the_nation_leaves_to_the_district_it_fills_in(tmp_path):
    values = "[{from: 2026-01-01, value: 140}]"
    entry = {"id": "homestead.plot", "title": "省定宅基地面积标准", "unit": "m²", "values": values}
    book = district(tmp_path, "parameters.yaml", entry)
    assert book.parameters["homestead.plot"].on(date(2026, 11, 1)) == 140.0
    with pytest.raises(LawError, match="单位原是 m²"):
        district(tmp_path, "parameters.yaml", entry | {"unit": "m"})


def test_the_row_that_names_both_settles_which_number_holds(tmp_path):
    values = (
        "[{from: 2026-01-01, zone: 甲, value: 3}, {from: 2026-01-01, tier: 一, value: 4},"
        " {from: 2026-01-01, zone: 甲, tier: 一, value: 5}]"
    )
    book = district(tmp_path, "parameters.yaml", {"id": "p", "title": "t", "unit": "m", "values": values})
    assert book.parameters["p"].on(date(2026, 11, 1), zone="甲", tier="一") == 5.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- id: a\n\ttitle: b\n", r"rules.yaml:2：不是 YAML.*不要用制表符"),
        ("- id: a\n  title: b\n  id: c\n", r"rules.yaml:3：有重复的项“id”"),
        ("id: a\n", r"rules.yaml:1：应为一个列表，每项以“- ”开头"),
        ("- a\n", r"rules.yaml:1：每项应是“名称: 值”的形式，这里写的是 a"),
        ("- id: a\n   title: b\n", r"rules.yaml:2：不是 YAML"),
        ("- id: 'a\n", r"rules.yaml:\d+：不是 YAML"),
        ("- id: a\n---\n- id: b\n", r"rules.yaml:\d+：不是 YAML"),
        ("- id: a\x00\n", "有不能出现在文本里的字符"),
    ],
)
def test_what_is_not_written_as_yaml_says_where_and_what_to_do(tmp_path, text, said):
    (tmp_path / "rules.yaml").write_text(text)
    with pytest.raises(LawError, match=said):
        read_book(NATIONAL, tmp_path)


def test_a_file_in_another_encoding_says_so(tmp_path):
    (tmp_path / "rules.yaml").write_bytes("- id: 甲\n".encode("gb18030"))
    with pytest.raises(LawError, match="不是 UTF-8 编码"):
        read_book(NATIONAL, tmp_path)


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
