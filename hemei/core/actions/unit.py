"""Units, the accounts of those who work in them, and their duties."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from hemei.core.access import Actor, At, Refused, scope_of
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import Account, Duty, Unit
from hemei.core.personal import encrypt
from hemei.core.roles import ROLES, Role
from hemei.core.writing import action, audit, writing
from hemei.terms.day import today
from hemei.terms.personal import mask_phone
from hemei.terms.region import contains

# No letters that are read for one another when a password is copied from paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class NewDuty:
    """A duty that is to be given."""

    unit: Unit
    role: str
    region: str
    starts: date
    ends: date | None = None
    matter: str = "*"


@action(verb="unit.edit", on="where")
def add_unit(*, where: At, name: str, seal_name: str, kind: str, phone: str, by: Actor) -> Unit:
    if Unit.objects.filter(region=where.region, name=name).exists():
        raise Conflict(_("这个区域已有同名单位。"), field="name", code="unit_exists")
    unit = Unit.objects.create(name=name, seal_name=seal_name or name, kind=kind, region=where.region, phone=phone)
    _leave(by, "unit.add", f"unit:{unit.pk}", unit.region, [name, seal_name, kind, phone])
    return unit


@action(verb="unit.edit", on="unit")
def change_unit(*, unit: Unit, name: str, seal_name: str, phone: str, by: Actor) -> Unit:
    if Unit.objects.filter(region=unit.region, name=name).exclude(pk=unit.pk).exists():
        raise Conflict(_("这个区域已有同名单位。"), field="name", code="unit_exists")
    unit.name, unit.seal_name, unit.phone = name, seal_name or name, phone
    unit.save(update_fields=["name", "seal_name", "phone"])
    _leave(by, "unit.change", f"unit:{unit.pk}", unit.region, [name, seal_name, phone])
    return unit


@action(verb="unit.edit", on="unit")
def close_unit(*, unit: Unit, on: date, by: Actor) -> Unit:
    """End a unit. Its papers and cases keep its name; it must have nobody on duty any more."""
    if Duty.objects.on(on).filter(unit=unit).exists():
        raise Mistaken(_("还有人在这个单位任职，请先结束他们的岗位。"), code="still_staffed")
    unit.closed_on = on
    unit.save(update_fields=["closed_on"])
    _leave(by, "unit.close", f"unit:{unit.pk}", unit.region, [on])
    return unit


@action(verb="unit.edit", on="duty")
def add_account(
    *, duty: NewDuty, username: str, name: str, phone: str, by: Actor, system: bool = False
) -> tuple[Account, str]:
    """A new account with its first duty, and the one-time password that is shown once.

    Another system's account has none: nobody signs in with it, and it is given keys.
    """
    if Account.objects.filter(username=username).exists():
        raise Conflict(_("这个用户名已经有人用了，请换一个。"), field="username", code="username_taken")
    password = "" if system else one_time_password()
    account = Account(
        username=username,
        name=name,
        phone=encrypt(phone),
        phone_masked=mask_phone(phone),
        must_change_password=not system,
    )
    account.set_password(password or None)
    account.save()
    _leave(by, "account.add", f"account:{account.pk}", duty.region, [username, name, phone])
    _give(account, duty, by)
    return account, password


@action(verb="unit.edit", on="duty")
def engage(*, duty: NewDuty, account: Account, by: Actor) -> Duty:
    """Give somebody a duty. Nobody gives one to themselves."""
    return _give(account, duty, by)


@action(verb="unit.edit", on="duty")
def end_duty(*, duty: Duty, on: date, by: Actor) -> Duty:
    """End a duty: `on` is its last day."""
    _require_covered(duty, by)
    if on < duty.starts:
        raise Mistaken(_("结束日期早于开始日期。"), field="on", code="ends_before_start")
    duty.ends = on
    duty.save(update_fields=["ends"])
    _leave(by, "duty.end", f"duty:{duty.pk}", duty.region, [on])
    return duty


@action(verb="unit.edit", on="duty")
def reset_password(*, duty: Duty, by: Actor) -> str:
    """A new one-time password for whoever holds the duty."""
    account = account_in_hand(duty, by)
    password = one_time_password()
    account.set_password(password)
    account.must_change_password = True
    account.save(update_fields=["password", "must_change_password"])
    _leave(by, "account.reset_password", f"account:{account.pk}", duty.region, [account.username])
    return password


@action(verb="unit.edit", on="duty")
def close_account(*, duty: Duty, by: Actor) -> Account:
    """The holder of the duty can sign in no more. What they did keeps their name."""
    account = account_in_hand(duty, by)
    account.is_active = False
    account.save(update_fields=["is_active"])
    _leave(by, "account.close", f"account:{account.pk}", duty.region, [account.username])
    return account


def choose_password(*, account: Account, password: str, by: Actor) -> None:
    """Everybody chooses their own password, and nobody another's: the one write that asks for no duty."""
    if by.account is None or by.account.pk != account.pk:
        raise Refused("account.own")
    with writing():
        account.set_password(password)
        account.must_change_password = False
        account.save(update_fields=["password", "must_change_password"])
        _leave(by, "account.choose_password", f"account:{account.pk}", home_of(account), [])


