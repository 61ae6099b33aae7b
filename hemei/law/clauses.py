"""The clause register: read from YAML, refused where a mark is missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from hemei.terms.clause import Clause, Limit, TextSeen

from .yaml_lines import Entry, LawError, read_entries

KEYS = (
    "id", "document", "number", "article", "issuer", "valid_from", "valid_from_is", "valid_to", "repealed_by",
    "seen", "in_force_checked", "limit", "note", "text",
)  # fmt: skip


def read_clauses(*paths: Path) -> Mapping[str, Clause]:
    """The clauses of some files by id. Raises LawError with file and line."""
    clauses: dict[str, Clause] = {}
    for path in paths:
        for entry in read_entries(path):
            clause = _clause(entry)
            if clause.id in clauses:
                raise LawError(entry, f"条款 {clause.id} 已经登记过：请删去一条，或换一个 id", "id")
            clauses[clause.id] = clause
    return clauses


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
    checked = entry.day("in_force_checked")
    if checked is not None and checked < valid_from:
        raise LawError(entry, "in_force_checked 早于 valid_from：那时还没有生效，请改正日期", "in_force_checked")
    text = entry.text("text")
    if text and not entry.get("seen"):
        raise LawError(entry, "有原文，就要写明在哪里、哪天见到（seen）")
    entry.need("limit")
    return Clause(
        id=entry.name(),
        document=_document(entry),
        number=entry.text("number"),
        article=_article(entry),
        text=text.strip(),
        issuer=entry.need_text("issuer"),
        valid_from=valid_from,
        valid_from_is=entry.need_text("valid_from_is"),
        valid_to=valid_to,
        repealed_by=entry.text("repealed_by"),
        seen=_seen(entry.table("seen")),
        in_force_checked=checked,
        limit=Limit(entry.one_of("limit", [*Limit])),
        note=entry.text("note"),
    )


def _document(entry: Entry) -> str:
    document = entry.need_text("document")
    if any(mark in document for mark in "《》"):
        raise LawError(entry, "document: 不写书名号，显示时会自己加上", "document")
    return document


def _article(entry: Entry) -> str:
    """Where the words stand; a bare number is an article whose first or last word was left out."""
    article = entry.need_text("article")
    if re.fullmatch(r"第?[0-9０-９]+条?|第?[零〇一二三四五六七八九十百]+|[零〇一二三四五六七八九十百]+条", article):
        raise LawError(entry, f"article: “{article}”写得不全，请照原文写成 第十一条", "article")
    return article


def _seen(entry: Entry) -> TextSeen | None:
    if not entry:
        return None
    entry.only("where", "when", "copy")
    when = entry.day("when")
    if when is None:
        raise LawError(entry, "缺少 when：哪天见到的")
    where, copy = entry.need_text("where"), entry.text("copy")
    return TextSeen(f"{where}：{copy}" if copy else where, when)
