"""A district as `hemei.law` wants it, put together from what is kept: its layers of a day, and the law of its own.

Working copies lie below `VAR/control` and can be made again from what is in the database and among the evidence.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from django.conf import settings
from pyproj import CRS

from hemei.core.files import path_of
from hemei.core.models import Region
from hemei.engines.screen.crs import proposed
from hemei.engines.screen.store import clear
from hemei.engines.screen.terrain import KEPT
from hemei.engines.screen.writing import partial_of
from hemei.law.around import Around, around
from hemei.law.book import Book, national
from hemei.law.district import STEEP_DEG, District, LayerFile, Mosaic
from hemei.law.plan import Row, read_plan
from hemei.law.repeals import Repeal, repealed
from hemei.law.yaml_lines import LawError
from hemei.programmes.control.entries import Entries, read_from, settled, written
from hemei.programmes.control.kinds import ELEVATION, PLOTS, ZONES
from hemei.programmes.control.models import LayerVersion, OwnLaw
from hemei.programmes.control.unread import Fault, sifted
from hemei.terms.day import day_of
from hemei.terms.region import Level

ERROR_M = 30.0
"""Layers are kept ready for position errors up to this; for a larger one they are made anew."""
MOST_READY = 4
STORED = CRS.from_epsg(4490)
DENSITY = "density"
"""The circle in which density is counted, by day: kept with the law, read by no rule."""
STEEP = "steep"
"""From how many degrees on ground is steep, by day: likewise."""
REPEALS = "repeals"
"""The documents that ceased to hold, as the district recorded it."""

_ready: OrderedDict[object, Around] = OrderedDict()
_lock = Lock()


def root() -> Path:
    folder = Path(settings.VAR) / "control"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def district_code(region: str) -> str:
    """Layers and rules are a district's: they hold in all of it."""
    return region[: Level.DISTRICT]


def newest_law(region: str) -> OwnLaw | None:
    return OwnLaw.objects.filter(region=district_code(region)).order_by("-id").first()


def in_force(region: str, on: date, *, but: int = 0) -> list[LayerVersion]:
    """Of each layer the version that holds on a day: of several the one that began last. `but`: as if one were none."""
    rows = LayerVersion.objects.filter(region=district_code(region), starts__lte=on).select_related("original")
    rows = rows.exclude(pk=but)
    chosen: dict[str, LayerVersion] = {}
    for row in rows.order_by("kind", "starts", "pk"):
        if row.holds(on):
            chosen[row.kind] = row
    return list(chosen.values())


@dataclass(frozen=True)
class Law:
    """What a district's decisions stand on: the nation's law with what can be read of its own, its plan, and what
    cannot be read."""

    book: Book
    plan: Mapping[str, tuple[Row, ...]]
    faults: tuple[Fault, ...] = ()

    def cannot_read(self, rule: str) -> bool:
        return any(fault.part == "rules" and fault.row.get("id") == rule for fault in self.faults)


@lru_cache(maxsize=8)
def _law(folder: Path, entries: str) -> Law:
    try:
        return Law(*read_from(folder))
    except LawError:  # kept before the law asked for what it asks for now
        book, plan, faults, _left = sifted(json.loads(entries))
        return Law(book, plan, faults)


def whole_law(law: OwnLaw | None) -> Law:
    """The nation's law with the district's own, and the district's plan; see `Law`."""
    if law is None:
        return Law(national(), read_plan(None))
    entries = settled(law.entries, day_of(law.recorded_at))
    text = json.dumps(entries, sort_keys=True)
    # By content: another database may come to lie in the same folder.
    folder = root() / "law" / hashlib.sha256(text.encode()).hexdigest()[:16]
    if not (folder / "whole").exists():
        written(entries, folder)
        (folder / "whole").touch()
    read = _law(folder, text)
    return replace(read, book=repealed(read.book, repeals_in(entries)))


