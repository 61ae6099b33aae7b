"""The villagers' group (组) is a field wherever a house or a household is: in registers, pages, forms and files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.translation import override

from hemei.core.access import At
from hemei.core.actions.door import issue_door
from hemei.core.actions.register.catalogue import REGISTERS
from hemei.core.actions.register.layout import Sheet
from hemei.core.actions.round import RoundDraft, plan_round, publish_round
from hemei.core.models import Case, Due, Holding, Household, Person, Place, Round, Tier
from hemei.engines.tables import read
from hemei.terms.day import today
from tests.conftest import VILLAGE, People
from tests.core.actions.test_case import found

GROUP = "杨家坪组"
SignIn = Callable[[str], Client]


@pytest.fixture
def place(house: Place, people: People) -> Place:
    """A house of a group that its name and address do not mention, with a household, a case and a look that is owed."""
    house.group = GROUP
    house.save()
    head = Person.objects.create(name="王小明", region=VILLAGE)
    Holding.objects.create(
        place=house, household=Household.objects.create(number="12", region=VILLAGE, group=GROUP, head=head)
    )
    found(house, people)
    draft = RoundDraft("秋查", "houses", Tier.SURVEY, VILLAGE, today(), today() + timedelta(9), "", everything=True)
    publish_round(turn=plan_round(where=At(VILLAGE, "houses"), draft=draft, by=people.district), by=people.district)
    issue_door(place=house, by=people.village)
    return house


@pytest.mark.parametrize("register", ["households", "places"])
def test_the_registers_read_it(register: str) -> None:
    fields = {field.name: field for field in REGISTERS[register].fields(Sheet(register, "表.xlsx", kind="house"))}
    with override("zh-hans"):
        assert "组" in map(str, fields["group"].headings)


def test_every_page_of_a_house_or_its_case_says_it(place: Place, signed_in: SignIn) -> None:
    case, turn = Case.objects.get(), Round.objects.get()
    client = signed_in("village")
    pages = [
        "/office/",
        "/office/places/",
        f"/office/places/{place.pk}/",
        f"/office/places/{place.pk}/edit/",
        f"/office/places/{place.pk}/file/",
        "/office/cases/",
        f"/office/cases/{case.pk}/",
        f"/office/rounds/{turn.pk}/",
        "/field/?whose=all",
        "/field/places/?text=河边",
        f"/field/places/{place.pk}/check/houses.survey/",
        f"/field/plates/?village={VILLAGE}&which=all",
    ]
    assert [page for page in pages if GROUP not in client.get(page).content.decode()] == []


def test_it_is_corrected_on_the_form(place: Place, signed_in: SignIn) -> None:
    form = signed_in("village").get(f"/office/places/{place.pk}/edit/").context["form"]
    assert form.initial.get("group", form["group"].value()) == GROUP


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_every_list_of_houses_households_and_cases_has_its_column(place: Place, signed_in: SignIn, form: str) -> None:
    turn = Due.objects.get().round_id
    client = signed_in("district")
    for address in ("places", "households", "cases", f"rounds/{turn}", "dues"):
        answer = client.get(f"/office/{address}/file.{form}", {"whose": "all"})
        table = read(b"".join(answer.streaming_content), f"表.{form}")[0]  # type: ignore[attr-defined]
        assert [(row.values["组"], row.values["区域"]) for row in table.rows] == [(GROUP, "青石镇上河村")], address
