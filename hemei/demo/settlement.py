"""Where the demo district ends and how it is divided: groups, villages and townships along watersheds, then hamlets.

The brooks' catchments are joined, the emptiest first, across the lowest passes and longest borders: first to
villagers' groups (组), these to villages, these to townships. Every border is thus a border of catchments, and one
simplification of the smallest areas gives borders that fit together on all levels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely

from hemei.demo.drainage import first_marked
from hemei.demo.mosaic import OUTSIDE, compact, join, polygons, tidy, without_holes
from hemei.demo.plane import CELL, CELLS, COLUMNS, ROWS, Bools, Floats, Ints, Objects, centre, stream
from hemei.demo.terrain import RIVER_KM2, STREAM_KM2, Terrain

GROUPS, VILLAGES, TOWNSHIPS = 474, 79, 8
HALF_WIDTH, HALF_HEIGHT = 30_500.0, 27_500.0  # metres from the middle of the sheet to the district's border, roughly
BEND = 320.0  # metres: bends of a border smaller than a triangle of about this side are straightened
HAMLETS_APART = 2  # cells between one hamlet and the next


@dataclass(frozen=True, slots=True)
class Settlement:
    """Areas in metres on the sheet, what each belongs to, and the hamlets.

    The groups of a village follow each other, and so do the villages of a township; the first of each holds its seat.
    """

    group_area: Objects
    village_area: Objects
    township_area: Objects
    village_of_group: Ints
    township_of_village: Ints
    cell_group: Ints  # the group of each cell of the sheet, -1 outside
    hamlet_cell: Ints
    hamlet_group: Ints
    hamlet_worth: Floats  # how many people the place draws, on no particular scale
    village_seat: Ints  # the hamlet of its committee
    township_seat: Ints

    @property
    def hamlet_point(self) -> Floats:
        return centre(self.hamlet_cell)

    @property
    def hamlet_village(self) -> Ints:
        return self.village_of_group[self.hamlet_group]


def make_settlement(terrain: Terrain, seed: int, hamlets: int) -> Settlement:
    """Divide the land and found about `hamlets` hamlets, at least one in each group."""
    rng = stream(seed, "settlement")
    livable = habitable(terrain)
    label, village_of_group, township_of_village = divided(terrain, livable, rng)
    group_area = polygons(label, BEND)
    village_area = united(group_area, village_of_group)
    cell_group = cell_owners(group_area, "intersects")
    hamlet_cell = found_hamlets(cell_owners(group_area, "within"), livable * rng.lognormal(0, 0.5, CELLS), hamlets)
    hamlet_group = cell_group[hamlet_cell]
    worth = livable[hamlet_cell] * rng.lognormal(0, 0.55, len(hamlet_cell))
    hamlet_village = village_of_group[hamlet_group]
    village_seat = best_of(worth, hamlet_village)
    township_seat = best_of(
        np.where(np.isin(np.arange(len(worth)), village_seat), worth * np.log10(terrain.drained[hamlet_cell] + 10), 0),
        township_of_village[hamlet_village],
    )
    worth[village_seat] *= 2.0
    worth[township_seat] *= 4.0
    return Settlement(
        group_area=group_area,
        village_area=village_area,
        township_area=united(village_area, township_of_village),
        village_of_group=village_of_group,
        township_of_village=township_of_village,
        cell_group=cell_group,
        hamlet_cell=hamlet_cell,
        hamlet_group=hamlet_group,
        hamlet_worth=worth,
        village_seat=village_seat,
        township_seat=township_seat,
    )


def habitable(terrain: Terrain) -> Floats:
    """How well people can live in each cell, 0–1: level ground, near water, not too high, not in the river."""
    height, slope = terrain.height.ravel(), terrain.slope.ravel()
    level = np.exp(-((slope / 0.24) ** 2))
    near_water = np.exp(-terrain.above_stream / 170)
    mild = 1 / (1 + np.exp((height - 1550) / 170))
    valley = 0.5 + 0.25 * np.log10(terrain.drained[first_marked(terrain.flow.below, terrain.stream_cells(STREAM_KM2))])
    worth = level * near_water * mild * valley
    worth[terrain.drained >= RIVER_KM2] *= 0.02
    return np.asarray(worth / worth.max())


def divided(terrain: Terrain, livable: Floats, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """The group of each cell, the village of each group, the township of each village."""
    height = terrain.height.ravel()
    catchment = catchments(terrain)
    label = compact(np.where(in_district(catchment, rng), catchment, OUTSIDE))
    worth = livable / livable.sum() + 0.4 * (label >= 0) / (label >= 0).sum()

    def joined(finer: Ints, count: int) -> Ints:
        return join(finer, height, worth, count)

    label = compact(tidy(joined(label, GROUPS)[label] * (label >= 0) + OUTSIDE * (label < 0)))
    village_of_group = joined(label, VILLAGES)
    by_village = np.where(label >= 0, village_of_group[label], OUTSIDE)
    township_of_village = joined(by_village, TOWNSHIPS)
    return renumbered(label, village_of_group, township_of_village, worth)


def catchments(terrain: Terrain) -> Ints:
    """For each cell the lower end of the reach of brook it drains to first, between two confluences."""
    below, wet = terrain.flow.below, terrain.stream_cells(STREAM_KM2)
    arriving = np.bincount(below[wet[below[wet] != wet]], minlength=CELLS)
    # The last cell of a reach is the one whose next cell downstream gathers another brook.
    ends = wet[(arriving[below[wet]] != 1) | (below[wet] == wet)]
    return first_marked(below, ends)


def in_district(catchment: Ints, rng: np.random.Generator) -> Bools:
    """The cells of the catchments whose middle lies in a wavering oval: one piece, clear of the edge of the sheet."""
    number = np.unique(catchment, return_inverse=True)[1]
    point = centre(np.arange(CELLS)) - np.array([COLUMNS, ROWS]) * CELL / 2
    count = np.bincount(number)
    x, y = (np.bincount(number, weights=axis) / count for axis in point.T)
    angle = np.arctan2(y, x)
    waver = sum(rng.uniform(0.01, 0.05) * np.cos(k * angle + rng.uniform(0, 2 * np.pi)) for k in range(2, 7))
    oval = (np.abs(x / HALF_WIDTH) ** 2.6 + np.abs(y / HALF_HEIGHT) ** 2.6) ** (1 / 2.6) < 1 + waver
    row, column = np.divmod(np.arange(CELLS), COLUMNS)
    edge = (row < 2) | (row >= ROWS - 2) | (column < 2) | (column >= COLUMNS - 2)
    oval &= np.bincount(number, weights=edge) == 0
    return without_holes(oval[number])


def renumbered(
    label: Ints, village_of_group: Ints, township_of_village: Ints, worth: Floats
) -> tuple[Ints, Ints, Ints]:
    """Number townships, villages and groups in the order of the tree, the most livable first in each."""
    group_worth = np.bincount(label[label >= 0], weights=worth[label >= 0])
    village_worth = np.bincount(village_of_group, weights=group_worth)
    township_worth = np.bincount(township_of_village, weights=village_worth)
    township_rank = ranks(-township_worth)
    village_order = np.lexsort((-village_worth, township_rank[township_of_village]))
    village_rank = np.argsort(village_order)
    group_order = np.lexsort((-group_worth, village_rank[village_of_group]))
    group_rank = np.argsort(group_order)
    return (
        np.where(label >= 0, group_rank[label], OUTSIDE),
        village_rank[village_of_group][group_order],
        township_rank[township_of_village][village_order],
    )


def ranks(value: npt.NDArray[np.number]) -> Ints:
    return np.argsort(np.argsort(value, kind="stable")).astype(np.int64)


def united(area: Objects, whole: Ints) -> Objects:
    """The polygons of the larger areas; `whole` says to which each small one belongs."""
    return np.asarray(
        [shapely.coverage_union_all(area[whole == number]) for number in range(int(whole.max()) + 1)], dtype=object
    )


def cell_owners(area: Objects, predicate: Literal["intersects", "within"]) -> Ints:
    """The area in which the middle of each cell lies, after simplifying; on a border, either or none."""
    owner = np.full(CELLS, OUTSIDE)
    point, which = shapely.STRtree(area).query(shapely.points(centre(np.arange(CELLS))), predicate=predicate)
    owner[point] = which
    return owner


def found_hamlets(cell_group: Ints, worth: Floats, count: int) -> Ints:
    """The best cell of each group, then the best of all that keep their distance, `count` in all."""
    worth = np.where(cell_group >= 0, worth + 1e-9, 0)
    first = best_of(worth, cell_group)
    taken = np.zeros((ROWS, COLUMNS), dtype=bool)
    chosen: list[int] = []
    best_first = np.argsort(-worth, kind="stable")
    for cell in (*first.tolist(), *best_first[worth[best_first] > 0.01].tolist()):
        if len(chosen) >= max(count, len(first)):
            break
        row, column = divmod(cell, COLUMNS)
        if len(chosen) >= len(first) and taken[row, column]:
            continue
        chosen.append(cell)
        reach = HAMLETS_APART
        taken[max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1] = True
    return np.asarray(chosen)


def best_of(value: Floats, owner: Ints) -> Ints:
    """For each owner 0, 1, 2 …, the index of its highest value."""
    order = np.lexsort((-value, owner))
    order = order[owner[order] >= 0]
    return order[np.unique(owner[order], return_index=True)[1]]
