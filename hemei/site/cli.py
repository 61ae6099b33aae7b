"""The door from the command line: `hemei`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click
import django
from django.utils import translation


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command. What a person got wrong is one line on standard error and exit status 2."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemei.site.settings")
    django.setup()
    # Commands speak to models, which exist only after django.setup().
    from hemei.core.errors import Mistaken
    from hemei.core.trouble import trouble_of
    from hemei.site.commands.group import cli

    try:
        with translation.override("en"):
            sys.exit(cli.main(arguments, "hemei", standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.ctx.get_help())
        sys.exit(2)
    except click.ClickException as fault:
        refuse(fault.format_message())
    except Mistaken as fault:
        refuse(str(fault))
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:  # whoever read our output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as fault:
        if trouble := trouble_of(fault):
            refuse(f"trouble with the {trouble}, nothing was written: {fault}")
        raise


def refuse(message: str) -> NoReturn:
    click.echo(f"hemei: {' '.join(message.split())}", err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
