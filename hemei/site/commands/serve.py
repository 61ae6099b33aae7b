from __future__ import annotations

from ipaddress import ip_address

import click

from hemei.core.models import Account
from hemei.site import serving
from hemei.site.commands.database import with_database


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port to listen on.")
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64), help="How many answer requests.")
@click.option(
    "--chores/--no-chores",
    default=True,
    show_default=True,
    help="Do background work here. Where several machines share a database, one of them does.",
)
@with_database
def serve(host: str, port: int, processes: int, chores: bool) -> None:
    """Serve the site until stopped (Ctrl-C).

    Listens on this machine only, for a proxy that speaks HTTPS to stand in front (see docs/deployment.md). With the
    demo district loaded it refuses to listen wider, because everybody knows the demo's passwords.
    """
    if not is_loopback(host) and Account.objects.filter(is_demo=True).exists():
        raise click.UsageError(
            f"the demo's accounts are here and their passwords are public, so {host} is refused; "
            "listen on 127.0.0.1, or begin a real district in an empty HEMEI_VAR."
        )
    if serving.is_taken(host, port):
        raise click.UsageError(f"{host}:{port} is taken, or is no address of this machine; choose another with --port.")
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
