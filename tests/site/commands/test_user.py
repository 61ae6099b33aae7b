"""What an administrator does at the keyboard: the same actions as on the pages, with the same entries."""

from __future__ import annotations

import json
import re

from django.contrib.auth import authenticate
from django.test import RequestFactory

from hemei.core.access import actor_of
from hemei.core.models import Account, AuditEntry, Duty, Unit
from hemei.core.queries.apikey import live_key
from hemei.core.queries.collector import live_collector
from hemei.terms.day import today
from tests.conftest import DISTRICT, TOWNSHIP, VILLAGE

VILLAGE_DUTY = ["--role", "village_officer", "--region", VILLAGE, "--unit", "上河村村民委员会"]


def one_time_password(said: str) -> str:
    found = re.search(r"one-time password: (\S+)", said)
    assert found, said
    return found.group(1)


def test_the_first_account_of_an_installation(regions, hemei) -> None:
    duty = ["--role", "administrator", "--region", DISTRICT, "--unit", "云岭林区住房和城乡建设局"]
    said = hemei("user", "add", "admin", "--name", "管理员", "--phone", "13800001234", *duty)
    assert said.status == 0, said.err
    password = one_time_password(said.out)
    account = authenticate(RequestFactory().post("/sign-in/"), username="admin", password=password)
    assert isinstance(account, Account)
    assert account.must_change_password
    assert actor_of(account).grants[0].region == DISTRICT
    assert Unit.objects.get().region == DISTRICT
    entries = AuditEntry.objects.order_by("id")
    assert [entry.verb for entry in entries] == ["unit.add", "account.add", "duty.give"]
    assert all(entry.actor.startswith("system:cli:") for entry in entries)


def test_duties_are_given_listed_and_ended(people, hemei) -> None:
    assert hemei("user", "duty", "next", *VILLAGE_DUTY).status == 0
    lines = json.loads(hemei("user", "list", "--region", VILLAGE, "--format", "json").out)
    mine = next(line for line in lines if line["username"] == "next")
    assert (mine["role"], mine["unit"], mine["starts"]) == ("village_officer", "上河村村民委员会", str(today()))
    assert hemei("user", "end", "next", "--region", VILLAGE).status == 0
    assert Duty.objects.get(account__username="next", region=VILLAGE).ends == today()


def test_a_role_too_high_for_its_region_is_one_line(people, hemei) -> None:
    said = hemei("user", "duty", "nobody", "--role", "village_officer", "--region", TOWNSHIP, "--unit", "镇办")
    assert said.status == 2
    assert said.err.count("\n") == 1


def test_passwords_are_reset_and_accounts_disabled(people, hemei) -> None:
    password = one_time_password(hemei("user", "password", "village").out)
    account = Account.objects.get(username="village")
    assert account.check_password(password)
    assert hemei("user", "disable", "village").status == 0
    account.refresh_from_db()
    assert not account.is_active


def test_another_system_gets_a_key_that_can_be_revoked(people, hemei) -> None:
    assert hemei("user", "add", "platform", "--name", "自建房平台", "--system", *VILLAGE_DUTY).status == 0
    issued = hemei("user", "key", "platform", "--name", "自建房平台")
    number, token = re.fullmatch(r"key (\d+): (hm_\S+)\n", issued.out).groups()
    assert live_key(token).account.username == "platform"
    listed = json.loads(hemei("user", "keys", "--format", "json").out)
    assert [(row["username"], row["hint"]) for row in listed] == [("platform", token[:8])]
    assert hemei("user", "revoke", number).status == 0
    assert live_key(token) is None


def test_no_key_to_an_account_that_a_person_signs_in_with(people, hemei) -> None:
    hemei("user", "password", "village")
    said = hemei("user", "key", "village", "--name", "平台")
    assert said.status == 2
    assert "hm_" not in said.out


def test_a_phones_address_is_printed_once(people, hemei) -> None:
    said = hemei("collector", "grid", "--at", "https://example.org/")
    assert said.status == 0, said.err
    whose = live_collector(said.out.strip().removeprefix("https://example.org/key/"))
    assert whose is not None
    assert whose[0].account.username == "grid"
    assert hemei("collector", "nobody at all").status == 2
