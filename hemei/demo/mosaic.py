"""A sheet cut into labelled pieces: joining neighbours, tidying ragged edges, and drawing the pieces as polygons.

A label grid is flat, one whole number a cell of the sheet, -1 outside the district.
"""

from __future__ import annotations

import heapq

import numpy as np
import shapely

from hemei.demo.plane import CELL, COLUMNS, ROWS, Bools, Floats, Ints, Objects

OUTSIDE, UNDECIDED = -1, -2


def sides(label: Ints) -> tuple[Ints, Ints]:
    """Every pair of cells that share a side: (west or south cell, east or north cell)."""
    cell = np.arange(label.size).reshape(ROWS, COLUMNS)
    return (
        np.concatenate((cell[:, :-1].ravel(), cell[:-1].ravel())),
        np.concatenate((cell[:, 1:].ravel(), cell[1:].ravel())),
    )


def compact(label: Ints) -> Ints:
    """The same pieces, numbered from 0 without gaps; outside stays outside."""
    inside = label >= 0
    result = np.full(label.size, OUTSIDE)
    result[inside] = np.unique(label[inside], return_inverse=True)[1]
    return result


def connected(label: Ints) -> Ints:
    """A number for each patch of cells of one label that hang together by their sides: its smallest cell."""
    one, other = sides(label)
    same = label[one] == label[other]
    one, other = one[same], other[same]
    patch = np.arange(label.size)
    while True:
        before = patch.copy()
        low = np.minimum(patch[one], patch[other])
        np.minimum.at(patch, one, low)
        np.minimum.at(patch, other, low)
        patch = patch[patch]
        if np.array_equal(before, patch):
            return patch


def majority(label: Ints, reach: tuple[tuple[int, int], ...], undecided_only: bool = False) -> Ints:
    """Each cell takes the label most of its surroundings have; a tie goes to the first in `reach`."""
    padded = np.pad(label.reshape(ROWS, COLUMNS), 1, constant_values=OUTSIDE)
    view = np.stack([padded[1 + r : 1 + r + ROWS, 1 + c : 1 + c + COLUMNS].ravel() for r, c in reach])
    votes = np.stack([(view == candidate).sum(axis=0) for candidate in view])
    votes[view == UNDECIDED] = 0
    winner = view[votes.argmax(axis=0), np.arange(label.size)]
    return np.where(label == UNDECIDED, winner, label) if undecided_only else winner


def tidy(label: Ints) -> Ints:
    """Smooth ragged edges and give every scrap cut off from its piece to the piece around it."""
    square = ((0, 0), (0, -1), (0, 1), (-1, 0), (1, 0), (-1, -1), (-1, 1), (1, -1), (1, 1))
    for _ in range(2):
        label = majority(label, square)
    patch = connected(label)
    size = np.bincount(patch, minlength=label.size)
    largest = np.zeros(int(label.max()) + 2, dtype=np.int64)
    np.maximum.at(largest, label + 1, size[patch])
    label = np.where(size[patch] == largest[label + 1], label, UNDECIDED)
    while (label == UNDECIDED).any():
        label = majority(label, square[1:5], undecided_only=True)
    return label


def without_holes(inside: Bools) -> Bools:
    """The largest patch of `inside`, and whatever it encloses."""
    patch = connected(inside.astype(np.int64))
    size = np.bincount(patch, weights=inside, minlength=inside.size)
    main = patch == size.argmax()
    around = connected(main.astype(np.int64))
    return np.asarray(around != around[0])


def borders(label: Ints, height: Floats) -> list[dict[int, tuple[int, float]]]:
    """For each piece its neighbours: how many cell sides they share and the height of the lowest pass between them."""
    one, other = sides(label)
    a, b = label[one], label[other]
    real = (a >= 0) & (b >= 0) & (a != b)
    pass_height = np.maximum(height[one], height[other])[real]
    pieces = int(label.max()) + 1
    pair, which = np.unique(np.minimum(a, b)[real] * pieces + np.maximum(a, b)[real], return_inverse=True)
    length = np.bincount(which)
    lowest = np.full(len(pair), np.inf)
    np.minimum.at(lowest, which, pass_height)
    result: list[dict[int, tuple[int, float]]] = [{} for _ in range(pieces)]
    for key, n, low in zip(pair.tolist(), length.tolist(), lowest.tolist(), strict=True):
        result[key // pieces][key % pieces] = (n, low)
        result[key % pieces][key // pieces] = (n, low)
    return result


def join(label: Ints, height: Floats, worth: Floats, count: int) -> Ints:
    """For each piece the number of the larger piece it becomes part of, when only `count` are to be left.

    The piece of least worth always joins the neighbour it shares most border with, the climb over to it being low and
    that neighbour not yet great.
    """
    inside = label >= 0
    near = borders(label, height)
    weight = np.bincount(label[inside], weights=worth[inside]).tolist()
    floor_of = np.full(len(near), np.inf)
    np.minimum.at(floor_of, label[inside], height[inside])
    floor = floor_of.tolist()
    joined_to = list(range(len(near)))
    heap = [(w, piece) for piece, w in enumerate(weight)]
    heapq.heapify(heap)
    left = len(near)
    while left > count:
        w, small = heapq.heappop(heap)
        if joined_to[small] != small or w != weight[small]:
            continue  # joined or grown since it was put here

        def draw(other: int, small: int = small) -> float:
            length, low = near[small][other]
            climb = low - max(floor[small], floor[other])
            return float(np.sqrt(length) * np.exp(-climb / 250) / (weight[small] + weight[other]) ** 0.7)

        great = max(near[small], key=draw)
        swallow(near, small, great)
        weight[great] += w
        floor[great] = min(floor[great], floor[small])
        joined_to[small] = great
        heapq.heappush(heap, (weight[great], great))
        left -= 1
    root = np.asarray(joined_to)
    while not np.array_equal(root, root[root]):
        root = root[root]
    return np.unique(root, return_inverse=True)[1].astype(np.int64)


def swallow(near: list[dict[int, tuple[int, float]]], small: int, great: int) -> None:
    """Hand the borders of `small` over to `great`."""
    del near[great][small]
    for other, (length, low) in near[small].items():
        if other == great:
            continue
        more, lower = near[great].get(other, (0, low))
        near[great][other] = near[other][great] = (length + more, min(low, lower))
        del near[other][small]
    near[small] = {}


def polygons(label: Ints, bend: float) -> Objects:
    """The pieces as polygons on the sheet that fit without gap or overlap, their edges simplified together."""
    row, column = np.divmod(np.flatnonzero(label >= 0), COLUMNS)
    owner = label[label >= 0]
    order = np.argsort(owner, kind="stable")
    x, y = column[order] * CELL, row[order] * CELL
    boxes = shapely.box(x, y, x + CELL, y + CELL)
    pieces = np.split(boxes, np.cumsum(np.bincount(owner))[:-1])
    raw = np.asarray([shapely.coverage_union_all(piece) for piece in pieces], dtype=object)
    return np.asarray(shapely.coverage_simplify(raw, bend), dtype=object)
