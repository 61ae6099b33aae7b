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
from hemei.site.speaking import _


@click.command(
    help=_(
        "网站照常运行，把数据库、照片等证据和密钥写成一个加密的 FILE。\n\n"
        "口令取自 --passphrase-file、HEMEI_BACKUP_PASSPHRASE，都没有就当场问。忘了口令，谁也打不开，"
        "谁也帮不了。有证据文件缺失或被改动时，退出码为 1。"
    )
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, writable=True))
@passphrase_option
@click.pass_context
@with_database
def backup(ctx: click.Context, file: Path, passphrase_file: Path | None) -> None:
    if file.exists():
        raise click.UsageError(_("%(file)s 已经有了；备份不覆盖旧文件，请换个文件名。") % {"file": file})
    passphrase = new_passphrase(passphrase_file)
    widest = Region.objects.order_by("level", "code").values_list("code", flat=True).first() or ""
    leave_backup(where=At(widest), name=file.name, by=operator())
    seal_pending()
    digest, faults = make(file, passphrase, say=lambda line: click.echo(f"… {line}", err=True))
    for fault in faults:
        click.echo(fault)
    click.echo(
        _("%(file)s：%(size)s MB。全部内容的摘要：%(digest)s。")
        % {"file": file, "size": f"{file.stat().st_size / 1e6:,.1f}", "digest": digest}
    )
    if faults:
        ctx.exit(1)
