from __future__ import annotations

from itertools import chain

import click

from hemei.core.access import Scope
from hemei.core.actions.seal import seal_pending
from hemei.core.queries.digest import Held, evidence_faults, rows_digest
from hemei.core.queries.verify import faults
from hemei.core.queries.zero import seal_head
from hemei.site.commands.database import with_database


@click.command()
@click.option("--seal/--no-seal", default=True, show_default=True, help="Put new audit entries into the chain first.")
@click.option("--evidence/--no-evidence", default=True, show_default=True, help="Read every file of evidence too.")
@click.pass_context
@with_database
def verify(ctx: click.Context, seal: bool, evidence: bool) -> None:
    """Recompute everything that must hold: the audit chain, that every case stands where its steps put it, and that
    every file of evidence is there, unaltered.

    Prints a line for each fault, and a digest of everything: a restored copy has the same. Exit status 0 when there is
    no fault, 1 when there is one.
    """
    if seal:
        seal_pending()
    within, held, sound = Scope.all(), Held(), True
    files = evidence_faults(within=within, held=held) if evidence else ()
    for fault in chain(faults(within=within), files):
        sound = False
        click.echo(fault)
    if sound:
        click.echo(f"No faults. The audit chain ends with {seal_head() or 'nothing yet'}.")
    rows = rows_digest(within=within)
    if evidence:
        size = f"{rows.rows} rows, {held.files} files of evidence, {held.bytes} bytes"
        click.echo(f"Digest of everything: {rows.together(held)} ({size}).")
    else:
        click.echo(f"Digest of the database: {rows.digest} ({rows.rows} rows).")
    if not sound:
        ctx.exit(1)
