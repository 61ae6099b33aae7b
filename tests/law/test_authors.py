"""An author's mistake is refused with file and line."""

from __future__ import annotations

import re
from datetime import date

import pytest

from hemei.law.book import NATIONAL, read_book
from hemei.law.clauses import LOOKED_AT
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


OWN = {
    "id": "d.c1",
    "document": "某区村庄规划",
    "number": "某政发〔2026〕3号",
    "article": "第五条",
    "issuer": "某区",
    "valid_from": "2026-01-01",
    "valid_from_is": "施行",
    "limit": "district",
}
LATER = {"id": "d.c2", "number": "某政发〔2027〕9号", "valid_from": "2027-01-01"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "d.c2", "number": "某政发〔2026〕8号"}, "某区村庄规划》已经登记为 某政发〔2026〕3号（d.c1）"),
        ({"id": "d.c2", "document": "某区建设规划"}, "某政发〔2026〕3号 已经是《某区村庄规划》（d.c1）的文号"),
        (LATER | {"limit": "assumed", "valid_from": "2026-02-01"}, ""),
        (LATER, ""),  # a new edition, whose older one no page can end
        ({"id": "d.c2"}, ""),  # written with another rule of the district's
        ({"id": "d.c2", "number": "无"}, ""),
        ({"id": "d.c2", "document": "某区建设规划", "number": "无"}, ""),
        ({"id": "d.c2", "document": "某区建设规划", "valid_from_is": "修正"}, ""),  # one order amends many
    ],
)
def test_one_law_under_two_names_is_refused_and_two_editions_are_not(tmp_path, change, said):
    two = OWN | change
    if not said:
        assert {"d.c1", "d.c2"} <= set(district(tmp_path, "clauses.yaml", OWN, two).clauses)
        return
    with pytest.raises(LawError, match=re.escape(said)) as raised:
        district(tmp_path, "clauses.yaml", OWN, two)
    assert f"clauses.yaml:{len(OWN) + 1 + list(two).index('number')}：" in str(raised.value)


def test_two_editions_of_the_nation_s_need_their_days(tmp_path):
    old = OWN | {"limit": "verified"}
    with pytest.raises(LawError, match="给旧版写 valid_to 和 repealed_by"):
        district(tmp_path, "clauses.yaml", old, old | LATER)
    ended = old | {"valid_to": "2026-12-31", "repealed_by": "新版"}
    assert "d.c2" in district(tmp_path, "clauses.yaml", ended, old | LATER).clauses


@pytest.mark.parametrize(
    ("limit", "kind", "when", "said"),
    [
        ("verified", "施行", "2023-12-30", "早于它的施行日 2026-01-01"),
        ("verified", "施行", "2025-06-01", ""),  # published, and not yet in force
        ("verified", "公布", "2025-12-31", "早于它的公布日 2026-01-01"),
        ("district", "施行", "2020-01-01", ""),  # a plan may be written down long before
        ("district", "施行", "2126-01-01", "还没有到"),
    ],
)
def test_a_text_is_seen_after_it_was_there_and_before_tomorrow(tmp_path, limit, kind, when, said):
    clause = OWN | {"limit": limit, "valid_from_is": kind, "seen": f"{{where: 某处, when: {when}}}"}
    if not said:
        assert district(tmp_path, "clauses.yaml", clause).clauses["d.c1"].seen.when.isoformat() == when
        return
    with pytest.raises(LawError, match=said) as raised:
        district(tmp_path, "clauses.yaml", clause)
    assert "clauses.yaml:9：" in str(raised.value)


def test_a_clock_that_is_behind_refuses_nothing_of_the_nation_s(monkeypatch):
    monkeypatch.setattr("hemei.law.clauses.today", lambda: date(2001, 1, 1))
    book = read_book(NATIONAL)
    assert max(clause.seen.when for clause in book.clauses.values() if clause.seen) <= LOOKED_AT


NUMBER = {"id": "d.n", "title": "t", "unit": "m"}


@pytest.mark.parametrize(
    ("rule", "values", "said"),
    [
        (
            {"from": "2026-01-01"},
            "[{from: 2025-12-31, value: 9}]",
            "早于规则 d.R1 的第一天 2026-01-01：请改成 from: 2026",
        ),
        ({}, "[{from: 2011-06-30, class: county, value: 9}]", "早于规则 d.R1 的第一天 2011-07-01"),
        (
            {"to": "2026-06-30"},
            "[{from: 2026-01-01, to: 2026-06-30, value: 9}, {from: 2026-07-01, value: 8}]",
            "晚于规则 d.R1 的最后一天 2026-06-30：请删去这一条，或把规则的 to 推后",
        ),
        ({}, "[{from: 2026-01-01, value: 0}]", "规则 d.R1 的距离是 0 米，等于没有限值：请写大于 0 的米数"),
        ({}, "[{from: 2026-01-01, value: 0.0}]", "距离是 0 米"),
        ({"from": "2026-01-01"}, "[{from: 2026-01-01, value: 9}]", ""),
        ({"from": "2026-01-01"}, "[{from: 2026-03-01, value: 9}]", ""),  # the district set it later
        ({"from": "2026-01-01"}, "[{from: 2020-01-01, class: township, value: 9}, {from: 2026-01-01, value: 9}]", ""),
    ],
)
def test_a_number_whose_days_are_not_its_rule_s_is_refused_where_it_stands(tmp_path, rule, values, said):
    book = NUMBER | {"values": values}
    lines = [f"{'- ' if i == 0 else '  '}{key}: {value}" for i, (key, value) in enumerate(book.items())]
    (tmp_path / "parameters.yaml").write_text("\n".join(lines) + "\n")
    whole = RULE | {"threshold": "d.n"} | rule
    if not said:
        assert district(tmp_path, "rules.yaml", whole).rule("d.R1").threshold == "d.n"
        return
    with pytest.raises(LawError, match=said) as raised:
        district(tmp_path, "rules.yaml", whole)
    assert f"{tmp_path / 'parameters.yaml'}:4：" in str(raised.value)


def test_a_number_may_serve_rules_of_different_days(tmp_path):
    (tmp_path / "parameters.yaml").write_text(
        "- {id: d.n, title: t, unit: m, values: [{from: 2020-01-01, value: 9}, ]}\n"
    )
    whole = RULE | {"threshold": "d.n", "from": "2020-01-01", "to": "2025-12-31"}
    book = district(tmp_path, "rules.yaml", whole, whole | {"from": "2026-01-01", "to": "2027-01-01"})
    assert len(book.parameters["d.n"].values) == 1


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
