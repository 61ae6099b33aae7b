"""The made-up district in the database is as sound as a real one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F
from django.test import override_settings

from hemei.core.access import Scope, actor_of, may, scope_of
from hemei.core.actions.seal import seal_pending
from hemei.core.errors import Conflict
from hemei.core.lifecycle import LIFE
from hemei.core.models import (
    Account,
    AuditEntry,
    AuditSeal,
    Case,
    CaseStep,
    Check,
    DoorToken,
    Draw,
    DrawState,
    Due,
    Evidence,
    Finding,
    Household,
    Place,
    PlaceTally,
    Region,
    Round,
    Unit,
)
from hemei.core.personal import token_hash
from hemei.core.queries.verify import faults
from hemei.core.queries.zero import zero
from hemei.core.registry import registry
from hemei.demo.load import load
from hemei.demo.signins import DOOR_TOKEN, PASSWORD, USERNAMES, sign_ins
from hemei.engines.draw import draw, read_frame
from hemei.programmes.houses.models import Appraisal, House
from hemei.site.cli import main
from hemei.terms.day import today
from tests.demo.conftest import SEED
from tests.site.commands.test_zero import open_by_hand

HOUSEHOLDS = 2000
pytestmark = pytest.mark.django_db  # without one test that says so, no test database is made


@pytest.fixture(scope="module", autouse=True)
def _district(django_db_setup, django_db_blocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One district for all tests of this file, gone after the last."""
    apart = override_settings(EVIDENCE=tmp_path_factory.mktemp("evidence"))
    with django_db_blocker.unblock(), transaction.atomic():
        with apart:
            load(seed=SEED, households=HOUSEHOLDS, until=today())
        yield
        transaction.set_rollback(True)


def test_everything_is_there() -> None:
    assert Region.objects.filter(level=9).count() == 8
    assert Region.objects.filter(level=12).count() == 79
    assert Household.objects.count() == HOUSEHOLDS
    houses = Place.objects.filter(kind="house").count()
    assert houses == House.objects.count() == DoorToken.objects.count() == 2060
    assert Check.objects.count() > 4 * HOUSEHOLDS
    assert Unit.objects.count() == 90
    assert sum(PlaceTally.objects.filter(kind="house").values_list("count", flat=True)) == houses


def test_what_must_hold_holds() -> None:
    assert list(faults(within=Scope.all())) == []
    assert AuditSeal.objects.count() == AuditEntry.objects.count() > 10
    assert seal_pending() == 0


def test_the_board_shows_open_overdue_and_closed_cases() -> None:
    total = zero(within=Scope.all(), region="429999", on=today()).total
    assert total.open > 10
    assert total.overdue > 0
    assert total.accepted_this_month + total.found_this_month > 0
    assert total.historical_ended > 50
    assert 0 < total.looked < total.due
    full_round = zero(within=Scope.all(), region="429999", on=today() - timedelta(days=250)).total
    assert full_round.open > total.open


def test_every_accepted_case_has_pictures_of_remedy_and_acceptance() -> None:
    closing = CaseStep.objects.filter(verb__in=["case.remedy", "case.accept"])
    assert closing.exclude(pk__in=Evidence.objects.values("step")).count() == 0
    pictures = Evidence.objects.filter(media_type__startswith="image")
    assert pictures.values("sha256").distinct().count() == 5  # drawings, each stored once


def test_findings_are_those_that_the_programme_reads_from_the_answers() -> None:
    troubled = Check.objects.filter(without_findings=False)
    shown = {
        (check.pk, kind.id)
        for check in troubled
        for kind in registry.programmes["houses"].findings
        if kind.applies and kind.applies(check.answers)
    }
    assert set(Finding.objects.exclude(check_made=None).values_list("check_made", "code")) == shown


def test_a_severe_judgement_is_due_on_the_day_the_form_sets() -> None:
    severe = Finding.objects.filter(code="houses.F05").select_related("case", "check_made").order_by("id")
    assert severe
    for first in {finding.case_id: finding for finding in reversed(severe)}.values():
        assert first.case.due_on.isoformat() == first.check_made.answers["appraise_by"]


def test_whoever_signs_in_finds_work() -> None:
    known = {one.username: one for one in sign_ins()}
    assert list(known) == list(USERNAMES.values())
    for username in ("village", "grid", "township", "district"):
        account = Account.objects.get(username=username)
        assert account.check_password(PASSWORD)
        within = scope_of(actor_of(account), "case.view")
        assert Case.objects.filter(within.q(matter="matter"), state__in=LIFE.open_states).exists()
    assert not Account.objects.filter(is_demo=False).exists()
    others = Account.objects.exclude(username__in=known)
    assert not any(account.has_usable_password() for account in others)


def test_the_known_door_opens_a_house_with_something_to_follow() -> None:
    door = DoorToken.objects.select_related("place").get(token_hash=token_hash(DOOR_TOKEN))
    assert Case.objects.filter(place=door.place).exists()
    assert door.place.households.exists()


def test_rounds_and_draws_of_the_year() -> None:
    assert Round.objects.filter(state="published").exists()
    assert Due.objects.filter(done_at=None, due_on__lt=today(), round__state="published").exists()
    states = list(Draw.objects.order_by("id").values_list("state", flat=True))
    assert states == [DrawState.PUBLISHED] * 4 + [DrawState.FROZEN]
    for held in Draw.objects.filter(state=DrawState.PUBLISHED):
        again = draw(read_frame(bytes(held.frame)), held.sizes, held.seed)
        assert [one.id for one in again] == [line["code"] for line in held.drawn]


def test_appraisals_are_recorded_by_appraisers_and_d_houses_closed_are_empty() -> None:
    assert Appraisal.objects.exists()
    for row in Appraisal.objects.all():
        account = Account.objects.get(pk=row.actor.partition(":")[2])
        assert may(actor_of(account), "appraisal.record", row.place)
    lived_in = House.objects.filter(grade="D", occupied=True).values("place")
    assert not Case.objects.filter(
        place__in=lived_in, state="accepted", ended_at__date__gt=F("place__house__graded_on")
    ).exists()


def test_a_district_is_not_loaded_over_another() -> None:
    with pytest.raises(Conflict):
        load(seed=SEED, households=HOUSEHOLDS, until=today())


def test_personal_numbers_are_not_in_clear() -> None:
    head = Household.objects.select_related("head").exclude(head__phone=b"").first().head
    assert head.phone_masked.startswith("199")
    assert "*" in head.phone_masked
    assert b"199000" not in bytes(head.phone)
    assert head.id_fingerprint
    assert not head.id_doubtful


def test_zero_is_what_anybody_computes_from_the_printed_histories(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten days, five regions, with and without what was known later: from `hemei export cases --history` alone."""
    monkeypatch.setattr("hemei.site.commands.database.prepare", lambda: None)  # no migrations inside a transaction
    with pytest.raises(SystemExit):
        main(["export", "cases", "--history", "--format", "csv"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    codes = Region.objects.filter(level__lte=12).order_by("level", "code").values_list("code", flat=True)
    regions = [codes[0], codes[1], codes[4], codes[10], codes[30]]
    counted = set()
    for weeks in range(0, 50, 5):
        on = today() - timedelta(weeks=weeks)
        for known in (None, min(on + timedelta(days=2), today())):
            for region in regions:
                board = zero(within=Scope.all(), region=region, on=on, known=known)
                assert board.total.open == open_by_hand(rows, region, on, known), (region, on, known)
                counted.add(board.total.open)
    assert len(counted) > 5, "the days differ, so that agreeing says something"
