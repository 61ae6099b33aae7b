"""Gates cannot be walked round: every step is posted straight at its address by everybody, in every state, with the
gates failing, with whole forms and with forged ones; and the API is asked by every method.

In the suite every kind of work tries all that a gate alone holds back, and a share of the rest, so that all kinds
together try everything once. With `HEMEI_CASES` set (`make fuzz`) every kind tries everything.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from hemei.core.access import At
from hemei.core.actions.parameter import set_parameter
from hemei.core.models import HouseholdMember, Person
from hemei.programmes.building.actions.review import ask_set_aside, opine, sign_set_aside
from hemei.programmes.building.gates import GATES
from hemei.programmes.building.life import LIFE
from hemei.programmes.building.models import OnSite, Permit, SetAside
from hemei.programmes.building.queries.standing import stood
from hemei.programmes.control import keeping
from hemei.terms.day import today
from hemei.terms.verdict import Outcome
from tests.conftest import DISTRICT, People
from tests.programmes.building.besieged import (
    FROM,
    INSIDERS,
    LATER,
    MAY,
    SPOILT,
    WORKS,
    Spoilt,
    actors,
    all_wrong,
    forged,
    permit_of,
    picture,
    put_right,
    whole,
)
from tests.programmes.building.conftest import BEGAN, BUILT, NUMBERS, OFFICES, Way, step
from tests.programmes.building.test_pages import client_of

VERBS = [one.verb.partition(".")[2] for one in LIFE.steps]
EVERYTHING = "HEMEI_CASES" in os.environ
OUTSIDERS = (
    "inspector", "appraiser", "administrator", "auditor", "next_village", "other_township", "neighbour", "nobody",
)  # fmt: skip
SAID = {"document": "青石镇纪要〔2026〕3号", "reason": "地形所限"}


@pytest.fixture(autouse=True)
def _rules_apart(settings, tmp_path: Path) -> Iterator[None]:
    settings.VAR = tmp_path / "var"
    settings.VAR.mkdir()
    yield
    keeping.forget()


@contextmanager
def undone() -> Iterator[None]:
    """What is done within is as if it had not been."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def as_it_stands(permit: Permit) -> tuple[Any, ...]:
    row = Permit.objects.get(pk=permit.pk)
    signed = SetAside.objects.filter(permit=permit, signed_at__isnull=False).count()
    on_site = OnSite.objects.filter(permit=permit).count()
    return row.state, row.number, row.approved_on, row.steps.count(), signed, on_site


class Siege:
    """One application of a kind, and everybody before it."""

    def __init__(self, work: str, people: People, way: Way, *, stages: bool = True) -> None:
        self.people, self.way = people, way
        way.reviewer = way.second  # for the township's own clerk files them
        self.permit = permit_of(work, people, stages=stages)
        self.good = Permit.objects.get(pk=self.permit.pk)
        self.other = permit_of(work, people, "石有粮", "2")
        way.to_town(self.other)
        with_plot = "building.G02"
        Permit.objects.filter(pk=self.other.pk).update(plot_m2=260.0)
        ask_set_aside(permit=self.other, gate=with_plot, by=people.township, **SAID)
        sign_set_aside(permit=self.other, gate=with_plot, by=people.district)
        self.who = actors(people, way)
        self.clients = {name: client_of(actor) for name, actor in self.who.items()}
        self.forged = forged(self.other)
        self.turn = self.tried = 0

    def at(self, path: str) -> str:
        return f"/building/{self.permit.pk}/{path}"

    def posted(self, who: str, path: str, said: dict[str, Any]) -> HttpResponse:
        answer = self.clients[who].post(self.at(path), said)
        self.tried += 1
        assert answer.status_code in (302, 403, 404, 422), (who, path, answer.status_code)
        return answer

    def everybody(self, state: str, *blocked: str) -> None:
        """Everybody posts every step. What is expected by hand happens, and nothing else."""
        before = as_it_stands(self.permit)
        assert before[0] == state
        others = as_it_stands(self.other)
        self.turn += 1
        for number, who in enumerate((*INSIDERS, *OUTSIDERS)):
            for verb in VERBS:
                possible = who in MAY[verb] and state in FROM[verb]
                allowed = possible and verb not in blocked
                if not (possible and blocked) and not self.mine(number, verb):
                    continue
                with undone():
                    self.posted(who, f"steps/{verb}/", self.forged | whole(self.permit, verb))
                    after = as_it_stands(self.permit)
                    assert (after != before) is allowed, (state, who, verb, after)
                    if not allowed:
                        assert after == before
                    elif "approve" in blocked:
                        assert after[0] not in LATER
                    assert as_it_stands(self.other) == others

    def mine(self, number: int, verb: str) -> bool:
        """Whether this kind of work tries it: of those who have nothing to do here one step a turn."""
        share = number + VERBS.index(verb) + self.turn
        kind = WORKS.index(self.permit.work)
        one_in = len(WORKS) if number < len(INSIDERS) else len(VERBS)
        return EVERYTHING or share % one_in == kind


