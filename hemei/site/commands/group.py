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
from hemei.site.speaking import _


@click.group(
    context_settings=HELP,
    help=_(
        "和美：看、找、改、验、零，一个区县的乡村治理都在这里运行。\n\n"
        "这套系统的全部数据都在一个文件夹里：HEMEI_VAR，没有设就是当前目录下的 var/。"
        "要用数据库的命令会先把它建好或升级。"
    ),
)
@click.version_option(version("hemei"), message="%(version)s")
def cli() -> None:
    """The whole command line."""


for command in (backup, collector, demo, draw, export, import_, personal, restore, screen, serve, user, verify, zero):
    cli.add_command(command)
