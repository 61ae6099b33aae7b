"""Pictures beside questions: on the pages, and as files that go with the form to ODK Collect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from hemei.core.access import At
from hemei.core.actions.collector import issue_collector
from hemei.core.actions.formversion import about, reading_of
from hemei.core.models import FormVersion, Place
from hemei.core.registry import registry
from hemei.engines.forms import Form, FormRefused
from hemei.engines.forms.writing import as_xlsform
from tests.conftest import VILLAGE, People
from tests.core.actions.test_formversion import edited
from tests.field.collector import XFORMS, Phone


@pytest.fixture
def phone(people: People, house: Place) -> Phone:
    _key, token = issue_collector(where=At(VILLAGE), account=people.grid.account, name="测试机", by=people.grid)
    return Phone(f"http://testserver/key/{token}")


def test_they_go_with_the_form(phone: Phone) -> None:
    """`fetch` holds each file against the digest that the manifest promised."""
    blank, files = phone.fetch(phone.forms()["houses.selfcheck"])
    shown = {value.text for value in blank.iter(f"{XFORMS}value") if value.get("form") == "image"}
    assert shown == {f"jr://images/{name}" for name in files if name != "places.csv"}
    assert "wall_leaning.svg" in files
    assert b"<svg" in files["wall_leaning.svg"]


def test_only_those_of_the_form_are_given(phone: Phone) -> None:
    entry = phone.forms()["houses.selfcheck"]
    base = entry["downloadUrl"].removesuffix(".xml")
    assert phone.get(f"{base}/media/wall_leaning.svg")["Content-Type"] == "image/svg+xml"
    for name in ("nothing.svg", "places.csv", "..%2f..%2fsettings.py", ".."):
        assert phone.get(f"{base}/media/{name}").status_code == 404


def test_they_stand_beside_the_questions_of_a_check(signed_in: Callable[[str], Client], house: Place) -> None:
    page = signed_in("grid").get(f"/field/places/{house.pk}/check/houses.selfcheck/").content.decode()
    assert 'src="/static/houses/wall_leaning.svg"' in page


def with_pictures_of_choices() -> Form:
    read = registry.forms["houses.selfcheck"].read
    first, *rest = read.everything
    pictured = replace(first, choices=tuple(replace(one, picture="wall_leaning.svg") for one in first.choices))
    everything = {q.name: q for q in (pictured, *rest)}
    sections = (replace(s, questions=tuple(everything[q.name] for q in s.questions)) for s in read.sections)
    return replace(read, sections=tuple(sections))


def test_a_choice_is_shown_with_its_own(signed_in: Callable[[str], Client], people: People, house: Place) -> None:
    form = with_pictures_of_choices()
    draft = FormVersion.objects.create(
        region=house.region, form=form.id, version="2099010101", kind="house", tier="self", workbook=as_xlsform(form)
    )
    browser, shown = signed_in("district"), 'src="/static/houses/wall_leaning.svg"'
    many, first = len(form.everything[0].choices), form.everything[0]
    sheet = browser.get(f"/field/forms/{draft.pk}/").content.decode()
    assert sheet.partition(f'id="q-{first.name}"')[2].partition("</fieldset>")[0].count(shown) == many
    plate = browser.get(f"/field/forms/{draft.pk}/door/plate/").content.decode()
    visit = plate.partition('name="visit" value="')[2].partition('"')[0]
    asked = browser.get(f"/field/forms/{draft.pk}/door/look/", {"visit": visit}).content.decode()
    assert asked.partition("<form")[2].partition("</form>")[0].count(shown) == many


def test_a_picture_that_is_not_there_is_refused(people: People) -> None:
    form = registry.forms["houses.selfcheck"]

    def change(book: Any) -> None:
        book["settings"]["C2"].value = "2099010101"
        sheet = book["survey"]
        at = next(cell.column for cell in sheet[1] if cell.value == "image")
        row = next(cell.row for cell in sheet["B"] if cell.value == "wall_leaning")
        sheet.cell(row, at).value = "../../secret.svg"

    with pytest.raises(FormRefused, match="没有图片"):
        reading_of(edited(as_xlsform(form.read), change), about(form))
