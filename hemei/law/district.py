"""A district's folder: which file is which layer, what the columns of its buildings mean, and its own law.

`district.yaml` is a list of one entry; `KEYS` are its items, `docs/screen.md` shows a whole one. Rules, clauses,
numbers, layers and the plan of the district stand beside it under the same names as in `law/national`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pyproj import CRS
from pyproj.exceptions import CRSError

from hemei.engines.screen.crs import metric
from hemei.terms.measure import Measure

from .book import NATIONAL, Book, LayerKind, read_book
from .plan import TIERS, ZONES, Row, read_plan
from .rules import WORKS
from .subject import GPS_ERROR_M
from .yaml_lines import Entry, LawError, meant, read_entries

STEEP_DEG = 50.0
"""What counts as steep where the district says nothing: taken from another province's screening, assumed."""
KEYS = (
    "name", "crs", "layers", "buildings", "zones", "townships", "plots", "density_radius_m",
    "dem", "steeper_than_deg", "storey_height_m",
)  # fmt: skip
FILES = ("district.yaml", "clauses.yaml", "parameters.yaml", "layers.yaml", "rules.yaml", "plan.yaml")
COLUMNS = ("use", "work", "approvals", "township", "zone", "tier", *(measure.value for measure in Measure))
CLASSIFIED = ("秘密", "机密", "绝密", "涉密")
NOT_LOADED = "涉密数据不得装入本系统，请用依法公开或内部使用的数据"


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
class Mosaic:
    """A layer of which each building lies in one feature: by role (zone, tier, township), the column that names it."""

    file: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class District:
    """What a run of the rules stands on.

    `plots` (a file) or `density_radius_m` is the ground by which density and floor area ratio are counted.
    `position_error_m` holds for all buildings unless `error_column` names a column of theirs. `spot_column` is true of
    buildings of which only a spot is known, that may stand up to their error from it. `storey_height_m` is what
    the district configured for turning a height into storeys, None where 未配置. `dem_version` is that of the elevation
    where it is not the digest of its file.
    """

    name: str
    crs: str
    layers: tuple[LayerFile, ...]
    columns: Mapping[str, str]
    position_error_m: float
    work: str
    book: Book
    dem: str = ""
    dem_version: str = ""
    steeper_than_deg: float = STEEP_DEG
    error_column: str = ""
    spot_column: str = ""
    mosaics: tuple[Mosaic, ...] = ()
    plots: str = ""
    density_radius_m: float | None = None
    storey_height_m: float | None = None
    plan: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


def read_district(folder: Path) -> District:
    """Read a district's folder. Raises LawError with file and line."""
    path = folder / "district.yaml"
    if not path.is_file():
        raise LawError(path, "没有这个文件：区的文件夹里要有 district.yaml")
    entries = read_entries(path)
    if len(entries) != 1:
        raise LawError(path, "应只有一项：name、crs、layers、buildings")
    entry = entries[0]
    entry.only(*KEYS)
    book = read_book(NATIONAL, folder)
    plan = read_plan(folder / "plan.yaml", book.clauses)
    _refuse_strange_zones(folder / "parameters.yaml", plan)
    layers = tuple(_layer_file(row, folder, book) for row in entry.rows("layers"))
    _refuse_doubles(entry, layers)
    buildings = entry.table("buildings")
    buildings.only("position_error_m", "work_is", *COLUMNS)
    error, column = _error(buildings)
    return District(
        name=entry.need_text("name"),
        crs=_metric(entry),
        layers=layers,
        columns={key: buildings.need_text(key) for key in buildings if key in COLUMNS},
        position_error_m=error,
        error_column=column,
        work=buildings.one_of("work_is", WORKS, "existing"),
        book=book,
        dem=_file(entry, "dem", folder) if entry.get("dem") else "",
        steeper_than_deg=entry.number("steeper_than_deg", STEEP_DEG, least=1.0) or STEEP_DEG,
        mosaics=tuple(_mosaics(entry, folder)),
        plots=_file(entry, "plots", folder) if entry.get("plots") else "",
        density_radius_m=_radius(entry),
        storey_height_m=entry.number("storey_height_m", least=2.0),
        plan=plan,
        remarks=tuple(_unread(folder)),
    )


def _metric(entry: Entry) -> str:
    """The system that a run measures in: one that is projected, in metres."""
    name = entry.need_text("crs")
    try:
        crs = CRS.from_user_input(name)
    except CRSError as error:
        raise LawError(entry, f"crs: 坐标系“{name}”读不懂，请写 EPSG 代码，例如 EPSG:4546", "crs") from error
    if not metric(crs):
        said = f"crs: {crs.name} 的单位不是米，不能量面积和距离，请写投影坐标系，例如 EPSG:4546"
        raise LawError(entry, said, "crs")
    return name


def _radius(entry: Entry) -> float | None:
    """The circle round each building in which density is counted, where there are no plots."""
    if entry.get("plots") and entry.get("density_radius_m"):
        raise LawError(entry, "plots（按宗地）和 density_radius_m（按圆）只写一个", "density_radius_m")
    return entry.number("density_radius_m", least=1.0)


