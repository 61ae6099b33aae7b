"""Where people live: houses along roads and slopes, each with its footprint, and how they are built."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from hemei.demo.plane import Bools, Floats, Ints, Objects, sample, stream
from hemei.demo.roads import Roads
from hemei.demo.settlement import Settlement
from hemei.demo.terrain import Terrain

STRUCTURES = {
    "earth_timber": "土木",
    "brick_timber": "砖木",
    "mixed": "砖土混杂",
    "timber": "木结构",
    "stone_timber": "石木",
    "brick_concrete": "砖混",
    "frame": "框架",
}
BUSINESSES = {"": "无", "homestay": "民宿农家乐", "shop": "商店", "workshop": "加工作坊", "storage": "仓储"}
FIRST_YEAR, LAST_YEAR = 1948, 2025
APART = 19.0  # metres between the middles of two houses: the longest diagonals do not meet
FROM_WATER = 16.0  # metres from the bank
FROM_ROAD = 3.5  # metres from the middle of a road to a wall


@dataclass(frozen=True, slots=True)
class Sites:
    """Places where a house could stand, best first in each hamlet; metres on the sheet."""

    point: Floats
    angle: Floats  # of the long side, anticlockwise from east
    hamlet: Ints
    footprint: Objects
    size: Floats  # (n, 2): length, depth

    def __getitem__(self, which: Ints | Bools) -> Sites:
        return Sites(*(getattr(self, name)[which] for name in ("point", "angle", "hamlet", "footprint", "size")))


@dataclass(frozen=True, slots=True)
class Houses:
    """Houses ordered by hamlet, the best sites first; columns of one length."""

    site: Sites
    altitude: Floats  # metres
    slope: Floats  # rise over run
    structure: Objects  # a key of STRUCTURES
    built: Ints
    storeys: Ints
    area: Floats  # m² of floor
    business: Objects  # a key of BUSINESSES
    long_empty: Bools
    cut_slope: Bools  # a slope was cut behind it


def make_houses(terrain: Terrain, settlement: Settlement, roads: Roads, seed: int, count: int) -> Houses:
    """Put `count` houses where people would, then say how each is built."""
    rng = stream(seed, "houses")
    wanted = shares(settlement.hamlet_worth, count)
    sites = candidates(terrain, settlement, roads, wanted, rng)
    sites = spaced(dry(clear_of_roads(within_group(sites, settlement), roads), terrain))
    return described(sites[chosen(sites.hamlet, wanted)], terrain, settlement, rng)


def shares(worth: Floats, count: int) -> Ints:
    """`count` things divided in proportion to `worth`, each share at least one (largest remainders)."""
    spare = count - len(worth)
    if spare < 0:
        raise ValueError(f"{count} 户不够 {len(worth)} 个居民点各住一户：请增加户数")
    exact = worth / worth.sum() * spare
    share: Ints = np.floor(exact).astype(np.int64)
    share[np.argsort(share - exact, kind="stable")[: spare - share.sum()]] += 1
    return np.asarray(share + 1)


def candidates(terrain: Terrain, settlement: Settlement, roads: Roads, wanted: Ints, rng: np.random.Generator) -> Sites:
    """More sites than are wanted: rows along the roads near each hamlet, and scattered ones along the slope."""
    reach = np.minimum(140 + 55 * np.sqrt(wanted), 1100.0)
    beside, beside_angle, beside_hamlet = roadside(roads, settlement.hamlet_point, reach, rng)
    scattered_hamlet = np.repeat(np.arange(len(wanted)), wanted * 3 // 2 + 10)
    spread = reach[scattered_hamlet, None] * 0.4
    scattered = settlement.hamlet_point[scattered_hamlet] + rng.normal(0, 1, (len(scattered_hamlet), 2)) * spread
    point = np.vstack((beside, scattered))
    hamlet = np.concatenate((beside_hamlet, scattered_hamlet))
    north = sample(np.gradient(terrain.height, axis=0), point)
    east = sample(np.gradient(terrain.height, axis=1), point)
    contour = np.arctan2(north, east) + np.pi / 2
    angle = np.concatenate((beside_angle, contour[len(beside) :])) + rng.normal(0, 0.08, len(point))
    distance = np.hypot(*(point - settlement.hamlet_point[hamlet]).T)
    off_road = 1 + 0.7 * (np.arange(len(point)) >= len(beside))
    effort = 1 + (sample(terrain.slope, point) / 0.3) ** 2
    dislike = (distance + 40) * off_road * effort * rng.lognormal(0, 0.4, len(point))
    order = np.lexsort((dislike, hamlet))
    rank = np.arange(len(order)) - np.searchsorted(hamlet[order], hamlet[order])
    order = order[rank < wanted[hamlet[order]] * 3 + 25]
    size = np.column_stack((rng.uniform(8.5, 14.5, len(order)), rng.uniform(6.5, 10.0, len(order))))
    return Sites(point[order], angle[order], hamlet[order], rectangles(point[order], angle[order], size), size)


def roadside(
    roads: Roads, hamlet_point: Floats, reach: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats, Ints]:
    """Points on both sides of the roads that pass within reach of a hamlet, the direction of the road, the hamlet."""
    coordinate, line = shapely.get_coordinates(shapely.segmentize(roads.line, 21.0), return_index=True)
    same = line[1:] == line[:-1]
    start, step = coordinate[:-1][same], np.diff(coordinate, axis=0)[same]
    length = np.hypot(step[:, 0], step[:, 1])
    start, step = start[length > 8], step[length > 8] / length[length > 8, None]
    point, nearest = shapely.STRtree(shapely.points(hamlet_point)).query_nearest(
        shapely.points(start), all_matches=False
    )
    near = np.hypot(*(start[point] - hamlet_point[nearest]).T) < reach[nearest]
    point, nearest = np.tile(point[near], 2), np.tile(nearest[near], 2)
    side = np.repeat((-1.0, 1.0), near.sum())
    away = np.column_stack((-step[point, 1], step[point, 0])) * (side * rng.uniform(9, 30, len(point)))[:, None]
    return start[point] + away, np.arctan2(step[point, 1], step[point, 0]), nearest


def rectangles(point: Floats, angle: Floats, size: Floats) -> Objects:
    """A rectangle for each point, its long side along `angle`."""
    corner = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * size[:, None, :]
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    x = corner[..., 0] * cos - corner[..., 1] * sin + point[:, :1]
    y = corner[..., 0] * sin + corner[..., 1] * cos + point[:, 1:]
    return np.asarray(shapely.polygons(np.stack((x, y), axis=-1)), dtype=object)


def within_group(sites: Sites, settlement: Settlement) -> Sites:
    """The sites whose whole footprint lies in the land of the hamlet's own group."""
    shapely.prepare(settlement.group_area)
    return sites[
        shapely.contains_properly(settlement.group_area[settlement.hamlet_group[sites.hamlet]], sites.footprint)
    ]


