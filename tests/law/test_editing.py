"""What an author gets wrong when editing the nation's own files: each slip is refused with file, line and remedy."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from hemei.law.book import NATIONAL, national, read_book
from hemei.law.district import read_district
from hemei.law.plan import read_plan
from hemei.law.sample_district import write_sample
from hemei.law.yaml_lines import LawError
from hemei.terms.day import today

FILES = ("clauses.yaml", "parameters.yaml", "layers.yaml", "rules.yaml")
TITLE = "  title: 县道建筑控制区内不得建房\n"
KIND = "  kind: deny\n"
WORKS = "works: [settlement]"
COUNTY = "    - {from: 2011-07-01, class: county, value: 10}\n"
WIDE = "用了全角标点或全角空格"
TOMORROW = today() + timedelta(days=1)
SECOND = "- id: highway.13\n  document: 公路安全保护条例\n  number: 国务院令第593号\n"
REVISED = "  valid_from: 2019-08-26\n  valid_from_is: 修正\n  seen:\n    where: 法规库 LawRefBook/Laws\n"
ENDED = "  valid_to: 2026-03-14\n  repealed_by: 国务院令第830号\n"
SLIPS = [
    # Written on a Chinese keyboard.
    ("rules", KIND, "  kind：deny\n", 0, WIDE),
    ("rules", "- id: control.R02", "- id：control.R02", 0, WIDE),
    ("rules", "- id: control.R02", "－ id: control.R02", 0, WIDE),
    ("rules", KIND, "　kind: deny\n", 0, WIDE),
    ("rules", WORKS, "works: [settlement，new]", 0, "列表里要用半角逗号"),
    ("rules", "also: [highway.13]", "also: 【highway.13】", 0, "应写成列表"),
    ("rules", "threshold: 0\n", "threshold: ０\n", 0, "没有这个参数：０.*数值不写在规则里"),
    ("rules", "- id: control.R02", "- id: control．R02", 0, "有空格或全角符号"),
    ("parameters", COUNTY, "    - {from: 2011-07-01，class: county，value: 10}\n", 0, WIDE),
    # Slips of the pen.
    ("rules", KIND, "\tkind: deny\n", 0, "不要用制表符"),
    ("rules", KIND, "  kind:\tdeny\n", 0, "不要用制表符"),
    ("rules", KIND, "  kind:deny\n", 0, "冒号要用半角，后面空一格"),
    ("rules", KIND, "   kind: deny\n", 0, "缩进不齐"),
    ("rules", KIND, "  kind: deny\n  kind: warn\n", 1, "有重复的项“kind”，请删去一个"),
    ("rules", KIND, "  kind: *deny\n", 0, r"以 \* 开头的文字要加引号"),
    ("rules", KIND, "  kind: !!python/name:os.system deny\n", 0, "不要用以 ! 开头的标记"),
    ("rules", TITLE, '  title: "县道\n', 0, "引号没有关上"),
    ("rules", TITLE, "  title: %县道\n", 0, "要加引号"),
    ("rules", TITLE, "  title: 县道: 不得建房\n", 0, "有冒号的文字要加引号"),
    ("rules", WORKS, "works: [settlement", 0, "方括号没有关上"),
    ("parameters", COUNTY, COUNTY.replace("}", ""), 0, "花括号没有关上"),
    ("rules", WORKS, "work: [settlement]", 0, "不认识的项“work”"),
    ("rules", WORKS, "works: []", 0, "不限的话，请删去这一项"),
    ("rules", WORKS, "works: [settlement, settlement]", 0, "settlement 写了两次"),
    ("rules", "- id: control.R02", "- id: control R02", 0, "有空格或全角符号"),
    ("rules", "- id: control.R02", "- id: 5", 0, "应是一个名称"),
    ("rules", "- id: control.R02", "- id:", 0, "缺少 id：请补写"),
    ("rules", "- id: control.R03", "- id: control.R02", 0, "两个版本在同一天都有效"),
    # What is not there, or is of another sort.
    ("rules", KIND, "  kind: 禁止\n", 0, "不认识，可用：deny"),
    ("rules", KIND, "  kind: limit\n", 0, "距离请用 deny 或 warn"),
    ("rules", "class: county\n", "class: 县道\n", 0, "没有类别“县道”"),
    ("rules", "layer: permanent_farmland", "layer: permanent_farmlnd", 0, "是不是 permanent_farmland？"),
    ("rules", "clause: highway.11", "clause: 公路安全保护条例第十一条", 0, "没有登记过的条款"),
    ("rules", "also: [highway.13]", "also: [highway.31]", 0, "没有登记过的条款：highway.31"),
    ("rules", "unit: m²", "unit: m2", 0, "请写成 unit: m²"),
    ("rules", "threshold: highway.control_zone", "threshold: 10 m", 0, "数值不写在规则里"),
    ("rules", "threshold: highway.control_zone", "threshold:", 0, "缺少 threshold"),
    ("rules", "threshold: highway.control_zone", "threshold: highway.controlzone", 0, "是不是 highway.control_zone？"),
    ("rules", "threshold: 0\n", "threshold: true\n", 0, "应是一段文字，这里写的是 True"),
    ("rules", "approvals: [river_authority]", "approvals: [river_autority]", 0, "区里自己的审批请直接写中文名称"),
    ("layers", "title: 耕地, visibility: internal", "title: 耕地, visibility: 内部", 0, "应为 public 或 internal"),
    ("layers", "county, township]}", "county, county]}", 0, "county 写了两次"),
    # Days.
    ("rules", "to: 2026-03-14", "to: 2026年3月14日", 0, "不是日期，请写成 2026-11-01"),
    ("rules", "to: 2026-03-14", "to: 2026-03-15", 0, "请写 to: 2026-03-14"),
    ("parameters", COUNTY, COUNTY + COUNTY.replace("2011-07-01", "2020-02-01"), 1, "日期重叠"),
    (
        "parameters",
        COUNTY,
        COUNTY.replace("01,", "01, to: 2020-01-01,") + COUNTY.replace("2011-07-01", "2020-02-01"),
        1,
        "有空档",
    ),
    ("clauses", "  valid_to: 2026-03-14\n", "  valid_to:\n", 1, "写了 repealed_by，就要写明到哪天为止"),
    ("clauses", "  limit: verified\n", "  limit: verified\n  in_force_checked: 2001-01-01\n", 1, "那时还没有生效"),
    ("clauses", "  valid_from: 2011-07-01\n", "  valid_from: 3011-07-01\n", 0, "的年份不对，请写 1949 到 2149"),
    ("clauses", "  valid_from: 2011-07-01\n", "  valid_from: 2011/07/01\n", 0, "不是日期，请写成 2026-11-01"),
    ("clauses", "  valid_from: 2011-07-01\n", "  valid_from: 20110701\n", 0, "不是日期，请写成 2026-11-01"),
    ("clauses", "  valid_from: 2011-07-01\n", "  valid_from: 2011-07-01\n  valid_to: 2010-07-01\n", 1, "valid_to 早于"),
    ("parameters", COUNTY, COUNTY.replace("2011-07-01", "1911-07-01"), 0, "的年份不对"),
    ("parameters", COUNTY, COUNTY.replace("2011-07-01", "2011-07"), 0, "不是日期，请写成"),
    ("parameters", COUNTY, COUNTY.replace("from:", "form:"), 0, "不认识的项“form”"),
    ("rules", "to: 2026-03-14", "until: 2026-03-14", 0, "不认识的项“until”"),
    # Days on which nobody can have looked.
    ("clauses", "    when: 2026-11-23\n", "    when: 2126-11-23\n", 0, r"when: 2126-11-23 还没有到（今天是 \S+）"),
    ("clauses", "    when: 2026-11-23\n", f"    when: {TOMORROW}\n", 0, "请写实际看到或核对的那一天"),
    ("clauses", "    when: 2026-11-23\n", "    when: 2001-01-01\n", 0, "那时还没有这份文本"),
    ("clauses", "    when: 2026-11-23\n", "    when: 2011-03-06\n", 0, "早于副本自己的日子 2011-03-07"),
    (
        "clauses",
        REVISED + "    when: 2026-11-23\n",
        REVISED + "    when: 2019-08-25\n",
        4,
        "早于副本自己的日子 2019-08-26",
    ),
    ("clauses", "  limit: verified\n", f"  limit: verified\n  in_force_checked: {TOMORROW}\n", 1, "还没有到"),
    ("clauses", ENDED, ENDED + "  in_force_checked: 2026-03-15\n", 2, "那时已经不再有效"),
    # One law under two names, two under one.
    (
        "clauses",
        SECOND,
        SECOND.replace("593", "539"),
        2,
        "已经登记为 国务院令第593号（highway.11），两个文号在同一天都有效",
    ),
    ("clauses", SECOND, SECOND.replace("公路安全", "公路"), 2, "已经是《公路安全保护条例》（highway.11）的文号"),
    ("clauses", "  article: 第十三条\n", "  article: 第十一条\n", 0, "第十一条 已经登记为 highway.11：请删去一条"),
    # Numbers that no rule asks for on their days, and distances that are none.
    ("parameters", COUNTY, COUNTY.replace("2011", "2001"), 0, "早于规则 .*control.R02.* 的第一天 2011-07-01"),
    ("parameters", COUNTY, COUNTY.replace("value: 10", "value: 0"), 0, "规则 control.R02 的距离是 0 米，等于没有限值"),
    # A clause that cannot be found in the book.
    ("clauses", "  article: 第十一条\n", "  article:\n", 0, "缺少 article"),
    ("clauses", "  article: 第十一条\n", "  article: 11\n", 0, "应是一段文字|写得不全"),
    ("clauses", "  article: 第十一条\n", "  article: 11条\n", 0, "“11条”写得不全，请照原文写成 第十一条"),
    ("clauses", "  article: 第十一条\n", "  article: 十一\n", 0, "“十一”写得不全"),
    ("clauses", "  document: 公路安全保护条例\n", "  document: 《公路安全保护条例》\n", 0, "不写书名号"),
    ("clauses", "  limit: verified\n", "  limit: Verified\n", 0, "不认识，可用：verified、assumed、district"),
    ("clauses", "- id: highway.13", "- id: highway.11", 0, "已经登记过"),
    ("rules", "also: [highway.13]", "also: [highway.11]", 0, "已经写在 clause 里"),
    ("rules", "clause: highway.11", "clause: [highway.11, highway.13]", 0, "应是一段文字"),
    ("rules", "layer: river_management", "layer: [river_management, dyke_land]", 0, "应是一段文字"),
    ("rules", "allows: [water_works]", "allows: [all]", 0, "all 不认识"),
    ("rules", "approvals: [forest_land_use]", "approvals: 使用林地审核", 0, "应写成列表"),
    ("rules", "measure: area\n", "measure: 面积\n", 0, "不认识，可用：area"),
    ("layers", "{id: farmland, ", "{id: permanent_farmland, ", 0, "已经声明过"),
    ("layers", "title: 耕地, visibility: internal", "title: 耕地, visiblity: internal", 0, "不认识的项“visiblity”"),
    # Numbers.
    ("parameters", "value: 10}", "value: 010}", 0, "'010' 不是数"),  # eight, to YAML
    ("parameters", "value: 10}", "value: 1:30}", 0, "'1:30' 不是数"),  # ninety, to YAML
    ("parameters", "value: 10}", "value: 0x10}", 0, "'0x10' 不是数"),
    ("parameters", "value: 10}", 'value: "10"}', 0, "'10' 不是数"),
    ("parameters", "value: 10}", "value: １０}", 0, "'１０' 不是数"),
    ("parameters", "value: 10}", "value: 十}", 0, "'十' 不是数"),
    ("parameters", "value: 10}", "value: ≥10}", 0, "不是数"),
    ("parameters", "value: 10}", "value: 10-15}", 0, "不是数"),
    ("parameters", "value: 10}", "value: 1e9}", 0, "不是数"),
    ("parameters", "value: 10}", "value: }", 0, "缺少 value"),
    ("parameters", ", value: 10}", "}", 0, "缺少 value"),
    ("parameters", "class: county, value: 10}", "class: [county], value: 10}", 0, "应是一段文字"),
    ("parameters", "  unit: m\n", "  unit: 米\n", 0, "没有单位“米”"),
    ("parameters", "value: 10}", "value: 10米}", 0, "请只写半角数字，不带单位"),
    ("parameters", "value: 10}", "value: 30%}", 0, "请只写半角数字，不带单位和百分号"),
    ("parameters", "  values: []\n", "  values: {from: 2020-01-01, value: 140}\n", 0, "应为一个列表"),
    ("parameters", "- id: slope.toe_distance", "- id: highway.settlement", 0, "已经有了数值"),
]


@pytest.mark.parametrize(("name", "was", "wrong", "below", "said"), SLIPS)
def test_a_slip_is_refused_with_its_line_and_a_remedy(tmp_path, name, was, wrong, below, said):
    for file in FILES:
        shutil.copy(NATIONAL / file, tmp_path / file)
    path = tmp_path / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(was, wrong, 1), encoding="utf-8")
    line = text[: text.index(was)].count("\n") + 1 + below
    with pytest.raises(LawError, match=said) as raised:
        read_book(tmp_path)
    assert str(raised.value).startswith(f"{path}:{line}：")


@pytest.mark.parametrize(
    ("name", "was", "wrong", "file", "said"),
    [
        ("parameters", COUNTY, "", "rules", "没有类别“county”的数值"),
        ("parameters", COUNTY, COUNTY.replace("01,", "01, to: 2020-01-01,"), "rules", "到 2020-01-01 为止，此后没有"),
        ("parameters", "  values: []\n", "", "parameters", "还没有数值的，写 values: \\[\\]"),
        ("rules", "  unit: m²\n", "", "rules", "缺少 unit"),
        ("rules", "  class: county\n", "", "rules", "规则要写 class"),
        ("rules", "  to: 2026-03-14\n", "", "rules", "规则请写 to: 2026-03-14"),
        ("clauses", "  limit: verified\n", "", "clauses", "缺少 limit"),
        ("layers", "title: 耕地, ", "", "layers", "缺少 title"),
        (
            "rules",
            KIND + "  clause: highway.11",
            "  kind: warn\n  approvals: [x]\n  clause: highway.11",
            "rules",
            "x 不认识",
        ),
    ],
)
def test_what_was_struck_out_is_missed_where_it_is_needed(tmp_path, name, was, wrong, file, said):
    for each in FILES:
        shutil.copy(NATIONAL / each, tmp_path / each)
    path = tmp_path / f"{name}.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(was, wrong, 1), encoding="utf-8")
    with pytest.raises(LawError, match=said) as raised:
        read_book(tmp_path)
    assert re.match(rf"{re.escape(str(tmp_path / file))}\.yaml:\d+：", str(raised.value))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder)
    return folder


@pytest.fixture
def sample(written, tmp_path):
    return shutil.copytree(written, tmp_path / "district")


@pytest.mark.parametrize(
    ("name", "was", "wrong", "said"),
    [
        ("parameters", "tier: 一档", "tier: 一挡", r"tier: 规划表 plan.yaml 里没有“一挡”，有：一档"),
        ("parameters", "zone: 乙类", "zone: 丙类", r"zone: 规划表 plan.yaml 里没有“丙类”，有：乙类、甲类"),
        ("plan", "clause: sample.list", "clause: sample.lst", "没有登记过的条款：sample.lst"),
        ("plan", "number: 2", "number: 1", "第 1 行写了两次：请删去一个"),
        ("plan", "number: 2", "number: 4", "number 应为 1 到 3"),
        ("plan", "control_tier", "control_teir", "没有表“control_teir”"),
    ],
)
def test_a_district_s_slip_against_its_own_plan_is_refused(sample, name, was, wrong, said):
    path = sample / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(was, wrong, 1), encoding="utf-8")
    line = text[: text.index(was)].count("\n") + 1
    with pytest.raises(LawError, match=said) as raised:
        read_district(sample)
    assert str(raised.value).startswith(f"{path}:{line}：")


def test_a_layer_whose_rules_go_by_class_needs_its_classes(sample):
    path = sample / "district.yaml"
    text = re.sub(r", class_column: \w+, classes: \{[^}]*\}", "", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LawError, match=r"district.yaml:\d+：highway_land 的规则都按类别.*请写 class_column 和 classes"):
        read_district(sample)


def test_a_plan_alone_asks_for_no_clause(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text("- {table: positive_list, number: 1, name: 维修, clause: nobody.knows}\n", encoding="utf-8")
    assert read_plan(path)["positive_list"][0].clause == "nobody.knows"


def test_a_district_s_own_approval_goes_by_its_chinese_name(tmp_path):
    (tmp_path / "rules.yaml").write_text(
        "- {id: d.R1, title: 演示, kind: allow-only, clause: land.62, layer: farmland, measure: area, unit: m²,\n"
        "   threshold: 0, approvals: [区里的审批]}\n",
        encoding="utf-8",
    )
    rule = read_book(NATIONAL, tmp_path).rule("d.R1")
    assert rule.approvals == {"区里的审批"}
    assert replace(rule, approvals=frozenset()) not in national().rules
