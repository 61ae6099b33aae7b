"""Reading an uploaded layer: what it is by its content, which features it has, and where they lie."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import shapely
from django.conf import settings
from django.utils.translation import gettext as _

from hemei.core.actions.register.upload import receive
from hemei.core.errors import Mistaken
from hemei.engines.screen.arrow import column_of
from hemei.engines.screen.layers import digest, listed, read_layer
from hemei.engines.screen.reading import LAYER_OF, Unreadable, open_source
from hemei.engines.screen.terrain import Terrain, keep_terrain
from hemei.law.book import LayerKind
from hemei.law.district import CLASSIFIED, NOT_LOADED
from hemei.programmes.control.elevation import heights, read_elevation
from hemei.programmes.control.keeping import STORED, original_of, write_copy
from hemei.programmes.control.kinds import ELEVATION, PLOTS, ZONES, class_of
from hemei.programmes.control.models import LayerVersion
from hemei.programmes.control.position import position_remarks

SUFFIXES = (".gpkg", ".geojson", ".json", ".parquet", ".geoparquet", ".shp")
MAGIC = {".gpkg": b"SQLite format 3\0", ".parquet": b"PAR1", ".geoparquet": b"PAR1", ".shp": b"\0\0\x27\x0a"}


@dataclass(frozen=True)
class Wanted:
    """How a file is to be read: which of its layers, and the columns that name class (or zone) and tier."""

    layername: str = ""
    class_column: str = ""
    tier_column: str = ""


@dataclass(frozen=True)
class Read:
    """What was found in a file: geometry in degrees, the class and tier of each feature, and what is to be said.

    Of elevation there are no features, but `terrain`.
    """

    geometry: np.ndarray
    columns: dict[str, list[str]]
    classes: dict[str, str]
    version: str
    crs: str
    remarks: list[str] = field(default_factory=list)
    terrain: Terrain | None = None

    @property
    def count(self) -> int:
        """Features, or pixels."""
        return len(self.geometry) if self.terrain is None else self.terrain.height.size

    def keep(self, path: Path) -> None:
        """Write the working copy."""
        if self.terrain is not None:
            keep_terrain(self.terrain, path)
        else:
            write_copy(path, self.geometry, self.columns)


def read_upload(name: str, content: IO[bytes], kind: LayerKind, wanted: Wanted, region: str) -> Read:
    """Read what somebody uploads. Raises Mistaken, in words, and leaves nothing on the disk."""
    if kind.id == ELEVATION:
        terrain, version, remarks = read_elevation(name, content, region)
        return Read(np.empty(0, object), {}, {}, version, terrain.crs.name, remarks, terrain)
    if any(word in name for word in CLASSIFIED):
        raise Mistaken(_("文件名注明涉密：%(why)s") % {"why": NOT_LOADED}, field="file", code="classified")
    address = receive([(name, content)])
    folder = Path(settings.VAR) / address
    try:
        path = _the_one(folder)
        _look(path)
        found = _read(path, kind, wanted)
        found.remarks.extend(position_remarks(found.geometry, region, kind))
        return found
    except Unreadable as fault:
        raise Mistaken(str(fault).replace(f"{folder}/", ""), field=_field_of(str(fault)), code="unreadable") from fault
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def again(layer: LayerVersion, path: Path) -> None:
    """Make the working copy of a layer from its original."""
    if layer.kind == ELEVATION:
        keep_terrain(heights(original_of(layer).read_bytes()), path)
        return
    with original_of(layer).open("rb") as content:
        address = receive([(layer.original.name, content)])
    folder = Path(settings.VAR) / address
    try:
        kind = LayerKind(layer.kind, "", layer.visibility, tuple(sorted(set(layer.classes.values()))), "")
        found = _read(_the_one(folder), kind, Wanted(layer.layername, layer.class_column, layer.tier_column))
        write_copy(path, found.geometry, found.columns)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _field_of(fault: str) -> str:
    if "没有列" in fault:
        return "class_column"
    return "layername" if "有几个图层" in fault or "没有图层" in fault else "file"


def _the_one(folder: Path) -> Path:
    """The one file of features in a folder."""
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if len(found) != 1:
        names = "、".join(path.name for path in found)
        said = _("里面有几个图层文件（%(names)s），请一次传一个。") if found else _("里面没有图层文件。")
        kinds = _("可以传 GeoPackage、GeoJSON、GeoParquet，或打成 .zip 的 Shapefile。")
        raise Mistaken(f"{said % {'names': names} if found else said}{kinds}", field="file", code="no_layer")
    return found[0]


def _look(path: Path) -> None:
    """By content, not by name: a file that only calls itself so is not handed to any driver."""
    suffix = path.suffix.lower()
    with path.open("rb") as file:
        head = file.read(16)
    good = head.startswith(MAGIC[suffix]) if suffix in MAGIC else _is_collection(path)
    if not good:
        raise Mistaken(
            _("“%(name)s”的内容不是 %(suffix)s 文件，请重新导出。") % {"name": path.name, "suffix": suffix},
            field="file",
            code="not_what_it_says",
        )


def _is_collection(path: Path) -> bool:
    try:
        said = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        return False
    return isinstance(said, dict) and said.get("type") == "FeatureCollection"


def _read(path: Path, kind: LayerKind, wanted: Wanted) -> Read:
    name = f"{path}{LAYER_OF}{wanted.layername}" if wanted.layername else str(path)
    source = open_source(name)
    columns = list(dict.fromkeys(filter(None, (wanted.class_column, wanted.tier_column))))
    layer = read_layer(name, STORED, columns)
    there = ~(shapely.is_missing(layer.geometry) | shapely.is_empty(layer.geometry))
    if not there.any():
        raise Unreadable(f"{path}：没有要素。要登记“本区没有这类范围”，也请传一个写明范围外的文件或先不传")
    words = {name: _words(layer.columns[name].to_pylist(), there) for name in columns}
    out = {"class": words.get(wanted.class_column, [""] * int(there.sum()))}
    classes, remarks = _classes(kind, wanted, out["class"])
    if kind.classes and classes:
        out["class"] = [classes.get(word, "") for word in out["class"]]
    if wanted.tier_column:
        out["tier"] = words[wanted.tier_column]
    geometry = shapely.force_2d(layer.geometry[there])
    if kind.id in (ZONES, PLOTS) and not (shapely.get_dimensions(geometry) == 2).all():
        raise Unreadable(f"{path}：分区和宗地应全是面，里面有线或点")
    mixed = _mixed(geometry, layer.ids.filter(column_of(there)))
    return Read(geometry, out, classes, digest(path), source.crs.name, [*layer.remarks, *mixed, *remarks])


def _mixed(geometry: np.ndarray, ids: pa.Array) -> Iterator[str]:
    """A remark where areas, lines and points stand in one layer: the fewer may be there by a slip."""
    dimensions = shapely.get_dimensions(geometry)
    sorts = {2: _("面"), 1: _("线"), 0: _("点")}
    found = {sort: dimensions == dimension for dimension, sort in sorts.items() if (dimensions == dimension).any()}
    if len(found) < 2:
        return
    most = max(found, key=lambda sort: int(found[sort].sum()))
    parts = [
        _("%(sort)s %(count)d 个") % {"sort": sort, "count": int(which.sum())}
        + ("" if sort == most else _("（%(ids)s）") % {"ids": listed(ids, which)})
        for sort, which in found.items()
    ]
    yield _("图层里混着几种图形：%(parts)s。线和点没有面积，“在不在里面”只看面。请核对是不是画错或多传了。") % {
        "parts": "、".join(parts)
    }


def _words(values: Iterable[object], there: np.ndarray) -> list[str]:
    return [
        "" if value is None else str(value).strip() for value, is_there in zip(values, there, strict=True) if is_there
    ]


def _classes(kind: LayerKind, wanted: Wanted, values: list[str]) -> tuple[dict[str, str], list[str]]:
    """Value → class, and a remark on the values that mean none. Raises Mistaken where no value means any."""
    if kind.id == ZONES:
        if not wanted.class_column:
            raise Mistaken(_("分区要写明哪一列是管控类别。"), field="class_column", code="no_class_column")
        return {word: word for word in dict.fromkeys(values) if word}, []
    if not kind.classes:
        return {}, []
    if not wanted.class_column:
        said = "、".join(kind.classes)
        raise Mistaken(
            _("“%(title)s”的规则按类别分，要写明哪一列是类别（%(classes)s，或国道、省道等）。")
            % {"title": kind.title or kind.id, "classes": said},
            field="class_column",
            code="no_class_column",
        )
    counted = Counter(values)
    classes = {word: of for word in counted if (of := class_of(word, kind.classes))}
    if not classes:
        raise Mistaken(
            _("“%(column)s”列里没有认识的类别，有：%(values)s")
            % {"column": wanted.class_column, "values": "、".join(list(counted)[:10])},
            field="class_column",
            code="no_class",
        )
    return classes, list(_left_out(counted, classes))


def _left_out(counted: Counter[str], classes: dict[str, str]) -> Iterator[str]:
    left = [f"{word or _('（空）')}（{count}）" for word, count in counted.items() if word not in classes]
    if left:
        yield _("这些类别没有对应的规则，不参加判定：%(left)s") % {"left": "、".join(left[:10])}
