"""Plates to stand before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from hemei.core.actions.door import IssuedDoor, issue_door
from hemei.core.models import Account, Place
from tests.conftest import People


@pytest.fixture
def at_well(well: Place, people: People) -> IssuedDoor:
    """A door of a programme that no page has heard of."""
    return issue_door(place=well, by=people.village)


@pytest.fixture
def at_house(house: Place, people: People) -> IssuedDoor:
    return issue_door(place=house, by=people.village)


@pytest.fixture
def old_phone() -> Client:
    """A stranger's phone; what Django's own client would wave through is checked as in earnest."""
    return Client(enforce_csrf_checks=True, headers={"accept-language": "zh-CN"})


@pytest.fixture
def paired_phone(at_well: IssuedDoor) -> Client:
    phone = Client(enforce_csrf_checks=True, headers={"accept-language": "zh-CN"})
    phone.post(f"/d/{at_well.token}/phone/", {"code": at_well.code})
    return phone


@pytest.fixture
def signed_in(people: People) -> Callable[[str], Client]:
    """A browser in which the person of that name is signed in."""

    def sign_in(who: str) -> Client:
        account = getattr(people, who).account or Account.objects.get(username=who)
        client = Client(headers={"accept-language": "zh-CN"})
        client.force_login(account, "django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
