from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from hemei.core.access import Scope
from hemei.core.models import AuditEntry, Holding, Household, HouseholdMember, ImportBatch, Person, Place, StagedRow
from hemei.core.queries.erasure import imports_to_forget
from hemei.terms.day import today
from tests.conftest import DISTRICT, VILLAGE, People

RULE = "区住建局〔2026〕12号 第5条"


def test_the_command_counts_names_nobody_and_deletes(house: Place, people: People, hemei) -> None:
    head = Person.objects.create(name="王小明", region=VILLAGE)
    household = Household.objects.create(number="12", region=VILLAGE, head=head)
    HouseholdMember.objects.create(household=household, person=Person.objects.create(name="王小红", region=VILLAGE))
    Holding.objects.create(household=household, place=house, ends=today() - timedelta(days=40))
    batch = ImportBatch.objects.create(region=DISTRICT, name="台账", folder="none", state="applied")
    ImportBatch.objects.filter(pk=batch.pk).update(created_at=timezone.now() - timedelta(days=40))
    StagedRow.objects.create(batch=batch, register="households", file="农户.xlsx", line=2, outcome="new")
    before = str(today() - timedelta(days=30))
    assert list(imports_to_forget(within=Scope.of(DISTRICT), before=today() - timedelta(days=30))) == [batch]
    listed = hemei("personal", "list", "--before", before, "--format", "csv")
    assert listed.out.split() == ["what,count", "persons,2", "accounts,0", "imports,1"]
    assert "王小明" not in listed.out
    said = hemei("personal", "erase", "--before", before, "--document", RULE)
    assert said.out.startswith("erased: 2 persons, 0 telephone numbers, 1 staged rows")
    assert not Person.objects.filter(name__in=["王小明", "王小红"]).exists()
    assert AuditEntry.objects.filter(verb__in=["person.erase", "register.forget"]).count() == 3
    assert hemei("personal", "erase", "--before", before, "--document", RULE).out.startswith("erased: 0 persons")


@pytest.mark.parametrize("state", ["ready", "asking", "failed"])
def test_an_import_that_was_left_lying_goes_with_its_files(state: str, people: People, hemei) -> None:
    """A preview that nobody confirmed, columns that nobody named: the uploaded workbook holds everybody in clear."""
    folder = settings.VAR / "imports" / f"lying-{state}"
    folder.mkdir(parents=True)
    (folder / "农户.csv").write_text("村代码,户号,姓名\n429999103200,1,王小明\n", "utf-8")
    seen = {"tables": [{"sample": [["王小明"]]}], "sheets": []}
    batch = ImportBatch.objects.create(
        region=DISTRICT, name="台账", folder=f"imports/lying-{state}", state=state, understood=seen
    )
    ImportBatch.objects.filter(pk=batch.pk).update(created_at=timezone.now() - timedelta(days=40))
    before = str(today() - timedelta(days=30))
    assert hemei("personal", "list", "--before", before, "--format", "csv").out.split()[-1] == "imports,1"
    hemei("personal", "erase", "--before", before, "--document", RULE)
    batch.refresh_from_db()
    assert (batch.state, batch.understood) == ("discarded", {"sheets": []})
    assert not folder.exists()
    assert hemei("personal", "list", "--before", before, "--format", "csv").out.split()[-1] == "imports,0"


def test_what_is_deleted_is_overwritten(db: None) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA secure_delete")
            assert cursor.fetchone() == (1,)
