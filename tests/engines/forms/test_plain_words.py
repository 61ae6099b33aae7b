"""Limits, calculations and repeats in the plain sheet's words: compiled, and given back by a download."""

from __future__ import annotations

from typing import Any

import pytest

from hemei.engines.forms import Form, Kind, clean
from hemei.engines.forms.changes import changes
from hemei.engines.forms.limits import limit_words, limit_xpath
from hemei.engines.forms.parsing import Unreadable, parse
from hemei.engines.forms.plainwriting import as_plain
from hemei.engines.forms.reading import read_form
from hemei.engines.forms.told import in_english
from hemei.engines.forms.writing import as_xlsform
from tests.engines.forms.test_plainsheet import book, read

HEAD = ["分组", "题目", "类型", "选项", "必填", "何时问", "提示", "数值范围", "字数", "自动计算", "重复填写"]


def form_of(*rows: list[Any]) -> Form:
    return read(book([HEAD, *rows]))


def row(group: str | None, label: str, kind: str, **said: str) -> list[Any]:
    return [group, label, kind, *(said.get(heading) for heading in HEAD[3:])]


HOUSE = (
    row("房屋", "有附属房吗？", "单选", 选项="有；没有"),
    row(None, "长", "小数", 数值范围="大于 0，不超过 100"),
    row(None, "宽", "小数", 数值范围="大于 0"),
    row(None, "占地", "自动计算", 自动计算="长 × 宽"),
    row(None, "建成日期", "日期", 数值范围="1900-01-01 到 今天"),
    row(None, "建成几天", "自动计算", 自动计算="今天 - 建成日期"),
    row("每一间房", "面积", "小数", 重复填写="是", 何时问="有附属房吗 = 有", 数值范围="1～200"),
    row(None, "每间备注", "文字", 何时问="有附属房吗 = 有 且 面积 > 50", 字数="最多 20 字"),
    row("合计", "总面积", "自动计算", 自动计算="合计(面积)"),
    row(None, "间数", "自动计算", 自动计算="次数(每一间房)"),
    row(None, "均摊", "自动计算", 自动计算="如果(间数 > 0，四舍五入((占地 + 总面积) ÷ 间数，1)，0)"),
    row(None, "说说原因", "文字", 何时问="均摊 > 100", 字数="正好 11"),
)


@pytest.fixture(scope="module")
def house() -> Form:
    return form_of(*HOUSE)


def test_they_are_compiled(house: Form) -> None:
    said = {q.labels["zh"]: (q.constraint or q.calculation) for q in house.everything}
    named = {q.labels["zh"]: q.name for q in house.everything}
    texts = {label: one.text for label, one in said.items() if one}
    assert texts["长"] == ". > 0 and . <= 100"
    assert texts["占地"] == f"${{{named['长']}}} * ${{{named['宽']}}}"
    assert texts["建成日期"] == "date(.) >= date('1900-01-01') and date(.) <= today()"
    assert texts["每间备注"] == "string-length(.) <= 20"
    assert texts["总面积"] == f"sum(${{{named['面积']}}})"
    assert texts["间数"] == "count(${repeat1})"
    repeat = house.sections[1]
    assert (repeat.repeat, repeat.name, repeat.relevant) == (True, "repeat1", repeat.questions[0].relevant)
    assert house.by_name[named["建成几天"]].gives == "number"
    assert house.by_name[named["长"]].constraint_messages == {"zh": "数值要求：大于 0，不超过 100。"}


def test_a_download_gives_them_back(house: Form) -> None:
    again = read(as_plain(house), house)
    assert again == house
    assert changes(house, again) == []
    through = read_form(as_xlsform(house))
    assert through.sections == house.sections
    assert read(as_plain(through), through).sections == house.sections


def test_an_english_page_tells_them_in_words(house: Form) -> None:
    """Where the form has no English of its own, around its Chinese."""
    named, told = {q.labels["zh"]: q.name for q in house.everything}, in_english(house)
    texts = {label: next(filter(None, told[name].values()), "") for label, name in named.items()}
    assert texts["长"] == "the answer > 0 and the answer ≤ 100"
    assert texts["占地"] == "“长” × “宽”"
    assert texts["建成日期"] == "the answer ≥ 1900-01-01 and the answer ≤ today"
    assert texts["建成几天"] == "today - “建成日期”"
    assert texts["每间备注"] == "“有附属房吗” = 有 and “面积” > 50"
    assert told[named["每间备注"]]["constraint"] == "number of letters ≤ 20"
    assert texts["总面积"] == "sum of (“面积”)"
    assert texts["间数"] == "number of (“每一间房”)"
    assert texts["均摊"] == "round ((“占地” + “总面积”) ÷ “间数”, 1) if “间数” > 0, else 0"


