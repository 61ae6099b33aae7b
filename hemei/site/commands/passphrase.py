"""The passphrase of a backup: from a file, from the environment or asked for; never from the command itself, which
every user of the machine can see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from django.conf import settings

from hemei.site.speaking import _

Command = TypeVar("Command", bound=Callable[..., Any])
SHORTEST = 12  # ours: characters; scrypt makes each guess cost half a second


def passphrase_option(command: Command) -> Command:
    return click.option(
        "--passphrase-file",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help=_("第一行是口令的文件。"),
    )(command)


def passphrase(file: Path | None) -> str:
    """The passphrase of a backup that is there."""
    return _given(file) or str(click.prompt(_("备份的口令"), hide_input=True, err=True))


def new_passphrase(file: Path | None) -> str:
    """The passphrase of a backup to come."""
    chosen = _given(file) or str(click.prompt(_("新备份的口令"), hide_input=True, confirmation_prompt=True, err=True))
    if len(chosen) < SHORTEST:
        raise click.UsageError(_("口令不到 %(n)s 个字符，太容易猜到。") % {"n": SHORTEST})
    return chosen


def _given(file: Path | None) -> str:
    if file is None:
        return settings.BACKUP_PASSPHRASE
    lines = file.read_text("utf-8").splitlines()
    if not lines or not lines[0].strip():
        raise click.UsageError(_("%(file)s 的第一行是空的；口令要写在那里。") % {"file": file})
    return lines[0].strip()
