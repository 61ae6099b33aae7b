"""`hemei personal`: what personal data has outlived its purpose, and its deletion."""

from __future__ import annotations

from datetime import date

import click
from django.contrib.sessions.models import Session
from django.utils import timezone

from hemei.core.access import Scope
from hemei.core.actions.erasure import erase_account, erase_person, forget_rows
from hemei.core.models import Duty
from hemei.core.queries.erasure import accounts_to_erase, imports_to_forget, persons_to_erase
from hemei.site.commands.database import with_database
from hemei.site.commands.given import CODE, DAY, known_region
from hemei.site.commands.operator import operator
from hemei.site.commands.output import format_option, show

SHOWN = ("what", "count")


@click.group()
def personal() -> None:
    """Delete personal data whose time is over. The day is the district's to name; Hemei has none of its own."""


def scope(region: str | None) -> Scope:
    return Scope.of(known_region(region)) if region else Scope.all()


def overdue(within: Scope, before: date) -> dict[str, int]:
    return {
        "persons": persons_to_erase(within=within, before=before).count(),
        "accounts": accounts_to_erase(within=within, before=before).count(),
        "imports": imports_to_forget(within=within, before=before).count(),
    }


@personal.command("list")
@click.option("--before", type=DAY, required=True, help="What was of no use since that day.")
@click.option("--region", type=CODE, help="Only there.  [default: everywhere]")
@format_option
@with_database
def list_overdue(before: date, region: str | None, form: str) -> None:
    """Count what would be deleted; nobody is named."""
    counted = overdue(scope(region), before)
    show([{"what": what, "count": count} for what, count in counted.items()], SHOWN, form)


@personal.command("erase")
@click.option("--before", type=DAY, required=True, help="What was of no use since that day.")
@click.option("--document", required=True, help="The rule or decision by which it is deleted.")
@click.option("--region", type=CODE, help="Only there.  [default: everywhere]")
@with_database
def erase(before: date, document: str, region: str | None) -> None:
    """Delete it: names and numbers of households that hold no place, telephones of closed accounts, rows of past
    imports, sessions that ended. Each deletion leaves an audit entry; the entries of what was done before stay."""
    within, by = scope(region), operator()
    persons, accounts, rows = 0, 0, 0
    for person in persons_to_erase(within=within, before=before).iterator():
        erase_person(person=person, document=document, by=by)
        persons += 1
    for account in accounts_to_erase(within=within, before=before):
        erase_account(duty=Duty.objects.filter(account=account).latest("pk"), document=document, by=by)
        accounts += 1
    for batch in imports_to_forget(within=within, before=before):
        rows += forget_rows(batch=batch, document=document, by=by)
    sessions, _each = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    click.echo(f"erased: {persons} persons, {accounts} telephone numbers, {rows} staged rows, {sessions} sessions")
