from __future__ import annotations

from pathlib import Path

import click

from hemei.site.backup.restoring import restore as bring_back
from hemei.site.commands.database import prepare
from hemei.site.commands.passphrase import passphrase, passphrase_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@passphrase_option
@click.option("--replace", is_flag=True, help="Where a district is already here, put the backup in its place.")
def restore(file: Path, passphrase_file: Path | None, replace: bool) -> None:
    """Bring back what `hemei backup` wrote into FILE: database, evidence and keys.

    It goes into HEMEI_VAR and the database that DATABASE_URL names, on SQLite or PostgreSQL, whichever it came from.
    The whole file is read and checked before anything is touched. The site must be stopped.
    """
    given = passphrase(passphrase_file)
    digest = bring_back(file, given, replace=replace, say=lambda line: click.echo(f"… {line}", err=True))
    click.echo(f"Restored. Digest of everything: {digest}.")
    prepare()
