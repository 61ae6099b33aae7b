"""A picture of a plot: where building is permitted, what was proposed, and how far a step is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from .proposal import Answer

SIDE = 400
"""Width and height of the picture, in its own units."""
MARGIN = 24
STEPS_M = (1, 2, 5, 10, 20, 50, 100, 200)
CERTAIN = ("#86c29b", "肯定可以建房")
KEY = (("#cfe8d8", "可以建房"), ("#efc9c5", "不能建房"), ("#1f4f8a", "拟建房屋"), ("#9a9a9a", "已有房屋"))
DOUBTFUL = "要到现场量"
"""What is left of the permitted part, where some of it is certain."""


def picture(said: Answer) -> str:
    """The plot of an answer as SVG, north up, with a scale and a key; empty where there is no plot or no advice."""
    plot, advice = said.drawn.plot, said.advice
    if plot is None or advice is None:
        return ""
    x0, y0, x1, y1 = shapely.bounds(shapely.union_all([plot, said.drawn.building, *said.drawn.existing]))
    scale = (SIDE - 2 * MARGIN) / max(x1 - x0, y1 - y0, 1.0)

    def path(shape: BaseGeometry) -> str:
        rings = shapely.get_rings(shapely.get_parts(shape))
        return " ".join(_ring(shapely.get_coordinates(ring), x0, y1, scale) for ring in rings)

    forbidden = shapely.difference(plot, advice.permitted)
    existing = "".join(f'<path d="{path(shape)}" fill="#9a9a9a" stroke="#555"/>' for shape in said.drawn.existing)
    certain = ""
    words: tuple[tuple[str, str], ...] = KEY
    if advice.certain is not None:
        certain = f'<path d="{path(advice.certain.permitted)}" fill="{CERTAIN[0]}"/>'
        words = (CERTAIN, (KEY[0][0], DOUBTFUL), *KEY[1:])
    high = SIDE + 10 + 20 * -(-len(words) // 3)
    return (
        f'<svg viewBox="0 0 {SIDE} {high}" role="img" aria-label="宗地上可以建房的部分" font-size="13" '
        'fill-rule="evenodd">'
        '<defs><pattern id="no" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="7" height="7" fill="#efc9c5"/><path d="M0 0V7" stroke="#b3261e"/></pattern></defs>'
        f'<path d="{path(forbidden)}" fill="url(#no)"/><path d="{path(advice.permitted)}" fill="#cfe8d8"/>{certain}'
        f'<path d="{path(plot)}" fill="none" stroke="#222" stroke-width="2"/>{existing}'
        f'<path d="{path(said.drawn.building)}" fill="#1f4f8a" fill-opacity=".35" stroke="#1f4f8a" stroke-width="2"/>'
        f"{_scale_bar(scale)}{_key(words)}"
        f'<path d="M{SIDE - 16} 8l6 16-6-4-6 4z" fill="#222"/><text x="{SIDE - 21}" y="38">北</text></svg>'
    )


def _key(words: Sequence[tuple[str, str]]) -> str:
    """What each colour means, three to a line."""
    return "".join(
        f'<rect x="{8 + 132 * (i % 3)}" y="{SIDE + 9 + 20 * (i // 3)}" width="12" height="12" fill="{colour}" '
        f'stroke="#555"/><text x="{24 + 132 * (i % 3)}" y="{SIDE + 20 + 20 * (i // 3)}">{word}</text>'
        for i, (colour, word) in enumerate(words)
    )


def _ring(xy: np.ndarray, x0: float, y1: float, scale: float) -> str:
    at = np.column_stack([MARGIN + (xy[:, 0] - x0) * scale, MARGIN + (y1 - xy[:, 1]) * scale])
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in at[:-1]) + "Z"


def _scale_bar(scale: float) -> str:
    step = next((step for step in STEPS_M if step * scale >= 50), STEPS_M[-1])
    end = 10 + step * scale
    return (
        f'<path d="M10 {SIDE - 12}v5H{end:.1f}v-5" fill="none" stroke="#222"/>'
        f'<text x="{end + 5:.1f}" y="{SIDE - 6}">{step} 米</text>'
    )
