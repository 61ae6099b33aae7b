"""人员和岗位: accounts without a password until it is set, and what each answers for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from hemei.core.actions.register.bench import Bench
from hemei.core.actions.register.judging import Desk, Judged, Reference, compared, judge_each, reach_of, shown
from hemei.core.actions.register.layout import Sheet
from hemei.core.actions.register.sheet import Field, Line, choice, held_to, plain
from hemei.core.actions.register.staging import personal_of
from hemei.core.models import Account, Duty, RowOutcome, StagedRow, Unit
from hemei.core.personal import decrypt, encrypt
from hemei.core.registry import registry
from hemei.core.roles import ROLES
from hemei.engines.tables import BadCell, as_code, as_date, as_name, as_phone
from hemei.terms.day import today
from hemei.terms.personal import mask_phone

USERNAME = re.compile(r"[\w.@+-]{2,60}")


def fields(sheet: Sheet) -> list[Field]:
    roles = {key: role.name for key, role in ROLES.items()}
    matters = {"*": lazy("全部"), **{key: programme.title for key, programme in registry.programmes.items()}}
    own = [
        Field("username", (lazy("用户名"), "账号", "登录名"), as_code, needed=True),
        Field("name", (lazy("姓名"), "人员姓名"), as_name, needed=True),
        Field("phone", (lazy("手机号"), "联系电话", "电话"), as_phone, personal=True),
        Field("unit", (lazy("单位"), "单位名称", "所在单位"), needed=True),
        Field("role", (lazy("岗位"), "岗位名称"), choice(roles), needed=True, choices=roles),
        Field("matter", (lazy("事项"), "负责事项"), choice(matters), choices=matters),
        Field("region", (lazy("负责区域"), "区划代码", "责任区域", "村代码"), as_code, needed=True),
        Field("starts", (lazy("开始日期"), "任职日期"), as_date),
        Field("ends", (lazy("结束日期"), "离任日期"), as_date),
    ]
    return held_to(own, Account, phone=30, unit=100)


def judge(lines: Sequence[Line], desk: Desk) -> list[Judged]:
    may_edit = reach_of(desk.by, "unit.edit")
    named = {line.values["username"] for line in lines if "username" in line.values}
    accounts = {account.username: account for account in Account.objects.filter(username__in=named)}
    held: dict[int, list[Duty]] = {}
    for duty in Duty.objects.filter(account__in=accounts.values()):
        held.setdefault(duty.account_id, []).append(duty)

    def one(line: Line) -> Judged:
        said = line.values
        region = desk.region(said["region"])
        matter = said.get("matter", "*")
        if not may_edit.covers(region, matter):
            raise BadCell(_("您没有在这个区域维护岗位的权限。"), _("请系统管理员导入人员和岗位。"))
        _check(said, region)
        key = "|".join([said["username"], said["role"], matter, region])
        desk.once(f"people|{key}", line)
        unit = _unit(said["unit"], desk)
        values = {name: said.get(name) for name in ("username", "name", "role", "starts", "ends") if said.get(name)}
        values |= {"matter": matter, "region": region, "unit": unit} | shown(None, said.get("phone"))
        personal = {"phone": said["phone"]} if said.get("phone") else {}
        account = accounts.get(said["username"])
        if account is None:
            _same_name(said, desk, line)
            return Judged(RowOutcome.NEW, key, values, personal)
        duties = held.get(account.pk, [])
        if not all(desk.reaches(duty.region) for duty in duties):
            raise BadCell(_("用户名“%(name)s”已由别处使用。") % {"name": said["username"]}, _("请换一个用户名。"))
        return _against(account, duties, key, values, personal)

    return judge_each(lines, one)


def _check(said: dict[str, Any], region: str) -> None:
    if not USERNAME.fullmatch(said["username"]):
        raise BadCell(
            _("用户名“%(name)s”不能用。") % {"name": said["username"]}, _("请用 2–60 个字母、数字、汉字或 . _ -。")
        )
    role = ROLES[said["role"]]
    if len(region) < role.level:
        raise BadCell(
            _("岗位“%(role)s”不能管这么大的区域。") % {"role": role.name},
            _("请把负责区域填到 %(digits)d 位代码。") % {"digits": int(role.level)},
        )
    if said.get("ends") and said.get("starts") and said["ends"] < said["starts"]:
        raise BadCell(_("结束日期早于开始日期。"), _("请核对两个日期。"))


def _same_name(said: dict[str, Any], desk: Desk, line: Line) -> None:
    earlier = desk.refer("accounts", said["username"])
    if earlier is not None and earlier != said["name"]:
        raise BadCell(
            _("用户名“%(user)s”在前面的行里是“%(name)s”。") % {"user": said["username"], "name": earlier},
            _("一个用户名只给一个人，请改正。"),
        )
    desk.know("accounts", said["username"], said["name"])


def _unit(name: str, desk: Desk) -> Reference:
    if (known := desk.refer("units", name)) is not None:
        return known
    units = list(Unit.objects.filter(desk.within.narrowed(desk.district).q(matter=None), name=name)[:2])
    if len(units) != 1:
        found = _("没有") if not units else _("不止一个")
        raise BadCell(
            _("%(found)s叫“%(name)s”的单位。") % {"found": found, "name": name},
            _("请先在单位表里写上这个单位，名称要完全一样。"),
        )
    desk.know("units", name, units[0].pk)
    return units[0].pk


def _against(
    account: Account, duties: list[Duty], key: str, values: dict[str, Any], personal: dict[str, Any]
) -> Judged:
    duty = next(
        (
            d
            for d in duties
            if (d.role, d.matter, d.region, d.unit_id)
            == (values["role"], values["matter"], values["region"], values["unit"])
        ),
        None,
    )
    values["account"] = account.pk
    now: dict[str, Any] = {"name": account.name, "phone": account.phone_masked}
    if duty is None:
        return Judged(RowOutcome.NEW, key, values, personal)
    now |= {"starts": plain(duty.starts), "ends": plain(duty.ends)}
    told = {name: values.get(name) for name in ("name", "phone", "starts", "ends")}
    if personal and decrypt(account.phone) != personal["phone"]:
        now["phone"] = f"{account.phone_masked} "  # another number may look the same when masked
    judged = compared(key, told, duty.pk, now, personal=personal)
    judged.values = values if judged.outcome == RowOutcome.CHANGED else {}
    return judged


def lay(rows: Iterable[StagedRow], bench: Bench) -> None:
    accounts = bench.insert(
        Account, ["id", "username", "name", "password", "phone", "phone_masked", "is_active", "is_demo", "created_at"]
    )
    duties = bench.insert(Duty, ["account_id", "unit_id", "role", "matter", "region", "starts", "ends"])
    renamed = bench.update(Account, ["id", "name", "phone", "phone_masked"])
    moved = bench.update(Duty, ["id", "starts", "ends"])
    for row in rows:
        said = row.values
        phone = personal_of(row).get("phone", "")
        account = said.get("account") or bench.made.get("accounts", {}).get(said["username"])
        if account is None:
            account = bench.key(Account)
            bench.remember("accounts", said["username"], account)
            no_password = make_password(None)
            known = encrypt(phone), mask_phone(phone)
            accounts.add(account, said["username"], said["name"], no_password, *known, True, False, bench.now)
        elif row.outcome == RowOutcome.CHANGED:
            renamed.add(account, said["name"], encrypt(phone) or None, mask_phone(phone) or None)
        starts, ends = _day(said.get("starts")), _day(said.get("ends"))
        if row.outcome == RowOutcome.NEW:
            unit = bench.resolve("units", said["unit"])
            if unit is not None and (ends is None or ends >= today()):
                bench.duties.append((said["role"], said["matter"], said["region"], unit))
            if unit is not None:
                duties.add(account, unit, said["role"], said["matter"], said["region"], starts or today(), ends)
        else:
            moved.add(row.target, starts, ends)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
