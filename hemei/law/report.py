"""The report of a screening: outcomes by rule and by township, as a printable page with a map, and as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from io import BytesIO
from pathlib import Path

import numpy as np
import xlsxwriter

from hemei.terms.verdict import Kind

from .columns import FAIL, PASS, UNKNOWN
from .map_picture import COLOURS, png, svg
from .plan import NOT_SET, PLAN_TITLES
from .screening import Screening
from .wording import citations

MOST_NAMED = 20
HEADINGS = ("规则", "名称", "条款", "标注", "乡镇", "不符合", "待核", "符合")
NOTICE = "现状建筑“不符合”只表示位置或尺寸与现行规则不一致，不等于违法：建成时间和手续要另查。"


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


KEY = {FAIL: "有不符合", UNKNOWN: "没有不符合、有待核", PASS: "在已有图层上都符合"}
WIDTHS = (13, 30, 30, 20, 14, 9, 9, 9)
"""Of the table's columns, in letters: together the width of an A4 sheet on its side."""


def write_workbook(path: Path, screening: Screening) -> None:
    """Write the report as .xlsx, text as text: the table, the map, what must be known to read them. Prints on A4."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        _table_sheet(book, screening)
        _map_sheet(book, screening)
        about = _sheet(book, "说明", screening)
        about.set_column(0, 0, 110)
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for number, line in enumerate(notes(screening)):
            about.write_string(number, 0, line, wrapped)


def _sheet(book: xlsxwriter.Workbook, name: str, screening: Screening) -> xlsxwriter.worksheet.Worksheet:
    """A sheet that prints as wide as the paper, with the district and the page below."""
    sheet = book.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{screening.district.name.replace('&', '&&')} {screening.on.isoformat()}&R&P / &N")
    return sheet


def _table_sheet(book: xlsxwriter.Workbook, screening: Screening) -> None:
    sheet = _sheet(book, "管控核对", screening)
    top = {"text_wrap": True, "valign": "top"}
    head, words, count = (book.add_format(top | more) for more in ({"bold": True}, {}, {"num_format": "#,##0"}))
    sheet.write_row(0, 0, HEADINGS, head)
    number = 0
    for number, row in enumerate(rows_of(screening), start=1):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell, count if isinstance(cell, int) else words)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, number, len(HEADINGS) - 1)


def _map_sheet(book: xlsxwriter.Workbook, screening: Screening) -> None:
    """The map of the page, with its key in words above it."""
    outcome = np.concatenate(screening.tally.worst or [np.empty(0, np.int8)])
    sheet = _sheet(book, "分布图", screening)
    sheet.fit_to_pages(1, 1)
    sheet.write(0, 0, f"{screening.district.name}，按 {screening.on.isoformat()} 的规则；灰色：公开图层")
    for row, (number, words) in enumerate(KEY.items(), start=1):
        colour = book.add_format({"font_color": COLOURS[number]})
        sheet.write(row, 0, f"● {words}：{int((outcome == number).sum()):,} 栋", colour)
    drawn = png(screening, outcome)
    if drawn:
        sheet.insert_image(len(KEY) + 1, 0, "map.png", {"image_data": BytesIO(drawn)})


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
    kinds = screening.district.book.layers
    titles = {key: kind.title for key, kind in kinds.items()}
    missing = [titles[key] for key in titles if key not in used]
    open_to = {key: "内部" if kind.is_internal else "公开" for key, kind in kinds.items()}
    looked = {place.key[0]: f"版本 {place.version[:8]}，找到 {place.reach_m:g} 米远" for place in screening.places}
    loaded = "、".join(f"{titles[key]}（{open_to[key]}，{looked[key]}）" for key in titles if key in used)
    return [
        *lines,
        f"装入的图层：{loaded or '无'}。涉密数据不装入本系统。",
        f"未配置的图层（有关规则都是“待核”）：{'、'.join(missing) or '无'}。",
        *_plan(screening),
    ]


def _plan(screening: Screening) -> Iterator[str]:
    """How far the district has written down its own plan."""
    plan = screening.district.plan
    for table, title in PLAN_TITLES.items():
        rows = plan.get(table, ())
        named = "、".join(row.shown for row in rows if row.name is not None)
        yield f"{title}：{named or NOT_SET}"


def _named(ids: list[object]) -> str:
    """The first ids, and how many they are."""
    first = "、".join(map(str, ids[:MOST_NAMED]))
    return f"id {first}" if len(ids) <= MOST_NAMED else f"id {first} 等，共 {len(ids):,} 栋"


def page(screening: Screening) -> str:
    """The report as HTML that prints on A4, with a map."""
    outcome = np.concatenate(screening.tally.worst or [np.empty(0, np.int8)])
    counts = {number: int((outcome == number).sum()) for number in (FAIL, UNKNOWN, PASS)}
    day = screening.on
    judged, unset = _tables(screening)
    return PAGE.read_text(encoding="utf-8").format(
        title=escape(screening.district.name),
        day=f"{day.year}年{day.month}月{day.day}日",
        fail=f"{counts[FAIL]:,}",
        unknown=f"{counts[UNKNOWN]:,}",
        fine=f"{counts[PASS]:,}",
        notes="".join(f"<p>{escape(line)}</p>" for line in notes(screening)),
        map=svg(screening, outcome),
        judged=judged,
        unset=unset,
    )


PAGE = Path(__file__).parent / "report.html"


def _tables(screening: Screening) -> tuple[str, str]:
    """The rules that decided something, each with its townships; and a list of those that lack a layer or a number."""
    by_rule: dict[str, list[tuple[str | int, ...]]] = {}
    for row in rows_of(screening):
        by_rule.setdefault(str(row[0]), []).append(row)
    judged, unset = [], []
    for rule in screening.rules:
        rows = by_rule.get(rule.id, [])
        if not rows:
            continue
        head = f"{rule.id} {rule.title}{'（提示）' if rule.kind is Kind.WARN else ''}"
        cited = f"{citations(rule, screening.district.book)}（{rows[0][3]}）"
        if not any(int(row[5]) or int(row[7]) for row in rows):
            unset.append(f"<li>{escape(head)} <small>{escape(cited)}</small></li>")
            continue
        judged.append(f'<tr class="rule"><th colspan="4">{escape(head)}<small>{escape(cited)}</small></th></tr>')
        for row in rows:
            cells = (f"{cell:,}" if isinstance(cell, int) else cell for cell in row[4:])
            judged.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
    return "".join(judged), "".join(unset)
