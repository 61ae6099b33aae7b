"""Who may give duties to whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from hemei.core.access import Actor, At, Refused, actor_of, may
from hemei.core.actions import unit as acting
from hemei.core.actions.unit import NewDuty
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import Account, AuditEntry, Duty, Unit
from hemei.core.personal import decrypt
from hemei.terms.day import today
from tests.conftest import DISTRICT, NEXT_VILLAGE, OTHER_DISTRICT, TOWNSHIP, VILLAGE, People, engage

Units = dict[str, Unit]


def duty(unit: Unit, role: str = "grid_worker", region: str = VILLAGE, **more) -> NewDuty:
    return NewDuty(unit, role, region, **({"starts": date(2026, 1, 1)} | more))


def test_a_new_account_comes_with_a_duty_and_a_password_for_once(people: People, units: Units) -> None:
    account, password = acting.add_account(
        duty=duty(units["village"]), username="new", name="新人", phone="13800001234", by=people.administrator
    )
    assert account.check_password(password)
    assert account.must_change_password
    assert decrypt(account.phone) == "13800001234"
    assert account.phone_masked == "138******34"
    assert actor_of(account).grants[0].region == VILLAGE
    assert not any(password in str(entry.detail) for entry in AuditEntry.objects.all())


def test_a_username_stands_once(people: People, units: Units) -> None:
    with pytest.raises(Conflict, match="已经有人用了"):
        acting.add_account(duty=duty(units["village"]), username="grid", name="x", phone="", by=people.administrator)


def test_nobody_gives_themselves_a_duty(people: People, units: Units) -> None:
    with pytest.raises(Mistaken, match="不能给自己设岗位"):
        acting.engage(
            duty=duty(units["district"], "auditor", DISTRICT),
            account=people.administrator.account,
            by=people.administrator,
        )


def test_administrators_do_no_casework_and_caseworkers_administer_nothing(people: People, units: Units) -> None:
    second = engage("admin2", "管理员二", "administrator", DISTRICT, units["district"])
    with pytest.raises(Mistaken, match="不能同时办理业务"):
        acting.engage(duty=duty(units["village"]), account=people.administrator.account, by=second)
    with pytest.raises(Mistaken, match="不能同时办理业务"):
        acting.engage(duty=duty(units["district"], "administrator", DISTRICT), account=people.grid.account, by=second)
    acting.engage(duty=duty(units["district"], "auditor", DISTRICT), account=people.administrator.account, by=second)


@pytest.mark.parametrize(
    ("role", "unit", "region", "why"),
    [
        ("village_officer", "township", TOWNSHIP, "不能负责这么大的区域"),
        ("grid_worker", "village", NEXT_VILLAGE, "不在该单位的服务区域"),
        ("emperor", "village", VILLAGE, "没有这个岗位"),
    ],
)
def test_a_duty_fits_its_role_and_its_unit(
    people: People, units: Units, role: str, unit: str, region: str, why: str
) -> None:
    with pytest.raises(Mistaken, match=why):
        acting.engage(duty=duty(units[unit], role, region), account=people.nobody.account, by=people.administrator)


@pytest.mark.parametrize("who", ["village", "township", "district", "auditor", "neighbour", "nobody"])
def test_only_administrators_give_duties(people: People, units: Units, who: str) -> None:
    by: Actor = getattr(people, who)
    with pytest.raises(Refused):
        acting.engage(duty=duty(units["village"]), account=people.nobody.account, by=by)
    assert not Duty.objects.filter(account=people.nobody.account).exists()


def test_an_administrator_stays_in_their_region(people: People, units: Units) -> None:
    with pytest.raises(Refused):
        acting.engage(
            duty=duty(units["neighbour"], "auditor", OTHER_DISTRICT),
            account=people.nobody.account,
            by=people.administrator,
        )


def test_no_way_up_through_somebodys_smaller_duty(people: People, units: Units) -> None:
    """Who may staff one township cannot take over an account that also has a duty of the district."""
    township = engage("admin3", "镇管理员", "administrator", TOWNSHIP, units["township"])
    small = Duty.objects.create(
        account=people.district.account,
        unit=units["village"],
        role="grid_worker",
        matter="*",
        region=VILLAGE,
        starts=date(2026, 1, 1),
    )
    with pytest.raises(Refused):
        acting.reset_password(duty=small, by=township)
    with pytest.raises(Refused):
        acting.close_account(duty=small, by=township)
    account = people.grid.account
    assert account is not None
    password = acting.reset_password(duty=account.duties.get(), by=township)
    account.refresh_from_db()
    assert account.check_password(password)


def test_a_duty_ends_with_its_last_day(people: People, units: Units) -> None:
    account = people.grid.account
    assert account is not None
    held = account.duties.get()
    acting.end_duty(duty=held, on=today() - timedelta(days=1), by=people.administrator)
    assert actor_of(account).grants == ()
    with pytest.raises(Mistaken, match="早于开始日期"):
        acting.end_duty(duty=held, on=date(2019, 1, 1), by=people.administrator)


def test_a_closed_account_has_no_rights_left(people: People) -> None:
    account = people.grid.account
    assert account is not None
    acting.close_account(duty=account.duties.get(), by=people.administrator)
    account.refresh_from_db()
    assert not account.is_active
    assert not may(actor_of(account), "case.view", At(VILLAGE))


def test_units_are_added_changed_and_closed_when_empty(people: People, units: Units) -> None:
    by = people.administrator
    unit = acting.add_unit(where=At(VILLAGE), name="上河村施工队", seal_name="", kind="building_firm", phone="", by=by)
    assert unit.seal_name == "上河村施工队"
    with pytest.raises(Conflict, match="同名单位"):
        acting.add_unit(where=At(VILLAGE), name="上河村施工队", seal_name="", kind="other", phone="", by=by)
    acting.change_unit(unit=unit, name="上河施工队", seal_name="上河施工队（章）", phone="1", by=by)
    acting.close_unit(unit=unit, on=today(), by=by)
    assert unit.closed_on == today()
    with pytest.raises(Mistaken, match="还有人在这个单位任职"):
        acting.close_unit(unit=units["village"], on=today(), by=by)


def test_everybody_chooses_their_own_password_only(people: People) -> None:
    account = people.grid.account
    assert isinstance(account, Account)
    acting.choose_password(account=account, password="溪水-向东-8472", by=people.grid)
    with pytest.raises(Refused):
        acting.choose_password(account=account, password="x", by=people.administrator)
    account.refresh_from_db()
    assert account.check_password("溪水-向东-8472")
