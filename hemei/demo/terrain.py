"""Mountains from a seed: fractal ground, lifted and cut by its own rivers until the valleys hang together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from hemei.demo.drainage import Flow, first_marked, flood, steepest
from hemei.demo.plane import CELL, COLUMNS, ROWS, Floats, Ints, Objects, centre, stream

LOWEST, HIGHEST = 420.0, 2980.0  # metres, as in a district of the Daba range
COARSE_ROUNDS, FINE_ROUNDS = 90, 8
STEEPEST = 0.85  # rise over run that a slope keeps; anything steeper slides
STREAM_KM2 = 1.5  # a brook begins where this much land drains through a cell
RIVER_KM2 = 14.0  # from here on it is drawn and nobody builds in it
VALLEY_FLOOR = 420.0  # metres from a river within which its valley is widened


@dataclass(frozen=True, slots=True)
class Terrain:
    """Heights and water of the sheet. Grids are (ROWS, COLUMNS); rivers are lines on the sheet, in metres."""

    height: Floats
    slope: Floats  # rise over run
    flow: Flow
    drained: Floats  # km² above each cell, flat
    above_stream: Floats  # metres above the nearest stream downhill, flat
    rivers: Objects
    river_width: Floats  # metres
    river_drained: Floats  # km² at the lower end

    def stream_cells(self, least_km2: float) -> Ints:
        return np.flatnonzero(self.drained >= least_km2)


def make_terrain(seed: int) -> Terrain:
    """Raise the ground, let rivers cut it, widen the valleys; then read off rivers, slopes and heights."""
    rng = stream(seed, "terrain")
    rows, columns = ROWS // 2, COLUMNS // 2
    uplift = 0.35 + fractal(rng, rows, columns, 2.6) ** 1.5
    rough = fractal(rng, rows, columns, 2.4) * 900 + rim(rows, columns)
    outlets = outlets_of(rng, rows, columns)
    # Soft and hard rock, from cell to cell: without it rivers would cross a filled hollow as straight lines.
    grain = np.exp(rng.normal(0, 1.6, rough.shape)) * 0.5
    coarse = carve(flood(rough, outlets, grain), uplift, outlets, CELL * 2, COARSE_ROUNDS)
    fine = doubled(coarse) + fractal(rng, ROWS, COLUMNS, 1.6) * 25
    outlets = lowest_gates(fine)
    fine = flood(smooth(fine), outlets, np.full(fine.shape, 0.01))
    height = carve(fine, doubled(uplift), outlets, CELL, FINE_ROUNDS)
    height = LOWEST + (height - height.min()) / np.ptp(height) * (HIGHEST - LOWEST)
    return surveyed(widen_valleys(height, outlets), outlets, rng)


def fractal(rng: np.random.Generator, rows: int, columns: int, roughness: float) -> Floats:
    """Noise whose strength falls with frequency to the power `roughness`, stretched to 0–1."""
    wave = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None, :] * 1.0)
    wave[0, 0] = 1.0
    spectrum = np.fft.rfft2(rng.normal(size=(rows, columns))) / wave ** (roughness / 2 + 0.5)
    spectrum[0, 0] = 0
    noise = np.fft.irfft2(spectrum, (rows, columns))
    return np.asarray((noise - noise.min()) / np.ptp(noise))


def rim(rows: int, columns: int) -> Floats:
    """Higher ground along the edge of the sheet, so that no river runs along it."""
    row, column = np.ogrid[:rows, :columns]
    inward = np.minimum(np.minimum(row, rows - 1 - row), np.minimum(column, columns - 1 - column))
    return np.asarray(500 * np.exp(-inward / 5.0))


def outlets_of(rng: np.random.Generator, rows: int, columns: int) -> Ints:
    """One gate in each side of the sheet through which its water leaves; elsewhere the edge is a ridge."""
    south, north = (int(columns * rng.uniform(0.25, 0.75)) for _ in range(2))
    west, east = (int(rows * rng.uniform(0.25, 0.75)) for _ in range(2))
    return np.array([south, (rows - 1) * columns + north, west * columns, east * columns + columns - 1])


def lowest_gates(height: Floats) -> Ints:
    """The lowest cell of each side."""
    rows, columns = height.shape
    return np.array(
        [
            height[0].argmin(),
            (rows - 1) * columns + height[-1].argmin(),
            height[:, 0].argmin() * columns,
            height[:, -1].argmin() * columns + columns - 1,
        ]
    )


def carve(ground: Floats, uplift: Floats, outlets: Ints, cell: float, rounds: int) -> Floats:
    """Lift and erode: the stream-power law, solved implicitly from the outlets up (Braun & Willett 2013).

    The steps and the strength are chosen for the look of a young mountain range, not calibrated.
    """
    height = ground
    lift = uplift.ravel() * 20.0
    lift[outlets] = 0
    for _ in range(rounds):
        flow = steepest(height, outlets, cell)
        area = flow.gather(np.full(height.size, cell * cell))
        strength = 0.02 * area**0.55 / flow.run
        level = height.ravel() + lift
        for layer in flow.layers[1:]:
            base = level[flow.below[layer]]
            cut = (level[layer] + strength[layer] * base) / (1 + strength[layer])
            level[layer] = np.clip(cut, base + 1e-3, base + STEEPEST * flow.run[layer])
        height = level.reshape(height.shape)
    return height


def doubled(grid: Floats) -> Floats:
    """The same grid on cells of half the width."""
    return grid.repeat(2, axis=0).repeat(2, axis=1)


def smooth(grid: Floats) -> Floats:
    padded = np.pad(grid, 1, mode="edge")
    rows, columns = grid.shape
    window = [padded[r : r + rows, c : c + columns] for r in range(3) for c in range(3)]
    return np.asarray(sum(window) / 9.0)


def widen_valleys(height: Floats, outlets: Ints) -> Floats:
    """Lay valley floors: near a river, the ground rises less above it, the less the bigger the river.

    Along every flow path the height above the river still falls, so the water keeps its ways.
    """
    flow = steepest(height, outlets, CELL)
    drained = flow.gather(np.full(height.size, CELL * CELL / 1e6))
    river = first_marked(flow.below, np.flatnonzero(drained >= STREAM_KM2))
    level = height.ravel()
    offset = centre(np.arange(height.size)) - centre(river)
    reach = VALLEY_FLOOR * (1 + np.log10(drained[river] / STREAM_KM2))
    share = 1 - 0.8 * np.exp(-((np.hypot(offset[:, 0], offset[:, 1]) / reach) ** 2))
    return flood(
        (level[river] + (level - level[river]) * share).reshape(height.shape), outlets, np.full(height.shape, 1e-3)
    )


def surveyed(height: Floats, outlets: Ints, rng: np.random.Generator) -> Terrain:
    """Everything the settlers need to know of finished ground."""
    flow = steepest(height, outlets, CELL)
    drained = flow.gather(np.full(height.size, CELL * CELL / 1e6))
    nearest = first_marked(flow.below, np.flatnonzero(drained >= STREAM_KM2))
    north, east = np.gradient(height, CELL)
    rivers, upstream = river_lines(flow, drained, rng)
    return Terrain(
        height=height,
        slope=np.hypot(north, east),
        flow=flow,
        drained=drained,
        above_stream=height.ravel() - height.ravel()[nearest],
        rivers=rivers,
        river_width=np.clip(1.6 * np.sqrt(upstream), 5.0, 70.0),
        river_drained=upstream,
    )


def river_lines(flow: Flow, drained: Floats, rng: np.random.Generator) -> tuple[Objects, Floats]:
    """Rivers from source or confluence to the next, as bent lines, and the land drained at the lower end of each."""
    wet = np.flatnonzero(drained >= RIVER_KM2)
    below = flow.below
    arriving = np.bincount(below[wet[below[wet] != wet]], minlength=below.size)
    node = centre(np.arange(below.size)) + rng.uniform(-0.3, 0.3, (below.size, 2)) * CELL
    lines, upstream = [], []
    for head in wet[arriving[wet] != 1].tolist():
        path = [head]
        while below[path[-1]] != path[-1]:
            path.append(int(below[path[-1]]))
            if arriving[path[-1]] != 1:
                break
        if len(path) > 1:
            lines.append(shapely.LineString(rounded(node[path])))
            upstream.append(drained[path[-2]])
    return np.asarray(lines, dtype=object), np.asarray(upstream)


def rounded(path: Floats, times: int = 2) -> Floats:
    """Cut the corners of a line `times` times, its ends kept (Chaikin)."""
    for _ in range(times):
        before, after = path[:-1], path[1:]
        cut = np.stack((before * 0.75 + after * 0.25, before * 0.25 + after * 0.75), axis=1).reshape(-1, 2)
        path = np.vstack((path[:1], cut[1:-1], path[-1:]))
    return path