def walk(siege: Siege, see: Callable[..., None], way: Way, people: People) -> None:
    """One application through its states with all gates failing up to the decision, then on; `see` at every turn."""
    permit, village, day = siege.permit, people.village, BEGAN
    all_wrong(permit)
    see("applied")
    step(permit, "agree", village, on=day + timedelta(1), convened="group", entitled=30, present=24, in_favour=23)
    all_wrong(permit)
    see("agreed")
    step(permit, "publicise", village, on=day + timedelta(2))
    see("publicised", "village_review")
    step(permit, "close_notice", village, on=day + timedelta(9), objections="李家说挡路")
    see("publicised", "village_review", "close_notice")
    step(permit, "close_notice", village, on=day + timedelta(9), settled="让出一米")
    see("publicised")
    step(permit, "village_review", village, on=day + timedelta(10))
    see("village_reviewed", "town_review")
    for office in OFFICES:
        opine(permit=permit, office=office, said="agrees", note="", by=people.township)
    see("village_reviewed", "town_review")
    way.visit(permit, 0)
    step(permit, "town_review", way.second, on=day + timedelta(13))
    all_wrong(permit)
    see("town_reviewed", "approve")
    with undone():
        step(permit, "return", people.township, on=day + timedelta(14))
        see("returned")
    put_right(permit, siege.good)
    permit.refresh_from_db()
    way.settle(permit)
    step(permit, "approve", way.second, on=day + timedelta(15), **NUMBERS)
    see("approved", "set_out")
    way.visit(permit, 1)
    see("approved", "set_out")
    step(permit, "set_out", people.township, on=day + timedelta(22), firm="云岭农房建设公司")
    see("set_out")
    step(permit, "start", people.township, on=day + timedelta(23))
    see("building", "accept")
    for number, stage in enumerate(("基础", "主体", "屋面")):
        step(permit, "inspect", people.township, on=day + timedelta(24 + number), stage=stage)
    see("building", "accept")
    way.visit(permit, 2)
    step(permit, "mend", people.township, on=day + timedelta(30), note="屋面漏水")
    see("building", "accept")
    step(permit, "inspect", people.township, on=day + timedelta(31), stage="屋面")
    see("building")
    step(permit, "accept", way.second, on=day + timedelta(40), as_built=BUILT)
    see("accepted")
    step(permit, "register", people.township)
    see("registered")


def test_every_gate_is_made_to_fail_here() -> None:
    before_approval = {one.id for one in GATES if one.before == "permit.approve"}
    assert {one.gate for one in SPOILT} | {"building.G15"} == before_approval
    assert set(MAY) == set(FROM) == set(VERBS)


@pytest.mark.parametrize("work", WORKS)
def test_no_address_leads_past_a_gate(work: str, people: People, way: Way) -> None:
    where = At(DISTRICT, "building")
    key = "building.craftsman.gate"
    set_parameter(where=where, key=key, value="拦住", starts=today(), document="区办", by=people.district)
    siege = Siege(work, people, way)
    walk(siege, siege.everybody, way, people)
    assert siege.turn == 18
    assert siege.tried > 17 * 17


@pytest.fixture(params=WORKS)
def reviewed(request: pytest.FixtureRequest, people: People, way: Way) -> Siege:
    """An application of each kind that waits for the approval, and at whose gates nothing stands in the way."""
    siege = Siege(request.param, people, way)
    way.to_town(siege.permit)
    way.settle(siege.permit)
    assert not [one for one in stood(siege.permit, before="permit.approve") if one.blocks]
    return siege


def gate_of(permit: Permit, key: str):
    return next(one for one in stood(Permit.objects.get(pk=permit.pk)) if one.passage.gate.id == key)


def test_each_failing_gate_alone_stops_every_approval_until_two_set_it_aside(reviewed: Siege) -> None:
    siege, work = reviewed, reviewed.permit.work
    asked = [one for one in SPOILT if work in one.works]
    assert len(asked) >= 11
    for number, one in enumerate(asked):
        with undone():
            one.spoil(siege.permit, siege.people)
            strangers = ["village", "grid", *OUTSIDERS]
            stopped(siege, one, strangers if EVERYTHING else [strangers[(number + n) % 10] for n in (0, 4)])