def _error(buildings: Entry) -> tuple[float, str]:
    """The position error of all buildings, or the column that tells each one's (5 m, a phone's, where it is empty)."""
    value = buildings.get("position_error_m")
    if isinstance(value, str):
        return GPS_ERROR_M, value
    error = buildings.number("position_error_m", GPS_ERROR_M)
    return GPS_ERROR_M if error is None else error, ""


def _mosaics(entry: Entry, folder: Path) -> list[Mosaic]:
    made = []
    for key, roles in (("zones", ("zone", "tier")), ("townships", ("township",))):
        row = entry.table(key)
        if not row:
            continue
        row.only("file", "secrecy", *(f"{role}_column" for role in roles))
        columns = {role: row.text(f"{role}_column") for role in roles if row.get(f"{role}_column")}
        if not columns:
            raise LawError(row, f"{key}: 要写明 {' 或 '.join(f'{role}_column' for role in roles)}")
        made.append(Mosaic(_file(row, "file", folder), columns))
    return made


def _layer_file(row: Entry, folder: Path, book: Book) -> LayerFile:
    row.only("id", "file", "class_column", "classes", "half_width_m", "where", "secrecy")
    kind = book.layers.get(row.need_text("id"))
    if kind is None:
        like = meant(row.text("id"), book.layers)
        raise LawError(row, f"没有声明过的图层：{row['id']}，有：{'、'.join(book.layers)}{like}", "id")
    classes = {key: row.table("classes").text(key) for key in row.table("classes")}
    unknown = set(classes.values()) - set(kind.classes)
    if unknown:
        said = f"{kind.id} 没有这些类别：{'、'.join(sorted(unknown))}，有：{'、'.join(kind.classes) or '（没有分类）'}"
        raise LawError(row, said, "classes")
    if bool(classes) != bool(row.get("class_column")):
        raise LawError(row, "class_column（哪一列是类别）和 classes（列里的值各是哪一类）要一起写", "class_column")
    where = {key: row.table("where").words(key) for key in row.table("where")}
    column = row.text("class_column")
    made = LayerFile(kind.id, _file(row, "file", folder), column, classes, _half_widths(row, kind), where)
    asked = {rule.of for rule in book.rules if rule.layer == kind.id}
    if asked and "" not in asked and not classes:
        said = f"{kind.id} 的规则都按类别（{'、'.join(kind.classes)}）：请写 class_column 和 classes，否则都是未配置"
        raise LawError(row, said, "id")
    return made


def _half_widths(row: Entry, kind: LayerKind) -> dict[str, float]:
    """By class; one number holds for all."""
    if isinstance(row.get("half_width_m"), int | float):
        return dict.fromkeys(["", *kind.classes], row.number("half_width_m") or 0.0)
    table = row.table("half_width_m")
    table.only(*kind.classes)
    return {key: table.number(key) or 0.0 for key in table}


def _file(row: Entry, key: str, folder: Path) -> str:
    """The path of a file that is there. What is marked as secret is refused before it is opened."""
    name = row.need_text(key)
    marked = row.text("secrecy")
    if marked not in ("", "公开", "内部"):
        raise LawError(row, f"secrecy: {marked}。{NOT_LOADED}", "secrecy")
    if any(word in name for word in CLASSIFIED):
        raise LawError(row, f"{name}：文件名注明涉密。{NOT_LOADED}", key)
    path = folder / name
    if not Path(str(path).partition("|")[0]).is_file():
        raise LawError(row, f"{key}: 没有文件 {name}（从区的文件夹算起）", key)
    return str(path)


def _refuse_doubles(entry: Entry, layers: tuple[LayerFile, ...]) -> None:
    seen: set[tuple[str, str]] = set()
    for layer, row in zip(layers, entry.rows("layers"), strict=True):
        keys = {(layer.id, of) for of in layer.classes.values()} or {(layer.id, "")}
        if keys & seen:
            raise LawError(row, f"图层 {layer.id} 写了两次：请合并成一个文件，或按类别分开", "id")
        seen |= keys


def _refuse_strange_zones(path: Path, plan: Mapping[str, tuple[Row, ...]]) -> None:
    """A number for a zone or tier that the plan does not name would hold nowhere; asked where the plan names any."""
    named = {key: {row.name for row in plan[table] if row.name} for key, table in (("zone", ZONES), ("tier", TIERS))}
    for entry in read_entries(path) if path.is_file() else []:
        for row in entry.rows("values"):
            for key, known in named.items():
                word = row.text(key)
                if word and known and word not in known:
                    said = f"{key}: 规划表 plan.yaml 里没有“{word}”，有：{'、'.join(sorted(known))}"
                    raise LawError(row, said, key)


def _unread(folder: Path) -> list[str]:
    strange = sorted(path.name for path in folder.glob("*.y*ml") if path.name not in FILES)
    return [f"文件夹里的 {name} 没有读：只认 {'、'.join(FILES)}" for name in strange]
