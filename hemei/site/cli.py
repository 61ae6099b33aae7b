"""The door from the command line: `hemei`."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from hemei.site.speaking import CHINESE, _, spoken, teach_click

HELP: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command. What a person got wrong is one line on standard error and exit status 2."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if spoken() == CHINESE:
        teach_click()
    try:
        sys.exit(screening(words) if words[:1] == ["screen"] else managing(words))
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.ctx.get_help())
        sys.exit(2)
    except click.ClickException as fault:
        refuse(fault.format_message())
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:  # whoever read our output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def screening(words: list[str]) -> Any:
    """Run `hemei screen`, which needs nothing of Django and does not wait for it."""
    from hemei.site.screen_cli import screen

    try:
        return screen.main(words[1:], "hemei screen", standalone_mode=False, **HELP)
    except OSError as fault:
        if fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise on_disk(fault) from fault
        raise


def managing(words: list[str]) -> Any:
    """Run a command that speaks to the installation: its settings and its database."""
    import django
    from django.utils import translation

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemei.site.settings")
    django.setup()
    # Commands speak to models, which exist only after django.setup().
    from hemei.core.errors import Mistaken
    from hemei.core.trouble import Trouble, trouble_of
    from hemei.site.commands.group import cli

    try:
        with translation.override(spoken()):
            return cli.main(words, "hemei", standalone_mode=False)
    except click.ClickException:
        raise
    except Mistaken as fault:
        raise click.ClickException(str(fault)) from fault
    except Exception as fault:
        if trouble := trouble_of(fault):
            if trouble is Trouble.DISK:
                raise on_disk(fault) from fault
            raise click.ClickException(_("数据库有问题，什么也没有写入：%(fault)s") % {"fault": fault}) from fault
        raise


def on_disk(fault: Exception) -> click.ClickException:
    return click.ClickException(_("磁盘有问题，什么也没有写入：%(fault)s") % {"fault": fault})


def refuse(message: str) -> NoReturn:
    click.echo(f"hemei: {' '.join(message.split())}", err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
