"""Any sequence of presses, by any persons, in any order: what must hold, holds."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hemei.core.access import Refused, Scope
from hemei.core.actions.case import STEPS, Brought
from hemei.core.errors import Mistaken
from hemei.core.lifecycle import LIFE, Life, MalformedLife, State, Step
from hemei.core.models import AuditEntry, CaseStep, Place
from hemei.core.queries.verify import faults
from hemei.core.queries.zero import zero
from hemei.terms.day import today
from tests.conftest import DISTRICT, People, brought, days_ago, photo
from tests.core.actions.test_case import CRACK, LEANING, found

PERSONS = ["village", "second_in_village", "grid", "next_village", "township", "district", "neighbour", "appraiser"]
presses = st.lists(
    st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(PERSONS), st.sampled_from(["repair", "seal", ""])),
    min_size=1,
    max_size=14,
)


def everything_that_could_be_needed(people: People, case, remedy: str) -> Brought:
    return brought(note="现场看过", files=[photo()], unit=case.unit, remedy=remedy, witnesses=["甲", "乙"])


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(sequence=presses, urgent=st.booleans())
def test_no_order_of_presses_breaks_a_case(
    house: Place, people: People, sequence: list[tuple[str, str, str]], urgent: bool
) -> None:
    with transaction.atomic():
        case = found(house, people, LEANING if urgent else CRACK, days=3)
        taken = 2
        for verb, who, remedy in sequence:
            before = case.state
            try:
                STEPS[verb](
                    case=case, by=getattr(people, who), brought=everything_that_could_be_needed(people, case, remedy)
                )
            except (Refused, Mistaken):
                case.refresh_from_db()
                assert case.state == before
            else:
                taken += 1
        steps = list(case.steps.order_by("id"))
        assert len(steps) == taken == AuditEntry.objects.filter(subject=f"case:{case.pk}").count()
        if case.state == "accepted":
            accepted = steps[-1]
            remedied = [step for step in steps if step.verb == "case.remedy"][-1]
            assert accepted.actor != remedied.actor
            assert accepted.evidence.exists()
        assert not CaseStep.objects.filter(actor__in=[str(people.neighbour), str(people.next_village)]).exists()
        board = zero(within=Scope.of(DISTRICT), region=DISTRICT, on=today()).total
        assert board.open == (case.state in LIFE.open_states)
        assert list(faults(within=Scope.of(DISTRICT))) == []
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("states", "steps", "beginnings"),
    [
        ([State("a", "a"), State("b", "b", ending=True)], [], {"a"}),  # no way out
        ([State("a", "a"), State("b", "b", ending=True)], [Step("x", "x", frozenset({"a"}), "c")], {"a"}),
        (
            [State("a", "a"), State("b", "b", ending=True)],
            [Step("x", "x", frozenset({"a"}), "b"), Step("y", "y", frozenset({"b"}), "a")],
            {"a"},
        ),
        ([State("a", "a", ending=True), State("b", "b", ending=True)], [], {"a"}),  # b is never reached
        ([State("a", "a", ending=True), State("a", "a", ending=True)], [], {"a"}),
    ],
)
def test_a_malformed_life_is_refused_when_made(states, steps, beginnings) -> None:
    with pytest.raises(MalformedLife):
        Life(tuple(states), tuple(steps), frozenset(beginnings))


def test_every_step_of_the_life_can_be_taken_by_somebody() -> None:
    assert set(STEPS) == {step.verb for step in LIFE.steps}


def test_late_news_do_not_rewrite_what_was_known(house: Place, people: People) -> None:
    case = found(house, people, days=9)
    STEPS["case.remedy"](case=case, by=people.grid, brought=brought(days_ago(5), remedy="repair", files=[photo()]))
    before = zero(within=Scope.of(DISTRICT), region=DISTRICT, on=days_ago(1).date(), known=days_ago(1).date()).total
    STEPS["case.accept"](case=case, by=people.village, brought=brought(days_ago(2), files=[photo()]))
    after = zero(within=Scope.of(DISTRICT), region=DISTRICT, on=days_ago(1).date(), known=days_ago(1).date()).total
    assert before == after
