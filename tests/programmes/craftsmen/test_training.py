"""Training: who came, and that no hour counts twice."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hemei.core.access import Refused
from hemei.core.errors import Mistaken
from hemei.core.signing import bearer, slip
from hemei.programmes.craftsmen.actions.training import attend, call_off, strike
from hemei.programmes.craftsmen.models import Attendance, Craftsman, Session
from hemei.programmes.craftsmen.queries.people import standings
from hemei.programmes.craftsmen.queries.training import minutes_of
from hemei.terms.day import today
from tests.conftest import OTHER_DISTRICT, OTHER_TOWNSHIP, People
from tests.programmes.craftsmen.conftest import certified, craftsman_named, sitting


def come(one: Craftsman, held: Session, by, **more) -> Attendance:
    return attend(session=held, craftsman=one, how="desk", at=more.get("at", timezone.now()), by=by)


def scope_of(people: People):
    from hemei.core.access import scope_of as reach

    return reach(people.township, "craftsman.view")


def test_hours_are_kept_by_the_kind_of_lesson(mason: Craftsman, people: People) -> None:
    earlier = timezone.now() - timedelta(days=3)
    come(mason, sitting(people.township, starts=earlier, hours=3), people.township)
    come(
        mason,
        sitting(people.township, starts=earlier + timedelta(hours=3), hours=1.5, kind="practice"),
        people.township,
    )
    assert minutes_of(mason, within=scope_of(people)) == {"basic": 180, "practice": 90}


def test_signing_in_twice_counts_once(mason: Craftsman, people: People) -> None:
    held = sitting(people.township)
    come(mason, held, people.township)
    with pytest.raises(Mistaken, match="已经签过到"):
        come(mason, held, people.township)
    assert minutes_of(mason, within=scope_of(people)) == {"basic": 120}


def test_nobody_is_in_two_places_at_once(mason: Craftsman, people: People) -> None:
    held = sitting(people.township)
    come(mason, held, people.township)
    beside = sitting(people.district, starts=held.starts + timedelta(minutes=45), region=OTHER_TOWNSHIP)
    with pytest.raises(Mistaken, match="不能同时在两处"):
        come(mason, beside, people.district)
    following = sitting(people.township, starts=held.ends)
    come(mason, following, people.township, at=held.ends)
    assert Attendance.objects.count() == 2


def test_what_is_struck_out_or_called_off_counts_no_more(mason: Craftsman, people: People) -> None:
    held, second = sitting(people.township), sitting(people.township)
    entry = come(mason, held, people.township)
    strike(attendance=entry, why="代签", by=people.township)
    assert minutes_of(mason, within=scope_of(people)) == {}
    come(mason, second, people.township)
    call_off(session=second, why="停电", by=people.township)
    assert minutes_of(mason, within=scope_of(people)) == {}
    come(mason, held, people.township)
    assert minutes_of(mason, within=scope_of(people)) == {"basic": 120}


@pytest.mark.parametrize("who", ["village", "grid", "other_township", "neighbour", "nobody"])
def test_others_keep_no_list(mason: Craftsman, people: People, who: str) -> None:
    with pytest.raises(Refused):
        come(mason, sitting(people.township), getattr(people, who))


def test_a_session_has_its_time(mason: Craftsman, people: People) -> None:
    later = sitting(people.township, starts=timezone.now() + timedelta(hours=3))
    with pytest.raises(Mistaken, match="还没有到签到时间"):
        come(mason, later, people.township)
    over = sitting(people.township, starts=timezone.now() - timedelta(hours=5))
    with pytest.raises(Mistaken, match="已经结束"):
        attend(session=over, craftsman=mason, how="scan", at=timezone.now(), by=people.township)
    for starts, hours in ((timezone.now(), 0), (timezone.now(), 13)):
        with pytest.raises(Mistaken):
            sitting(people.township, starts=starts, hours=hours)


def test_a_slip_is_for_one_session_and_one_verb(mason: Craftsman, people: People) -> None:
    held, other = sitting(people.township), sitting(people.township)
    text = slip("training.attend", held)
    by = bearer(text, verb="training.attend", of=Session, seconds=60)
    assert by is not None
    assert bearer(text, verb="training.arrive", of=Session, seconds=60) is None
    assert bearer(text, verb="training.attend", of=Craftsman, seconds=60) is None
    assert bearer(text[:-1], verb="training.attend", of=Session, seconds=60) is None
    assert bearer(text, verb="training.attend", of=Session, seconds=-1) is None
    with pytest.raises(Refused):
        attend(session=other, craftsman=mason, how="scan", at=timezone.now(), by=by)
    with pytest.raises(Refused):
        strike(attendance=come(mason, held, people.township), why="x", by=by)


def scanned(client: Client, people: People, held: Session) -> str:
    """The address in the code on the wall."""
    client.force_login(people.township.account)
    page = client.get(f"/craftsmen/sessions/{held.pk}/code/")
    assert "二维码" in page.content.decode()
    client.logout()
    return f"/craftsmen/arrive/{slip('training.arrive', held)}/"


def sealed(page) -> str:
    found = re.search(r'name="slip" value="([^"]+)"', page.content.decode())
    assert found
    return found[1]


def test_an_old_telephone_signs_in(client: Client, mason: Craftsman, people: People) -> None:
    held = sitting(people.township)
    address = scanned(client, people, held)
    telephone = Client(enforce_csrf_checks=True)
    page = telephone.get(address)
    said = {"slip": sealed(page), "name": "石大山", "digits": "1234"}
    for _ in range(2):
        assert "签到好了" in telephone.post(address, said).content.decode()
    entry = Attendance.objects.get()
    assert (entry.craftsman, entry.how, entry.actor) == (mason, "scan", f"bearer:session:{held.pk}")


def test_wrong_digits_or_an_old_code_are_told_what_to_do(client: Client, mason: Craftsman, people: People) -> None:
    held = sitting(people.township)
    address = scanned(client, people, held)
    page = client.get(address)
    wrong = client.post(address, {"slip": sealed(page), "name": "石大山", "digits": "9999"})
    assert wrong.status_code == 422
    assert "名册里没有对上" in wrong.content.decode()
    empty = client.post(address, {"slip": sealed(page), "name": "", "digits": "12"})
    assert "请填写姓名" in empty.content.decode()
    assert "请填写四位" in empty.content.decode()
    assert client.get("/craftsmen/arrive/x/").status_code == 410
    form_slip = client.get(f"/craftsmen/arrive/{sealed(page)}/")
    assert form_slip.status_code == 410, "the slip in the form opens no new form"
    assert not Attendance.objects.exists()


def test_two_of_one_name_and_number_are_for_the_clerk(client: Client, mason: Craftsman, people: People) -> None:
    craftsman_named("石大山")
    held = sitting(people.township)
    address = scanned(client, people, held)
    answer = client.post(address, {"slip": sealed(client.get(address)), "name": "石大山", "digits": "1234"})
    assert "经办人" in answer.content.decode()
    assert not Attendance.objects.exists()


def test_a_training_makes_fit_for_duty(mason: Craftsman, people: People) -> None:
    certified(mason, people.township)
    assert not standings([mason], on=today())[mason.pk].may
    held = sitting(people.township, starts=timezone.now() - timedelta(days=1))
    come(mason, held, people.township)
    assert standings([mason], on=today())[mason.pk].may
    assert not standings([mason], on=today() - timedelta(days=2))[mason.pk].may


def test_the_neighbour_sees_nothing(client: Client, mason: Craftsman, people: People) -> None:
    held = sitting(people.township)
    client.force_login(people.neighbour.account)
    for address in (
        f"/craftsmen/{mason.pk}/",
        f"/craftsmen/sessions/{held.pk}/",
        f"/craftsmen/sessions/{held.pk}/code/",
    ):
        assert client.get(address).status_code == 404
    assert "石大山" not in client.get("/craftsmen/").content.decode()
    assert OTHER_DISTRICT not in client.get("/craftsmen/sessions/").content.decode()


def test_a_village_reads_the_name_of_the_township_that_trains(client: Client, mason: Craftsman, people: People) -> None:
    held = sitting(people.township)
    client.force_login(people.grid.account)
    for page in ("/craftsmen/sessions/", f"/craftsmen/sessions/{held.pk}/"):
        text = client.get(page).content.decode()
        assert "青石镇" in text
        assert held.region not in text
