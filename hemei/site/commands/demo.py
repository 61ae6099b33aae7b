from __future__ import annotations

import click
from django.urls import NoReverseMatch, reverse

from hemei.core.access import Scope
from hemei.core.queries.regions import regions
from hemei.demo.district import FEWEST_HOUSEHOLDS
from hemei.demo.load import load
from hemei.demo.signins import CARD_CODE, DOOR_TOKEN, PASSWORD, sign_ins
from hemei.site.commands.database import with_database
from hemei.terms.day import today

MOST_HOUSEHOLDS = 40_000


@click.command()
@click.option("--seed", default=7, show_default=True, type=click.IntRange(0), help="Another seed, another district.")
@click.option(
    "--households",
    default=25_000,
    show_default=True,
    type=click.IntRange(FEWEST_HOUSEHOLDS, MOST_HOUSEHOLDS),
    help="How many live there; fewer are made sooner.",
)
@click.option("--if-empty", is_flag=True, help="Where a district is already here, make nothing.")
@with_database
def demo(seed: int, households: int, if_empty: bool) -> None:
    """Make a district up, with a year of work in it, and print how to sign in.

    Mountains, rivers, villages, houses, people and everything that happened to them are invented from the seed. It
    goes into an empty database only, and all of it or nothing. Everybody knows its passwords, so a site that holds it
    listens on this machine only.
    """
    if not (if_empty and regions(within=Scope.all()).exists()):
        load(seed=seed, households=households, until=today(), say=lambda line: click.echo(f"… {line}", err=True))
    tell_sign_ins()


def tell_sign_ins() -> None:
    """One line for each role; nothing where the district is a real one."""
    known = sign_ins()
    if not known:
        return
    click.echo(f"The demo's sign-ins, all with the password {PASSWORD}:")
    for one in known:
        click.echo(f"  {one.username:<10} {one.role} · {one.name} · {one.place}")
    try:
        door = reverse("door:plate", args=[DOOR_TOKEN])
    except NoReverseMatch:
        return
    click.echo(f"  household  no account: open {door} ; the code on the indoor card is {CARD_CODE}")
