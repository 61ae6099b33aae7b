"""`hemei draw`: freeze the frame, draw by a public seed, publish, and draw again what somebody published."""

from __future__ import annotations

import json
from io import TextIOWrapper
from typing import Any

import click

from hemei.core.access import At, Scope
from hemei.core.actions.draw import Candidate, DrawPlan, freeze, hold, publish
from hemei.core.models import Draw
from hemei.core.queries.duty import inspectors
from hemei.core.queries.published import facts_of
from hemei.core.queries.rounds import draws
from hemei.core.registry import registry
from hemei.engines.draw import DrawError, read_frame
from hemei.engines.draw import draw as draw_houses
from hemei.site.commands.database import with_database
from hemei.site.commands.given import CODE, DAY, known_region
from hemei.site.commands.operator import operator
from hemei.site.commands.output import format_option, show, show_json
from hemei.terms.day import today

KEYS = ["id", "name", "region", "state", "event", "event_on", "frame_sha256", "inspectors_sha256"]
DRAWN = ["stratum", "number", "code"]


@click.group()
def draw() -> None:
    """Draw houses and inspectors at random, so that anybody can draw them again (see docs/draw.md)."""


@draw.command("freeze")
@click.option("--region", required=True, type=CODE, help="The district whose houses can be drawn.")
@click.option("--name", required=True, help="What the patrol is called.")
@click.option("--event", required=True, help="The public event that will give the seed, such as a lottery's number.")
@click.option("--event-on", required=True, type=DAY, help="The day of that event; it must not have happened yet.")
@click.option("--opens-on", required=True, type=DAY, help="The day on which the inspectors see the list.")
@click.option("--ends", required=True, type=DAY, help="The last day of the patrol.")
@click.option("--matter", help="Which programme's places.  [default: the only one there is]")
@click.option("--size", "sizes", multiple=True, metavar="CODE=N", help="Houses to draw in a township; repeat it.")
@with_database
def freeze_frame(region: str, matter: str | None, sizes: tuple[str, ...], **plan: Any) -> None:
    """Freeze which houses and inspectors can be drawn, and print the hashes to publish before the event."""
    matter = matter or next(iter(registry.programmes))
    people = inspectors(within=Scope.of(known_region(region)), matter=matter, on=today())
    held = freeze(
        where=At(region, matter),
        plan=DrawPlan(
            matter=matter,
            region=region,
            candidates=[Candidate(account.pk, avoids) for account, avoids in people.items()],
            sizes=dict(map(_size, sizes)) or None,
            **plan,
        ),
        by=operator(),
    )
    show_json({**facts_of(held), "candidates": len(people)})


def _size(text: str) -> tuple[str, int]:
    township, _equals, number = text.partition("=")
    if not (township.isdigit() and number.isdigit()):
        raise click.UsageError(f"--size {text}: write it like 429021103=5.")
    return township, int(number)


@draw.command("list")
@format_option
@with_database
def list_draws(form: str) -> None:
    """List the draws and how far each has come."""
    show(map(facts_of, draws(within=Scope.all()).order_by("-id")), KEYS, form)


@draw.command("hold")
@click.argument("number", type=int)
@click.option("--seed", required=True, help="What the event gave, letter by letter.")
@with_database
def hold_draw(number: int, seed: str) -> None:
    """Draw NUMBER (its id in the list) by the seed of its event. It cannot be drawn twice."""
    held = hold(held=_found(number), seed=seed, by=operator())
    click.echo(f"{len(held.drawn)} houses drawn; the list opens to its inspectors on {held.opens_on}.")


@draw.command("publish")
@click.argument("number", type=int)
@with_database
def publish_draw(number: int) -> None:
    """Publish draw NUMBER once its visits are over: prints the file from which anybody can draw again."""
    show_json(facts_of(publish(held=_found(number), by=operator())))


def _found(number: int) -> Draw:
    held = draws(within=Scope.all()).filter(pk=number).first()
    if held is None:
        raise click.UsageError(f"there is no draw {number}; `hemei draw list` lists them.")
    return held


@draw.command("again")
@click.argument("file", type=click.File(encoding="utf-8"))
@format_option
@click.pass_context
def draw_again(ctx: click.Context, file: TextIOWrapper, form: str) -> None:
    """Draw again from a published FILE (- for standard input). Exit status 1 if the list is another one."""
    try:
        facts = json.load(file)
        again = draw_houses(read_frame(facts["frame"].encode()), facts["sizes"], facts["seed"])
    except (ValueError, KeyError, TypeError, DrawError) as fault:
        raise click.UsageError(f"{file.name} is no published draw: {fault}") from fault
    rows = [{"stratum": one.stratum, "number": one.number, "code": one.id} for one in again]
    show(rows, DRAWN, form)
    if rows != [{key: one[key] for key in DRAWN} for one in facts.get("drawn", [])]:
        click.echo("This is not the list that was published.", err=True)
        ctx.exit(1)
