"""参数、审计、任务: what is set, what was done, what runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from hemei.core.actions import case as steps
from hemei.core.actions.seal import seal_pending
from hemei.core.models import AuditEntry, AuditSeal, Job, JobState, Parameter, Place
from hemei.core.queries.audit import chain_state
from hemei.office.templatetags.office import step_name
from tests.conftest import TOWNSHIP, People, brought, photo
from tests.core.actions.test_case import found

SignIn = Callable[[str], Client]
SOURCE = Path(__file__).parents[2] / "hemei"
WRITTEN = re.compile(r'\b(?:audit|leave_entry)\(by, "([a-z_.]+)"')
KEY = "houses.deadline_days.urgent"


def test_our_defaults_say_that_they_are_ours(people: People, signed_in: SignIn) -> None:
    page = signed_in("village").get("/office/parameters/").content.decode()
    assert "默认值" in page
    assert f"/office/parameters/{KEY}/" not in page


def test_the_district_sets_a_value_with_its_document(people: People, signed_in: SignIn) -> None:
    client, address = signed_in("district"), f"/office/parameters/{KEY}/"
    assert client.post(address, {"value": "许多", "starts": "2026-01-01", "document": "1号"}).status_code == 422
    data = {"value": "15", "starts": "2026-01-01", "document": "区住建〔2026〕1号"}
    assert client.post(address, data).status_code == 302
    assert Parameter.objects.get(key=KEY).value == 15
    assert "区住建〔2026〕1号" in client.get("/office/parameters/").content.decode()
    assert client.get("/office/parameters/houses.unknown/").status_code == 404


@pytest.mark.parametrize("who", ["village", "township", "administrator", "auditor"])
def test_nobody_else_sets_values(people: People, signed_in: SignIn, who: str) -> None:
    assert signed_in(who).get(f"/office/parameters/{KEY}/").status_code == 403


def test_the_audit_is_for_who_may_and_keeps_to_the_scope(house: Place, people: People, signed_in: SignIn) -> None:
    case = found(house, people)
    steps.remedy(case=case, by=people.grid, brought=brought(remedy="repair", note="机密说明", files=[photo()]))
    page = signed_in("auditor").get("/office/audit/").content.decode()
    assert "整治完成" in page
    assert "机密说明" not in page
    assert "整治完成" not in signed_in("neighbour").get("/office/audit/").content.decode()
    for who in ("village", "township", "nobody"):
        assert signed_in(who).get("/office/audit/").status_code == 403


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"verb": "case."}, True),
        ({"verb": "person.unmask"}, False),
        ({"since": "2020-01-01", "until": "2020-02-01"}, False),
        ({"region": TOWNSHIP}, True),
        ({"subject": "case:0"}, False),
    ],
)
def test_the_audit_is_filtered(
    house: Place, people: People, signed_in: SignIn, query: dict[str, str], shown: bool
) -> None:
    case = found(house, people)
    answer = signed_in("district").get("/office/audit/", query)
    assert any(entry.subject == f"case:{case.pk}" for entry in answer.context["rows"]) is shown
    by = {"account": people.grid.id}
    assert all(
        entry.account == people.grid.account
        for entry in signed_in("district").get("/office/audit/", by).context["rows"]
    )


def test_the_chain_is_checked_again_on_the_page(house: Place, people: People, signed_in: SignIn) -> None:
    assert chain_state().head == ""
    found(house, people)
    seal_pending()
    state = chain_state()
    assert (state.sealed, state.unsealed, state.checked, state.broken_at) == (2, 0, 2, None)
    assert state.head in signed_in("auditor").get("/office/audit/").content.decode()


def test_a_forged_link_is_seen(house: Place, people: People) -> None:
    found(house, people)
    seal_pending()
    steps.contain(case=house.cases.get(), by=people.grid, brought=brought(files=[photo()]))
    unsealed = AuditEntry.objects.get(seal=None)
    AuditSeal.objects.create(position=3, entry=unsealed, hash="0" * 64)
    assert chain_state().broken_at == 3


def test_jobs_show_their_progress_and_stop(people: People, signed_in: SignIn) -> None:
    job = Job.objects.create(
        kind="import", region=TOWNSHIP, by=people.township.account, state=JobState.RUNNING, done=1, total=4
    )
    page = signed_in("township").get("/office/jobs/").content.decode()
    assert "25%" in page
    assert "import" not in signed_in("other_township").get("/office/jobs/").content.decode().replace(
        "/office/imports", ""
    )
    assert signed_in("other_township").post(f"/office/jobs/{job.pk}/stop/").status_code == 404
    assert signed_in("district").post(f"/office/jobs/{job.pk}/stop/").status_code == 403
    assert signed_in("nobody").get("/office/jobs/").status_code == 403
    assert signed_in("township").post(f"/office/jobs/{job.pk}/stop/").status_code == 302
    job.refresh_from_db()
    assert job.cancel_asked


def test_whatever_the_code_writes_into_the_audit_has_a_name() -> None:
    verbs = {verb for file in SOURCE.rglob("*.py") for verb in WRITTEN.findall(file.read_text(encoding="utf-8"))}
    assert len(verbs) > 20
    assert sorted(verb for verb in verbs if step_name(verb) == verb) == []
