"""The zero board as a map: each village filled by how many are open, with the number written in it."""

from __future__ import annotations

from html import escape
from math import ceil

from hemei.core.access import Scope
from hemei.core.queries.zero import Board, Row
from hemei.maps.outlines import drawn_regions, extent, name_spots
from hemei.maps.picture import INK, LINE, WIDTH, Sheet, outline, ring_path, widened
from hemei.terms.region import Level

FEW = 12  # villages; of more than these the names would cover one another
ZERO, SILENT = "#cfe6d6", "url(#nobody)"
STEPS = ("#fbe3e0", "#f4b8b1", "#e68079", "#cf4a42")  # few to many, all light enough for ink
HATCH = (
    '<pattern id="nobody" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="8" height="8" fill="#fff"/><rect width="2" height="8" fill="#c3cac6"/></pattern>'
)


def classes(board: Board) -> list[int]:
    """The upper ends of the four classes of villages with something open, by the board's own numbers."""
    most = max((row.open for row in board.rows), default=0)
    return sorted({max(ceil(most * share), 1) for share in (0.1, 0.3, 0.6, 1.0)}) if most else []


def fill_of(row: Row, ends: list[int]) -> str:
    if row.open:
        return STEPS[next(number for number, end in enumerate(ends) if row.open <= end) + len(STEPS) - len(ends)]
    return SILENT if row.silent else ZERO


def board_picture(board: Board, *, within: Scope) -> str:
    """An SVG without styles or scripts of its own. `board` has a row for each village of `within`."""
    bounds = extent(within=within)
    if bounds is None:
        return '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 10"/>'
    sheet = Sheet(widened(bounds))
    regions = list(drawn_regions(within))
    spots = name_spots(regions, within=within)
    rows, ends = {row.region: row for row in board.rows}, classes(board)
    areas, borders, words = [], [], []
    size = 20 if len(spots) > FEW else 44  # the picture is drawn for a whole district, and looked at on phones
    for region in regions:
        shape = region.shape
        if region.level < Level.VILLAGE:
            borders += [outline(shape, sheet, region.level)] if shape is not None else []
            continue
        row = rows.get(region.code, Row(region.code, region.name))
        if shape is not None:
            areas.append(
                f'<path d="{ring_path(shape, sheet)}" fill="{fill_of(row, ends)}" stroke="{LINE}" stroke-width="0.7"/>'
            )
        if region.code in spots:
            words.append(label(row, *sheet.at(*spots[region.code]), size=size))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {sheet.height:.0f}" font-family="sans-serif">'
    return f"{head}<defs>{HATCH}</defs>{''.join(areas + borders + words)}</svg>"


def label(row: Row, x: float, y: float, *, size: int) -> str:
    number = str(row.open) if row.open else ("?" if row.silent else "0")
    middle = f'text-anchor="middle" fill="{INK}" x="{x:.0f}"'
    return (
        f'<text {middle} y="{y:.0f}" font-size="{size}" font-weight="bold">{number}</text>'
        f'<text {middle} y="{y + size * 0.85:.0f}" font-size="{size * 0.7:.0f}">{escape(row.name)}</text>'
    )
