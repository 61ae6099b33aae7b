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
from hemei.site.speaking import _


@click.command(
    help=_(
        "重算一切必须成立的：审计链、每条隐患都停在它的步骤所到之处、每个证据文件都在而且没有改动。"
        "\n\n"
        "每个问题打印一行，再打印全部内容的摘要：恢复出来的一份与它相同。没有问题退出码为 0，"
        "有问题为 1。"
    )
)
@click.option("--seal/--no-seal", default=True, show_default=True, help=_("先把新的审计记录接到链上。"))
@click.option("--evidence/--no-evidence", default=True, show_default=True, help=_("每个证据文件也读一遍。"))
@click.pass_context
@with_database
def verify(ctx: click.Context, seal: bool, evidence: bool) -> None:
    if seal:
        seal_pending()
    within, held, sound = Scope.all(), Held(), True
    files = evidence_faults(within=within, held=held) if evidence else ()
    for fault in chain(faults(within=within), files):
        sound = False
        click.echo(fault)
    if sound:
        click.echo(_("没有问题。审计链的末端是 %(head)s。") % {"head": seal_head() or _("空的")})
    rows = rows_digest(within=within)
    if evidence:
        size = _("%(rows)s 行，%(files)s 个证据文件，%(bytes)s 字节") % {
            "rows": rows.rows,
            "files": held.files,
            "bytes": held.bytes,
        }
        click.echo(_("全部内容的摘要：%(digest)s（%(size)s）。") % {"digest": rows.together(held), "size": size})
    else:
        click.echo(_("数据库的摘要：%(digest)s（%(n)s 行）。") % {"digest": rows.digest, "n": rows.rows})
    leave_note(sound)
    if not sound:
        ctx.exit(1)


def leave_note(sound: bool) -> None:
    """Beside the database, for the audit page: when everything was last recomputed, how far, and how it was."""
    position = AuditSeal.objects.order_by("-position").values_list("position", flat=True).first() or 0
    note = {"at": timezone.now().isoformat(), "position": position, "sound": sound}
    (settings.VAR / VERIFIED).write_text(json.dumps(note))