def clear_of_roads(sites: Sites, roads: Roads) -> Sites:
    blocked, _ = shapely.STRtree(roads.line).query(sites.footprint, predicate="dwithin", distance=FROM_ROAD)
    return sites[np.setdiff1d(np.arange(len(sites.point)), blocked)]


def dry(sites: Sites, terrain: Terrain) -> Sites:
    """The sites that no river reaches."""
    farthest = terrain.river_width.max() / 2 + FROM_WATER
    site, river = shapely.STRtree(terrain.rivers).query(sites.footprint, predicate="dwithin", distance=farthest)
    away = shapely.distance(sites.footprint[site], terrain.rivers[river])
    wet = site[away < terrain.river_width[river] / 2 + FROM_WATER]
    return sites[np.setdiff1d(np.arange(len(sites.point)), wet)]


def spaced(sites: Sites) -> Sites:
    """The sites that keep their distance from every better one (an earlier row)."""
    point = shapely.points(sites.point)
    one, other = shapely.STRtree(point).query(point, predicate="dwithin", distance=APART)
    return sites[np.setdiff1d(np.arange(len(point)), np.maximum(one, other)[one != other])]


def chosen(hamlet: Ints, wanted: Ints) -> Ints:
    """Rows of the best sites of each hamlet; what a hamlet has no room for goes to those that have, evenly.

    Raises ValueError where the whole district has not enough room.
    """
    room = np.bincount(hamlet, minlength=len(wanted))
    if room.sum() < wanted.sum():
        raise ValueError(f"演示县只放得下 {room.sum()} 栋房，要 {wanted.sum()} 栋：请减少户数")
    take = np.minimum(wanted, room)
    while (short := int(wanted.sum() - take.sum())) > 0:
        spare = room - take
        open_to_more = np.argsort(-spare, kind="stable")[: min(short, int((spare > 0).sum()))]
        take[open_to_more] += 1
    rank = np.arange(len(hamlet)) - np.searchsorted(hamlet, hamlet)
    return np.flatnonzero(rank < take[hamlet])


