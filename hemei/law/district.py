"""A district's folder: which file is which layer, what the columns of its buildings mean, and its own law.

`district.yaml` is a list of one entry: `name`, `crs`, `layers`, `buildings`, and perhaps `dem` and `steeper_than_deg`.
Rules, clauses, numbers, layers and the plan of the district stand beside it under the same names as in `law/national`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .book import NATIONAL, Book, LayerKind, read_book
from .subject import GPS_ERROR_M
from .yaml_lines import Entry, LawError, read_entries

STEEP_DEG = 50.0
"""What counts as steep where the district says nothing: taken from another province's screening, assumed."""


@dataclass(frozen=True, slots=True)
class LayerFile:
    """Where a layer's features are. `classes` maps a value of `class_column` to a class of the rules.

    `half_width_m` by class is the declared assumption for roads known by their centre line: distances are counted from
    the assumed edge, and what falls within the assumption is unknown.
    """

    id: str
    file: str
    class_column: str
    classes: Mapping[str, str]
    half_width_m: Mapping[str, float]
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class District:
    """What a run of the rules stands on."""

    name: str
    crs: str
    layers: tuple[LayerFile, ...]
    columns: Mapping[str, str]
    position_error_m: float
    work: str
    book: Book
    dem: str = ""
    steeper_than_deg: float = STEEP_DEG


def read_district(folder: Path) -> District:
    """Read a district's folder. Raises LawError with file and line."""
    path = folder / "district.yaml"
    if not path.is_file():
        raise LawError(path, "没有这个文件：区的文件夹里要有 district.yaml")
    entries = read_entries(path)
    if len(entries) != 1:
        raise LawError(path, "应只有一项：name、crs、layers、buildings")
    entry = entries[0]
    entry.only("name", "crs", "layers", "buildings", "dem", "steeper_than_deg")
    book = read_book(NATIONAL, folder)
    layers = tuple(_layer_file(row, folder, book.layers) for row in entry.get("layers") or [])
    buildings = entry.get("buildings") or Entry()
    columns = {key: str(value) for key, value in buildings.items() if key not in ("position_error_m", "work_is")}
    return District(
        name=entry.need("name"),
        crs=entry.need("crs"),
        layers=layers,
        columns=columns,
        position_error_m=float(buildings.get("position_error_m", GPS_ERROR_M)),
        work=str(buildings.get("work_is", "existing")),
        book=book,
        dem=str(folder / entry["dem"]) if entry.get("dem") else "",
        steeper_than_deg=float(entry.get("steeper_than_deg") or STEEP_DEG),
    )


def _layer_file(row: Entry, folder: Path, kinds: Mapping[str, LayerKind]) -> LayerFile:
    row.only("id", "file", "class_column", "classes", "half_width_m", "where")
    kind = kinds.get(row.need("id"))
    if kind is None:
        raise LawError(row, f"没有声明过的图层：{row['id']}")
    classes = {str(key): str(value) for key, value in (row.get("classes") or {}).items()}
    unknown = set(classes.values()) - set(kind.classes)
    if unknown:
        raise LawError(row, f"{kind.id} 没有这些类别：{'、'.join(sorted(unknown))}，有：{'、'.join(kind.classes)}")
    widths = {str(key): float(value) for key, value in (row.get("half_width_m") or {}).items()}
    where = {str(key): tuple(map(str, values)) for key, values in (row.get("where") or {}).items()}
    return LayerFile(
        kind.id, str(folder / row.need("file")), str(row.get("class_column") or ""), classes, widths, where
    )
