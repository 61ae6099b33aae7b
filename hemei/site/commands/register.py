from __future__ import annotations

from pathlib import Path

import click

from hemei.core.actions.register.folder import Summary, import_folder
from hemei.core.english import in_language
from hemei.core.models import BatchState, RowOutcome
from hemei.site.commands.database import with_database
from hemei.site.commands.operator import operator
from hemei.site.commands.output import format_option, show, show_json
from hemei.site.speaking import _

KEYS = ["register", *(outcome.value for outcome in RowOutcome)]


@click.command(
    "import",
    help=_(
        "读一个 FOLDER 里的登记表：区划、农户、房屋、单位、人员、岗位、旧台账。\n\n"
        "文件夹里放工作簿、CSV、GeoPackage 或 GeoJSON，再放一个 district.yaml，写明哪一列是什么、"
        "用什么坐标系。打印新增、变更、无变化、未通过各多少行，未通过的写明原因和怎么改。"
        "加 --yes 才写入通过的行，要么全部写入，要么一行也不写。有一行没通过，退出码就是 1。"
    ),
)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, readable=True, path_type=Path))
@click.option("--yes", is_flag=True, help=_("把读到的写入。不加就什么也不改。"))
@format_option
@click.pass_context
@with_database
def import_(ctx: click.Context, folder: Path, yes: bool, form: str) -> None:
    summary = import_folder(folder, by=operator(), confirm=yes)
    if form == "json":
        show_json(summary.__dict__)
    elif form == "csv" or summary.state != BatchState.FAILED:
        none = dict.fromkeys(KEYS, 0)
        show([none | {"register": name, **counts} for name, counts in summary.counts.items()], KEYS, form)
    if form == "table":
        tell(summary)
    if summary.state == BatchState.FAILED:
        raise click.ClickException(in_language(summary.message))
    if summary.refused:
        ctx.exit(1)


def tell(summary: Summary) -> None:
    for file, sheet, why in summary.passed:
        called = f"{file} · {sheet}" if sheet else file
        click.echo(_("%(called)s：没有读。%(why)s") % {"called": called, "why": in_language(why)})
    for file, line, effect in summary.effects:
        click.echo(_("%(file)s 第 %(line)s 行：%(told)s") % {"file": file, "line": line, "told": effect})
    for file, line, reason, remedy in summary.refused:
        click.echo(
            _("%(file)s 第 %(line)s 行：%(told)s")
            % {
                "file": file,
                "line": line,
                "told": _("%(reason)s%(remedy)s") % {"reason": in_language(reason), "remedy": in_language(remedy)},
            }
        )
    if summary.state == BatchState.READY:
        click.echo(_("什么都还没有写入；加 --yes 再运行一次，就写入通过的行。"))
    elif summary.state == BatchState.APPLIED:
        click.echo(
            _("已写入 %(rows)s 行，事务用了 %(seconds)s 秒。")
            % {"rows": summary.rows, "seconds": f"{summary.seconds_in_transaction or 0:.2f}"}
        )
