from __future__ import annotations

from datetime import date

import click

from hemei.core.access import Scope
from hemei.core.queries.zero import zero as board_of
from hemei.site.commands.database import with_database
from hemei.site.commands.given import CODE, DAY, known_region
from hemei.site.commands.output import format_option, show, show_json
from hemei.site.speaking import _
from hemei.terms.day import today
from hemei.terms.region import Level

LEVELS = {"township": Level.TOWNSHIP, "village": Level.VILLAGE, "grid": Level.GRID}


@click.command(
    help=_(
        "数一个区域任何一天（过去的也行）没有销号的隐患。\n\n"
        "全部由隐患自己的经历算出，没有一个数是填的。最后一行是整个区域；封存号是审计链最新的散列，"
        "谁都能据以知道数的是哪些记录。"
    )
)
@click.option("--region", required=True, type=CODE, help=_("数哪个区域：6、9、12 或 15 位代码。"))
@click.option("--on", type=DAY, help=_("哪一天，算到那天结束（北京时间）。  [默认：今天]"))
@click.option("--known", type=DAY, help=_("只算到这天结束时已经记下的。"))
@click.option("--matter", default="", help=_("只要一个事项的隐患，例如 houses。"))
@click.option("--by", type=click.Choice(list(LEVELS)), help=_("按哪一级一行。  [默认：下一级]"))
@format_option
@with_database
def zero(region: str, on: date | None, known: date | None, matter: str, by: str | None, form: str) -> None:
    if on and on > today():
        raise click.UsageError(_("--on %(day)s：那一天还没有到。") % {"day": on})
    if by and LEVELS[by] <= len(region):
        raise click.UsageError(_("--by %(by)s：%(region)s 不比 %(by)s 大。") % {"by": by, "region": region})
    board = board_of(
        within=Scope.all(),
        region=known_region(region, on=on),
        on=on or today(),
        known=known,
        matter=matter,
        by=LEVELS[by] if by else None,
    )
    if form == "json":
        show_json(board.as_dict())
        return
    rows = [row.as_dict() for row in (*board.rows, board.total)]
    show(rows, list(rows[0]), form)
    if form == "table":
        click.echo(
            _("%(on)s 那天，按 %(known)s 所知，封存号 %(seal)s")
            % {"on": board.on, "known": board.known or _("此刻"), "seal": board.seal or _("尚无")}
        )
