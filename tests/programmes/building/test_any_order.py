"""Press anything in any order: nothing is approved with a failing gate, nor by whoever filed it; history only grows."""

from __future__ import annotations

import contextlib

from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hemei.core.access import Actor, Refused
from hemei.core.errors import Mistaken
from hemei.programmes.building.actions.review import ask_set_aside, opine, settle_on_site, sign_set_aside
from hemei.programmes.building.life import LIFE
from hemei.programmes.building.models import OnSite, Permit, PermitStep, SetAside
from hemei.programmes.building.queries.standing import stood
from hemei.terms.verdict import Outcome
from tests.conftest import People
from tests.programmes.building.conftest import BUILT, MEETING, NUMBERS, OFFICES, Way, applied, household_of, step

PLOTS = (120.0, 260.0)
GATES = ("building.G02", "building.G05", "building.G08", "building.G12")
DATA = {
    "agree": MEETING,
    "approve": NUMBERS,
    "set_out": {"firm": "公司"},
    "inspect": {"stage": "基础"},
    "accept": {"as_built": BUILT},
    "refuse": {"clause": "条", "document": "号", "appeal": "复议"},
    "lapse": {"document": "号"},
}
PRESSES = [step.verb.partition(".")[2] for step in LIFE.steps]
FORWARD = ["agree", "publicise", "close_notice", "village_review", "opine", "visit", "town_review", "settle", "approve"]
presses = st.lists(
    st.tuples(
        st.sampled_from([*PRESSES, *FORWARD, "approve", "settle", "ask", "sign", "ask", "sign"]),
        st.integers(0, 2),  # who presses
        st.integers(0, 3),  # which gate
    ),
    min_size=4,
    max_size=16,
)


class Desk:
    """One application, three people who may do anything a township may, and a village."""

    def __init__(self, people: People, way: Way, filer: int, plot: float) -> None:
        self.people, self.way = people, way
        self.officers = [people.township, way.second, people.village]
        self.permit = applied(people, household_of(), by=self.officers[filer], plot_m2=plot)

    def press(self, what: str, by: Actor, gate: str) -> None:
        permit = self.permit
        match what:
            case "opine":
                for office in OFFICES:
                    opine(permit=permit, office=office, said="agrees", note="", by=by)
            case "visit":
                self.way.visit(permit, 0)
            case "settle":
                self.way.settle(permit)
                settle_on_site(permit=permit, gate=gate, outcome="fail", note="x", by=by)
            case "ask":
                ask_set_aside(permit=permit, gate=gate, document="文", reason="由", by=by)
            case "sign":
                sign_set_aside(permit=permit, gate=gate, by=by)
            case "resubmit":
                filed = PermitStep.objects.filter(permit=permit, verb="permit.apply").get().data["filed"]
                other = PLOTS[0] if permit.plot_m2 == PLOTS[1] else PLOTS[1]
                step(permit, what, by, filed=filed | {"plot_m2": other})
            case _:
                step(permit, what, by, **DATA.get(what, {}))


def open_at_the_gates(permit: Permit) -> bool:
    """The rule once more, from the rows: each failure signed by two, each unknown that decides settled as passing."""
    for one in stood(permit, before="permit.approve"):
        signed = SetAside.objects.filter(permit=permit, gate=one.passage.gate.id, was=one.was, signed_at__isnull=False)
        by_two = any(row.asked_by != row.signed_by for row in signed)
        looked = OnSite.objects.filter(permit=permit, gate=one.passage.gate.id, was=one.was).order_by("pk").last()
        outcome = one.passage.answer.outcome
        if outcome is Outcome.UNKNOWN and looked:
            outcome = Outcome(looked.outcome)
        if outcome is Outcome.FAIL and not by_two:
            return False
        if outcome is Outcome.UNKNOWN and one.passage.answer.decides:
            return False
    return True


@settings(
    max_examples=40, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.integers(0, 2), st.sampled_from(PLOTS), st.booleans(), presses)
def test_whatever_is_pressed(people: People, way: Way, filer: int, plot: float, far: bool, pressed) -> None:
    with transaction.atomic():
        try:
            desk = Desk(people, way, filer, plot)
            if far:
                with contextlib.suppress(Mistaken):
                    way.to_town(desk.permit)
            in_that_order(desk, pressed)
        finally:
            transaction.set_rollback(True)


def in_that_order(desk: Desk, pressed) -> None:
    history: list[dict] = []
    for what, who, which in pressed:
        before = desk.permit.state
        with contextlib.suppress(Mistaken, Refused), transaction.atomic():
            desk.press(what, desk.officers[who], GATES[which])
        permit = desk.permit = Permit.objects.get(pk=desk.permit.pk)
        steps = list(PermitStep.objects.filter(permit=permit).order_by("pk").values())
        assert steps[: len(history)] == history
        history = steps
        if permit.state == "approved" and before != "approved":
            assert open_at_the_gates(permit)
            approver = steps[-1]["actor"]
            assert approver not in {one["actor"] for one in steps if one["verb"] in ("permit.apply", "permit.resubmit")}
            assert permit.number
        walked = [one["to_state"] for one in steps]
        assert ("approved" in walked) >= bool({"set_out", "building", "accepted", "registered"} & set(walked))
