from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from hemei.core.access import Actor


@dataclass
class Answer:
    status: int
    body: Any


class Caller:
    """Calls the API as the actor's account, signed in on the pages."""

    def __init__(self, actor: Actor | None = None, **headers: str) -> None:
        self.client = Client(headers=headers)
        if actor is not None and actor.account is not None:
            self.client.force_login(actor.account, backend="django.contrib.auth.backends.ModelBackend")

    def get(self, path: str, **query: Any) -> Answer:
        return self._read(self.client.get(f"/api{path}", query))

    def post(self, path: str, body: Any = None) -> Answer:
        return self._read(self.client.post(f"/api{path}", json.dumps(body or {}), content_type="application/json"))

    def upload(self, path: str, **fields: Any) -> Answer:
        return self._read(self.client.post(f"/api{path}", fields))

    @staticmethod
    def _read(response: Any) -> Answer:
        return Answer(response.status_code, response.json())


@pytest.fixture
def as_person():  # type: ignore[no-untyped-def]
    return Caller