def repeals_in(entries: Entries) -> list[Repeal]:
    """The documents that ceased to hold, as entries say it."""
    return [
        Repeal(row["document"], date.fromisoformat(row["last"]), row["by"], row.get("ends_rules", False))
        for row in entries.get(REPEALS, [])
    ]


def law_of(law: OwnLaw | None) -> tuple[Book, Mapping[str, tuple[Row, ...]]]:
    """Book and plan of `whole_law`."""
    read = whole_law(law)
    return read.book, read.plan


def copy_path(layer: LayerVersion) -> Path:
    suffix = KEPT if layer.kind == ELEVATION else ".parquet"
    return root() / "layers" / f"{layer.original.sha256[:16]}-{layer.pk}{suffix}"


def copy_of(layer: LayerVersion) -> Path:
    """The working copy of a layer, in degrees; read from its original again where it is not there."""
    path = copy_path(layer)
    if not path.exists():
        from hemei.programmes.control.reading import again  # which writes it by `write_copy`

        again(layer, path)
    return path


def write_copy(path: Path, geometry: Any, columns: dict[str, list[str]]) -> None:
    """Features in degrees (EPSG:4490) as GeoParquet, numbered from 1 on."""
    table = pa.table(
        {
            "id": pa.array(range(1, len(geometry) + 1), pa.int64()),
            **{name: pa.array(values, pa.string()) for name, values in columns.items()},
            "geometry": pa.array(shapely.to_wkb(geometry), pa.binary()),
        }
    )
    described = {"encoding": "WKB", "geometry_types": [], "crs": STORED.to_json_dict()}
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": described}}
    with partial_of(path) as partial:
        pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(geo).encode()}), partial)


@dataclass(frozen=True)
class Laid:
    """A layer as the rules take it: its working copy, and what is said of its columns. It need not be in force."""

    kind: str
    path: Path
    version: str
    classes: Mapping[str, str]
    has_tiers: bool
    half_width_m: float


def laid(layer: LayerVersion) -> Laid:
    """A version that is kept, its working copy made again where it is not there."""
    has_tiers = bool(layer.tier_column)
    return Laid(layer.kind, copy_of(layer), layer.version, layer.classes, has_tiers, layer.half_width_m)


def original_of(layer: LayerVersion) -> Path:
    return path_of(layer.original.sha256)


def crs_of(region: str, layers: Sequence[Laid]) -> str:
    """The system of metres in which a district is measured: the belt of its middle."""
    home = Region.objects.filter(code=district_code(region)).first()
    if home is not None and home.boundary:
        middle = shapely.centroid(home.shape)
        return f"EPSG:{proposed(middle.x, middle.y)}"
    if home is not None and home.lon is not None and home.lat is not None:
        return f"EPSG:{proposed(home.lon, home.lat)}"
    for layer in (one for one in layers if one.kind != ELEVATION):
        first = pq.read_table(layer.path, columns=["geometry"]).column("geometry")[0].as_py()
        middle = shapely.centroid(shapely.from_wkb(first))
        return f"EPSG:{proposed(middle.x, middle.y)}"
    return "EPSG:4546"


def radius_of(law: OwnLaw | None, on: date) -> float | None:
    """The circle (m) in which density is counted on a day; None where 未配置."""
    return radius_in(law.entries if law else {}, on)


def radius_in(entries: Entries, on: date) -> float | None:
    """The same by entries that need not be kept."""
    row = begun(entries, DENSITY, on)
    return float(row["radius_m"]) if row else None


def steeper_in(entries: Entries, on: date) -> float:
    """From how many degrees on ground is steep on a day; ours, which is assumed, where the district has set none."""
    row = begun(entries, STEEP, on)
    return float(row["degrees"]) if row else STEEP_DEG


def begun(entries: Entries, part: str, on: date) -> dict[str, Any] | None:
    """Of what is set from a day on, the last row that has begun by a day."""
    rows = [row for row in entries.get(part, []) if row["from"] <= on.isoformat()]
    return max(rows, key=lambda row: str(row["from"]), default=None)


