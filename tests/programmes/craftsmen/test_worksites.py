"""Building sites: only whoever may be on duty is named, and a household rates a job once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hemei.core.access import At, Refused, scope_of
from hemei.core.errors import Mistaken
from hemei.core.models import AuditEntry, Place
from hemei.core.signing import slip
from hemei.programmes.craftsmen.actions.people import issue_card, revoke_certificate
from hemei.programmes.craftsmen.actions.worksite import NewSite, end_posting, finish_site, open_site, post
from hemei.programmes.craftsmen.models import Certificate, Craftsman, EarlierTraining, Posting, Rating, Worksite
from hemei.programmes.craftsmen.queries.worksites import on_duty
from hemei.terms.day import today
from tests.conftest import NEXT_VILLAGE, TOWNSHIP, VILLAGE, People

WEEK = timedelta(days=7)


def site(by, *, sort: str = "house", region: str = VILLAGE) -> Place:
    return open_site(where=At(region, "craftsmen"), site=NewSite("张家新建", sort, today() - WEEK), by=by)


def named(place: Place, one: Craftsman, people: People, **more) -> Posting:
    card = issue_card(craftsman=one, by=people.township)
    return post(place=place, card=card.number, starts=more.get("starts", today()), lead=False, by=people.village)


def here(people: People, place: Place) -> list[str]:
    return [
        str(row.craftsman)
        for row in on_duty(within=scope_of(people.village, "craftsman.view"), on=today(), place=place)
    ]


def test_a_certified_craftsman_is_named_by_the_card(ready: Craftsman, people: People) -> None:
    place = site(people.village)
    named(place, ready, people)
    assert here(people, place) == ["石大山"]
    entry = AuditEntry.objects.get(verb="site.post")
    assert (entry.matter, entry.region, entry.detail["craftsman"]) == ("craftsmen", VILLAGE, ready.pk)


def test_an_expired_certificate_stops_new_work_and_ends_duty(ready: Craftsman, people: People) -> None:
    place, other = site(people.village), site(people.village)
    card = issue_card(craftsman=ready, by=people.township).number
    post(place=place, card=card, starts=today(), lead=True, by=people.village)
    Certificate.objects.update(valid_to=today() - timedelta(days=1))
    assert here(people, place) == [], "named, but not on duty"
    with pytest.raises(Mistaken, match="证书已过期"):
        post(place=other, card=card, starts=today(), lead=True, by=people.village)
    assert Posting.objects.count() == 1


def test_the_day_it_began_counts_too(ready: Craftsman, people: People) -> None:
    place = site(people.village)
    Certificate.objects.update(issued_on=today() - timedelta(days=2))
    with pytest.raises(Mistaken, match="不能上岗"):
        named(place, ready, people, starts=today() - timedelta(days=3))
    named(place, ready, people, starts=today() - timedelta(days=2))


@pytest.mark.parametrize(("starts", "reason"), [(timedelta(days=1), "上工那天再登记"), (-2 * WEEK, "早于工地开工日期")])
def test_a_posting_begins_on_a_day_of_the_site(ready: Craftsman, people: People, starts, reason: str) -> None:
    with pytest.raises(Mistaken, match=reason):
        named(site(people.village), ready, people, starts=today() + starts)


def test_no_card_no_work(ready: Craftsman, people: People) -> None:
    place = site(people.village)
    first = issue_card(craftsman=ready, by=people.township).number
    issue_card(craftsman=ready, by=people.township)
    for number in ("429999-0-1", "", first):
        with pytest.raises(Mistaken, match="没有这个牌号的有效上岗牌"):
            post(place=place, card=number, starts=today(), lead=False, by=people.village)
    revoke_certificate(certificate=Certificate.objects.get(), why="撤销", by=people.township)
    assert not Posting.objects.exists()


def test_only_the_villages_own_people_keep_its_sites(ready: Craftsman, people: People) -> None:
    place = site(people.village)
    for who in ("next_village", "other_township", "neighbour", "auditor", "nobody"):
        with pytest.raises(Refused):
            finish_site(place=place, on=today(), by=getattr(people, who))
    with pytest.raises(Refused):
        site(people.village, region=NEXT_VILLAGE)
    with pytest.raises(Mistaken, match="请选到村"):
        site(people.township, region=TOWNSHIP)


def test_leaving_and_finishing(ready: Craftsman, people: People) -> None:
    place = site(people.village)
    row = named(place, ready, people, starts=today() - timedelta(days=3))
    with pytest.raises(Mistaken, match="早于开始的那天"):
        end_posting(posting=row, on=today() - timedelta(days=4), by=people.village)
    end_posting(posting=row, on=today() - timedelta(days=1), by=people.village)
    assert here(people, place) == []
    again = named(place, ready, people)
    finish_site(place=place, on=today(), by=people.village)
    again.refresh_from_db()
    assert again.ends == today()
    with pytest.raises(Mistaken, match="已经完工"):
        finish_site(place=place, on=today(), by=people.village)
    with pytest.raises(Mistaken, match="已经完工"):
        named(place, ready, people)


def finished(people: People, sort: str = "house") -> Place:
    place = site(people.village, sort=sort)
    finish_site(place=place, on=today(), by=people.village)
    return place


MARKS = {"quality": "5", "safety": "4", "conduct": "3", "words": "踏实"}


def test_a_household_rates_a_job_once(client: Client, people: People) -> None:
    place = finished(people)
    address = f"/craftsmen/rate/{slip('posting.rate', place)}/"
    assert "只评一次" in client.get(address).content.decode()
    lacking = client.post(address, {"quality": "5"})
    assert lacking.status_code == 422
    assert not Rating.objects.exists()
    assert "谢谢" in client.post(address, MARKS).content.decode()
    again = client.post(address, MARKS | {"quality": "1"})
    assert "已经评价过了" in again.content.decode()
    row = Rating.objects.get()
    assert (row.quality, row.safety, row.conduct, row.words, row.actor) == (5, 4, 3, "踏实", f"bearer:place:{place.pk}")


def test_only_a_finished_house_is_rated(client: Client, people: People) -> None:
    for place, reason in ((site(people.village), "完工以后再评价"), (finished(people, "public"), "只有农户建房")):
        answer = client.post(f"/craftsmen/rate/{slip('posting.rate', place)}/", MARKS)
        assert reason in answer.content.decode()
    assert client.post("/craftsmen/rate/x/", MARKS).status_code == 410
    assert not Rating.objects.exists()


def test_a_village_officer_at_a_site(client: Client, ready: Craftsman, people: People) -> None:
    client.force_login(people.village.account)
    said = {"region": VILLAGE, "label": "便民桥", "sort": "public", "starts_on": today().isoformat()}
    answer = client.post("/craftsmen/sites/add/", said, follow=True)
    place = Place.objects.get(kind="worksite")
    assert answer.redirect_chain == [(f"/office/places/{place.pk}/", 302)]
    card = issue_card(craftsman=ready, by=people.township)
    wrong = client.post(f"/craftsmen/sites/{place.pk}/post/", {"card": "9", "starts": today().isoformat()})
    assert "没有这个牌号" in wrong.content.decode()
    client.post(f"/craftsmen/sites/{place.pk}/post/", {"card": card.number, "starts": today().isoformat()})
    page = client.get(f"/office/places/{place.pk}/").content.decode()
    assert "石大山" in page
    assert "可以上岗" in page
    assert "便民桥" in client.get("/office/places/?kind=worksite").content.decode()
    assert "便民桥" in client.get(f"/craftsmen/{ready.pk}/").content.decode()
    assert "便民桥" in client.get("/craftsmen/").content.decode()
    assert client.get(f"/craftsmen/sites/{place.pk}/ask/").status_code == 404, "a public project has no household"
    client.post(f"/craftsmen/sites/{place.pk}/finish/", {"on": today().isoformat()})
    assert Worksite.objects.get().ends_on == today()


def test_a_house_is_no_site(client: Client, house: Place, people: People) -> None:
    client.force_login(people.village.account)
    assert client.get(f"/craftsmen/sites/{house.pk}/post/").status_code == 404


def test_a_long_unseen_training_takes_off_duty(ready: Craftsman, people: People) -> None:
    place = site(people.village)
    named(place, ready, people)
    EarlierTraining.objects.update(on=timezone.now().date() - timedelta(days=4 * 366))
    assert here(people, place) == []


def test_an_end_within_ninety_days_is_announced_with_the_sites(
    client: Client, ready: Craftsman, people: People
) -> None:
    place = site(people.village)
    named(place, ready, people)
    client.force_login(people.village.account)
    for days, said in ((91, False), (90, True), (0, True), (-1, False)):
        Certificate.objects.update(valid_to=today() + timedelta(days=days))
        assert ("在 90 天内到期" in client.get("/craftsmen/").content.decode()) == said, days
    Certificate.objects.update(valid_to=today() + timedelta(days=90))
    text = client.get("/craftsmen/?paper=soon").content.decode()
    assert "石大山" in text
    assert "张家新建" in text
