"""Press anything in any order: no hour counts twice, and nobody is on duty without a certificate and a training."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hemei.core.access import At, scope_of
from hemei.core.errors import Mistaken
from hemei.programmes.craftsmen.actions.people import Paper, issue_card, record_certificate, revoke_certificate
from hemei.programmes.craftsmen.actions.training import Lesson, attend, call_off, plan_session, strike
from hemei.programmes.craftsmen.actions.worksite import NewSite, finish_site, open_site, post
from hemei.programmes.craftsmen.models import Attendance, Certificate, Craftsman, DutyCard, Posting, Session
from hemei.programmes.craftsmen.queries.people import counted
from hemei.programmes.craftsmen.queries.training import minutes_of
from hemei.programmes.craftsmen.queries.worksites import on_duty
from hemei.terms.day import day_of, months_later, today
from tests.conftest import TOWNSHIP, VILLAGE, People
from tests.programmes.craftsmen.conftest import craftsman_named

KINDS = ["paper", "revoke", "sit", "sit", "come", "come", "come", "strike", "call_off", "card", "post", "finish"]
LIFE = [("paper", 0, 5, 0), ("sit", 0, 0, 0), ("come", 0, 0, 0), ("card", 0, 0, 0), ("post", 0, 0, 0)]
lives = st.sampled_from([[], LIFE[:3], LIFE, LIFE])
presses = st.lists(
    st.tuples(
        st.sampled_from(
            ["paper", "revoke", "sit", "sit", "come", "come", "come", "strike", "call_off", "card", "post", "finish"]
        ),
        st.integers(0, 1),  # which of the two craftsmen
        st.integers(-3, 3),  # half hours, days or tens of days
        st.integers(0, 2),  # which of what there is
    ),
    min_size=6,
    max_size=20,
)


class Desk:
    """Two craftsmen, a site, and whoever presses."""

    def __init__(self, people: People) -> None:
        self.people, self.by = people, people.township
        self.crew = [craftsman_named(f"工匠{n}", phone=f"1380000000{n}") for n in range(2)]
        self.site = open_site(
            where=At(VILLAGE, "craftsmen"), site=NewSite("工地", "public", today() - timedelta(days=90)), by=self.by
        )
        self.papers = 0

    def press(self, what: str, who: int, number: int, which: int) -> None:
        getattr(self, what)(self.crew[who], number, which)

    def paper(self, one: Craftsman, days: int, _which: int) -> None:
        self.papers += 1
        paper = Paper("学校", f"证{self.papers}", today() - timedelta(days=61), today() + timedelta(days=10 * days))
        record_certificate(craftsman=one, paper=paper, by=self.by)

    def revoke(self, one: Craftsman, _days: int, which: int) -> None:
        for row in list(Certificate.objects.filter(craftsman=one).order_by("pk"))[which : which + 1]:
            revoke_certificate(certificate=row, why="x", by=self.by)

    def sit(self, _one: Craftsman, halves: int, which: int) -> None:
        starts = timezone.now() + timedelta(minutes=30 * halves)
        lesson = Lesson("课", ["basic", "skill", "practice"][which % 3], "站", starts, starts + timedelta(minutes=90))
        plan_session(where=At(TOWNSHIP, "craftsmen"), lesson=lesson, by=self.by)

    def come(self, one: Craftsman, _number: int, which: int) -> None:
        for held in list(Session.objects.order_by("pk"))[which : which + 1]:
            attend(session=held, craftsman=one, how="desk", at=max(held.starts, timezone.now()), by=self.by)

    def strike(self, one: Craftsman, _number: int, which: int) -> None:
        for row in list(Attendance.objects.filter(craftsman=one).order_by("pk"))[which : which + 1]:
            strike(attendance=row, why="x", by=self.by)

    def call_off(self, _one: Craftsman, _number: int, which: int) -> None:
        for held in list(Session.objects.order_by("pk"))[which : which + 1]:
            call_off(session=held, why="x", by=self.by)

    def card(self, one: Craftsman, _number: int, _which: int) -> None:
        issue_card(craftsman=one, by=self.by)

    def post(self, one: Craftsman, days: int, _which: int) -> None:
        for row in DutyCard.objects.filter(craftsman=one).order_by("-pk")[:1]:
            post(place=self.site, card=row.number, starts=today() - timedelta(days=abs(days)), lead=False, by=self.by)

    def finish(self, _one: Craftsman, _number: int, which: int) -> None:
        if which == 0:
            finish_site(place=self.site, on=today(), by=self.by)


def covered(one: Craftsman) -> int:
    """The minutes of the clock that somebody was at a session: each minute once, told by walking along the day."""
    spans = counted(Attendance.objects.filter(craftsman=one)).values_list("session__starts", "session__ends")
    minutes: set[int] = set()
    for starts, ends in spans:
        first = int(starts.timestamp()) // 60
        minutes.update(range(first, first + int((ends - starts).total_seconds()) // 60))
    return len(minutes)


def fit(one: Craftsman, on: date) -> bool:
    """The rule once more, read straight from the rows."""
    papers = Certificate.objects.filter(craftsman=one, issued_on__lte=on, valid_to__gte=on)
    valid = any(row.revoked_on is None or row.revoked_on > on for row in papers)
    ends = counted(Attendance.objects.filter(craftsman=one)).values_list("session__ends", flat=True)
    return valid and any(day_of(end) <= on <= months_later(day_of(end), 36) for end in ends)


@settings(
    max_examples=40, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(lives, presses)
def test_whatever_is_pressed(people: People, before, pressed) -> None:
    with transaction.atomic():
        try:
            in_that_order(Desk(people), before + pressed)
        finally:
            transaction.set_rollback(True)


def in_that_order(desk: Desk, pressed) -> None:
    within = scope_of(desk.by, "craftsman.view")
    for what, *how in pressed:
        with contextlib.suppress(Mistaken):
            desk.press(what, *how)
        there = {row.craftsman_id for row in on_duty(within=within, on=today(), place=desk.site)}
        named = Posting.objects.filter(place=desk.site).exclude(ends__lt=today()).select_related("craftsman")
        assert there == {row.craftsman_id for row in named if fit(row.craftsman, today())}
        for one in desk.crew:
            assert sum(minutes_of(one, within=within).values()) == covered(one)
    for one in desk.crew:
        cards = list(DutyCard.objects.filter(craftsman=one, revoked_on=None))
        assert len(cards) <= 1
        assert all(card.certificate.revoked_on is None for card in cards)
    assert all(row.starts <= today() for row in Posting.objects.all())
