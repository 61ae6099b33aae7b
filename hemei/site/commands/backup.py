from __future__ import annotations

from pathlib import Path

import click

from hemei.core.access import At
from hemei.core.actions.backup import leave_backup
from hemei.core.actions.seal import seal_pending
from hemei.core.models import Region
from hemei.site.backup.making import make
from hemei.site.commands.database import with_database
from hemei.site.commands.operator import operator
from hemei.site.commands.passphrase import new_passphrase, passphrase_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, writable=True))
@passphrase_option
@click.pass_context
@with_database
def backup(ctx: click.Context, file: Path, passphrase_file: Path | None) -> None:
    """Write database, evidence and keys into one encrypted FILE, while the site runs.

    The passphrase is read from --passphrase-file, from HEMEI_BACKUP_PASSPHRASE, or asked for. Without it nobody can
    open the file again, and nobody can help. Exit status 1 if a file of evidence was missing or altered.
    """
    if file.exists():
        raise click.UsageError(f"{file} is there already; a backup never overwrites one, so name another.")
    passphrase = new_passphrase(passphrase_file)
    widest = Region.objects.order_by("level", "code").values_list("code", flat=True).first() or ""
    leave_backup(where=At(widest), name=file.name, by=operator())
    seal_pending()
    digest, faults = make(file, passphrase, say=lambda line: click.echo(f"… {line}", err=True))
    for fault in faults:
        click.echo(fault)
    click.echo(f"{file}: {file.stat().st_size / 1e6:,.1f} MB. Digest of everything: {digest}.")
    if faults:
        ctx.exit(1)
