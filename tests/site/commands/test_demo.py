from __future__ import annotations

import pytest

from hemei.core.models import Region
from hemei.demo.signins import PASSWORD, USERNAMES


@pytest.fixture
def small(hemei, db, settings, tmp_path):
    settings.EVIDENCE = tmp_path
    return hemei("demo", "--households", "600", "--seed", "5")


def test_it_prints_a_sign_in_for_each_role_and_then_finds_the_district_there(hemei, small) -> None:
    assert small.status == 0
    assert PASSWORD in small.out
    for username in USERNAMES.values():
        assert f"\n  {username} " in small.out
    steps = small.err.splitlines()
    assert all(step.startswith("… ") for step in steps)
    assert "terrain" in steps[0]
    assert "sealing" in steps[-1]
    again = hemei("demo", "--if-empty")
    assert (again.status, again.out, again.err) == (0, small.out, "")
    refused = hemei("demo")
    assert (refused.status, refused.out) == (2, "")
    assert "HEMEI_VAR" in refused.err


def test_a_real_district_is_left_alone_and_told_no_sign_ins(hemei, db) -> None:
    Region.objects.create(code="429998", name="邻县", level=6)
    said = hemei("demo", "--if-empty")
    assert (said.status, said.out, said.err) == (0, "", "")


@pytest.mark.parametrize("bad", [["--households", "10"], ["--seed", "-1"], ["--households", "many"]])
def test_bad_arguments_are_one_line_and_status_2(hemei, bad: list[str]) -> None:
    said = hemei("demo", *bad)
    assert said.status == 2
    assert said.err.count("\n") == 1
