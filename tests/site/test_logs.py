from __future__ import annotations

import logging

import pytest

from hemei.site.logs import WithoutTokens


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Not Found: /d/q7Yc1vUuRz0mZ3oN5kx2Wg/", "Not Found: /d/…/"),
        ("Forbidden: /d/q7Yc1vUuRz0mZ3oN5kx2Wg", "Forbidden: /d/…"),
        ("Not Found: /office/cases/12/", "Not Found: /office/cases/12/"),
    ],
)
def test_door_tokens_do_not_reach_the_log(said: str, kept: str) -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "%s", (said,), None)
    assert WithoutTokens().filter(record)
    assert record.getMessage() == kept
