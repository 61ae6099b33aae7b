from __future__ import annotations

from datetime import date

import click

from hemei.core.access import Scope
from hemei.core.queries.zero import zero as board_of
from hemei.site.commands.database import with_database
from hemei.site.commands.given import CODE, DAY, known_region
from hemei.site.commands.output import format_option, show, show_json
from hemei.terms.day import today
from hemei.terms.region import Level

LEVELS = {"township": Level.TOWNSHIP, "village": Level.VILLAGE, "grid": Level.GRID}


@click.command()
@click.option("--region", required=True, type=CODE, help="The region to count: 6, 9, 12 or 15 digits.")
@click.option("--on", type=DAY, help="The day, to its end (Asia/Shanghai).  [default: today]")
@click.option("--known", type=DAY, help="Count only what had been recorded by the end of this day.")
@click.option("--matter", default="", help="Only one programme's cases, such as houses.")
@click.option("--by", type=click.Choice(list(LEVELS)), help="A line for each of these.  [default: the level below]")
@format_option
@with_database
def zero(region: str, on: date | None, known: date | None, matter: str, by: str | None, form: str) -> None:
    """Count the open cases of a region on any day, past days included.

    Everything is computed from the cases' own histories; nothing is typed in. The last line is the whole region, and
    the seal is the newest hash of the audit chain, by which anyone can tell which records were counted.
    """
    if on and on > today():
        raise click.UsageError(f"--on {on}: that day is yet to come.")
    if by and LEVELS[by] <= len(region):
        raise click.UsageError(f"--by {by}: {region} is not wider than a {by}.")
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
        click.echo(f"on {board.on}, known by {board.known or 'now'}, seal {board.seal or 'none yet'}")
