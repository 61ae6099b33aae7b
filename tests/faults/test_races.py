"""What counts once counts once, whichever of several processes is asked, and however close together."""

from __future__ import annotations

import json

from tests.faults.ground import Site
from tests.faults.races import AT_ONCE


def test_what_counts_once_counts_once(site: Site) -> None:
    said = site.python("-m", "tests.faults.races")
    assert said.status == 0, said.err
    found = json.loads(said.out.splitlines()[-1])
    once = {"let in": 1, "Mistaken": AT_ONCE - 1}
    assert found["one-time code"] == once
    assert found["recovery code"] == once
    assert found["codes tried"] == {"Mistaken": 3, "TooOften": AT_ONCE - 3}
    assert sum(found["passwords tried"].get(status, 0) for status in ("422", "429", "403")) == AT_ONCE, found
    assert set(found["the right one afterwards"]) <= {"429", "403"}, found
