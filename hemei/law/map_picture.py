"""The map of a screening: the public layers in grey, the buildings coloured by their worst outcome."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import numpy as np
import shapely
from PIL import Image, ImageDraw, ImageFont

from .columns import FAIL, PASS, UNKNOWN
from .screening import Screening

COLOURS = {PASS: "#9bb8a5", UNKNOWN: "#c98a1b", FAIL: "#b3261e"}
"""By outcome, the worst last, which is drawn on top."""
GROUND, LINES = "#e4e4e4", "#bbb"
WIDTH, RIM = 1000, 5
MANY = 5_000
"""More buildings than this are drawn as smaller dots."""
STEPS_M = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the ground comes in a picture: `low` (2,) its south-west corner in metres, `scale` pixels a metre."""

    low: np.ndarray
    scale: float
    height: int

    def at(self, xy: np.ndarray) -> np.ndarray:
        """Pixels from the upper left corner (n, 2) of places in metres (n, 2)."""
        right, up = ((xy - self.low) * self.scale + RIM).T
        return np.column_stack([right, self.height - up])

    def bar(self) -> tuple[int, float]:
        """A round number of metres for the scale's bar, and its end in pixels."""
        step = next((step for step in STEPS_M if step * self.scale >= WIDTH / 10), STEPS_M[-1])
        return step, 10 + step * self.scale


def frame_of(middles: np.ndarray) -> Frame:
    """The frame round some places, metres (n, 2), n > 0."""
    low, span = middles.min(axis=0), np.maximum(np.ptp(middles, axis=0), 1.0)
    height = int(max(200, min(1200, WIDTH * span[1] / span[0])))
    return Frame(low, float(min((WIDTH - 2 * RIM) / span[0], (height - 2 * RIM) / span[1])), height)


def dots_of(middles: np.ndarray, outcome: np.ndarray, frame: Frame) -> tuple[int, dict[int, np.ndarray]]:
    """The dots' radius, and where they are by outcome, pixels (n, 2): one dot a cell of the picture."""
    radius = 2 if len(middles) > MANY else 4
    cell = np.round((middles - frame.low) * frame.scale / radius).astype(int) * radius
    places = np.column_stack([cell[:, 0] + RIM, frame.height - cell[:, 1] - RIM])
    return radius, {number: np.unique(places[outcome == number], axis=0) for number in COLOURS}


def svg(screening: Screening, outcome: np.ndarray) -> str:
    """The map as SVG, "" without buildings. `outcome` (buildings,) as in `Tally.worst`."""
    middles = np.concatenate(screening.tally.middles or [np.empty((0, 2))])
    if len(middles) == 0:
        return ""
    frame = frame_of(middles)
    radius, dots = dots_of(middles, outcome, frame)
    drawn = []
    for number, places in dots.items():
        circles = "".join(f'<circle cx="{x}" cy="{y}" r="{radius}"/>' for x, y in places)
        drawn.append(f'<g fill="{COLOURS[number]}">{circles}</g>')
    step, end = frame.bar()
    said = f"{step // 1000} 公里" if step >= 1000 else f"{step} 米"
    polygons, lines = ground_of(screening, frame)
    rings = "".join(f"{_path(ring, frame)}Z" for ring in shapely.get_rings(polygons))
    ways = "".join(_path(line, frame) for line in lines)
    height = frame.height
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="建筑核对结果分布图" font-size="20">'
        f'<path d="{rings}" fill="{GROUND}" fill-rule="evenodd"/><path d="{ways}" fill="none" stroke="{LINES}"/>'
        f"{''.join(drawn)}"
        f'<path d="M10 {height - 16}v8H{end:.0f}v-8" fill="none" stroke="#222" stroke-width="2"/>'
        f'<text x="{end + 8:.0f}" y="{height - 6}">{said}</text>'
        f'<path d="M{WIDTH - 24} 8l9 24-9-6-9 6z"/><text x="{WIDTH - 34}" y="54">北</text></svg>'
    )


def png(screening: Screening, outcome: np.ndarray) -> bytes:
    """The same map as PNG, for a workbook; its few letters are Latin, because no font of ours has others.

    `outcome` has the shape (buildings,): the worst verdict of each. Empty bytes where there is nothing to draw.
    """
    middles = np.concatenate(screening.tally.middles or [np.empty((0, 2))])
    if len(middles) == 0:
        return b""
    frame = frame_of(middles)
    image = Image.new("RGB", (WIDTH, frame.height), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(20)
    polygons, lines = ground_of(screening, frame)
    for shell in shapely.get_exterior_ring(polygons):
        draw.polygon(_pixels(shell, frame), fill=GROUND)
    for polygon in polygons:
        for hole in polygon.interiors:
            draw.polygon(_pixels(hole, frame), fill="white")
    for line in lines:
        draw.line(_pixels(line, frame), fill=LINES)
    radius, dots = dots_of(middles, outcome, frame)
    for number, places in dots.items():
        for x, y in places.tolist():
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=COLOURS[number])
    step, end = frame.bar()
    low = frame.height - 8
    draw.line([(10, low - 8), (10, low), (end, low), (end, low - 8)], fill="#222", width=2)
    draw.text((end + 8, low - 18), f"{step // 1000} km" if step >= 1000 else f"{step} m", fill="#222", font=font)
    draw.polygon([(WIDTH - 24, 8), (WIDTH - 15, 32), (WIDTH - 24, 26), (WIDTH - 33, 32)], fill="#222")
    draw.text((WIDTH - 31, 34), "N", fill="#222", font=font)
    held = BytesIO()
    image.save(held, "PNG")
    return held.getvalue()


def ground_of(screening: Screening, frame: Frame) -> tuple[np.ndarray, np.ndarray]:
    """The public layers near the buildings, no finer than the picture shows: polygons (n,) made one, and lines (n,)."""
    seen = shapely.box(*(frame.low - RIM / frame.scale), *(frame.low + np.array([WIDTH, frame.height]) / frame.scale))
    kinds = screening.district.book.layers
    parts = [np.empty(0, object)]
    for place in screening.places:
        if not kinds[place.layer].is_internal and len(place.geometry):
            shared = shapely.intersection(place.geometry[place.index.query(seen)], seen)
            parts.append(shapely.get_parts(shapely.get_parts(shapely.simplify(shared, 1.0 / frame.scale))))
    shapes = np.concatenate(parts)
    shapes = shapes[~shapely.is_empty(shapes)]
    dimension = shapely.get_dimensions(shapes)
    ground = shapely.union_all(shapely.make_valid(shapes[dimension == 2], method="structure", keep_collapsed=False))
    return np.asarray(shapely.get_parts(ground)), np.asarray(shapes[dimension == 1])


def _path(shape: shapely.Geometry, frame: Frame) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in np.round(frame.at(shapely.get_coordinates(shape)), 1))


def _pixels(shape: shapely.Geometry, frame: Frame) -> list[tuple[float, float]]:
    return [(x, y) for x, y in frame.at(shapely.get_coordinates(shape)).tolist()]