def stopped(siege: Siege, one: Spoilt, strangers: list[str]) -> None:
    permit, gate = siege.permit, f"gates/{one.gate}/"
    assert gate_of(permit, one.gate).outcome is Outcome.FAIL, one.gate
    standing = stood(Permit.objects.get(pk=permit.pk), before="permit.approve")
    assert [there.passage.gate.id for there in standing if there.blocks] == [one.gate]
    before = as_it_stands(permit)

    def nothing(who: str, path: str, **said: Any) -> HttpResponse:
        answer = siege.posted(who, path, said)
        assert as_it_stands(permit) == before, (one.gate, who, path, said)
        return answer

    def approve() -> HttpResponse:
        return nothing("second", "steps/approve/", **(siege.forged | NUMBERS | {"photo": picture()}))

    said = approve().content.decode()
    assert "还不能批准" in said
    assert str(gate_of(permit, one.gate).passage.gate.title) in said
    nothing("second", f"{gate}sign/", **siege.forged)  # nobody has asked
    nothing("township", f"{gate}set-aside/", **(SAID | {"document": "  "}))
    nothing("township", f"{gate}set-aside/", **(SAID | {"reason": ""}))
    nothing("township", f"{gate}on-site/", outcome="pass", note="量过")  # it is no unknown
    for who in strangers:
        assert nothing(who, f"{gate}set-aside/", **SAID).status_code in (403, 404), who
    approve()
    nothing("township", f"{gate}set-aside/", **(siege.forged | SAID))
    assert permit.set_aside.filter(gate=one.gate, signed_at=None).count() == 1
    assert "另一人签" in nothing("township", f"{gate}sign/", **siege.forged).content.decode()
    for who in strangers:
        assert nothing(who, f"{gate}sign/", **siege.forged).status_code in (403, 404), who
    approve()
    assert siege.posted("district", f"{gate}sign/", {"go": "1"}).status_code == 302
    assert gate_of(permit, one.gate).is_set_aside
    for who in ("township", "district", *strangers):
        with undone():
            siege.posted(who, "steps/approve/", NUMBERS | {"photo": picture()})
            assert as_it_stands(permit)[0] == "town_reviewed", who
    assert siege.posted("second", "steps/approve/", NUMBERS | {"photo": picture()}).status_code == 302
    assert as_it_stands(permit)[0] == "approved"


def test_a_relocation_without_its_stages_is_stopped_likewise(people: People, way: Way) -> None:
    siege = Siege("ecological", people, way, stages=False)
    way.to_town(siege.permit)
    way.settle(siege.permit)
    stopped(siege, Spoilt("building.G15", lambda permit, people: None), ["village", "grid", *OUTSIDERS])


