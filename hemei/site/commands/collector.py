"""`hemei collector`: the address with which one person's phone fetches forms and sends them in."""

from __future__ import annotations

import click
from django.conf import settings

from hemei.core.access import At
from hemei.core.actions.collector import issue_collector
from hemei.site.commands.database import with_database
from hemei.site.commands.operator import operator
from hemei.site.commands.user import any_duty


@click.command()
@click.argument("username")
@click.option("--name", default="command line", show_default=True, help="Which phone, so that it can be ended later.")
@click.option("--at", "address", help="The site's address.  [default: HEMEI_PUBLIC_URL, else http://127.0.0.1:8000]")
@with_database
def collector(username: str, name: str, address: str | None) -> None:
    """Print the server address that ODK Collect is given for USERNAME's phone. It holds a key and is shown once."""
    duty = any_duty(username)
    _key, token = issue_collector(where=At(duty.region), account=duty.account, name=name, by=operator())
    base = address or settings.PUBLIC_URL or "http://127.0.0.1:8000"
    click.echo(f"{base.rstrip('/')}/key/{token}")
