"""`hemei screen`: measure every building, decide by the rules, answer for one proposal.

The engine is imported by the commands that use it: loading its compiled kernels takes a second, which `hemei --help`
and every other command would otherwise wait for.
"""

from __future__ import annotations

import errno
import json
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from hemei.site.speaking import _, in_words

if TYPE_CHECKING:
    from hemei.engines.screen.measuring import Report

F = TypeVar("F", bound=Callable[..., Any])
MOST_NAMED = 20
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
MEASURES = (".parquet", ".geoparquet", ".pq", ".gpkg", ".geojson", ".json", ".shp", ".fgb", ".csv")
VERDICTS = (".parquet", ".geoparquet", ".pq", ".csv")
REPORTS = (".html", ".xlsx")


def reasons() -> dict[int, str]:
    """What to do where a result cannot be written."""
    return {
        errno.ENOSPC: _("磁盘已满。请腾出空间，或用 -o 写到别处，再运行一次"),
        errno.EDQUOT: _("磁盘配额已满。请腾出空间，或用 -o 写到别处，再运行一次"),
        errno.EACCES: _("没有写入的权限。请用 -o 写到自己能写的文件夹"),
        errno.EPERM: _("没有写入的权限。请用 -o 写到自己能写的文件夹"),
        errno.EROFS: _("这个磁盘只能读。请用 -o 写到别处"),
        errno.ENOENT: _("这个文件夹里不能建文件。请用 -o 写到别处"),
        errno.ENOTDIR: _("路径里有一段是文件，不是文件夹。请核对 -o"),
        errno.EEXIST: _("路径里有一段是文件，不是文件夹。请核对 -o"),
        errno.ENAMETOOLONG: _("文件名太长。请用 -o 换一个短的"),
    }


