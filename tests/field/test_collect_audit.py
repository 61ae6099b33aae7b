"""Who comes with keys that are none stands in the audit: by address, once an hour, and without the key."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from hemei.core.models import AuditEntry
from tests.conftest import DISTRICT, OTHER_DISTRICT, People

SPEAKS = {"x-openrosa-version": "1.0"}


def guess(key: str, address: str, page: str = "formList") -> int:
    return Client(REMOTE_ADDR=address).get(f"/key/{key}/{page}", headers=SPEAKS).status_code


def noted() -> list[tuple[str, str]]:
    rows = AuditEntry.objects.filter(verb="collector.wrong_key").order_by("id")
    return list(rows.values_list("subject", "region"))


def test_wrong_keys_are_noted_once_for_each_address(people: People) -> None:
    for n in range(4):
        assert guess(f"guess-{n}", "203.0.113.5") == 403
    assert guess("guess-9", "2001:db8::7", "submission") == 403
    here = [DISTRICT, OTHER_DISTRICT]
    assert sorted(noted()) == sorted(
        [("address:203.0.113.5", code) for code in here] + [("address:2001:db8::7", code) for code in here]
    )
    assert not any("guess" in f"{entry.subject}{entry.detail}" for entry in AuditEntry.objects.all())


def test_an_hour_later_it_is_noted_again(people: People, monkeypatch) -> None:
    guess("a", "203.0.113.5")
    first = len(noted())
    later = timezone.now() + timedelta(minutes=61)
    monkeypatch.setattr("hemei.core.actions.collector.timezone.now", lambda: later)
    guess("b", "203.0.113.5")
    assert len(noted()) == 2 * first


def test_many_addresses_do_not_fill_the_audit(people: People, settings, tmp_path) -> None:
    settings.VAR, settings.LIMITS = tmp_path, {"wrong_key": (3, 3600)}
    for n in range(20):
        assert guess("a", f"203.0.113.{n}") == 403
    assert len({subject for subject, _region in noted()}) == 3


def test_whoever_reads_the_audit_sees_it(people: People, signed_in) -> None:
    guess("guess", "203.0.113.5")
    page = signed_in("auditor").get("/office/audit/", {"verb": "collector."}).content.decode()
    assert "网络地址 203.0.113.5" in page
    assert "用错误的手机填报钥匙来取表" in page
    assert "guess" not in page
