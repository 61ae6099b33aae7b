"""A batch says of every check what became of it, and gives what one by one would have given."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hemei.core.access import At, Refused, scope_of
from hemei.core.actions.check import Answered, submit_check
from hemei.core.actions.checkbatch import submit_checks
from hemei.core.actions.round import RoundDraft, plan_round, publish_round
from hemei.core.errors import Conflict
from hemei.core.models import AuditEntry, Case, Check, Due
from tests.conftest import VILLAGE, build_house, days_ago, photo

LEANS = {"wall_leaning": "yes", "corner_gap": "no"}
AT = days_ago(0.01)


def well(instance: str, **said: Any) -> Answered:
    return Answered(**{"instance_id": instance, "form": "houses.selfcheck", "answers": {}, "at": AT, **said})


def send(by, *sent):
    places = [(place.pk if place else 0, answered) for place, answered in sent]
    return submit_checks(sent=places, by=by, within=scope_of(by, "place.view"))


def test_each_check_has_its_own_outcome(house, next_house, people) -> None:
    outcomes = send(
        people.grid,
        (house, well("a")),
        (house, well("b", answers=LEANS)),
        (next_house, well("c")),
        (house, well("d", form="houses.nothing")),
        (house, well("e", at=days_ago(-3))),
        (house, well("f", answers={"wall_leaning": "perhaps"})),
        (house, well("g", files=[photo()])),
        (house, well("h", replaces="a", answers=LEANS)),
        (house, well("i", form="houses.patrol")),
        (None, well("j")),
    )
    assert [outcome.instance_id for outcome in outcomes] == list("abcdefghij")
    assert [outcome.check is not None for outcome in outcomes] == [True, True, *[False] * 4, True, True, False, False]
    assert outcomes[1].cases == outcomes[7].cases == [Case.objects.get().pk]
    codes = [getattr(outcome.refused, "code", None) for outcome in outcomes]
    assert codes == [None, None, "no_such_place", "unknown_form", "future", "answer", None, None, None, "no_such_place"]
    assert isinstance(outcomes[8].refused, Refused)
    assert set(Check.objects.values_list("instance_id", flat=True)) == {"a", "b", "g", "h"}
    assert AuditEntry.objects.filter(verb="check.submit").count() == 4


def test_sent_again_it_repeats_nothing(house, people) -> None:
    sent = [(house, well("a")), (house, well("b", answers=LEANS))]
    first = send(people.grid, *sent)
    entries = AuditEntry.objects.count()
    again = send(people.grid, *sent)
    assert [outcome.repeated for outcome in again] == [True, True]
    assert [(outcome.check, outcome.cases) for outcome in again] == [(o.check, o.cases) for o in first]
    assert AuditEntry.objects.count() == entries


def test_the_same_instance_twice_in_one_batch(house, people) -> None:
    same, other = send(people.grid, (house, well("a")), (house, well("a")), (house, well("a", on_behalf="户主")))[1:]
    assert same.repeated
    assert isinstance(other.refused, Conflict)
    assert Check.objects.count() == 1


def test_it_stores_what_one_by_one_stores(house, people) -> None:
    other = build_house(label="河边二号")
    send(people.grid, (house, well("a")))
    submit_check(place=other, answered=well("b"), by=people.grid)
    in_batch, alone = (Check.objects.filter(instance_id=name).values().get() for name in ("a", "b"))
    for column in ("id", "instance_id", "place_id", "recorded_at"):
        del in_batch[column], alone[column]
    assert in_batch == alone
    entries = AuditEntry.objects.filter(verb="check.submit").order_by("id")
    assert [sorted(entry.detail) for entry in entries] == [["channel", "findings", "place", "tier"]] * 2


def test_what_was_due_is_done(house, people) -> None:
    today = AT.date()
    draft = RoundDraft("自查", "houses", "self", VILLAGE, today - timedelta(days=3), today + timedelta(days=30))
    turn = plan_round(where=At(VILLAGE, "houses"), draft=draft, by=people.township)
    publish_round(turn=turn, by=people.township)
    assert Due.objects.filter(done_at=None).count() == 1
    outcome = send(people.grid, (house, well("a")))[0]
    due = Due.objects.get()
    assert (due.check_made_id, due.done_at) == (outcome.check, AT)


def test_a_hundred_plain_checks_take_a_handful_of_statements(people, django_assert_max_num_queries) -> None:
    places = [build_house(label=f"第{number}户") for number in range(100)]
    with django_assert_max_num_queries(12):
        outcomes = send(people.grid, *((place, well(f"n{place.pk}")) for place in places))
    assert all(outcome.check for outcome in outcomes)


def test_outside_the_scope_nothing_is_told(house, people) -> None:
    outcomes = send(people.neighbour, (house, well("a")), (None, well("b")))
    assert str(outcomes[0].refused) == str(outcomes[1].refused)
