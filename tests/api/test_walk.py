"""The examples of docs/api.md, called as they stand there."""

from __future__ import annotations

import json
import re
from typing import Any

from django.test import Client

from hemei.core.models import Case, Place
from tests.conftest import ROOT, People

EXAMPLES = re.findall(
    r"```http\n(GET|POST) (\S+)\n(.*?)\n?(\d{3}) (\{.*?\})\n```",
    (ROOT / "docs" / "api.md").read_text("utf-8"),
    re.DOTALL,
)


def shown_in(expected: Any, answer: Any) -> bool:
    """Whether everything that an example shows stands in the answer."""
    if isinstance(expected, dict):
        return isinstance(answer, dict) and all(
            key in answer and shown_in(v, answer[key]) for key, v in expected.items()
        )
    if isinstance(expected, list):
        return len(answer) == len(expected) and all(map(shown_in, expected, answer))
    return bool(expected == answer)


def test_the_examples_are_what_is_answered(house: Place, people: People) -> None:
    client = Client(headers={"Accept-Language": "zh-hans"})
    assert people.grid.account is not None
    client.force_login(people.grid.account, backend="django.contrib.auth.backends.ModelBackend")
    assert len(EXAMPLES) >= 8
    for method, address, body, status, expected in EXAMPLES:
        case = str(Case.objects.values_list("pk", flat=True).first() or 42)

        def here(text: str, case: str = case) -> str:
            there = {"17": str(house.pk), "42": case}  # in one pass: a case may have the number 17 here
            return re.sub(r"\b(17|42)\b", lambda found: there[found[1]], text)

        sent = {"data": here(body), "content_type": "application/json"} if method == "POST" else {}
        answer = getattr(client, method.lower())(here(address), **sent)
        case = str(Case.objects.values_list("pk", flat=True).first() or 42)
        assert answer.status_code == int(status), (address, answer.content.decode())
        assert shown_in(json.loads(here(expected, case)), answer.json()), (address, answer.json())
        kind = "application/json" if answer.status_code < 400 else "application/problem+json"
        assert answer["Content-Type"].startswith(kind)
