"""`hemei user`: the first account of an installation, and what an administrator does at the keyboard."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from hemei.core.access import At, Scope
from hemei.core.actions.apikey import issue_key, revoke_key
from hemei.core.actions.secondfactor import reset_second_factor
from hemei.core.actions.unit import NewDuty, add_account, add_unit, close_account, end_duty, engage, reset_password
from hemei.core.models import Account, ApiKey, Duty, Unit, UnitKind
from hemei.core.queries.apikey import keys
from hemei.core.queries.units import accounts, duties, units
from hemei.core.roles import ROLES
from hemei.site.commands.database import with_database
from hemei.site.commands.given import CODE, DAY, known_region
from hemei.site.commands.operator import operator
from hemei.site.commands.output import format_option, show
from hemei.terms.day import today

DUTY = ("username", "name", "active", "role", "matter", "region", "unit", "starts", "ends")
KEY = ("id", "username", "name", "hint", "issued_at", "used_on", "revoked_at")
EVERYTHING = Scope.all()


@click.group()
def user() -> None:
    """Add people, give and end duties, reset passwords, issue keys to other systems."""


def duty_options(command: Any) -> Any:
    for option in (
        click.option("--ends", type=DAY, help="Its last day.  [default: none]"),
        click.option("--starts", type=DAY, help="Its first day.  [default: today]"),
        click.option("--matter", default="*", show_default=True, help="A programme, or * for all."),
        click.option("--unit", required=True, help="The unit it is held in; made if the region has none of that name."),
        click.option("--region", required=True, type=CODE, help="Where it holds: 6, 9, 12 or 15 digits."),
        click.option("--role", required=True, type=click.Choice(sorted(ROLES)), help="What it allows."),
    ):
        command = option(command)
    return command


def duty_of(role: str, region: str, unit: str, matter: str, starts: date | None, ends: date | None) -> NewDuty:
    where = known_region(region)
    held = units(within=Scope.of(where)).filter(region=where, name=unit).first() or _unit_above(where, unit)
    if held is None:
        kind = UnitKind.VILLAGE_COMMITTEE if len(where) >= 12 else UnitKind.OTHER
        held = add_unit(where=At(where), name=unit, seal_name=unit, kind=kind, phone="", by=operator())
    return NewDuty(held, role, where, starts or today(), ends, matter)


def _unit_above(region: str, name: str) -> Unit | None:
    """A unit of that name that serves a wider region."""
    wider = [region[:digits] for digits in (12, 9, 6) if digits < len(region)]
    return units(within=EVERYTHING).filter(region__in=wider, name=name).order_by("-region").first()


@user.command("add")
@click.argument("username")
@click.option("--name", required=True, help="The person's name, or the system's.")
@click.option("--phone", default="", help="Where urgent cases reach them; kept encrypted.")
@click.option("--system", is_flag=True, help="Another system's account: nobody signs in with it; it is issued keys.")
@duty_options
@with_database
def add_user(username: str, name: str, phone: str, system: bool, **duty: Any) -> None:
    """Add an account with its first duty, and print the one-time password."""
    account, password = add_account(
        duty=duty_of(**duty), username=username, name=name, phone=phone, system=system, by=operator()
    )
    told = "issue it a key with `hemei user key`" if system else f"one-time password: {password}"
    click.echo(f"{account.username}: {told}")


@user.command("list")
@click.option("--region", type=CODE, help="Only duties in this region.  [default: everywhere]")
@format_option
@with_database
def list_users(region: str | None, form: str) -> None:
    """List accounts with their duties, past and present."""
    held = duties(within=Scope.of(known_region(region)) if region else EVERYTHING)
    show(map(duty_line, held.order_by("account__username", "id")), DUTY, form)


def duty_line(duty: Duty) -> dict[str, Any]:
    return {
        "username": duty.account.username,
        "name": duty.account.name,
        "active": duty.account.is_active,
        "unit": duty.unit.name,
        **{key: getattr(duty, key) for key in ("role", "matter", "region", "starts", "ends")},
    }


@user.command("duty")
@click.argument("username")
@duty_options
@with_database
def give_duty(username: str, **duty: Any) -> None:
    """Give somebody another duty."""
    given = engage(duty=duty_of(**duty), account=account_of(username), by=operator())
    click.echo(f"{username}: {given.role} in {given.region} from {given.starts}")


@user.command("end")
@click.argument("username")
@click.option("--on", type=DAY, help="The last day.  [default: today]")
@click.option("--region", required=True, type=CODE, help="Which of their duties: the region it holds in.")
@with_database
def end(username: str, region: str, on: date | None) -> None:
    """End somebody's duties in a region."""
    ending = current_duties(username).filter(region=region)
    for duty in ending:
        end_duty(duty=duty, on=on or today(), by=operator())
    click.echo(f"{username}: {len(ending)} duties end")


@user.command("password")
@click.argument("username")
@with_database
def password(username: str) -> None:
    """Print a new one-time password, to be changed at the next sign-in."""
    click.echo(f"{username}: one-time password: {reset_password(duty=any_duty(username), by=operator())}")


@user.command("code")
@click.argument("username")
@with_database
def code(username: str) -> None:
    """Forget the authenticator app of somebody who lost their phone; they set up another at the next sign-in."""
    gone = reset_second_factor(duty=any_duty(username), by=operator())
    click.echo(f"{username}: {'sets up an app again at the next sign-in' if gone else 'had no app set up'}")


@user.command("disable")
@click.argument("username")
@with_database
def disable(username: str) -> None:
    """Let somebody sign in no more; what they did keeps their name."""
    close_account(duty=any_duty(username), by=operator())
    click.echo(f"{username} can sign in no more")


@user.command("key")
@click.argument("username")
@click.option("--name", required=True, help="Which system will use the key.")
@with_database
def key(username: str, name: str) -> None:
    """Issue a key for the API to a system's account. It is shown once and kept nowhere."""
    duty = any_duty(username)
    issued, token = issue_key(where=At(duty.region[:6]), account=duty.account, name=name, by=operator())
    click.echo(f"key {issued.pk}: {token}")


@user.command("keys")
@format_option
@with_database
def list_keys(form: str) -> None:
    """List the keys of other systems: whose, since when, last used, revoked."""
    show(map(key_line, keys(within=EVERYTHING).order_by("id")), KEY, form)


def key_line(issued: ApiKey) -> dict[str, Any]:
    return {name: issued.account.username if name == "username" else getattr(issued, name) for name in KEY}


@user.command("revoke")
@click.argument("number", type=int)
@with_database
def revoke(number: int) -> None:
    """End key NUMBER (its id in the list) at once."""
    found = keys(within=EVERYTHING).filter(pk=number).first()
    if found is None:
        raise click.UsageError(f"there is no key {number}; `hemei user keys` lists them.")
    duty = any_duty(found.account.username)
    revoke_key(where=At(duty.region[:6]), key=found, by=operator())
    click.echo(f"key {number} is revoked")


def account_of(username: str) -> Account:
    found = accounts(within=EVERYTHING).filter(username=username).first()
    if found is None:
        raise click.UsageError(f"there is nobody called {username}; `hemei user list` lists everybody.")
    return found


def current_duties(username: str) -> Any:
    return Duty.objects.on(today()).filter(account=account_of(username)).order_by("id")


def any_duty(username: str) -> Duty:
    """A duty by which the account is reached: one of today, else the last."""
    found = current_duties(username).first() or duties(within=EVERYTHING).filter(account__username=username).last()
    if found is None:
        raise click.UsageError(f"{username} has no duty.")
    return found
