"""`hemei collector`: the address with which one person's phone fetches forms and sends them in."""

from __future__ import annotations

import click
from django.conf import settings

from hemei.core.access import At
from hemei.core.actions.collector import issue_collector
from hemei.site.commands.database import with_database
from hemei.site.commands.operator import operator
from hemei.site.commands.user import any_duty
from hemei.site.speaking import _


@click.command(help=_("给出 USERNAME 的手机在 ODK Collect 里要填的服务器地址。里面有钥匙，只显示这一次。"))
@click.argument("username")
@click.option("--name", default="command line", show_default=True, help=_("哪部手机，以后好停用。"))
@click.option("--at", "address", help=_("网站的地址。  [默认：HEMEI_PUBLIC_URL，没有设就是 http://127.0.0.1:8000]"))
@with_database
def collector(username: str, name: str, address: str | None) -> None:
    duty = any_duty(username)
    _key, token = issue_collector(where=At(duty.region), account=duty.account, name=name, by=operator())
    base = address or settings.PUBLIC_URL or "http://127.0.0.1:8000"
    click.echo(f"{base.rstrip('/')}/key/{token}")
