"""Which layers there are, in words, and which class a clerk's word for a road means."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemei.law.book import Book, LayerKind
from hemei.law.rules import EVERYWHERE

ZONES = "zones"
"""The layer of zone classes and tiers: no rule speaks of it, all numbers by zone and tier do."""
CLASSES = {
    "expressway": "高速公路",
    "national": "国道",
    "provincial": "省道",
    "county": "县道",
    "township": "乡道",
}
COMPUTED = ("steep_slope",)
"""Layers that are made from elevation, not uploaded."""


ELEVATION = "elevation"
"""A raster of heights, from which slopes and the foot of steep ground are measured; no rule names it."""


PLOTS = "plots"
"""The plots on which density and floor area ratio are counted; no rule names them."""


TOPICS = (
    (_("公路"), ("highway_land", "highway_control_zone")),
    (_("农田"), ("permanent_farmland", "farmland")),
    (_("靠山"), ("geohazard_danger", "geohazard_prone", *COMPUTED)),
    (_("临水"), (
        "river_management", "dyke_land", "river_beach", "water_source_1", "water_source_2", "water_source_quasi",
    )),
    (_("见绿"), (
        "reserve_core", "reserve_buffer", "reserve_experimental", "general_control", "national_park_core",
        "forest_land", "ecological_redline",
    )),
)  # fmt: skip
"""What the nation's layers are about, in the words of the villages."""
THE_HOUSE, OTHER = _("房屋本身（全区）"), _("区里自己的图层")


def topic_of(layer: str) -> str:
    """What the rules on a layer are about."""
    if layer == EVERYWHERE:
        return str(THE_HOUSE)
    return str(next((topic for topic, kinds in TOPICS if layer in kinds), OTHER))


def layer_kinds(book: Book) -> dict[str, LayerKind]:
    """All layers that can be uploaded, the zones first."""
    zones = LayerKind(ZONES, str(_("管控分区（三类五档）")), "internal", (), "")
    note = str(_("GeoTIFF；坡度和陡坡由它计算。只作内部图层，涉密的精度不得装入。"))
    heights = LayerKind(ELEVATION, str(_("高程（DEM）")), "internal", (), note)
    said = str(_("按宗地量建筑密度和容积率时用；登记了它，就不按圆量。"))
    plots = LayerKind(PLOTS, str(_("宗地")), "internal", (), said)
    others = {key: kind for key, kind in book.layers.items() if key not in COMPUTED}
    return {ZONES: zones} | others | {PLOTS: plots, ELEVATION: heights}


def class_of(word: str, classes: tuple[str, ...]) -> str:
    """The class that a value of a file means, "" where it means none."""
    word = word.strip()
    if word in classes:
        return word
    return next((name for name, said in CLASSES.items() if name in classes and said == word), "")
