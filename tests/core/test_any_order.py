"""A district in which anybody presses anything in any order: invariants 1, 2, 3, 5, 7 and 8 hold after every press.

`HEMEI_CASES=500 HYPOTHESIS_PROFILE=fuzz pytest tests/core/test_any_order.py` looks further.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from hemei.core import personal
from hemei.core.access import Actor, At, Refused, Scope, may, scope_of
from hemei.core.actions import draw as drawing
from hemei.core.actions.case import STEPS
from hemei.core.actions.check import Answered, submit_check
from hemei.core.actions.checkbatch import submit_checks
from hemei.core.actions.opening import open_case
from hemei.core.actions.person import unmask
from hemei.core.actions.seal import seal_pending
from hemei.core.errors import Conflict, Mistaken
from hemei.core.lifecycle import LIFE
from hemei.core.models import (
    AuditEntry,
    AuditSeal,
    Case,
    CaseStep,
    Check,
    Draw,
    DrawState,
    Due,
    Holding,
    Household,
    HouseholdMember,
    Person,
    Place,
)
from hemei.core.queries.audit import entries
from hemei.core.queries.cases import cases
from hemei.core.queries.checks import checks
from hemei.core.queries.persons import person
from hemei.core.queries.places import places
from hemei.core.queries.published import facts_of
from hemei.core.queries.verify import faults
from hemei.core.queries.zero import zero
from hemei.engines.draw import Inspector, assign, draw, read_frame
from hemei.terms.day import today
from hemei.terms.region import contains
from tests.conftest import DISTRICT, TOWNSHIP, People, brought, days_ago, photo

CASES = int(os.environ.get("HEMEI_CASES") or 12)
PRESSES = 25  # in a row
PHONE, NUMBER = "13800001234", "11010519491231002X"
LEANS = {"wall_leaning": "yes", "corner_gap": "no"}

STAFF = ("village", "second_in_village", "grid", "next_village", "township", "other_township", "district")
OTHERS = ("second_in_district", "inspector", "appraiser", "administrator", "auditor", "neighbour", "nobody")
who = st.sampled_from(STAFF + OTHERS)
where = st.sampled_from(["house", "next_house"])
instances = st.sampled_from([f"instance-{number}" for number in range(6)])


class District(RuleBasedStateMachine):
    """Two houses of neighbouring villages, everybody who works there, and a model of what must be there."""

    people: People
    standing: dict[str, Place]
    resident: Person

    def __init__(self) -> None:
        super().__init__()
        self.rolled_back = transaction.atomic()
        self.rolled_back.__enter__()
        self.sent: dict[str, tuple[int, str]] = {}  # instance → place and digest of what is stored
        self.unmasked = 0
        self.written = AuditEntry.objects.count()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.rolled_back.__exit__(None, None, None)

    def actor(self, name: str) -> Actor:
        actor = getattr(self.people, name)
        assert isinstance(actor, Actor)
        return actor

    @contextmanager
    def pressed(self, name: str) -> Iterator[None]:
        """A press leaves an entry; a refused one leaves nothing at all."""
        before = AuditEntry.objects.count(), CaseStep.objects.count(), Check.objects.count(), Draw.objects.count()
        try:
            yield
        except (Refused, Mistaken):
            after = AuditEntry.objects.count(), CaseStep.objects.count(), Check.objects.count(), Draw.objects.count()
            assert after == before
        else:
            assert AuditEntry.objects.count() > before[0]

    # Looking, once, twice, late and out of order

    @rule(name=who, at=where, instance=instances, leans=st.booleans(), days=st.sampled_from([0.1, 1, 40, 400]))
    def submit(self, name: str, at: str, instance: str, leans: bool, days: float) -> None:
        place, sent = self.standing[at], self.answers(instance, leans, days)
        digest = hashlib.sha256(sent.raw).hexdigest()
        known = self.sent.get(instance)
        count = Check.objects.count()
        try:
            stored = submit_check(place=place, answered=sent, by=self.actor(name))
        except Refused:
            stored = None
        except Conflict:
            stored = None
            assert known not in (None, (place.pk, digest))
        if stored is None:
            assert Check.objects.count() == count
            return
        assert stored.repeated == (known is not None)
        assert known in (None, (place.pk, digest))
        self.sent[instance] = place.pk, digest

    @staticmethod
    def answers(instance: str, leans: bool, days: float) -> Answered:
        return Answered(
            instance_id=instance,
            form="houses.selfcheck",
            answers=LEANS if leans else {},
            at=days_ago(days),
            channel="call",
            raw=f"{instance} {leans} {days}".encode(),
        )

    @rule(name=who, sent=st.lists(st.tuples(where, instances, st.booleans()), min_size=1, max_size=5))
    def submit_batch(self, name: str, sent: list[tuple[str, str, bool]]) -> None:
        by = self.actor(name)
        batch = [(self.standing[at].pk, self.answers(instance, leans, 1)) for at, instance, leans in sent]
        outcomes = submit_checks(sent=batch, within=scope_of(by, "place.view"), by=by)
        for outcome, (pk, answered) in zip(outcomes, batch, strict=True):
            said = pk, hashlib.sha256(answered.raw).hexdigest()
            known = self.sent.get(answered.instance_id)
            if outcome.refused is None:
                assert known in (None, said)
                assert outcome.repeated == (known is not None)
                self.sent[answered.instance_id] = said

    @invariant()
    def each_submission_is_stored_once(self) -> None:
        stored = Check.objects.values_list("instance_id", "place", "digest")
        assert {instance: (place, digest) for instance, place, digest in stored} == self.sent
        assert AuditEntry.objects.filter(verb="check.submit").count() == len(self.sent)

    # Cases

    @rule(name=who, at=where, code=st.sampled_from(["houses.F02", "houses.F03"]))
    def see(self, name: str, at: str, code: str) -> None:
        place = self.standing[at]
        with self.pressed(name):
            standing = At(place.region, "houses", place.pk)
            open_case(where=standing, place=place, code=code, at=days_ago(0.5), by=self.actor(name), files=[photo()])

    @rule(
        name=who,
        verb=st.sampled_from(sorted(STEPS)),
        which=st.integers(0, 5),
        remedy=st.sampled_from(["repair", "demolish", "seal", ""]),
        photographed=st.booleans(),
        noted=st.booleans(),
    )
    def press(self, name: str, verb: str, which: int, remedy: str, photographed: bool, noted: bool) -> None:
        there = list(Case.objects.order_by("pk"))
        if not there:
            return
        case = there[which % len(there)]
        before, refused = case.state, True
        with self.pressed(name):
            bring = brought(
                note="现场看过" if noted else "",
                files=[photo()] if photographed else [],
                unit=case.unit,
                remedy=remedy,
                witnesses=["甲", "乙"],
            )
            STEPS[verb](case=case, by=self.actor(name), brought=bring)
            refused = False
        case.refresh_from_db()
        assert not refused or case.state == before

    @invariant()
    def a_case_closes_only_through_an_accepted_remedy(self) -> None:
        for case in Case.objects.filter(state="accepted").prefetch_related("steps__evidence"):
            steps = sorted(case.steps.all(), key=lambda step: step.pk)
            remedied = [step for step in steps if step.verb == "case.remedy"][-1]
            assert steps[-1].verb == "case.accept"
            assert steps[-1].evidence.exists()
            assert remedied.evidence.exists()
            assert steps[-1].actor != remedied.actor
        open_ones = Case.objects.filter(state__in=LIFE.open_states).exclude(state="reported").count()
        board = zero(within=Scope.of(DISTRICT), region=DISTRICT, on=today()).total
        assert board.open == open_ones

    # The draw

    @rule(name=who, houses=st.integers(0, 3), inspectors=st.integers(0, 2))
    def freeze(self, name: str, houses: int, inspectors: int) -> None:
        candidates = [drawing.Candidate(self.actor(one).account.pk) for one in ("inspector", "district")[:inspectors]]
        plan = drawing.DrawPlan(
            name="抽查",
            matter="houses",
            region=DISTRICT,
            event="某日某期彩票",
            event_on=today() + timedelta(days=1),
            opens_on=today() + timedelta(days=2),
            ends=today() + timedelta(days=9),
            candidates=candidates,
            sizes={TOWNSHIP: houses},
        )
        with self.pressed(name):
            drawing.freeze(where=At(DISTRICT, "houses"), plan=plan, by=self.actor(name))

    @rule(name=who, which=st.integers(0, 3), seed=st.text("0123456789", max_size=6), early=st.booleans())
    def hold(self, name: str, which: int, seed: str, early: bool) -> None:
        self.with_draw(name, which, lambda held, by: drawing.hold(held=held, seed=seed, by=by), 0 if early else 1)

    @rule(name=who, which=st.integers(0, 3), days=st.sampled_from([1, 30]))
    def publish(self, name: str, which: int, days: int) -> None:
        self.with_draw(name, which, lambda held, by: drawing.publish(held=held, by=by), days)

    def with_draw(self, name: str, which: int, act: Callable[[Draw, Actor], Any], days: int) -> None:
        there = list(Draw.objects.order_by("pk"))
        if there:
            with pytest.MonkeyPatch.context() as patch, self.pressed(name):
                patch.setattr(drawing, "today", lambda: today() + timedelta(days=days))
                act(there[which % len(there)], self.actor(name))

    @invariant()
    def anybody_can_draw_again(self) -> None:
        for held in Draw.objects.select_related("round"):
            frame = bytes(held.frame)
            assert hashlib.sha256(frame).hexdigest() == held.frame_hash
            if held.state == DrawState.FROZEN:
                assert not held.drawn
                assert not Due.objects.filter(round=held.round).exists()
                continue
            again = draw(read_frame(frame), held.sizes, held.seed)
            assert [one.id for one in again] == [one["code"] for one in held.drawn]
            inspectors = [Inspector(one["code"], frozenset(one["avoids"])) for one in held.inspectors]
            dealt = assign(inspectors, [township for township, size in held.sizes.items() if size], held.seed)
            assert {township: list(people) for township, people in dealt.items()} == held.assignments
            assert Due.objects.filter(round=held.round).count() == len(held.drawn)
            facts = facts_of(held)
            assert ("frame" in facts) == (held.state == DrawState.PUBLISHED)
            assert "codes" not in facts

    # The chain

    @rule()
    def seal(self) -> None:
        seal_pending()

    @rule(model=st.sampled_from([AuditEntry, AuditSeal, CaseStep]), delete=st.booleans())
    def change_what_was_written(self, model: Any, delete: bool) -> None:
        if not model.objects.exists():
            return
        rows = model._base_manager.all()
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows._raw_delete("default") if delete else rows.update(**{model._meta.pk.name: 10**9})

    @invariant()
    def entries_only_grow_and_the_chain_holds(self) -> None:
        count = AuditEntry.objects.count()
        assert count >= self.written
        self.written = count
        assert list(faults(within=Scope.of(DISTRICT))) == []
        assert not [line for line in faults(within=Scope.all()) if "没有封存" not in line]

    # Who sees what

    @rule(name=who)
    def look(self, name: str) -> None:
        by = self.actor(name)
        for verb, query in (
            ("place.view", places),
            ("case.view", cases),
            ("check.view", checks),
            ("audit.view", entries),
        ):
            within = scope_of(by, verb)
            for thing in query(within=within):  # type: ignore[operator]
                assert any(contains(prefix, thing.region) for prefix in within.prefixes), (name, verb)
                assert may(by, verb, thing)

    @rule(name=who)
    def reveal(self, name: str) -> None:
        by = self.actor(name)
        visible = person(self.resident.pk, within=scope_of(by, "person.view"))
        with self.pressed(name):
            shown = unmask(person=self.resident, by=by)
            assert (shown.phone, shown.id_number) == (PHONE, NUMBER)
            assert visible is not None
            self.unmasked += 1

    @rule(name=who, at=where, address=st.sampled_from(["/office/places/{}/", "/field/find/?text=王", "/office/audit/"]))
    def open_a_page(self, name: str, at: str, address: str) -> None:
        account = self.actor(name).account
        assert account is not None
        client = Client(raise_request_exception=True)
        client.force_login(account, "django.contrib.auth.backends.ModelBackend")
        text = client.get(address.format(self.standing[at].pk)).content.decode()
        assert PHONE not in text
        assert NUMBER not in text

    @invariant()
    def personal_data_stay_masked(self) -> None:
        assert AuditEntry.objects.filter(verb="person.unmask").count() == self.unmasked
        told = "".join(f"{detail} {digest}" for detail, digest in AuditEntry.objects.values_list("detail", "digest"))
        assert PHONE not in told
        assert NUMBER not in told

    @invariant()
    def nobody_wrote_outside_their_scope(self) -> None:
        for name, actor in self.people:
            written = AuditEntry.objects.filter(actor=str(actor)).values_list("region", flat=True).distinct()
            for region in written:
                assert any(contains(grant.region, region) for grant in actor.grants), (name, region)


@pytest.mark.django_db
def test_anybody_presses_anything_in_any_order(people: People, house: Place, next_house: Place) -> None:
    District.people, District.standing = people, {"house": house, "next_house": next_house}
    District.resident = resident = Person.objects.create(
        name="王小明",
        region=house.region,
        id_fingerprint=personal.fingerprint(NUMBER),
        id_last4=NUMBER[-4:],
        id_cipher=personal.encrypt(NUMBER),
        phone=personal.encrypt(PHONE),
        phone_masked="138******34",
    )
    household = Household.objects.create(region=house.region, number="0001", head=resident)
    HouseholdMember.objects.create(household=household, person=resident, relation="户主")
    Holding.objects.create(household=household, place=house)
    run_state_machine_as_test(
        District,
        settings=settings(
            max_examples=CASES,
            stateful_step_count=PRESSES,
            phases=(Phase.generate,),  # making a failing order shorter takes many minutes
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
