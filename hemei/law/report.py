"""The report of a screening: outcomes by rule and by township, as a printable page with a map, and as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

import numpy as np
import xlsxwriter

from .columns import FAIL, PASS, UNKNOWN
from .screening import Screening

MOST_NAMED = 20
HEADINGS = ("规则", "名称", "条款", "标注", "乡镇", "不符合", "待核", "符合")
COLOURS = {PASS: "#9bb8a5", UNKNOWN: "#c98a1b", FAIL: "#b3261e"}
"""By outcome, the worst last, which is drawn on top."""
NOTICE = "现状建筑“不符合”只表示位置或尺寸与现行规则不一致，不等于违法：建成时间和手续要另查。"
WIDTH = 1000


def rows_of(screening: Screening) -> Iterator[tuple[str | int, ...]]:
    """One row a rule and township, under `HEADINGS`."""
    book, outcomes = screening.district.book, screening.tally.outcomes
    townships = sorted({township for _, township in outcomes})
    for rule in screening.rules:
        for township in townships:
            if (rule.id, township) in outcomes:
                counts = [int(outcomes[rule.id, township][number]) for number in (FAIL, UNKNOWN, PASS)]
                clause = book.clauses[rule.clause]
                marks = "，".join(clause.marks(screening.on))
                yield rule.id, rule.title, clause.citation, marks, township or "（未分乡镇）", *counts


def write_workbook(path: Path, screening: Screening) -> None:
    """Write the report as .xlsx, text as text."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("管控核对")
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, HEADINGS, bold)
        for number, row in enumerate(rows_of(screening), start=1):
            sheet.write_row(number, 0, row)
        sheet.set_column(1, 3, 28)
        sheet.freeze_panes(1, 0)
        about = book.add_worksheet("说明")
        for number, line in enumerate(notes(screening)):
            about.write_string(number, 0, line)


def notes(screening: Screening) -> list[str]:
    """What must be known to read the figures."""
    tally = screening.tally
    lines = [
        f"{screening.district.name}：{tally.buildings:,} 栋建筑，按 {screening.on.isoformat()} 的规则核对，"
        f"量算坐标系 {screening.crs.name}，位置误差 {screening.district.position_error_m:g} 米。",
        NOTICE,
        *tally.remarks,
        *(f"{what}：{count:,} 栋" for what, count in tally.slips.counted.items()),
        *(f"{what}：{_named(ids)}" for what, ids in tally.faults.items()),
    ]
    used = sorted({place.key[0] for place in screening.places})
    titles = {key: kind.title for key, kind in screening.district.book.layers.items()}
    missing = [titles[key] for key in titles if key not in used]
    return [*lines, f"未配置的图层（有关规则都是“待核”）：{'、'.join(missing)}。"]


def _named(ids: list[object]) -> str:
    """The first ids, and how many they are."""
    first = "、".join(map(str, ids[:MOST_NAMED]))
    return f"id {first}" if len(ids) <= MOST_NAMED else f"id {first} 等，共 {len(ids):,} 栋"


def page(screening: Screening) -> str:
    """The report as HTML, with a map."""
    middle = np.concatenate(screening.tally.middles or [np.empty((0, 2))])
    outcome = np.concatenate(screening.tally.worst or [np.empty(0, np.int8)])
    head = "".join(f"<th>{escape(heading)}</th>" for heading in HEADINGS)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{escape(f'{cell:,}' if isinstance(cell, int) else cell)}</td>" for cell in row) + "</tr>"
        for row in rows_of(screening)
    )
    return PAGE.read_text(encoding="utf-8").format(
        title=escape(screening.district.name),
        notes="".join(f"<p>{escape(line)}</p>" for line in notes(screening)),
        map=picture(middle, outcome),
        head=head,
        body=body,
    )


PAGE = Path(__file__).parent / "report.html"


def picture(middle: np.ndarray, outcome: np.ndarray) -> str:
    """A map as SVG: one dot a cell of the picture, coloured by the worst outcome in it."""
    if len(middle) == 0:
        return ""
    low, span = middle.min(axis=0), np.maximum(np.ptp(middle, axis=0), 1.0)
    height = int(max(200, min(1400, WIDTH * span[1] / span[0])))
    scale = min((WIDTH - 10) / span[0], (height - 10) / span[1])
    cell = np.round((middle - low) * scale / 2).astype(int) * 2
    dots = []
    for number, colour in COLOURS.items():
        for x, y in np.unique(cell[outcome == number], axis=0):
            dots.append(f'<circle cx="{x + 5}" cy="{height - y - 5}" r="2" fill="{colour}"/>')
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="建筑核对结果分布图">{"".join(dots)}</svg>'
