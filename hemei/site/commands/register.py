from __future__ import annotations

from pathlib import Path

import click

from hemei.core.actions.register.folder import Summary, import_folder
from hemei.core.models import BatchState, RowOutcome
from hemei.site.commands.database import with_database
from hemei.site.commands.operator import operator
from hemei.site.commands.output import format_option, show, show_json

KEYS = ["register", *(outcome.value for outcome in RowOutcome)]


@click.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, readable=True, path_type=Path))
@click.option("--yes", is_flag=True, help="Write what was read. Without it nothing is changed.")
@format_option
@click.pass_context
@with_database
def import_(ctx: click.Context, folder: Path, yes: bool, form: str) -> None:
    """Read a FOLDER of registers: regions, households, houses, units, people, duties, old cases.

    The folder has workbooks, CSV, GeoPackage or GeoJSON files and a district.yaml that says which column is which and
    which coordinate system it is. Prints how many rows are new, changed, unchanged and refused; refused ones come with
    the reason and the remedy. With --yes the accepted rows are written, all in one transaction or none. Exit status 1
    if any row was refused.
    """
    summary = import_folder(folder, by=operator(), confirm=yes)
    if form == "json":
        show_json(summary.__dict__)
    else:
        none = dict.fromkeys(KEYS, 0)
        show([none | {"register": name, **counts} for name, counts in summary.counts.items()], KEYS, form)
    if form == "table":
        tell(summary)
    if summary.state == BatchState.FAILED:
        raise click.ClickException(summary.message)
    if summary.refused:
        ctx.exit(1)


def tell(summary: Summary) -> None:
    for file, line, effect in summary.effects:
        click.echo(f"{file}, row {line}: {effect}")
    for file, line, reason, remedy in summary.refused:
        click.echo(f"{file}, row {line}: {reason} {remedy}")
    if summary.state == BatchState.READY:
        click.echo("Nothing has been written; run it again with --yes to write the accepted rows.")
    elif summary.state == BatchState.APPLIED:
        click.echo(f"{summary.rows} rows written, {summary.seconds_in_transaction or 0:.2f} s in the transaction.")
