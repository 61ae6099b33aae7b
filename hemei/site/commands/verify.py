from __future__ import annotations

import json
from itertools import chain

import click
from django.conf import settings
from django.utils import timezone

from hemei.core.access import Scope
from hemei.core.actions.seal import seal_pending
from hemei.core.models import AuditSeal
from hemei.core.queries.audit import VERIFIED
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
    leave_note(sound)
    if not sound:
        ctx.exit(1)


def leave_note(sound: bool) -> None:
    """Beside the database, for the audit page: when everything was last recomputed, how far, and how it was."""
    position = AuditSeal.objects.order_by("-position").values_list("position", flat=True).first() or 0
    note = {"at": timezone.now().isoformat(), "position": position, "sound": sound}
    (settings.VAR / VERIFIED).write_text(json.dumps(note))
