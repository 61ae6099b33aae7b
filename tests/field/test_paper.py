"""A self-check on paper: what it asks, whom it leads where, and who may print it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
import segno
from django.test import Client

from hemei.core.models import Channel, Check, Holding, Household, Person, Place
from hemei.core.registry import registry
from tests.conftest import VILLAGE, People, build_house

SignIn = Callable[[str], Client]


@pytest.fixture
def home(house: Place) -> Place:
    house.group = "杨家坪组"
    house.save()
    head = Person.objects.create(name="王小明", region=VILLAGE, phone_masked="138******34")
    Holding.objects.create(place=house, household=Household.objects.create(number="12", region=VILLAGE, head=head))
    return house


def test_it_asks_what_the_form_asks_and_says_whose_it_is(home: Place, signed_in: SignIn) -> None:
    page = unescape(signed_in("village").get(f"/field/places/{home.pk}/paper/").content.decode())
    for question in registry.forms["houses.selfcheck"].read.questions:
        on_paper = question.kind != "image"
        assert (question.labels["zh"] in page) is on_paper, question.name
        assert page.count(f"houses/{question.name}.svg") == bool(question.picture)
    assert page.count("□ 有") == page.count("□ 没有") == page.count("□ 说不准") == 11
    for said in ("上河村", "杨家坪组", "河边一号", "王小明", "先离开，再打电话"):
        assert said in page
    assert "138******34" not in page


def test_its_code_leads_to_the_form_of_that_house_as_from_a_card(
    home: Place, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    make = segno.make
    monkeypatch.setattr(segno, "make", lambda text, **how: drawn.append(text) or make(text, **how))
    client = signed_in("village")
    client.get(f"/field/places/{home.pk}/paper/")
    [address] = drawn
    form = client.get(address.removeprefix("http://testserver")).context["about"]
    assert form["channel"].value() == Channel.CARD
    assert Client().get(address).status_code == 302  # a stranger is asked to sign in, and told nothing
    assert not Check.objects.exists()


def test_a_village_prints_a_page_for_each_house_that_it_chose(home: Place, signed_in: SignIn) -> None:
    other = build_house(label="河边二号")
    client = signed_in("village")
    assert "打印纸质自查表" in client.get(f"/field/plates/?region={VILLAGE}").content.decode()
    page = client.post(f"/field/plates/?region={VILLAGE}", {"do": "paper", "place": [home.pk, other.pk]})
    assert len(re.findall('<article class="blank">', page.content.decode())) == 2
    assert "河边二号" in page.content.decode()


@pytest.mark.parametrize(
    ("who", "status"), [("grid", 200), ("next_village", 404), ("neighbour", 404), ("inspector", 403), ("nobody", 403)]
)
def test_who_may(home: Place, signed_in: SignIn, people: People, who: str, status: int) -> None:
    assert signed_in(who).get(f"/field/places/{home.pk}/paper/").status_code == status
