"""Every call of the API, with whatever its own schema allows and with what it forbids: an answer, never a break.

The cases are made by Schemathesis from the published schema, and sent in this process. `HEMEI_CASES` says how many of
each sort; `make fuzz` sends many.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from hemei.api.urls import api
from hemei.core.models import Account, Duty
from tests.conftest import VILLAGE, People
from tests.site.test_addresses import NUMBER, all_of, village_records

__all__ = ["village_records"]

TIMES = int(os.environ.get("HEMEI_CASES", "4"))
SCHEMA = schemathesis.openapi.from_dict(json.loads(json.dumps(api.get_openapi_schema(), default=str)))
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
ASKERS = ("district", "village")
LIKELY = {"pk": NUMBER, "code": VILLAGE, "place": NUMBER, "region": VILLAGE}


def part(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def sent(client: Client, case: Any, likely: bool) -> Any:
    """The answer to a case as a server would see it: the address quoted, the body in the form it states."""
    if likely:
        told = {name: LIKELY.get(name, value) for name, value in (case.path_parameters or {}).items()}
        case.path_parameters = told
    query = [(part(name), part(value)) for name, value in pairs(case.query)]
    address = f"{case.formatted_path}?{urlencode(query, errors='surrogatepass')}"
    said: dict[str, Any] = {}
    if case.method in ("POST", "PUT", "PATCH") and isinstance(case.body, dict | list | str | int | float | bool | None):
        if case.media_type == "application/json":
            said = {"data": json.dumps(case.body), "content_type": "application/json"}
        elif isinstance(case.body, dict):
            said = {"data": {part(name): part(value) for name, value in case.body.items()}}
    return client.generic_request(case.method, address, said)


def pairs(query: Any) -> list[tuple[Any, Any]]:
    found = []
    for name, value in (query or {}).items():
        found += [(name, one) for one in value] if isinstance(value, list) else [(name, value)]
    return found


class Asker(Client):
    """Somebody at the API, whose every call is taken back."""

    def generic_request(self, method: str, address: str, said: dict[str, Any]) -> Any:
        with transaction.atomic():
            answer = getattr(self, method.lower())(address, **said)
            transaction.set_rollback(True)
        all_of(answer)
        return answer


@pytest.fixture
def asker_of(village_records: People) -> Callable[[str], Asker]:
    def enter(who: str) -> Asker:
        asker = Asker(headers={"accept-language": "zh-CN"}, raise_request_exception=False)
        account = Account.objects.get(pk=getattr(village_records, who).id)
        asker.force_login(account, "django.contrib.auth.backends.ModelBackend")
        return asker

    return enter


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_a_call_is_answered_whatever_it_carries(
    asker_of: Callable[[str], Asker], label: str, mode: GenerationMode
) -> None:
    operation = OPERATIONS[label]
    askers = {who: asker_of(who) for who in ASKERS}
    told = {int(status) for status in operation.definition.raw["responses"]} | {429}

    @settings(
        max_examples=TIMES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(operation.as_strategy(generation_mode=mode), st.sampled_from(ASKERS), st.booleans())
    def every_case(case: Any, who: str, likely: bool) -> None:
        answer = sent(askers[who], case, likely)
        assert answer.status_code < 500, getattr(answer, "exc_info", None)
        if answer.status_code == 404 and not answer.headers["Content-Type"].startswith("application/json"):
            return  # no address at all
        assert answer.status_code in told

    every_case()


def test_the_schema_speaks_of_every_call() -> None:
    assert len(OPERATIONS) > 20
    assert Duty._meta.label  # the models are loaded: the steps of a case are declared by them