def district_with(
    region: str,
    layers: Sequence[Laid],
    book: Book,
    plan: Mapping[str, tuple[Row, ...]] | None = None,
    *,
    entries: Entries,
    on: date,
) -> District:
    """The district of some layers under a book, which need not be the one that holds. Plots go before the circle.

    `entries` of its law say how density and steepness are measured on a day.
    """
    files = [
        LayerFile(
            layer.kind,
            str(layer.path),
            "class" if layer.classes else "",
            {of: of for of in sorted(set(layer.classes.values()))},
            dict.fromkeys(["", *book.layers[layer.kind].classes], layer.half_width_m) if layer.half_width_m else {},
        )
        for layer in layers
        if layer.kind in book.layers
    ]
    zones = [
        Mosaic(str(layer.path), {"zone": "class"} | ({"tier": "tier"} if layer.has_tiers else {}))
        for layer in layers
        if layer.kind == ZONES
    ]
    heights = next((layer for layer in layers if layer.kind == ELEVATION), None)
    plots = next((str(layer.path) for layer in layers if layer.kind == PLOTS), "")
    home = Region.objects.filter(code=district_code(region)).first()
    return District(
        name=str(home or region),
        crs=crs_of(region, layers),
        layers=tuple(files),
        columns={},
        position_error_m=ERROR_M,
        work="existing",
        book=book,
        mosaics=tuple(zones),
        plan=plan or {},
        plots=plots,
        density_radius_m=None if plots else radius_in(entries, on),
        steeper_than_deg=steeper_in(entries, on),
        dem=str(heights.path) if heights else "",
        dem_version=heights.version if heights else "",
    )


@dataclass(frozen=True)
class InForce:
    """What a district is judged by on a day: of each layer one version at most, and its own law."""

    region: str
    on: date
    layers: tuple[LayerVersion, ...]
    law: OwnLaw | None

    @classmethod
    def of(cls, region: str, on: date) -> InForce:
        return cls(district_code(region), on, tuple(in_force(region, on)), newest_law(region))

    @property
    def configured(self) -> bool:
        return bool(self.layers) or self.law is not None

    @cached_property
    def read(self) -> Law:
        """Its law together with the nation's: read once, however many proposals are judged by it."""
        return whole_law(self.law)

    @property
    def district(self) -> District:
        layers, entries = [laid(row) for row in self.layers], self.law.entries if self.law else {}
        made = district_with(self.region, layers, self.read.book, self.read.plan, entries=entries, on=self.on)
        return replace(made, remarks=tuple(fault.sentence for fault in self.read.faults))


def near(region: str, on: date, error_m: float = 0.0) -> Around:
    """The layers of a region's district, kept in memory from one question to the next. Raises Unreadable."""
    return ready_for(InForce.of(region, on), error_m)


def ready_for(held: InForce, error_m: float = 0.0) -> Around:
    """The same for what held on some day, or is to hold. Raises Unreadable."""
    error = ERROR_M
    while error < error_m:
        error *= 2
    key = (
        settings.VAR,
        held.region,
        held.law.pk if held.law else None,
        tuple(row.pk for row in held.layers),
        radius_of(held.law, held.on),
        steeper_in(held.law.entries if held.law else {}, held.on),
        error,
    )
    with _lock:
        made = _ready.pop(key, None)
        if made is None:
            made = around(held.district, error, beside=root() / "maps")
            clear(root() / "maps")
        _ready[key] = made
        while len(_ready) > MOST_READY:
            _ready.popitem(last=False)
    return made


def spot(point: shapely.Geometry) -> shapely.Geometry:
    """A building of which only a point is known, in metres: as small a square as can be measured."""
    return shapely.box(point.x - HALF_SPOT_M, point.y - HALF_SPOT_M, point.x + HALF_SPOT_M, point.y + HALF_SPOT_M)


HALF_SPOT_M = 0.5


def forget() -> None:
    """Let go of all working copies, as a test does."""
    _ready.clear()
    shutil.rmtree(Path(settings.VAR) / "control", ignore_errors=True)
