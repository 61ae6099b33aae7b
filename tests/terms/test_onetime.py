"""One-time codes: the published figures of RFC 6238, and what must not count."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemei.terms import onetime
from hemei.terms.onetime import DRIFT, SECONDS, code_of, step_at, step_of_code

SECRET = b"12345678901234567890"
APPENDIX_B = {  # SHA-1, eight digits
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}


def test_its_examples() -> None:
    tried = doctest.testmod(onetime)
    assert tried.attempted
    assert not tried.failed


@pytest.mark.parametrize("moment", APPENDIX_B)
def test_the_published_codes(moment: int) -> None:
    assert code_of(SECRET, step_at(moment), digits=8) == APPENDIX_B[moment]
    assert code_of(SECRET, step_at(moment)) == APPENDIX_B[moment][2:]


@given(st.binary(min_size=20, max_size=20), st.integers(0, 2**34), st.integers(-5, 5))
def test_a_code_counts_near_its_step_and_once(secret: bytes, moment: int, off: int) -> None:
    step = max(step_at(moment) + off, 0)
    code = code_of(secret, step)
    found = step_of_code(secret, code, moment)
    if abs(step - step_at(moment)) <= DRIFT:
        assert found is not None
        later = step_of_code(secret, code, moment, after=found)
        assert later is None or later > found
    elif found is not None:
        assert code_of(secret, found) == code, "another step with the same six digits"
    assert abs((found if found is not None else step_at(moment)) - step_at(moment)) <= DRIFT


@pytest.mark.parametrize("code", ["", "1", "12345", "1234567", "abcdef", "一二三四五六", "\x00" * 6])
def test_what_is_no_code(code: str) -> None:
    assert step_of_code(SECRET, code, 59 * SECONDS) is None
