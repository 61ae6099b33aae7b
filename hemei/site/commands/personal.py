"""`hemei personal`: what personal data has outlived its purpose, and its deletion."""

from __future__ import annotations

from datetime import date

import click
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from hemei.core.access import Scope
from hemei.core.actions.erasure import erase_account, erase_person, forget_rows
from hemei.core.models import Duty
from hemei.core.queries.erasure import accounts_to_erase, imports_to_forget, persons_to_erase
from hemei.core.stepwise import stepwise
from hemei.site.commands.database import with_database
from hemei.site.commands.given import CODE, DAY, known_region
from hemei.site.commands.operator import operator
from hemei.site.commands.output import format_option, show
from hemei.site.speaking import _

SHOWN = ("what", "count")


@click.group(help=_("删除到期的个人信息。哪一天到期由区里定，系统自己没有期限。"))
def personal() -> None:
    """What is over, and its deletion."""


def scope(region: str | None) -> Scope:
    return Scope.of(known_region(region)) if region else Scope.all()


def overdue(within: Scope, before: date) -> dict[str, int]:
    return {
        "persons": persons_to_erase(within=within, before=before).count(),
        "accounts": accounts_to_erase(within=within, before=before).count(),
        "imports": imports_to_forget(within=within, before=before).count(),
    }


def _forget_log() -> None:
    """SQLite's write-ahead log still holds pages as they were, until it is begun anew."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@personal.command("list", help=_("数一数会删掉多少；不列出任何人。"))
@click.option("--before", type=DAY, required=True, help=_("从那天起就没有用处的。"))
@click.option("--region", type=CODE, help=_("只在这个区域。  [默认：全部]"))
@format_option
@with_database
def list_overdue(before: date, region: str | None, form: str) -> None:
    counted = overdue(scope(region), before)
    show([{"what": what, "count": count} for what, count in counted.items()], SHOWN, form)


@personal.command(
    "erase",
    help=_(
        "删除：没有房屋的农户的姓名和号码、停用账号的电话、过去导入的行、已结束的登录。"
        "每一次删除都留审计记录；以前做过什么的记录都还在。"
    ),
)
@click.option("--before", type=DAY, required=True, help=_("从那天起就没有用处的。"))
@click.option("--document", required=True, help=_("依据哪个规定或决定删除。"))
@click.option("--region", type=CODE, help=_("只在这个区域。  [默认：全部]"))
@with_database
def erase(before: date, document: str, region: str | None) -> None:
    within, by = scope(region), operator()
    persons, accounts, rows = 0, 0, 0
    for person in stepwise(persons_to_erase(within=within, before=before)):
        erase_person(person=person, document=document, by=by)
        persons += 1
    for account in accounts_to_erase(within=within, before=before):
        erase_account(duty=Duty.objects.filter(account=account).latest("pk"), document=document, by=by)
        accounts += 1
    for batch in imports_to_forget(within=within, before=before):
        rows += forget_rows(batch=batch, document=document, by=by)
    sessions, _each = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    _forget_log()
    click.echo(
        _("已删除：%(persons)s 人，%(accounts)s 个电话，%(rows)s 行导入数据，%(sessions)s 次登录")
        % {"persons": persons, "accounts": accounts, "rows": rows, "sessions": sessions}
    )