def plain_errors(command: F) -> F:
    """Say what is wrong with a file in one line and end with status 2."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except ValueError as error:  # what engine and law raise about files, systems and rules
            raise click.UsageError(in_words(str(error))) from error
        except OSError as error:  # what is wrong with a file that is read, they say themselves
            why = reasons().get(error.errno or 0, error.strerror or str(error))
            raise click.UsageError(_("结果没有写出，原有文件未动：%(why)s") % {"why": why}) from error

    return run  # type: ignore[return-value]


def refuse_place(option: str, path: Path, suffixes: Sequence[str], read: Iterable[str] = ()) -> None:
    """Say before the work that its result cannot go there: a folder, a format nobody writes, a file that is read."""
    if path.is_dir():
        example = path / f"result{suffixes[0]}"
        said = _("%(option)s %(path)s：是文件夹。请写文件名，例如 %(example)s")
        raise click.UsageError(said % {"option": option, "path": path, "example": example})
    if path.suffix.lower() not in suffixes:
        named = {"option": option, "path": path, "suffixes": _("、").join(suffixes)}
        raise click.UsageError(_("%(option)s %(path)s：请用 %(suffixes)s") % named)
    for name in read:
        source = Path(name.partition("|")[0])
        if source.exists() and path.exists() and path.samefile(source):
            said = _("%(option)s %(path)s：就是要读的 %(name)s，写下去就没有了。请换一个文件名")
            raise click.UsageError(said % {"option": option, "path": path, "name": name})


@click.group(help=_("管控图：量每一栋建筑、按规则判定、解释一份申请。"))
def screen() -> None:
    """What is measured, decided and told at the keyboard."""


def near_of(text: str, option: str = "--near") -> tuple[str, float]:
    """`FILE=METRES`, as the option is written."""
    name, _equals, metres = text.rpartition("=")
    try:
        if name:
            return name, float(metres)
        raise ValueError(text)
    except ValueError as error:
        said = _("%(option)s %(text)s：请写成 文件=米数，例如 rivers.parquet=50")
        raise click.UsageError(said % {"option": option, "text": text}) from error


@screen.command(
    help=_(
        "量 BUILDINGS 里的每一栋建筑，逐列写进 OUT。\n\n读写 GeoParquet，也读写 GeoPackage、GeoJSON、Shapefile；"
        "一个文件有几个图层时写成 文件|layername=图层。"
    )
)
@click.argument("buildings")
@click.option("--zone", "zones", multiple=True, metavar="FILE", help=_("占建筑最大面积的要素 id 及其占比"))
@click.option("--area", "areas", multiple=True, metavar="FILE", help=_("建筑在图层内的面积（平方米，重叠处只算一次）"))
@click.option("--near", multiple=True, metavar="FILE=METRES", help=_("到最近要素的距离（米，超过所给米数为空）"))
@click.option("--dem", metavar="TIF", help=_("高程（GeoTIFF）：海拔、坡度、到坡脚的距离；缺测处为空"))
@click.option("--toe-slope", default=25.0, show_default=True, help=_("多陡算陡坡（度）"))
@click.option("--toe-within", default=100.0, show_default=True, help=_("坡脚最远量到多少米"))
@click.option(
    "--parcel",
    "parcels",
    metavar="FILE",
    help=_("密度的参照为建筑所在的宗地（占最大面积的一宗）：density 为宗地内建筑基底面积之和 ÷ 宗地面积"),
)
@click.option(
    "--density-radius", type=float, metavar="METRES", help=_("密度的参照为以建筑形心为圆心、这么多米为半径的圆")
)
@click.option("--density-near", metavar="FILE=METRES", help=_("只给离这个图层这么近的建筑算密度，其余为空"))
@click.option("--storeys", metavar="COLUMN", help=_("建筑的层数列：另算 far（容积率，层数 × 基底面积之和 ÷ 参照面积）"))
@click.option("--floor-area", metavar="COLUMN", help=_("建筑的建筑面积列（平方米）：另算 far，代替 --storeys"))
@click.option("--crs", metavar="EPSG", help=_("量算所用的投影坐标系，例如 EPSG:4546；默认用建筑自己的"))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help=_("同时用几个线程"))
@click.option("--geometry", is_flag=True, help=_("把建筑轮廓也写进结果"))
@click.option("--no-kept-maps", is_flag=True, help=_("不在图层旁边保存管控图（.control-maps）"))
@click.option(
    "-o", "--out", required=True, type=click.Path(path_type=Path), help=_("结果文件（.parquet、.gpkg、.csv 等）")
)
@plain_errors
def measure(
    buildings: str,
    zones: tuple[str, ...],
    areas: tuple[str, ...],
    near: tuple[str, ...],
    dem: str | None,
    toe_slope: float,
    toe_within: float,
    parcels: str | None,
    density_radius: float | None,
    density_near: str | None,
    storeys: str | None,
    floor_area: str | None,
    crs: str | None,
    workers: int,
    geometry: bool,
    no_kept_maps: bool,
    out: Path,
) -> None:
    from hemei.engines.screen.compiled import is_cold

    if is_cold():
        click.echo(_("首次运行：正在编译计算内核，约一分钟，以后不再需要。"), err=True)
    from hemei.engines.screen.density import DensityTask
    from hemei.engines.screen.measuring import Run, Task
    from hemei.engines.screen.writing import write_results

    start = time.perf_counter()
    density = None
    if parcels or density_radius is not None or density_near or storeys or floor_area:
        around = near_of(density_near, "--density-near") if density_near else None
        density = DensityTask(parcels, density_radius, around, storeys, floor_area)
    around_files = [name for name, _ in (*map(near_of, near), *([density.near] if density and density.near else []))]
    refuse_place("-o", out, MEASURES, [buildings, *zones, *areas, *around_files, *filter(None, (dem, parcels))])
    if geometry and out.suffix.lower() == ".csv":
        raise click.UsageError(_("-o %(out)s：CSV 放不下轮廓。请去掉 --geometry，或用 .parquet、.gpkg") % {"out": out})
    if not geometry and out.suffix.lower() == ".shp":
        raise click.UsageError(
            _("-o %(out)s：Shapefile 要有轮廓。请加上 --geometry，或用 .parquet、.csv") % {"out": out}
        )
    task = Task(
        buildings,
        zones,
        areas,
        tuple(map(near_of, near)),
        crs=crs,
        dem=dem,
        toe_slope_deg=toe_slope,
        toe_within_m=toe_within,
        density=density,
        workers=workers,
        keep_maps=not no_kept_maps,
    )
    run = Run(task)
    tables = ((done.table, done.geometry if geometry else None) for done in run.batches())
    write_results(out, tables, run.source.crs)
    say(run.report, time.perf_counter() - start)


@screen.command(help=_("按区的规则核对 BUILDINGS 里的每一栋建筑，逐条写进 OUT。"))
@click.argument("buildings")
@click.option("--district", "folder", required=True, type=FOLDER, help=_("区的规则和图层所在的文件夹"))
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help=_("按哪一天的规则，默认今天"))
@click.option("--report", type=click.Path(path_type=Path), help=_("汇总报告：.html（可打印，带图）或 .xlsx"))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help=_("结果文件（.parquet 或 .csv）"))
@plain_errors
def rules(buildings: str, folder: Path, on: datetime | None, report: Path | None, out: Path) -> None:
    from hemei.engines.screen.store import KEPT, clear
    from hemei.engines.screen.writing import partial_of
    from hemei.law.district import read_district
    from hemei.law.report import notes, page, write_workbook
    from hemei.law.screening import Screening, write_verdicts
    from hemei.terms.day import today

    refuse_place("-o", out, VERDICTS, [buildings])
    if report is not None:
        refuse_place("--report", report, REPORTS, [buildings])
    start = time.perf_counter()
    screening = Screening(buildings, read_district(folder), on.date() if on else today(), beside=folder / KEPT)
    count = write_verdicts(out, screening)
    if report is not None:
        with partial_of(report) as partial:
            if report.suffix.lower() == ".xlsx":
                write_workbook(partial, screening)
            else:
                partial.write_text(page(screening), encoding="utf-8")
    for line in notes(screening):
        click.echo(in_words(line), err=True)
    say_cleared(clear(folder / KEPT))
    spent = {"count": f"{count:,}", "seconds": f"{time.perf_counter() - start:.2f}"}
    click.echo(_("%(count)s 条核对结果，%(seconds)s 秒") % spent, err=True)


@screen.command(help=_("核对一份申请：PROPOSAL 里有拟建建筑（role: building），可以有宗地（role: plot）。"))
@click.argument("proposal")
@click.option("--district", "folder", required=True, type=FOLDER, help=_("区的规则和图层所在的文件夹"))
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help=_("按哪一天的规则，默认今天"))
@click.option("--public", is_flag=True, help=_("对外：内部图层只给结论和条款"))
@click.option(
    "--page", "page_path", type=click.Path(path_type=Path), help=_("给农户的核对单（.html），不写就打印 JSON")
)
@plain_errors
def proposal(proposal: str, folder: Path, on: datetime | None, public: bool, page_path: Path | None) -> None:
    from hemei.engines.screen.store import KEPT, clear
    from hemei.engines.screen.writing import partial_of
    from hemei.law.as_json import as_json
    from hemei.law.district import read_district
    from hemei.law.proposal import answer
    from hemei.law.sheet import sheet
    from hemei.terms.day import today

    if page_path is not None:
        refuse_place("--page", page_path, (".html",), [proposal])
    day = on.date() if on else today()
    said = answer(proposal, read_district(folder), day, public=public, beside=folder / KEPT)
    say_cleared(clear(folder / KEPT))
    if page_path is None:
        click.echo(json.dumps(as_json(said), ensure_ascii=False, indent=1))
        return
    with partial_of(page_path) as partial:
        partial.write_text(sheet(said), encoding="utf-8")
    click.echo(_("核对单：%(path)s") % {"path": page_path}, err=True)


@screen.command(help=_("在 FOLDER 里写一个虚构的演示区：图层、建筑、一份申请和演示规划，用来试规则。"))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@plain_errors
def sample(folder: Path) -> None:
    from hemei.law.sample_district import write_sample

    try:
        write_sample(folder)
    except FileExistsError as error:
        raise click.UsageError(in_words(str(error))) from error
    click.echo(_("演示区：%(folder)s（都是编的，不属于任何地方）") % {"folder": folder}, err=True)


def say(report: Report, seconds: float) -> None:
    """Print what a run did, and every row it could not measure, by id."""
    for remark in report.remarks:
        click.echo(in_words(remark), err=True)
    for what, ids in report.faults.items():
        named = {"what": in_words(what), "ids": _("、").join(map(str, ids[:MOST_NAMED])), "count": f"{len(ids):,}"}
        said = _("%(what)s：id %(ids)s 等，共 %(count)s 栋") if len(ids) > MOST_NAMED else _("%(what)s：id %(ids)s")
        click.echo(said % named, err=True)
    say_cleared(report.cleared)
    spent = json.dumps({what: round(value, 3) for what, value in report.seconds.items()}, ensure_ascii=False)
    named = {"rows": f"{report.rows:,}", "seconds": f"{seconds:.2f}", "crs": report.crs.name, "spent": spent}
    click.echo(_("%(rows)s 栋，%(seconds)s 秒（%(crs)s；分项 %(spent)s）") % named, err=True)


def say_cleared(cleared: int) -> None:
    """How many kept maps went, where any did."""
    if cleared:
        said = _("清理了 %(count)s 个 30 天没有用过的管控图文件（.control-maps）")
        click.echo(said % {"count": f"{cleared:,}"}, err=True)
