"""A form that is downloaded as a plain sheet is, unedited, the same form when it is uploaded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from hemei.engines.forms import Form, read_form
from hemei.engines.forms.form import Rule
from hemei.engines.forms.plainwriting import as_plain
from hemei.engines.forms.words_or_xpath import MARK
from hemei.engines.forms.workbook import read_cells
from tests.engines.forms.test_faulty_workbooks import SET, YN, Case, Rows, written
from tests.engines.forms.test_plain_words import form_of, row
from tests.engines.forms.test_plainsheet import read

ASKED: Rows = [
    ["type", "name", "label::中文 (zh)", "relevant", "required", "constraint", "calculation"],
    ["select_one yn", "crack", "有裂缝吗？"],
    ["select_multiple yn", "many", "哪些？"],
    ["integer", "n", "多少"],
    ["decimal", "d", "小数"],
    ["date", "day", "哪天"],
    ["text", "t", "文字"],
]
LIMITS = {
    "integer": (
        "(. = 1 or . = 2) and . < 5", "int(.) = .", "(. + 1) > 2", "-. < 3", "if(. > 2, true(), false())", "'1' < .",
        "3 > .", "5 <= . and . < 9", "true()", "abs(.) > 3", "1 = 1", ".5 < .", "${n} > 2", ". >= 1 and . <= 30",
    ),
    "date": ("today() >= .", "(. > today()) or . = today()", "once(today()) >= .", "'2020-01-01' < ."),
    "text": (
        "contains(., 'a')", "string-length(.) > 2 or . = ''", "not(contains(., ' '))", "regex(., '^[0-9]{11}$')",
        "regex(., '^[0-9A-Za-z]{6,18}$')", "regex(., '^[0-9]+$')", "regex(., '^[0-9]{2,}$')", "'' != .",
        "concat(., '在 ${n}') != ''",
    ),
    "select_multiple yn": (
        "count-selected(.) <= 2", "count-selected(.) >= 1 and count-selected(.) <= 2", "selected-at(., 0) = 'yes'",
        "not(selected(., 'yes') and selected(., 'no'))",
    ),
    "select_one yn": (". = 'yes'", "'yes' = .", "string(.) = 'yes'"),
    "image": (". != ''",),
}  # fmt: skip
CALCULATIONS = (
    "once(today())", "today()", "1", "'文字'", "'今天'", "'长 × 宽'", "'2026-01-01'", "'“引”'", "'１'", "' a '",
    "concat('a', 'b')", "concat(${t}, '号')", "concat('${', 'a')", "if(1 = 1, 'x', 'y')", "now()", "true()", "1 > 2",
    "date('2020-01-01')", "date(${t})", "${day} - today()", "5 mod 2", "(1 + 2) * 3", "pow(2, 3)", "round(${d}, 1)",
    "if(${crack} = 'yes', '有隐患', '没有')", "if(selected(${many}, 'yes') or ${n} > 1, ${t}, '')",
    "coalesce(${t}, '无')", "format-date(today(), '%Y年')", "string-length('abc')", "selected(${many}, 'yes')",
)  # fmt: skip
CONDITIONS = (
    "true()", "1 = 1", "'a' = 'a'", "today() > date('2020-01-01')", "${t} = '文字'", "not(${crack} = 'yes')",
    "string-length(${t}) > 3", "3 < ${n}", "(${crack} = 'yes' or ${n} > 2) and ${d} < 3", "once(true())",
)  # fmt: skip
ONES: list[Sequence[object]] = [
    *([kind, "x", "这题？", None, None, limit] for kind, limits in LIMITS.items() for limit in limits),
    *(["calculate", "x", label, None, None, None, text] for text in CALCULATIONS for label in (None, "算出")),
    *(["text", "x", "这题？", condition] for condition in CONDITIONS),
]


@pytest.mark.parametrize("one", ONES, ids=lambda one: " ".join(str(part) for part in one if part))
def test_an_expression_comes_back(one: Sequence[object]) -> None:
    form = read_form(written({"survey": [*ASKED, one], "choices": YN, "settings": SET}, Case("")))
    assert read(as_plain(form), form).sections == form.sections


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_rule_comes_back(condition: str) -> None:
    form = read_form(written({"survey": ASKED, "choices": YN, "settings": SET}, Case("")))
    when = read_form(
        written({"survey": [*ASKED, ["text", "x", "这题？", condition]], "choices": YN, "settings": SET}, Case(""))
    ).everything[-1].relevant  # fmt: skip
    assert when
    ruled = Form(form.id, form.version, form.title, form.languages, form.sections, (Rule("houses.F01", when),))
    assert read(as_plain(ruled), ruled).rules == ruled.rules


@pytest.mark.parametrize("path", sorted(Path("hemei/programmes").glob("*/forms/*.xlsx")), ids=lambda path: path.stem)
def test_a_form_that_a_programme_ships_comes_back(path: Path) -> None:
    form = read_form(path)
    again = read(as_plain(form), form)
    assert (again.sections, again.rules) == (form.sections, form.rules)


def test_what_stands_in_the_cells_is_in_words_where_there_are_some() -> None:
    form = form_of(
        row(None, "电话", "文字", 字数="11 位 数字"),
        row(None, "编号", "文字", 字数="6～18位字母或数字"),
        row(None, "哪几面墙", "多选", 选项="东；西；南", 数值范围="最多选 2 项"),
        row(None, "结论", "自动计算", 自动计算="如果(哪几面墙 含 东，连接(“东墙”，电话)，“无”)"),
        row(None, "今天几号", "自动计算", 自动计算="xpath: format-date(today(), '%d')"),
        row(None, "备注", "文字", 字数="contains(., '墙')"),
    )
    said = {q.labels["zh"]: one.text for q in form.everything if (one := q.constraint or q.calculation)}
    assert said["电话"] == "regex(., '^[0-9]{11}$')"
    assert said["哪几面墙"] == "count-selected(.) <= 2"
    assert said["结论"] == "if(selected(${q3}, 'c1'), concat('东墙', ${q1}), '无')"
    assert form.by_name["q4"].gives == "text"
    assert form.by_name["q1"].constraint_messages == {"zh": "字数要求：11 位数字。"}
    cells = [str(cell) for line in read_cells(as_plain(form))["表单"] for cell in line]
    for words in ("11 位数字", "6 到 18 位字母或数字", "不超过 2 项", "如果(哪几面墙 含 东，连接(“东墙”，电话)，“无”)"):
        assert words in cells
    assert f"{MARK}format-date(today(), '%d')" in cells
    assert read(as_plain(form), form) == form