def test_no_day_or_time_opens_a_gate(people: People, way: Way) -> None:
    """In the future, before the last step, long ago, or no day at all."""
    siege = Siege("new", people, way)
    wrong = [
        "2999-01-01T08:00",
        "1949-10-01T08:00",
        "2026-02-30T08:00",
        "0000-00-00",
        "昨天",
        "-1",
        "x" * 100_000,
        "\x00",
    ]
    seen: list[str] = []

    def see(state: str, *blocked: str) -> None:
        seen.append(state)
        before = as_it_stands(siege.permit)
        last = siege.permit.steps.order_by("-id").first()
        assert last is not None
        earlier = timezone.localtime(last.at - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
        for verb in VERBS:
            if state not in FROM[verb] or verb == "resubmit":
                continue
            some = wrong if EVERYTHING else [wrong[len(seen) % len(wrong)]]
            for at in (*some, earlier):
                with undone():
                    siege.posted(sorted(MAY[verb])[0], f"steps/{verb}/", whole(siege.permit, verb) | {"at": at})
                    assert as_it_stands(siege.permit) == before, (state, verb, at)

    walk(siege, see, way, people)
    assert len(seen) == 18


def test_a_notice_does_not_begin_before_its_photo_was_taken(people: People, way: Way) -> None:
    siege = Siege("new", people, way)
    step(siege.permit, "agree", people.village, on=BEGAN, convened="group", entitled=30, present=24, in_favour=23)
    posted = {"at": "2026-03-04T08:00", "note": "村口", "photo": picture(), "device_time": timezone.now().isoformat()}
    answer = siege.posted("village", "steps/publicise/", posted | {"source": "camera"})
    assert "晚于填的张榜时间" in answer.content.decode()
    assert as_it_stands(siege.permit)[0] == "agreed"


def test_a_visit_counts_in_its_turn_only(people: People, way: Way) -> None:
    siege = Siege("new", people, way)
    permit = siege.permit
    for number in range(3):
        way.visit(permit, number)  # all three on the day of the application
    way.to_town(permit)
    way.settle(permit)
    step(permit, "approve", way.second, on=BEGAN + timedelta(15), **NUMBERS)
    answer = siege.posted("township", "steps/set_out/", {"firm": "公司", "note": "放线", "photo": picture()})
    assert "开工前丈量批放：登记的到场早于" in answer.content.decode()
    way.visit(permit, 1)
    assert siege.posted("township", "steps/set_out/", {"firm": "公司", "photo": picture()}).status_code == 302


def test_nobody_of_the_household_decides_by_any_address(people: People, way: Way) -> None:
    siege = Siege("new", people, way)
    permit = siege.permit
    way.to_town(permit)
    way.settle(permit)
    Permit.objects.filter(pk=permit.pk).update(plot_m2=260.0, forest="")
    for name in ("second", "district", "township"):
        person = Person.objects.create(name=siege.who[name].name, region=permit.region)
        HouseholdMember.objects.create(household=permit.household, person=person)
    own = "自己家的申请请由另一人办理"
    at_gate = "gates/building.G02/"
    assert own in siege.posted("second", "steps/approve/", NUMBERS).content.decode()
    for who in ("second", "district", "township"):
        assert own in siege.posted(who, f"{at_gate}set-aside/", SAID).content.decode(), who
        said = {"outcome": "pass", "note": "量过"}
        assert own in siege.posted(who, "gates/building.G06/on-site/", said).content.decode(), who
    ask_set_aside(permit=permit, gate="building.G02", by=people.second_in_district, **SAID)
    for who in ("second", "district", "township"):
        assert own in siege.posted(who, f"{at_gate}sign/", {"go": "1"}).content.decode(), who
    assert not SetAside.objects.filter(permit=permit, signed_at__isnull=False).exists()


def test_nothing_but_a_post_of_the_form_takes_a_step(people: People, way: Way) -> None:
    siege = Siege("new", people, way)
    way.to_town(siege.permit)
    way.settle(siege.permit)
    addresses = [siege.at(f"steps/{verb}/") for verb in VERBS]
    addresses += [siege.at(f"gates/building.G02/{what}/") for what in ("set-aside", "sign", "on-site")]
    addresses += [siege.at("opinions/add/"), siege.at("visits/add/"), siege.at("")]
    sent_by_others(siege, siege.clients["second"], addresses)


def test_the_api_reads_permits_and_no_method_changes_one(people: People, way: Way) -> None:
    siege = Siege("new", people, way)
    way.to_town(siege.permit)
    way.settle(siege.permit)
    pk = siege.permit.pk
    addresses = ["/api/records/permit", f"/api/records/permit/{pk}"]
    addresses += [f"/api/records/permit/{pk}/{tail}" for tail in ("approve", "steps", "steps/approve", "set-aside")]
    addresses += [f"/api/permits/{pk}/approve", f"/api/steps/permit/{pk}", f"/api/cases/{pk}/steps"]
    for who in siege.clients if EVERYTHING else ("second", "grid", "nobody"):
        client = siege.clients[who]
        sent_by_others(siege, client, addresses, "post")
        answer = client.post(addresses[1], {"state": "approved"}, content_type="application/json")
        assert answer.status_code in (403, 405)


METHODS = ("get", "head", "options", "put", "patch", "delete", "trace")


def sent_by_others(siege: Siege, client: Client, addresses: list[str], *more: str) -> None:
    """Every method, with what would approve it in the address and in the body: nothing changes, nothing breaks."""
    before, others = as_it_stands(siege.permit), as_it_stands(siege.other)
    body = NUMBERS | {"state": "approved", "outcome": "pass", "note": "属实", "number": "429999103-2026-0099"}
    for address in addresses:
        for method in (*METHODS, *more):
            told = {"query_params": body} if method in ("get", "head", "trace") else {"data": body}
            kind = {} if method in ("get", "head", "trace") else {"content_type": "application/json"}
            answer = getattr(client, method)(address, **told, **kind)
            assert answer.status_code < 500, (method, address)
            assert as_it_stands(siege.permit) == before, (method, address)
    assert as_it_stands(siege.other) == others
