from __future__ import annotations

import click
from django.urls import NoReverseMatch, reverse

from hemei.core.access import Scope
from hemei.core.queries.regions import regions
from hemei.demo.district import FEWEST_HOUSEHOLDS
from hemei.demo.load import load
from hemei.demo.signins import CARD_CODE, DOOR_TOKEN, PASSWORD, sign_ins
from hemei.site.commands.database import with_database
from hemei.site.speaking import _
from hemei.terms.day import today

MOST_HOUSEHOLDS = 40_000


@click.command(
    help=_(
        "编出一个演示区和它一年的工作，并打印怎样登录。\n\n"
        "山、河、村、房、人和发生过的事都由种子编出。只写进空的数据库，要么全部写入，要么什么也不写。"
        "演示账号的密码人人知道，所以装了演示区的网站只在本机打开。"
    )
)
@click.option("--seed", default=7, show_default=True, type=click.IntRange(0), help=_("换一个种子，就是另一个区。"))
@click.option(
    "--households",
    default=25_000,
    show_default=True,
    type=click.IntRange(FEWEST_HOUSEHOLDS, MOST_HOUSEHOLDS),
    help=_("多少户；少一些，快一些。"),
)
@click.option("--if-empty", is_flag=True, help=_("已经有区划的，什么也不编。"))
@with_database
def demo(seed: int, households: int, if_empty: bool) -> None:
    if not (if_empty and regions(within=Scope.all()).exists()):
        load(seed=seed, households=households, until=today(), say=lambda line: click.echo(f"… {line}", err=True))
    tell_sign_ins()


def tell_sign_ins() -> None:
    """One line for each role; nothing where the district is a real one."""
    known = sign_ins()
    if not known:
        return
    click.echo(_("演示账号，密码都是 %(password)s：") % {"password": PASSWORD})
    for one in known:
        click.echo(f"  {one.username:<10} {one.role} · {one.name} · {one.place}")
    try:
        door = reverse("door:plate", args=[DOOR_TOKEN])
    except NoReverseMatch:
        return
    click.echo(
        "  household  " + _("不用账号：打开 %(door)s ；室内卡号码是 %(code)s") % {"door": door, "code": CARD_CODE}
    )
