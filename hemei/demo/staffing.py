"""The units of the demo district and who works in them. Everybody is invented."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hemei.demo.district import District
from hemei.demo.names import family_names, given_names
from hemei.demo.plane import Ints, Objects, stream
from hemei.terms.region import Level

GRID_WORKERS = 2  # a village
TOWNSHIP_OFFICERS = 3
AT_THE_DISTRICT = (("district_officer", 4), ("inspector", 8), ("appraiser", 4), ("administrator", 1), ("auditor", 1))


@dataclass(frozen=True, slots=True)
class Units:
    name: Objects
    kind: Objects
    region: Objects


@dataclass(frozen=True, slots=True)
class Staff:
    """One row a person; a person has one duty, in one unit. Rows are ordered by region, then role."""

    username: Objects
    name: Objects
    role: Objects
    region: Objects
    unit: Ints
    phone: Objects

    def holding(self, role: str, region: str) -> Ints:
        """Who holds a role for exactly that region."""
        return np.flatnonzero((self.role == role) & (self.region == region))


def make_staff(district: District) -> tuple[Units, Staff]:
    """A committee for each village, an office for each township, a bureau, an agency and a firm for the district."""
    rng = stream(district.seed, "staff")
    units = units_of(district)
    posts = posts_of(units)
    role = np.array([post[0] for post in posts], dtype=object)
    unit = np.array([post[1] for post in posts])
    count = len(posts)
    woman = rng.random(count) < 0.35
    names = family_names(rng, np.arange(count) // 3) + given_names(rng, woman, rng.random(count) < 0.35)
    return units, Staff(
        username=np.array([f"demo-{i + 1:03d}" for i in range(count)], dtype=object),
        name=names,
        role=role,
        region=units.region[unit],
        unit=unit,
        phone=np.array([f"1990010{n:04d}" for n in rng.permutation(10_000)[:count].tolist()], dtype=object),
    )


def units_of(district: District) -> Units:
    rows = [
        (f"{district.name}住房和城乡建设局", "housing_bureau", district.code),
        (f"{district.name[:2]}房屋安全鉴定所", "appraisal_agency", district.code),
        (f"{district.name[:2]}农房建设有限公司", "building_firm", district.code),
    ]
    for code, township in district.names_at(Level.TOWNSHIP).items():
        rows.append((f"{township}村镇建设办公室", "township_office", code))
    for code, village in district.names_at(Level.VILLAGE).items():
        rows.append((f"{village}{'居民' if village.endswith('社区') else '村民'}委员会", "village_committee", code))
    name, kind, region = zip(*rows, strict=True)
    return Units(np.array(name, dtype=object), np.array(kind, dtype=object), np.array(region, dtype=object))


def posts_of(units: Units) -> list[tuple[str, int]]:
    """Role and unit of every post."""
    bureau, agency = 0, 1
    posts = [(role, agency if role == "appraiser" else bureau) for role, count in AT_THE_DISTRICT for _ in range(count)]
    for unit, kind in enumerate(units.kind.tolist()):
        if kind == "township_office":
            posts += [("township_officer", unit)] * TOWNSHIP_OFFICERS
        elif kind == "village_committee":
            posts += [("village_officer", unit)] + [("grid_worker", unit)] * GRID_WORKERS
    return posts
