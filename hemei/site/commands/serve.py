from __future__ import annotations

from ipaddress import ip_address

import click

from hemei.core.models import Account
from hemei.site import serving
from hemei.site.commands.database import with_database
from hemei.site.speaking import _


@click.command(
    help=_(
        "打开网站，一直到停下为止（Ctrl-C）。\n\n"
        "只在本机打开，前面由会 HTTPS 的代理转来（见 docs/deployment.md）。装着演示区时不肯对外打开，"
        "因为演示账号的密码人人知道。"
    )
)
@click.option("--host", default="127.0.0.1", show_default=True, help=_("监听的地址。"))
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help=_("监听的端口。"))
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64), help=_("用几个进程答复请求。"))
@click.option(
    "--chores/--no-chores",
    default=True,
    show_default=True,
    help=_("后台任务也在这里做。几台机器共用一个数据库时，只由其中一台做。"),
)
@with_database
def serve(host: str, port: int, processes: int, chores: bool) -> None:
    if not is_loopback(host) and Account.objects.filter(is_demo=True).exists():
        raise click.UsageError(
            _(
                "这里有演示账号，密码人人知道，所以不能在 %(host)s 打开；"
                "请用 127.0.0.1，或者在空的 HEMEI_VAR 里建真实的区。"
            )
            % {"host": host}
        )
    if serving.is_taken(host, port):
        raise click.UsageError(
            _("%(host)s:%(port)s 已被占用，或者不是本机的地址；请用 --port 换一个。") % {"host": host, "port": port}
        )
    serving.gather_static_files()
    serving.run(host, port, processes=processes, chores=chores, ready=lambda: announce(host, port))


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def announce(host: str, port: int) -> None:
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"Hemei is ready: http://{shown}:{port}")