def described(sites: Sites, terrain: Terrain, settlement: Settlement, rng: np.random.Generator) -> Houses:
    """How each house is built: old ones of earth and timber up the valleys, new ones of brick at the seats."""
    count = len(sites.point)
    altitude, slope = sample(terrain.height, sites.point), sample(terrain.slope, sites.point)
    seat = np.isin(sites.hamlet, settlement.township_seat)
    committee = np.isin(sites.hamlet, settlement.village_seat)
    modern = 0.32 * seat + 0.12 * committee - 0.00012 * (altitude - 1000) + rng.normal(0, 0.25, count)
    built = np.clip(1996 + 22 * modern + rng.normal(0, 9, count), FIRST_YEAR, LAST_YEAR).astype(np.int64)
    structure = structures(built, seat, altitude, rng)
    solid = np.isin(structure, ("brick_concrete", "frame"))
    storeys = np.where(solid, 1 + rng.binomial(2, 0.55 + 0.2 * seat), 1 + rng.binomial(1, 0.35, count))
    storeys = storeys + rng.binomial(2, 0.35 * (seat & solid))
    trade = rng.random(count) < 0.025 + 0.2 * seat + 0.06 * committee
    kind = rng.choice([key for key in BUSINESSES if key], count, p=(0.4, 0.34, 0.14, 0.12))
    remote = 0.09 + 0.00008 * (altitude - 800) + 0.07 * (built < 1990) - 0.1 * seat
    empty = rng.random(count) < np.clip(remote, 0.01, 0.5)
    return Houses(
        site=sites,
        altitude=np.round(altitude, 1),
        slope=slope,
        structure=structure,
        built=built,
        storeys=storeys,
        area=np.round(sites.size.prod(axis=1) * storeys, 1),
        business=np.where(trade & ~empty, kind, "").astype(object),
        long_empty=empty,
        cut_slope=rng.random(count) < np.clip((slope - 0.02) * 1.3, 0, 0.55),
    )


def structures(built: Ints, seat: Bools, altitude: Floats, rng: np.random.Generator) -> Objects:
    """A structure by the time of building: earth until the eighties, brick with timber after, then concrete floors."""
    keys = np.array(list(STRUCTURES), dtype=object)
    era = np.searchsorted((1982, 1996, 2008), built)
    odds = np.array(
        [
            # 土木 砖木 砖土 木 石木 砖混 框架
            [0.66, 0.05, 0.06, 0.13, 0.08, 0.02, 0.00],
            [0.38, 0.25, 0.12, 0.06, 0.04, 0.15, 0.00],
            [0.08, 0.26, 0.06, 0.02, 0.01, 0.56, 0.01],
            [0.01, 0.07, 0.01, 0.03, 0.00, 0.78, 0.10],
        ]
    )[era]
    odds[:, -1] *= 1 + 2 * seat
    odds[:, 3] *= 1 + (altitude > 1500)
    edge = np.cumsum(odds, axis=1) / odds.sum(axis=1, keepdims=True)
    drawn = (rng.random((len(built), 1)) > edge).sum(axis=1)
    return np.asarray(keys[np.minimum(drawn, len(keys) - 1)], dtype=object)
