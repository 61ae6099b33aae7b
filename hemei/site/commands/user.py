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
from hemei.site.speaking import _
from hemei.terms.day import today

DUTY = ("username", "name", "active", "role", "matter", "region", "unit", "starts", "ends")
KEY = ("id", "username", "name", "hint", "issued_at", "used_on", "revoked_at")
EVERYTHING = Scope.all()


@click.group(help=_("添加人员，设和结束岗位，重设密码，给别的系统发密钥。"))
def user() -> None:
    """What an administrator does at the keyboard."""


def duty_options(command: Any) -> Any:
    for option in (
        click.option("--ends", type=DAY, help=_("最后一天。  [默认：不限]")),
        click.option("--starts", type=DAY, help=_("第一天。  [默认：今天]")),
        click.option("--matter", default="*", show_default=True, help=_("事项，* 表示全部。")),
        click.option("--unit", required=True, help=_("在哪个单位；这个区域没有同名单位时新建。")),
        click.option("--region", required=True, type=CODE, help=_("负责哪个区域：6、9、12 或 15 位代码。")),
        click.option("--role", required=True, type=click.Choice(sorted(ROLES)), help=_("什么岗位。")),
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


@user.command("add", help=_("建一个账号和它的第一个岗位，并打印一次性密码。"))
@click.argument("username")
@click.option("--name", required=True, help=_("人的姓名，或系统的名称。"))
@click.option("--phone", default="", help=_("紧急隐患打哪个电话；加密保存。"))
@click.option("--system", is_flag=True, help=_("别的系统的账号：不能登录，只发密钥。"))
@duty_options
@with_database
def add_user(username: str, name: str, phone: str, system: bool, **duty: Any) -> None:
    account, password = add_account(
        duty=duty_of(**duty), username=username, name=name, phone=phone, system=system, by=operator()
    )
    told = _("用 `hemei user key` 给它发密钥") if system else _("一次性密码：%(it)s") % {"it": password}
    click.echo(f"{account.username}: {told}")


@user.command("list", help=_("列出账号和各自的岗位，以前的也在内。"))
@click.option("--region", type=CODE, help=_("只要这个区域的岗位。  [默认：全部]"))
@format_option
@with_database
def list_users(region: str | None, form: str) -> None:
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


@user.command("duty", help=_("给一个人再设一个岗位。"))
@click.argument("username")
@duty_options
@with_database
def give_duty(username: str, **duty: Any) -> None:
    given = engage(duty=duty_of(**duty), account=account_of(username), by=operator())
    click.echo(
        _("%(who)s：%(role)s，%(region)s，从 %(day)s 起")
        % {"who": username, "role": given.role, "region": given.region, "day": given.starts}
    )


@user.command("end", help=_("结束一个人在某个区域的岗位。"))
@click.argument("username")
@click.option("--on", type=DAY, help=_("最后一天。  [默认：今天]"))
@click.option("--region", required=True, type=CODE, help=_("哪个岗位：它负责的区域。"))
@with_database
def end(username: str, region: str, on: date | None) -> None:
    ending = current_duties(username).filter(region=region)
    for duty in ending:
        end_duty(duty=duty, on=on or today(), by=operator())
    click.echo(_("%(who)s：%(n)s 个岗位结束") % {"who": username, "n": len(ending)})


@user.command("password", help=_("打印新的一次性密码，下次登录时要改掉。"))
@click.argument("username")
@with_database
def password(username: str) -> None:
    click.echo(
        f"{username}: " + _("一次性密码：%(it)s") % {"it": reset_password(duty=any_duty(username), by=operator())}
    )


@user.command("code", help=_("手机丢了的，不再认他的验证码应用；下次登录时重新设置。"))
@click.argument("username")
@with_database
def code(username: str) -> None:
    gone = reset_second_factor(duty=any_duty(username), by=operator())
    click.echo(f"{username}: " + (_("下次登录时重新设置验证码应用") if gone else _("没有设过验证码应用")))


@user.command("disable", help=_("停用账号，不能再登录；做过的事仍记在他名下。"))
@click.argument("username")
@with_database
def disable(username: str) -> None:
    close_account(duty=any_duty(username), by=operator())
    click.echo(_("%(who)s 不能再登录") % {"who": username})


@user.command("key", help=_("给系统账号发一把接口密钥。只显示这一次，哪里都不存。"))
@click.argument("username")
@click.option("--name", required=True, help=_("哪个系统用这把密钥。"))
@with_database
def key(username: str, name: str) -> None:
    duty = any_duty(username)
    issued, token = issue_key(where=At(duty.region[:6]), account=duty.account, name=name, by=operator())
    click.echo(_("密钥 %(n)s") % {"n": issued.pk} + f": {token}")


@user.command("keys", help=_("列出别的系统的密钥：谁的、何时发的、最近用过、是否作废。"))
@format_option
@with_database
def list_keys(form: str) -> None:
    show(map(key_line, keys(within=EVERYTHING).order_by("id")), KEY, form)


def key_line(issued: ApiKey) -> dict[str, Any]:
    return {name: issued.account.username if name == "username" else getattr(issued, name) for name in KEY}


@user.command("revoke", help=_("立即作废第 NUMBER 把密钥（列表里的 id）。"))
@click.argument("number", type=int)
@with_database
def revoke(number: int) -> None:
    found = keys(within=EVERYTHING).filter(pk=number).first()
    if found is None:
        raise click.UsageError(_("没有第 %(n)s 把密钥；`hemei user keys` 列出全部。") % {"n": number})
    duty = any_duty(found.account.username)
    revoke_key(where=At(duty.region[:6]), key=found, by=operator())
    click.echo(_("密钥 %(n)s 已作废") % {"n": number})


def account_of(username: str) -> Account:
    found = accounts(within=EVERYTHING).filter(username=username).first()
    if found is None:
        raise click.UsageError(_("没有叫 %(who)s 的账号；`hemei user list` 列出全部。") % {"who": username})
    return found


def current_duties(username: str) -> Any:
    return Duty.objects.on(today()).filter(account=account_of(username)).order_by("id")


def any_duty(username: str) -> Duty:
    """A duty by which the account is reached: one of today, else the last."""
    found = current_duties(username).first() or duties(within=EVERYTHING).filter(account__username=username).last()
    if found is None:
        raise click.UsageError(_("%(who)s 没有岗位。") % {"who": username})
    return found
