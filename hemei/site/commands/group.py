"""One command a file; here they are put together."""

from __future__ import annotations

from importlib.metadata import version

import click

from hemei.site.cli import HELP
from hemei.site.commands.backup import backup
from hemei.site.commands.collector import collector
from hemei.site.commands.demo import demo
from hemei.site.commands.draw import draw
from hemei.site.commands.export import export
from hemei.site.commands.personal import personal
from hemei.site.commands.register import import_
from hemei.site.commands.restore import restore
from hemei.site.commands.serve import serve
from hemei.site.commands.user import user
from hemei.site.commands.verify import verify
from hemei.site.commands.zero import zero
from hemei.site.screen_cli import screen


@click.group(context_settings=HELP)
@click.version_option(version("hemei"), message="%(version)s")
def cli() -> None:
    """Hemei runs a rural district's programme: look, find, fix, accept, zero.

    Everything this installation keeps lies in one folder: HEMEI_VAR, or var/ where you are. A command that needs the
    database makes it, or brings it up to date, first.
    """


for command in (backup, collector, demo, draw, export, import_, personal, restore, screen, serve, user, verify, zero):
    cli.add_command(command)
