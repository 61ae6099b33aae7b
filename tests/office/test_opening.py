"""登记隐患 without a form, with a photo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from hemei.core.models import Case, Evidence, Place
from hemei.core.registry import registry
from tests.conftest import photo

SignIn = Callable[[str], Client]
CODE = next(iter(registry.programmes["houses"].findings)).id


def test_what_was_seen_becomes_a_case_with_its_photo(house: Place, signed_in: SignIn) -> None:
    client, address = signed_in("grid"), f"/office/places/{house.pk}/cases/add/"
    assert "登记隐患" in client.get(f"/office/places/{house.pk}/").content.decode()
    picture = SimpleUploadedFile("裂缝.jpg", photo().content, "image/jpeg")
    answer = client.post(address, {"code": CODE, "photo": [picture], "source": ["camera"]})
    case = Case.objects.get(place=house, code=CODE)
    assert answer.headers["Location"] == f"/office/cases/{case.pk}/"
    assert Evidence.objects.get(step__case=case).source == "camera"


def test_sent_in_place_it_goes_on_to_the_case(house: Place, signed_in: SignIn) -> None:
    answer = signed_in("grid").post(
        f"/office/places/{house.pk}/cases/add/", {"code": CODE}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"] == f"/office/cases/{Case.objects.get().pk}/"


@pytest.mark.parametrize(
    ("data", "field"),
    [({}, "code"), ({"code": "houses.unknown"}, "code"), ({"code": CODE, "at": "2099-01-01T08:00"}, "at")],
)
def test_what_is_wrong_stands_beside_its_field(
    house: Place, signed_in: SignIn, data: dict[str, str], field: str
) -> None:
    answer = signed_in("grid").post(f"/office/places/{house.pk}/cases/add/", data | {"source": ""})
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert not Case.objects.exists()


def test_it_may_be_recorded_later(house: Place, signed_in: SignIn) -> None:
    then = (timezone.localtime() - timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    signed_in("grid").post(f"/office/places/{house.pk}/cases/add/", {"code": CODE, "at": then})
    case = Case.objects.get()
    assert case.found_at is not None
    assert case.found_recorded_at is not None
    assert case.found_recorded_at - case.found_at > timedelta(days=2)


@pytest.mark.parametrize(("who", "status"), [("next_village", 404), ("auditor", 403), ("nobody", 403)])
def test_who_may_not(house: Place, signed_in: SignIn, who: str, status: int) -> None:
    assert signed_in(who).get(f"/office/places/{house.pk}/cases/add/").status_code == status
