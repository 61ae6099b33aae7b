"""The clause register: the texts are the copies', and the marks say how far they go."""

from __future__ import annotations

import gzip
import json
import os
import re
from datetime import date
from pathlib import Path

import pytest

from hemei.law.book import NATIONAL, national, read_book
from hemei.law.yaml_lines import LawError
from hemei.terms.clause import Limit
from hemei.terms.verdict import Kind

REAL = Path(os.environ.get("HEMEI_REAL_DATA") or Path(__file__).parents[3] / "shared" / "data")
ON = date(2026, 11, 1)


@pytest.fixture(scope="module")
def copies():
    path = REAL / "laws" / "laws_zh.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"needs {path}")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return {row["title"]: row["text"] for row in map(json.loads, lines)}


@pytest.fixture(
    scope="module", params=[clause for clause in national().clauses.values() if clause.text], ids=lambda c: c.id
)
def quoted(request, copies):
    """A clause with a text, its copy, and the copy without blanks."""
    clause = request.param
    copy = copies[clause.seen.where.partition("：")[2]]
    return clause, copy, without_blanks(copy)


def without_blanks(text):
    return re.sub(r"\s+", "", text)


@pytest.mark.real
def test_every_text_stands_word_for_word_in_its_copy_under_its_article(quoted):
    clause, _, plain = quoted
    assert plain.count(clause.article + without_blanks(clause.text)) == 1


@pytest.mark.real
def test_every_text_is_the_whole_article(quoted):
    clause, _, plain = quoted
    before, _, after = plain.partition(clause.article + without_blanks(clause.text))
    assert before.endswith(("。", "章总则")) or re.search(r"#第[一二三四五六七八九十]+[章节][^#。]+$", before)
    assert not after or re.match(r"#*第[一二三四五六七八九十百]+[条章节]", after)


@pytest.mark.real
def test_document_number_and_day_are_the_copy_s(quoted):
    clause, copy, plain = quoted
    assert copy.startswith(f"# {clause.document}\n")
    day = f"{clause.valid_from.year}年{clause.valid_from.month}月{clause.valid_from.day}日"
    if clause.valid_from_is == "施行":
        assert f"自{day}起施行" in plain
    else:
        assert clause.valid_from_is in ("修正", "修订")
        assert str(clause.valid_from) in clause.seen.where
    if clause.number.startswith("国务院令"):
        assert clause.number in plain.partition("INFOEND")[0]


def test_what_is_known_to_have_changed_says_so():
    """Documents of which we have heard that they were replaced or are said to be."""
    for clause in national().clauses.values():
        if clause.document == "中华人民共和国自然保护区条例":
            assert (clause.valid_to, clause.repealed_by) == (date(2026, 3, 14), "国务院令第830号")
        if clause.document == "中华人民共和国水污染防治法":
            assert "《生态环境法典》自2026-08-15起替代" in clause.note
        if clause.number in ("国务院令第830号", "自然资发〔2022〕142号") or "国家公园法" in clause.document:
            assert {"原文未见", "效力待核", "数值为假定"} <= set(clause.marks(ON))


READY_MADE = {
    "公路安全保护条例": ("第十一条", "第十三条", "第十四条"),
    "中华人民共和国土地管理法": ("第三十五条", "第三十七条", "第四十四条", "第六十二条"),
    "中华人民共和国土地管理法实施条例": ("第三十四条",),
    "地质灾害防治条例": ("第十九条", "第二十一条"),
    "中华人民共和国河道管理条例": ("第十一条", "第二十条", "第二十四条", "第二十五条"),
    "中华人民共和国防洪法": ("第二十一条", "第二十二条"),
    "中华人民共和国水污染防治法": ("第六十四条", "第六十五条", "第六十六条", "第六十七条"),
    "中华人民共和国自然保护区条例": ("第十八条", "第二十七条", "第三十二条"),
    "中华人民共和国森林法": ("第三十七条",),
}
UNSEEN = {"自然保护区条例", "中华人民共和国国家公园法", "关于加强生态保护红线管理的通知（试行）"}


def test_the_register_holds_what_rural_building_is_judged_by():
    clauses = national().clauses.values()
    seen = {(clause.document, clause.article) for clause in clauses if clause.text}
    assert seen == {(document, article) for document, articles in READY_MADE.items() for article in articles}
    assert {clause.document for clause in clauses if not clause.text} >= UNSEEN


def test_every_clause_stands_behind_a_rule():
    used = {name for rule in national().rules for name in (rule.clause, *rule.also)}
    assert set(national().clauses) == used


@pytest.mark.parametrize("layer", ["ecological_redline", "general_control"])
def test_where_residents_may_stay_nothing_is_plainly_denied(layer):
    rules = [rule for rule in national().rules if rule.layer == layer]
    assert rules
    assert {rule.kind for rule in rules} == {Kind.ALLOW_ONLY}
    for_houses = [rule for rule in rules if not rule.uses or "house" in rule.uses]
    assert all({"existing", "repair", "necessary_in_place"} <= rule.allows for rule in for_houses)


def test_no_copy_is_taken_for_the_law_in_force():
    assert all("效力待核" in clause.marks(ON) for clause in national().clauses.values())


def test_a_text_that_nobody_has_seen_is_said_to_be_unseen():
    unseen = [clause for clause in national().clauses.values() if not clause.text]
    assert unseen
    assert all("原文未见" in clause.marks(ON) for clause in unseen)
    assert all(clause.limit is Limit.ASSUMED for clause in unseen)


def test_what_was_replaced_says_by_what():
    clause = national().clauses["reserve.27"]
    assert "已由国务院令第830号替代" in clause.marks(ON)
    assert "已由国务院令第830号替代" not in clause.marks(date(2026, 3, 14))


def test_no_rule_outlives_its_clause_in_silence():
    for rule in national().rules:
        clause = national().clauses[rule.clause]
        assert clause.valid_to is None or rule.end == clause.valid_to, rule.id


WHOLE = "document: d, article: x, issuer: y, valid_from: 2020-01-01, valid_from_is: 施行"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("id: a, document: d", "缺少 valid_from"),
        (f"id: a, {WHOLE}, limit: sure", "limit: 'sure' 不认识，可用：verified"),
        (f"id: a, {WHOLE}, limit: verified, seen: 网上", "seen: 应是"),
        (f"id: a, {WHOLE}, limit: verified, seen: {{where: x}}, text: t", "缺少 when"),
        (f"id: a, {WHOLE}, limit: verified, in_force_checked: 昨天", "不是日期"),
        (f"id: highway.11, {WHOLE}, limit: verified", "已经登记过"),
        (f"id: a, {WHOLE}, limit: verified, text: t", "在哪里、哪天见到"),
        (f"id: a, {WHOLE}, valid_to: 2021-01-01", "由什么替代"),
    ],
)
def test_a_clause_without_its_marks_is_refused(tmp_path, entry, said):
    (tmp_path / "clauses.yaml").write_text(f"- {{{entry}}}\n")
    with pytest.raises(LawError, match=said):
        read_book(NATIONAL, tmp_path)