def one_time_password() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def _give(account: Account, duty: NewDuty, by: Actor) -> Duty:
    role = ROLES.get(duty.role)
    if role is None:
        raise Mistaken(_("没有这个岗位。"), field="role", code="unknown_role")
    if not scope_of(by, "unit.edit").covers(duty.region, duty.matter):
        raise Mistaken(_("您只管一个事项，不能设别的事项或全部事项的岗位。"), field="matter", code="matter_too_wide")
    if by.account is not None and by.account.pk == account.pk:
        raise Mistaken(_("不能给自己设岗位，请另一位管理员办理。"), field="account", code="own_duty")
    if len(duty.region) < role.level:
        raise Mistaken(_("这个岗位不能负责这么大的区域，请选下一级。"), field="region", code="region_too_wide")
    if not contains(duty.unit.region, duty.region):
        raise Mistaken(_("负责区域不在该单位的服务区域内。"), field="region", code="outside_unit")
    if duty.ends and duty.ends < duty.starts:
        raise Mistaken(_("结束日期早于开始日期。"), field="ends", code="ends_before_start")
    _keep_apart(account, role, duty.starts)
    row = Duty.objects.create(
        account=account,
        unit=duty.unit,
        role=duty.role,
        matter=duty.matter,
        region=duty.region,
        starts=duty.starts,
        ends=duty.ends,
    )
    said = [account.pk, duty.unit.pk, duty.role, duty.matter, duty.starts, duty.ends]
    _leave(by, "duty.give", f"duty:{row.pk}", duty.region, said)
    return row


def _keep_apart(account: Account, role: Role, day: date) -> None:
    """Whoever gives out duties does no casework, and the other way round."""
    held = [ROLES[key] for key in Duty.objects.on(day).filter(account=account).values_list("role", flat=True)]
    roles = [role, *held]
    if any("unit.edit" in r.rights for r in roles) and any(_does_casework(r) for r in roles):
        raise Mistaken(_("系统管理员不能同时办理业务，请用另一个人的账号。"), field="role", code="kept_apart")


def _does_casework(role: Role) -> bool:
    return any(
        right.startswith(("case.", "check.", "appraisal.")) and not right.endswith(".view") for right in role.rights
    )


def account_in_hand(duty: Duty, by: Actor) -> Account:
    """The holder, where every duty they hold lies in the hands of `by`: no way up through somebody's smaller duty."""
    for held in Duty.objects.on(today()).filter(account=duty.account_id):
        _require_covered(held, by)
    return duty.account


def _require_covered(duty: Duty, by: Actor) -> None:
    """A duty for every matter is in the hands of those only who answer for every matter."""
    if not scope_of(by, "unit.edit").covers(duty.region, duty.matter):
        raise Refused("unit.edit")


def home_of(account: Account) -> str:
    regions = Duty.objects.on(today()).filter(account=account).values_list("region", flat=True)
    return min(regions, key=len, default="")


def _leave(by: Actor, verb: str, subject: str, region: str, values: list[object]) -> None:
    audit(by, verb, subject, region, values=values)
