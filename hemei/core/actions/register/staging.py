"""Rows between the file and the tables: staged in the clear only where nothing personal is in them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from hemei.core.actions.register.judging import Judged
from hemei.core.actions.register.sheet import Line
from hemei.core.laid import pour
from hemei.core.models import ImportBatch, RowOutcome, StagedRow
from hemei.core.personal import decrypt, encrypt

COLUMNS = (
    *("batch_id", "register", "file", "line", "outcome", "key", "values", "personal"),
    *("original", "geometry", "target", "before", "reason", "remedy", "decision"),
)
MOST_WORDS = 60
RETURNED = (RowOutcome.REFUSED, RowOutcome.MATCH)  # shown or sent back as the clerk wrote them


def stage(batch: ImportBatch, register: str, lines: Sequence[Line], judged: Sequence[Judged]) -> None:
    """Store what was made of some rows, in one short transaction."""
    pour(StagedRow, COLUMNS, (_row(batch, register, line, one) for line, one in zip(lines, judged, strict=True)))


def _row(batch: ImportBatch, register: str, line: Line, one: Judged) -> tuple[Any, ...]:
    returned = one.outcome in RETURNED
    personal = {**one.personal, "cells": line.personal} if returned else one.personal
    return (
        *(batch.pk, register, line.file, line.number, one.outcome, one.key[:160], one.values),
        encrypt(json.dumps(personal, ensure_ascii=False)) if personal else None,
        line.original if returned else {},
        line.came if returned else None,
        *(one.target, one.before, one.reason, one.remedy, ""),
    )


def personal_of(row: StagedRow) -> dict[str, Any]:
    """What is personal in a staged row, in clear."""
    return json.loads(decrypt(row.personal)) if row.personal else {}


def original_of(row: StagedRow) -> dict[str, Any]:
    """The row as the clerk wrote it, in clear: for the workbook that goes back to whoever sent it."""
    return {**row.original, **personal_of(row).get("cells", {})}


def confirmed(rows: Iterable[StagedRow]) -> Iterable[StagedRow]:
    """The rows to be written: new and changed ones, and matches as a person decided."""
    for row in rows:
        if row.outcome == RowOutcome.MATCH:
            if not row.decision:
                continue
            row.outcome = RowOutcome.CHANGED if row.decision == "same" else RowOutcome.NEW
        yield row


def meant(batch: ImportBatch) -> list[dict[str, Any]]:
    """The words of refused rows that may mean another: register, file, field, said, value, name, and how many rows."""
    counted: dict[tuple[str, ...], int] = {}
    rows = StagedRow.objects.filter(batch=batch, outcome=RowOutcome.REFUSED).values_list("register", "file", "values")
    for register, file, values in rows.order_by("id").iterator(chunk_size=2_000):
        for one in values.get("instead", []):
            key = (register, file, one["field"], one["said"], one["value"], one["name"])
            counted[key] = counted.get(key, 0) + 1
    names = ("register", "called", "field", "said", "value", "name")
    found = sorted(counted.items(), key=lambda item: -item[1])[:MOST_WORDS]
    return [{**dict(zip(names, key, strict=True)), "rows": rows} for key, rows in found]
