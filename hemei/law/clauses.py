"""The clause register: read from YAML, refused where a mark is missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

from hemei.terms.clause import Clause, Limit, TextSeen
from hemei.terms.day import meet, today

from .yaml_lines import Entry, LawError, read_entries

KEYS = (
    "id", "document", "number", "article", "issuer", "valid_from", "valid_from_is", "valid_to", "repealed_by",
    "seen", "in_force_checked", "limit", "note", "text",
)  # fmt: skip

LOOKED_AT = date(2026, 11, 26)
"""When the nation's files were last looked at: a clock that shows an earlier day is wrong, and refuses nothing."""
DIGITS = "零一二三四五六七八九"
LONGEST_AHEAD = timedelta(days=731)
"""Ours: we know of no law that was published longer than this before it took effect."""


def read_clauses(*paths: Path) -> Mapping[str, Clause]:
    """The clauses of some files by id. Raises LawError with file and line."""
    made: dict[str, tuple[Clause, Entry]] = {}
    for path in paths:
        for entry in read_entries(path):
            clause = _clause(entry)
            if clause.id in made:
                raise LawError(entry, f"条款 {clause.id} 已经登记过：请删去一条，或换一个 id", "id")
            made[clause.id] = clause, entry
    for (one, _), (two, entry) in combinations(made.values(), 2):
        _refuse_confusion(one, two, entry)
    return {name: clause for name, (clause, _) in made.items()}


def _refuse_confusion(one: Clause, two: Clause, entry: Entry) -> None:
    """One law under two names, or two under one, is a slip of the pen in `two`.

    One order may amend many laws, which then bear its number. A district writes a clause with each rule and cannot end
    an older edition of its plan, so of its own only those are compared that begin on one day.
    """
    numbered = re.search(r"\d", one.number) and re.search(r"\d", two.number)
    amended = {one.valid_from_is, two.valid_from_is} & {"修正", "修订"}
    is_order = one.number == two.number and re.search(r"\d+号", one.number) and not amended
    if is_order and one.document != two.document:
        said = f"number: {one.number} 已经是《{one.document}》（{one.id}）的文号：请核对原文，改正文号或 document"
        raise LawError(entry, said, "number")
    if one.document != two.document or not meet((one.valid_from, one.valid_to), (two.valid_from, two.valid_to)):
        return
    own = Limit.DISTRICT in (one.limit, two.limit)
    if numbered and one.number != two.number and (not own or one.valid_from == two.valid_from):
        said = (
            f"number: 《{one.document}》已经登记为 {one.number}（{one.id}），两个文号在同一天都有效："
            "请改正文号；是两版的，给旧版写 valid_to 和 repealed_by"
        )
        raise LawError(entry, said, "number")
    if not own and (one.number, one.article) == (two.number, two.article):
        said = f"article: {one.citation} 已经登记为 {one.id}：请删去一条，规则里都写 clause: {one.id}"
        raise LawError(entry, said, "article")


def _clause(entry: Entry) -> Clause:
    entry.only(*KEYS)
    valid_from, valid_to = entry.day("valid_from"), entry.day("valid_to")
    if valid_from is None:
        raise LawError(entry, "缺少 valid_from：从哪天起生效（或公布、修正），请补写这一项")
    if valid_to is not None and valid_to < valid_from:
        raise LawError(entry, "valid_to 早于 valid_from", "valid_to")
    if valid_to is not None and not entry.get("repealed_by"):
        raise LawError(entry, "有 valid_to，就要写明由什么替代（repealed_by）")
    if valid_to is None and entry.get("repealed_by"):
        raise LawError(entry, "写了 repealed_by，就要写明到哪天为止（valid_to）", "repealed_by")
    text = entry.text("text")
    if text and not entry.get("seen"):
        raise LawError(entry, "有原文，就要写明在哪里、哪天见到（seen）")
    entry.need("limit")
    limit, kind = Limit(entry.one_of("limit", [*Limit])), entry.need_text("valid_from_is")
    seen = _seen(entry.table("seen"))
    if seen is not None:
        ahead = timedelta() if kind != "施行" else timedelta.max if limit is Limit.DISTRICT else LONGEST_AHEAD
        if valid_from - seen.when > ahead:
            said = f"when: {seen.when} 早于它的{kind}日 {valid_from}：那时还没有这份文本，请改正日期"
            raise LawError(entry.table("seen"), said, "when")
    return Clause(
        id=entry.name(),
        document=_document(entry),
        number=entry.text("number"),
        article=_article(entry),
        text=text.strip(),
        issuer=entry.need_text("issuer"),
        valid_from=valid_from,
        valid_from_is=kind,
        valid_to=valid_to,
        repealed_by=entry.text("repealed_by"),
        seen=seen,
        in_force_checked=_checked(entry, valid_from, valid_to),
        limit=limit,
        note=entry.text("note"),
    )


