from __future__ import annotations

from pathlib import Path

import click

from hemei.site.backup.restoring import restore as bring_back
from hemei.site.commands.database import prepare
from hemei.site.commands.passphrase import passphrase, passphrase_option
from hemei.site.speaking import _


@click.command(
    help=_(
        "把 `hemei backup` 写成的 FILE 恢复回来：数据库、证据和密钥。\n\n"
        "恢复到 HEMEI_VAR 和 DATABASE_URL 所指的数据库，SQLite、PostgreSQL 都行，不管它从哪一种来。"
        "先把整个文件读完、核对完，才动别的。网站要先停下来。"
    )
)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@passphrase_option
@click.option("--replace", is_flag=True, help=_("这里已经有区划的，用备份替换它。"))
def restore(file: Path, passphrase_file: Path | None, replace: bool) -> None:
    given = passphrase(passphrase_file)
    digest = bring_back(file, given, replace=replace, say=lambda line: click.echo(f"… {line}", err=True))
    click.echo(_("已恢复。全部内容的摘要：%(digest)s。") % {"digest": digest})
    prepare()
