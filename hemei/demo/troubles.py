"""What goes wrong with houses in the demo: how often, with which houses, and which answers show it.

The ids are those of the houses programme's findings; a test holds every row against the programme, so that each answer
shows exactly the finding named. The frequencies are ours, chosen to look believable; no statistics stand behind them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from hemei.demo.houses import Houses
from hemei.demo.plane import Floats
from hemei.terms.finding import Severity

EARTHEN = ("earth_timber", "mixed", "stone_timber")
TIMBERED = ("earth_timber", "brick_timber", "mixed", "timber", "stone_timber")
CONCRETE = ("brick_concrete", "frame")

Weight = Callable[[Houses], Floats]


@dataclass(frozen=True)
class Trouble:
    """One thing that goes wrong. `rate` is how many of 1,000 houses have it in a year."""

    finding: str
    severity: Severity
    rate: float
    survey: Mapping[str, str | list[str]]  # the answers of a survey or patrol that show it
    selfcheck: Mapping[str, str] = field(default_factory=dict)  # of a self-check; empty where the form does not ask
    family: str = ""  # two troubles of one family are never at the same house
    weight: Weight = lambda houses: np.ones(len(houses.built))


def ageing(houses: Houses) -> Floats:
    return np.asarray(0.3 + np.clip((2026 - houses.built) / 30, 0, 2) ** 1.5)


def made_of(structures: tuple[str, ...], otherwise: float) -> Weight:
    return lambda houses: np.where(np.isin(houses.structure, structures), 1.0, otherwise) * ageing(houses)


def neglected(houses: Houses) -> Floats:
    return np.asarray(made_of(TIMBERED, 0.25)(houses) * np.where(houses.long_empty, 4.0, 1.0))


def on_a_cut(houses: Houses) -> Floats:
    return np.asarray(np.where(houses.cut_slope, 6.0, 0.5) * (0.4 + houses.slope * 4))


def in_use(houses: Houses) -> Floats:
    return np.where(houses.long_empty, 0.05, 1.0) * np.where(houses.business != "", 4.0, 1.0)


TROUBLES = (
    Trouble("houses.F01", Severity.URGENT, 0.8, {"ground_crack": "severe"}, {"ground_crack": "yes"}, "", on_a_cut),
    Trouble(
        "houses.F02",
        Severity.URGENT,
        1.2,
        {"wall_crack": "obvious", "crack_growing": "yes"},
        {"wall_crack": "yes", "crack_growing": "yes"},
        "crack",
        made_of(EARTHEN, 0.4),
    ),
    Trouble(
        "houses.F03",
        Severity.URGENT,
        1.6,
        {"wall_leaning": "severe"},
        {"wall_leaning": "yes"},
        "leaning",
        made_of(EARTHEN, 0.2),
    ),
    Trouble("houses.F04", Severity.URGENT, 1.2, {"roof_sag": "severe"}, {"roof_sag": "yes"}, "roof", neglected),
    Trouble("houses.F11", Severity.SERIOUS, 4.0, {"settlement": "obvious"}, {}, "", on_a_cut),
    Trouble(
        "houses.F12",
        Severity.SERIOUS,
        12.0,
        {"wall_crack": "obvious"},
        {"wall_crack": "yes"},
        "crack",
        made_of(EARTHEN, 0.4),
    ),
    Trouble("houses.F13", Severity.SERIOUS, 3.5, {"corner_gap": "obvious"}, {}, "leaning", made_of(EARTHEN, 0.2)),
    Trouble(
        "houses.F14", Severity.SERIOUS, 11.0, {"beam_rot": "obvious"}, {"beam_rot": "yes"}, "", made_of(TIMBERED, 0.02)
    ),
    Trouble("houses.F15", Severity.SERIOUS, 13.0, {"roof_leak": "obvious"}, {}, "roof", neglected),
    Trouble(
        "houses.F16",
        Severity.SERIOUS,
        3.0,
        {"floor_slab": "obvious"},
        {"floor_slab": "yes"},
        "",
        made_of(CONCRETE, 0.05),
    ),
    Trouble("houses.F17", Severity.SERIOUS, 2.0, {"door_stuck": "obvious"}, {"door_stuck": "yes"}, "", on_a_cut),
    Trouble(
        "houses.F18",
        Severity.SERIOUS,
        4.0,
        {"altered": "yes", "alteration": ["added_storey"]},
        {"altered": "yes"},
        "",
        in_use,
    ),
    Trouble("houses.F19", Severity.SERIOUS, 5.0, {"electricity": "obvious"}, {"electricity": "yes"}, "", in_use),
    Trouble("houses.F20", Severity.SERIOUS, 4.0, {"enclosure_wall": "obvious"}, {}, "", made_of(EARTHEN, 0.5)),
    Trouble("houses.F31", Severity.ROUTINE, 20.0, {"wall_erosion": "slight"}, {}, "", made_of(EARTHEN, 0.5)),
)

# What a survey's first judgement adds to the sign itself.
SEVERE_JUDGEMENT = Trouble("houses.F05", Severity.URGENT, 0, {"first_judgement": "severe"})
SOME_JUDGEMENT = Trouble("houses.F21", Severity.SERIOUS, 0, {"first_judgement": "some"})
# What a household reports that turns out to be nothing.
UNSURE = Trouble("houses.F32", Severity.ROUTINE, 0, {}, {"door_stuck": "unsure"})
# What it says in words, that no question asks.
TOLD = Trouble("houses.F33", Severity.ROUTINE, 0, {}, {"remark": "屋后排水沟堵了，下雨时水往墙根流"})
ALL_TROUBLES = (*TROUBLES, SEVERE_JUDGEMENT, SOME_JUDGEMENT, UNSURE, TOLD)

SURVEY_QUESTIONS = (
    "ground_crack",
    "settlement",
    "door_stuck",
    "wall_leaning",
    "corner_gap",
    "wall_crack",
    "wall_erosion",
    "beam_rot",
    "beam_sag",
    "joint_pulled",
    "concrete_crack",
    "floor_slab",
    "roof_sag",
    "roof_leak",
    "enclosure_wall",
    "electricity",
)
SELF_QUESTIONS = (
    "ground_crack",
    "wall_leaning",
    "corner_gap",
    "wall_crack",
    "roof_sag",
    "beam_rot",
    "floor_slab",
    "door_stuck",
    "altered",
    "electricity",
)