def _checked(entry: Entry, valid_from: date, valid_to: date | None) -> date | None:
    """The day on which somebody looked whether the clause is in force; only a day on which it was can be one."""
    key = "in_force_checked"
    day = _past(entry, key)
    if day is not None and day < valid_from:
        raise LawError(entry, f"{key} 早于 valid_from：那时还没有生效，请改正日期", key)
    if day is not None and valid_to is not None and day > valid_to:
        raise LawError(entry, f"{key} 晚于 valid_to：那时已经不再有效，请改正日期", key)
    return day


def _past(entry: Entry, key: str) -> date | None:
    """A day that has come: nobody has read or looked anything up tomorrow."""
    day, now = entry.day(key), max(today(), LOOKED_AT)
    if day is not None and day > now:
        raise LawError(entry, f"{key}: {day} 还没有到（今天是 {now}）：请写实际看到或核对的那一天", key)
    return day


def _document(entry: Entry) -> str:
    document = entry.need_text("document")
    if plain_title(document) != document:
        raise LawError(entry, f"document: 不写书名号，显示时会自己加上：请写 {plain_title(document)}", "document")
    return document


def _article(entry: Entry) -> str:
    """Where the words stand; a bare number is an article whose first or last word was left out."""
    article = entry.need_text("article")
    if re.fullmatch(r"第?\s*0+\s*条?", article):
        raise LawError(entry, f"article: 没有“{article}”这一条，请照原文写，例如 第十一条", "article")
    if whole_article(article) != article:
        raise LawError(entry, f"article: “{article}”写得不全，请照原文写成 {whole_article(article)}", "article")
    return article


def plain_title(document: str) -> str:
    """A document's name without the marks round it, and with the marks within it as they are written inside others.

    >>> plain_title("《公路安全保护条例》"), plain_title("关于印发《村庄规划》的通知"), plain_title("《规划》（修订）")
    ('公路安全保护条例', '关于印发〈村庄规划〉的通知', '规划（修订）')
    """
    title = document.strip()
    if title.startswith("《"):
        depth = 0
        for at, letter in enumerate(title):
            depth += (letter == "《") - (letter == "》")
            if depth == 0:
                title = title[1:at] + title[at + 1 :]
                break
    return title.replace("《", "〈").replace("》", "〉") if title.strip("《》") else document


def whole_article(article: str) -> str:
    """An article's number written out where only a part of it is there; anything else as it stands.

    >>> [whole_article(said) for said in ("11", "第 110 条", "二十", "第四十条第二款", "临水控密度")]
    ['第十一条', '第一百一十条', '第二十条', '第四十条第二款', '临水控密度']
    """
    found = re.fullmatch(rf"第?\s*(?:(\d{{1,4}})|([{DIGITS}十百千〇]+))\s*条?", article.strip())
    if not found:
        return article
    number, words = found.groups()
    if words:
        return f"第{words}条"
    return f"第{in_chinese(int(number))}条" if int(number) else article


def in_chinese(number: int) -> str:
    """A whole number from 1 to 9999 as articles are numbered.

    >>> [in_chinese(number) for number in (1, 10, 11, 20, 101, 110, 1010, 1260)]
    ['一', '十', '十一', '二十', '一百零一', '一百一十', '一千零一十', '一千二百六十']
    """
    said = ""
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            said += DIGITS[digit] + unit
        elif said and not said.endswith("零") and number % place:
            said += "零"
    return said.removeprefix("一") if 10 <= number < 20 else said


def _seen(entry: Entry) -> TextSeen | None:
    if not entry:
        return None
    entry.only("where", "when", "copy")
    when = _past(entry, "when")
    if when is None:
        raise LawError(entry, "缺少 when：哪天见到的")
    where, copy = entry.need_text("where"), entry.text("copy")
    own = re.search(r"\d{4}-\d\d-\d\d(?=\)?$)", copy)
    if own and str(when) < own[0]:
        raise LawError(entry, f"when: {when} 早于副本自己的日子 {own[0]}：那时还没有这份文本，请改正日期", "when")
    return TextSeen(f"{where}：{copy}" if copy else where, when)
