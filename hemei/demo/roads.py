"""Roads from a seat to its people: least-cost paths over slope and river, trunk roads first, the rest joining them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import shapely

from hemei.demo.drainage import AROUND
from hemei.demo.plane import CELL, CELLS, COLUMNS, ROWS, Floats, Ints, Objects, centre, stream
from hemei.demo.settlement import Settlement
from hemei.demo.terrain import RIVER_KM2, Terrain, rounded

EASY_GRADE = 0.06  # a climb of this grade costs twice the level road; more costs with its square
BRIDGE = 700.0  # metres of level road that a bridge costs
LOOPS = 2  # trunk roads beyond those that just connect the seats
GATES, GATES_APART = 3, 18_000.0  # trunk roads out of the district, metres between them

Window = tuple[slice, slice]
Costs = list[tuple[Window, Window, int, Floats]]


class RoadClass(IntEnum):
    TRUNK = 0
    COUNTY = 1
    VILLAGE = 2


@dataclass(frozen=True, slots=True)
class Roads:
    """Pieces of road between junctions and hamlets, in metres on the sheet."""

    line: Objects
    road_class: Ints
    route: Ints  # which link of its class: of trunk roads the number, else the village or hamlet it was built for
    ends: Ints  # (n, 2): the cells in which each piece begins and ends
    links: tuple[
        tuple[int, int], ...
    ]  # the townships each trunk road joins; one that leaves the district, twice the same


Edges = dict[tuple[int, int], tuple[RoadClass, int]]


def make_roads(terrain: Terrain, settlement: Settlement, seed: int) -> Roads:
    """Join the township seats, then every village seat to those roads, then every hamlet to those."""
    costs = step_costs(terrain, settlement.cell_group)
    edges: Edges = {}
    links = build_trunk(edges, costs, settlement)
    villages = settlement.hamlet_cell[settlement.village_seat]
    for road_class, goals in ((RoadClass.COUNTY, villages), (RoadClass.VILLAGE, settlement.hamlet_cell)):
        _, came_from = spread(costs, np.unique(np.asarray(list(edges)).ravel()))
        for route, goal in enumerate(goals.tolist()):
            build(edges, came_from, goal, road_class, route)
    rng = stream(seed, "roads")
    node = centre(np.arange(CELLS)) + rng.uniform(-0.28, 0.28, (CELLS, 2)) * CELL
    node[settlement.hamlet_cell] = settlement.hamlet_point
    return pieces(edges, node, set(settlement.hamlet_cell.tolist()), links)


def step_costs(terrain: Terrain, cell_group: Ints) -> Costs:
    """For each of the 8 steps: where from, where to, how many cells further, and what it costs to build along it."""
    height = terrain.height
    ford = (terrain.drained >= RIVER_KM2).reshape(ROWS, COLUMNS) * BRIDGE
    closed = np.where(cell_group < 0, np.inf, 0.0).reshape(ROWS, COLUMNS)
    costs: Costs = []
    for down, right in AROUND:
        start, goal = window(-down, -right), window(down, right)
        length = CELL * np.hypot(down, right)
        grade = np.abs(height[goal] - height[start]) / length
        hillside = 1 + (terrain.slope[goal] + terrain.slope[start]) / 2
        cost = length * (1 + (grade / EASY_GRADE) ** 2) * hillside + ford[goal] / 2 + ford[start] / 2
        costs.append((start, goal, down * COLUMNS + right, cost + closed[goal] + closed[start]))
    return costs


def window(down: int, right: int) -> Window:
    """The cells that one reaches by a step, as a window of the grid; the negative step gives where from."""
    return slice(max(down, 0), ROWS + min(down, 0)), slice(max(right, 0), COLUMNS + min(right, 0))


def spread(costs: Costs, sources: Ints) -> tuple[Floats, Ints]:
    """The least cost from any source to each cell, and the cell before it on the way (itself at a source)."""
    far = np.full((ROWS, COLUMNS), np.inf)
    far.ravel()[sources] = 0
    while True:
        before = far.copy()
        for start, goal, _, cost in costs:
            np.minimum(far[goal], far[start] + cost, out=far[goal])
        if np.array_equal(before, far):
            break
    came_from = np.arange(CELLS).reshape(ROWS, COLUMNS)
    here = came_from.copy()
    best = np.where(np.isfinite(far), far, -np.inf)
    best.ravel()[sources] = -1
    for start, goal, step, cost in costs:
        on_the_way = far[start] + cost <= best[goal]
        came_from[goal][on_the_way] = here[goal][on_the_way] - step
    return far.ravel(), came_from.ravel()


def build(edges: Edges, came_from: Ints, goal: int, road_class: RoadClass, route: int) -> None:
    """Lay the way to `goal`, from where a road of this or a higher class already lies."""
    cell = goal
    while (before := int(came_from[cell])) != cell:
        edge = (min(cell, before), max(cell, before))
        if edge in edges:
            return
        edges[edge] = (road_class, route)
        cell = before


def build_trunk(edges: Edges, costs: Costs, settlement: Settlement) -> tuple[tuple[int, int], ...]:
    """Join the seats by the cheapest roads that connect them all, with a few loops and ways out of the district."""
    seats = settlement.hamlet_cell[settlement.township_seat]
    far, came_from = spread(costs, seats)
    nearest = np.searchsorted(np.sort(seats), source_of(came_from))
    nearest = np.argsort(seats)[np.minimum(nearest, len(seats) - 1)]
    links: list[tuple[int, int]] = []
    for one, other, pair in cheapest_links(costs, far, nearest, len(seats)):
        edges[(min(pair), max(pair))] = (RoadClass.TRUNK, len(links))
        for cell in pair:
            build(edges, came_from, cell, RoadClass.TRUNK, len(links))
        links.append((one, other))
    for cell in gates(far, settlement.cell_group):
        build(edges, came_from, cell, RoadClass.TRUNK, len(links))
        links.append((int(nearest[cell]), int(nearest[cell])))
    return tuple(links)


def source_of(came_from: Ints) -> Ints:
    """The source from which each cell was reached."""
    jump = came_from
    while not np.array_equal(jump, jump[jump]):
        jump = jump[jump]
    return jump


def cheapest_links(costs: Costs, far: Floats, nearest: Ints, seats: int) -> list[tuple[int, int, tuple[int, int]]]:
    """Which seats to join and over which pair of cells: a cheapest spanning tree, then the cheapest loops."""
    cell = np.arange(CELLS).reshape(ROWS, COLUMNS)
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {}
    for start, goal, _, cost in costs[4:]:  # the other four steps are these walked backwards
        a, b = cell[start].ravel(), cell[goal].ravel()
        total = far[a] + cost.ravel() + far[b]
        meet = np.flatnonzero((nearest[a] != nearest[b]) & np.isfinite(total))
        for i in meet[np.argsort(total[meet], kind="stable")].tolist():
            one, other = sorted((int(nearest[a[i]]), int(nearest[b[i]])))
            if (one, other) not in best or total[i] < best[(one, other)][0]:
                best[(one, other)] = (float(total[i]), (int(a[i]), int(b[i])))
    network = list(range(seats))
    tree: list[tuple[int, int, tuple[int, int]]] = []
    rest: list[tuple[int, int, tuple[int, int]]] = []
    for (one, other), (_, pair) in sorted(best.items(), key=lambda item: item[1][0]):
        joins = network[one] != network[other]
        (tree if joins else rest).append((one, other, pair))
        network = [network[one] if n == network[other] else n for n in network]
    return tree + rest[:LOOPS]


def gates(far: Floats, cell_group: Ints) -> list[int]:
    """Where roads leave the district: the cells of its border that are cheapest to reach, well apart."""
    inside = np.pad((cell_group >= 0).reshape(ROWS, COLUMNS), 1)
    enclosed = inside[:-2, 1:-1] & inside[2:, 1:-1] & inside[1:-1, :-2] & inside[1:-1, 2:]
    border = np.flatnonzero((inside[1:-1, 1:-1] & ~enclosed).ravel() & np.isfinite(far))
    chosen: list[int] = []
    for cell in border[np.argsort(far[border], kind="stable")].tolist():
        apart = [np.hypot(*(centre(np.array([cell])) - centre(np.array([other])))[0]) for other in chosen]
        if all(distance > GATES_APART for distance in apart):
            chosen.append(cell)
        if len(chosen) == GATES:
            break
    return chosen


def pieces(edges: Edges, node: Floats, stops: set[int], links: tuple[tuple[int, int], ...]) -> Roads:
    """Chain the steps into lines that break at junctions, hamlets and wherever the class or route changes."""
    around: dict[int, list[int]] = {}
    for a, b in edges:
        around.setdefault(a, []).append(b)
        around.setdefault(b, []).append(a)

    def kind(a: int, b: int) -> tuple[RoadClass, int]:
        return edges[(min(a, b), max(a, b))]

    def breaks(cell: int) -> bool:
        near = around[cell]
        return cell in stops or len(near) != 2 or kind(cell, near[0]) != kind(cell, near[1])

    chains: list[list[int]] = []
    for start in filter(breaks, around):
        for following in around[start]:
            chain = [start, following]
            while not breaks(chain[-1]):
                ahead = around[chain[-1]]
                chain.append(ahead[0] if ahead[1] == chain[-2] else ahead[1])
            if (chain[0], chain[1]) <= (chain[-1], chain[-2]):  # each line is met from both its ends
                chains.append(chain)
    kinds = [kind(chain[0], chain[1]) for chain in chains]
    lines = [shapely.LineString(rounded(node[chain])) for chain in chains]
    return Roads(
        line=np.asarray(shapely.simplify(lines, 4.0), dtype=object),
        road_class=np.asarray([road_class for road_class, _ in kinds], dtype=np.int64),
        route=np.asarray([route for _, route in kinds], dtype=np.int64),
        ends=np.asarray([(chain[0], chain[-1]) for chain in chains], dtype=np.int64),
        links=links,
    )
