"""What can be measured of a building or a plot, and in which unit."""

from __future__ import annotations

from enum import StrEnum


class Measure(StrEnum):
    """A quantity that a rule compares with a threshold; the unit belongs to the quantity."""

    AREA = "area"
    SHARE = "share"
    DISTANCE = "distance"
    DENSITY = "density"
    FAR = "far"
    HEIGHT = "height"
    EAVES_HEIGHT = "eaves_height"
    STOREYS = "storeys"
    FOOTPRINT = "footprint"
    PLOT = "plot"
    SLOPE = "slope"

    @property
    def unit(self) -> str:
        return UNITS[self]

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def more_is_better(self) -> bool:
        """Whether a rule asks for at least the threshold (a distance) or for at most it (all else)."""
        return self is Measure.DISTANCE

    @property
    def of_place(self) -> bool:
        """Whether it depends on where the building stands, and so on the error of its position."""
        return self in (Measure.AREA, Measure.SHARE, Measure.DISTANCE, Measure.SLOPE)


UNITS = {
    Measure.AREA: "m²",
    Measure.SHARE: "1",
    Measure.DISTANCE: "m",
    Measure.DENSITY: "1",
    Measure.FAR: "1",
    Measure.HEIGHT: "m",
    Measure.EAVES_HEIGHT: "m",
    Measure.STOREYS: "层",
    Measure.FOOTPRINT: "m²",
    Measure.PLOT: "m²",
    Measure.SLOPE: "°",
}
LABELS = {
    Measure.AREA: "图层内面积",
    Measure.SHARE: "图层内面积占比",
    Measure.DISTANCE: "距离",
    Measure.DENSITY: "建筑密度",
    Measure.FAR: "容积率",
    Measure.HEIGHT: "建筑高度",
    Measure.EAVES_HEIGHT: "檐口高度",
    Measure.STOREYS: "层数",
    Measure.FOOTPRINT: "基底面积",
    Measure.PLOT: "宅基地（宗地）面积",
    Measure.SLOPE: "坡度",
}