def test_what_has_no_english_words_stays_xpath() -> None:
    form = form_of(row("房屋", "编号", "文字", 字数="18 位字母或数字"), row(None, "备注", "文字", 何时问="编号 已填"))
    told = [in_english(form)[q.name] for q in form.everything]
    assert told[0]["constraint"] == "regex(., '^[0-9A-Za-z]{18}$')"
    assert told[1]["relevant"] == "“编号” is answered"


def test_answers_are_held_against_them(house: Form) -> None:
    named = {q.labels["zh"]: q.name for q in house.everything}
    yes = house.everything[0].choices[0].name
    said = {named["有附属房吗？"]: [yes], named["长"]: ["10"], named["宽"]: ["8"], f"{named['面积']}.1": ["60"]}
    said |= {f"{named['面积']}.2": ["20"], f"{named['每间备注']}.1": ["好"]}
    answers, errors = clean(house, said)
    assert errors == []
    assert [answers[named[label]] for label in ("占地", "总面积", "间数", "均摊")] == [80, 80, 2, 80]
    _answers, errors = clean(house, said | {named["长"]: ["1000"], f"{named['每间备注']}.1": ["长" * 21]})
    assert [error.problem for error in errors] == ["数值要求：大于 0，不超过 100。", "字数要求：不超过 20。"]


def test_what_has_no_words_is_given_back_as_xpath_and_read() -> None:
    pattern = "regex(., '^1[3-9][0-9]{9}$')"
    form = form_of(
        row(None, "电话", "文字", 字数=pattern),
        row(None, "哪几面墙", "多选", 选项="东；西；南", 数值范围="count-selected(.) <= 2"),
        row(None, "层数", "整数", 数值范围=". mod 2 = 0"),
        row(None, "一半", "自动计算", 自动计算="${q3} mod 4"),
    )
    assert form.everything[0].constraint is not None
    assert form.everything[0].constraint.text == pattern
    assert read(as_plain(form), form) == form


def test_a_sheet_from_before_there_were_limits_leaves_them(house: Form) -> None:
    old = [line[:7] for line in (HEAD, HOUSE[0], HOUSE[1])]
    assert read(book(old), house).everything[1].constraint == house.everything[1].constraint
    empty = [line[:8] for line in (HEAD, HOUSE[0])] + [[*HOUSE[1][:7], None]]
    assert read(book(empty), house).everything[1].constraint is None


LIMITS = [
    ("1 到 30", "数值", ". >= 1 and . <= 30"),
    ("１—３０之间", "数值", ". >= 1 and . <= 30"),
    ("-5~5", "数值", ". >= -5 and . <= 5"),
    ("不小于 0.5", "数值", ". >= 0.5"),
    ("18 以上", "数值", ". >= 18"),
    ("≥0且<100", "数值", ". >= 0 and . < 100"),
    ("2020-01-01至今天", "日期", ". >= '2020-01-01' and . <= today()"),
    ("不晚于今天", "日期", ". <= today()"),
    ("200 字以内", "字数", "string-length(.) <= 200"),
    ("5-50个字", "字数", "string-length(.) >= 5 and string-length(.) <= 50"),
    ("正好 18 位", "字数", "string-length(.) = 18"),
]


@pytest.mark.parametrize(("said", "of", "xpath"), LIMITS)
def test_limits_are_read_as_they_are_said(said: str, of: str, xpath: str) -> None:
    assert limit_xpath(said, of) == xpath
    if of == "数值":
        words = limit_words(parse(xpath), of)
        assert words
        assert limit_xpath(words, of) == xpath


@pytest.mark.parametrize(
    ("said", "of"),
    [("30", "数值"), ("大概 30", "数值"), ("2020-13-01 到 今天", "日期"), ("，", "字数"), ("1 到 2", "")],
)
def test_what_cannot_be_read_is_refused(said: str, of: str) -> None:
    with pytest.raises(Unreadable):
        limit_xpath(said, of)


def test_a_calculation_asks_for_what_stands_before_it() -> None:
    form = form_of(row(None, "长", "小数"), row(None, "两倍", "自动计算", 自动计算="-长 × (2 - 0.5) / 最大(长，1)"))
    assert form.everything[1].kind is Kind.CALCULATE
    assert form.everything[1].calculation is not None
    assert form.everything[1].calculation.text == "-${q1} * (2 - 0.5) div max(${q1}, 1)"
