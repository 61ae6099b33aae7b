"""The audit chain: in order, complete, and broken by any change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hemei.core.access import SYSTEM, Scope
from hemei.core.actions import seal
from hemei.core.actions.seal import Sealer, seal_pending
from hemei.core.models import AuditEntry, AuditSeal, Case, CaseStep, Place
from hemei.core.queries.verify import faults
from hemei.core.writing import audit
from tests.conftest import People
from tests.core.actions.test_case import found


@pytest.fixture
def sealed(db) -> None:
    for number in range(5):
        audit(SYSTEM, "test", f"thing:{number}", "429999", values=[number])
    assert seal_pending() == 5
    assert seal_pending() == 0


def everything() -> list[str]:
    return list(faults(within=Scope.all()))


def tamper(sql: str) -> None:
    """What somebody with the database password could do: without the guards."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE core_auditentry DISABLE TRIGGER USER")
            cursor.execute("ALTER TABLE core_auditseal DISABLE TRIGGER USER")
        else:
            for name in ("core_auditentry_no_update", "core_auditentry_no_delete", "core_auditseal_no_delete"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(sql)


def test_a_fresh_chain_is_whole(sealed: None) -> None:
    assert everything() == []
    assert list(AuditSeal.objects.values_list("position", flat=True)) == [1, 2, 3, 4, 5]


def test_an_entry_committed_after_many_others_is_sealed_by_the_sweep(db, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(seal, "monotonic", lambda: now)
    monkeypatch.setattr(seal, "LOOKED_BACK", 2)
    audit(SYSTEM, "test", "thing:0", "429999")
    sealer, late = Sealer(), AuditEntry.objects.latest("id")
    values = {field.attname: getattr(late, field.attname) for field in AuditEntry._meta.fields}
    key = values.pop("id")
    tamper(f"DELETE FROM core_auditentry WHERE id = {key}")
    for number in range(1, 6):
        audit(SYSTEM, "test", f"thing:{number}", "429999")
    assert sealer() == 5
    AuditEntry.objects.create(id=key, **values)  # it had its key before the others, and is seen only now
    audit(SYSTEM, "test", "thing:6", "429999")
    assert sealer() == 1
    now = seal.SWEPT_EVERY_S + 1
    assert sealer() == 1
    assert everything() == []


def test_a_sealer_that_is_overtaken_seals_what_the_other_left(sealed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5, 8):
        audit(SYSTEM, "test", f"thing:{number}", "429999")
    turn = seal.writing

    @contextmanager
    def after_another() -> Iterator[None]:
        monkeypatch.setattr(seal, "writing", turn)
        assert seal_pending() == 3
        audit(SYSTEM, "test", "thing:8", "429999")
        with turn():
            yield

    monkeypatch.setattr(seal, "writing", after_another)
    assert seal_pending() == 1
    assert list(AuditSeal.objects.order_by("position").values_list("position", flat=True)) == list(range(1, 10))
    assert everything() == []


def test_nothing_to_seal_takes_no_turn(sealed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(seal, "writing")
    assert Sealer()() == 0


def test_sealing_each_turn_does_not_read_what_is_sealed(db) -> None:
    for number in range(5):
        audit(SYSTEM, "test", f"thing:{number}", "429999")
    seal_pending()
    with CaptureQueriesContext(connection) as asked:
        seal_pending(recent=True)
    [entries] = [query["sql"] for query in asked if "core_auditentry" in query["sql"] and "SELECT" in query["sql"]]
    assert re.search(rf'"id" > +{AuditEntry.objects.latest("id").pk - seal.LOOKED_BACK}\b', entries)


def test_a_changed_entry_is_seen(sealed: None) -> None:
    third = AuditSeal.objects.get(position=3).entry_id
    tamper(f"UPDATE core_auditentry SET actor = 'somebody' WHERE id = {third}")
    assert everything() == [f"审计链：记录 {third} 不是第 3 位封存的那一条"]


def test_a_missing_seal_is_seen(sealed: None) -> None:
    tamper("DELETE FROM core_auditseal WHERE position = 2")
    assert "审计链：缺第 2 位" in everything()


def test_an_entry_left_unsealed_is_a_fault(db) -> None:
    audit(SYSTEM, "test", "thing:1", "429999", at=timezone.now() - timedelta(seconds=61))
    assert everything() == ["审计链：有 1 条记录超过一分钟没有封存"]
    seal_pending()
    assert everything() == []


def test_a_case_that_stands_elsewhere_than_its_steps_is_seen(house: Place, people: People) -> None:
    case = found(house, people, days=0)
    seal_pending()
    assert everything() == []
    Case.objects.filter(pk=case.pk).update(state="accepted")
    lines = everything()
    assert f"隐患 {case.pk}：状态是 accepted，步骤说的不是" in lines
    assert f"隐患 {case.pk}：办结了，没有日期" in lines


def test_the_entry_of_a_step_has_no_words_of_the_note(house: Place, people: People) -> None:
    found(house, people, days=0)
    texts = " ".join(str(entry.detail) + entry.digest for entry in AuditEntry.objects.all())
    assert "河边" not in texts
    assert CaseStep.objects.count() == AuditEntry.objects.count()
