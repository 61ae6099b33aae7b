"""Pages as somebody signed in sees them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from hemei.core.access import Actor
from hemei.core.models import Account
from tests.conftest import PASSWORD, People


@pytest.fixture(autouse=True)
def _static_files_as_they_are(settings, tmp_path: Path) -> None:
    """Pages are rendered without the built front end's list of hashed names."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def signed_in(people: People) -> Callable[[str], Client]:
    """A browser in which the person of that name is signed in."""

    def sign_in(who: str) -> Client:
        actor: Actor = getattr(people, who)
        assert actor.account is not None
        client = Client()
        client.force_login(actor.account, "django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def with_password(people: People) -> Account:
    account = people.village.account
    assert account is not None
    account.set_password(PASSWORD)
    account.save()
    return account
