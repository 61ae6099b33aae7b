from __future__ import annotations

import click

from hemei.core.access import Scope
from hemei.core.actions.seal import seal_pending
from hemei.core.queries.verify import faults
from hemei.core.queries.zero import seal_head
from hemei.site.commands.database import with_database


@click.command()
@click.option("--seal/--no-seal", default=True, show_default=True, help="Put new audit entries into the chain first.")
@click.pass_context
@with_database
def verify(ctx: click.Context, seal: bool) -> None:
    """Recompute everything that must hold: the audit chain, and that every case stands where its steps put it.

    Prints a line for each fault. Exit status 0 when there is none, 1 when there is.
    """
    if seal:
        seal_pending()
    sound = True
    for fault in faults(within=Scope.all()):
        sound = False
        click.echo(fault)
    if not sound:
        ctx.exit(1)
    click.echo(f"No faults. The audit chain ends with {seal_head() or 'nothing yet'}.")
