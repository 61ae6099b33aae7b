"""The report of a screening: outcomes by rule and by township, as a printable page with a map, and as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

import numpy as np
import shapely
import xlsxwriter

from hemei.terms.verdict import Kind

from .columns import FAIL, PASS, UNKNOWN
from .plan import NOT_SET, PLAN_TITLES
from .screening import Screening
from .wording import citations

MOST_NAMED = 20
HEADINGS = ("规则", "名称", "条款", "标注", "乡镇", "不符合", "待核", "符合")
COLOURS = {PASS: "#9bb8a5", UNKNOWN: "#c98a1b", FAIL: "#b3261e"}
"""By outcome, the worst last, which is drawn on top."""
NOTICE = "现状建筑“不符合”只表示位置或尺寸与现行规则不一致，不等于违法：建成时间和手续要另查。"
WIDTH = 1000
MANY = 5_000
"""More buildings than this are drawn as smaller dots."""
STEPS_M = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)


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
        map=picture(screening, outcome),
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


def picture(screening: Screening, outcome: np.ndarray) -> str:
    """A map as SVG: the public layers in grey, one dot a cell of the picture, coloured by the worst outcome in it.

    `outcome` by building, as in `Tally.worst`.
    """
    middle = np.concatenate(screening.tally.middles or [np.empty((0, 2))])
    if len(middle) == 0:
        return ""
    low, span = middle.min(axis=0), np.maximum(np.ptp(middle, axis=0), 1.0)
    height = int(max(200, min(1200, WIDTH * span[1] / span[0])))
    scale = float(min((WIDTH - 10) / span[0], (height - 10) / span[1]))
    radius = 2 if len(middle) > MANY else 4
    cell = np.round((middle - low) * scale / radius).astype(int) * radius
    dots = []
    for number, colour in COLOURS.items():
        at = np.unique(cell[outcome == number], axis=0)
        drawn = "".join(f'<circle cx="{x + 5}" cy="{height - y - 5}" r="{radius}"/>' for x, y in at)
        dots.append(f'<g fill="{colour}">{drawn}</g>')
    step = next((step for step in STEPS_M if step * scale >= WIDTH / 10), STEPS_M[-1])
    end = 10 + step * scale
    said = f"{step // 1000} 公里" if step >= 1000 else f"{step} 米"
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="建筑核对结果分布图" font-size="20">'
        f"{_ground(screening, low, scale, height)}{''.join(dots)}"
        f'<path d="M10 {height - 16}v8H{end:.0f}v-8" fill="none" stroke="#222" stroke-width="2"/>'
        f'<text x="{end + 8:.0f}" y="{height - 6}">{said}</text>'
        f'<path d="M{WIDTH - 24} 8l9 24-9-6-9 6z"/><text x="{WIDTH - 34}" y="54">北</text></svg>'
    )


def _ground(screening: Screening, low: np.ndarray, scale: float, height: int) -> str:
    """The public layers near the buildings, in grey, no finer than the picture shows."""
    frame = shapely.box(*(low - 5 / scale), *(low + np.array([WIDTH, height]) / scale))
    kinds, drawn = screening.district.book.layers, []
    for place in screening.places:
        if kinds[place.layer].is_internal or not len(place.geometry):
            continue
        seen = place.geometry[place.index.query(frame)]
        rough = shapely.simplify(shapely.intersection(seen, frame), 1.0 / scale)
        polygons = "".join(_path(shape, low, scale, height) + "Z" for shape in _runs(rough, 2))
        lines = "".join(_path(shape, low, scale, height) for shape in _runs(rough, 1))
        drawn.append(f'<path d="{polygons}" fill="#e4e4e4" fill-rule="evenodd"/>' if polygons else "")
        drawn.append(f'<path d="{lines}" fill="none" stroke="#bbb"/>' if lines else "")
    return "".join(drawn)


def _runs(shapes: np.ndarray, dimension: int) -> np.ndarray:
    parts = shapely.get_parts(shapely.get_parts(shapes))
    parts = parts[(shapely.get_dimensions(parts) == dimension) & ~shapely.is_empty(parts)]
    return np.asarray(shapely.get_rings(parts) if dimension == 2 else parts)


def _path(shape: shapely.Geometry, low: np.ndarray, scale: float, height: int) -> str:
    at = np.round((shapely.get_coordinates(shape) - low) * scale + 5, 1)
    return "M" + "L".join(f"{x:g} {height - y:g}" for x, y in at)
