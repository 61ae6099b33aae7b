"""The clause register: read from YAML, refused where a mark is missing."""

from __future__ import annotations

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
                raise LawError(entry, f"条款 {clause.id} 已经登记过")
            clauses[clause.id] = clause
    return clauses


def _clause(entry: Entry) -> Clause:
    entry.only(*KEYS)
    valid_from, valid_to = entry.day("valid_from"), entry.day("valid_to")
    if valid_from is None:
        raise LawError(entry, "缺少 valid_from")
    if valid_to is not None and valid_to < valid_from:
        raise LawError(entry, "valid_to 早于 valid_from")
    if valid_to is not None and not entry.get("repealed_by"):
        raise LawError(entry, "有 valid_to，就要写明由什么替代（repealed_by）")
    text = entry.get("text") or ""
    if text and not entry.get("seen"):
        raise LawError(entry, "有原文，就要写明在哪里、哪天见到（seen）")
    try:
        limit = Limit(entry.need("limit"))
    except ValueError as error:
        raise LawError(entry, f"limit 应为 {'、'.join(Limit)}") from error
    return Clause(
        id=entry.need("id"),
        document=entry.need("document"),
        number=entry.get("number") or "",
        article=entry.need("article"),
        text=text.strip(),
        issuer=entry.need("issuer"),
        valid_from=valid_from,
        valid_from_is=entry.need("valid_from_is"),
        valid_to=valid_to,
        repealed_by=entry.get("repealed_by") or "",
        seen=_seen(entry.get("seen")),
        in_force_checked=entry.day("in_force_checked"),
        limit=limit,
        note=entry.get("note") or "",
    )


def _seen(entry: Entry | None) -> TextSeen | None:
    if entry is None:
        return None
    when = entry.day("when")
    if when is None:
        raise LawError(entry, "缺少 when：哪天见到的")
    return TextSeen(f"{entry.need('where')}：{entry['copy']}" if entry.get("copy") else entry.need("where"), when)
