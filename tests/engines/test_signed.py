"""Facts with a signature: one text carries them, and no other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemei.engines.signed import BadCode, public_key, read, sign

SEED, OTHER = bytes(range(32)), bytes(range(1, 33))
FACTS = {"n": "石大山", "u": "2028-02-29", "d": True, "k": "429999-7-1"}
CODE = sign(FACTS, SEED)


def test_what_was_signed_is_read() -> None:
    assert read(CODE, public_key(SEED)) == FACTS


def test_another_key_reads_nothing() -> None:
    with pytest.raises(BadCode):
        read(CODE, public_key(OTHER))


@given(
    st.integers(0, len(CODE) - 1), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=")
)
def test_one_character_altered_is_refused(place: int, letter: str) -> None:
    altered = CODE[:place] + letter + CODE[place + 1 :]
    if altered != CODE:
        with pytest.raises(BadCode):
            read(altered, public_key(SEED))


def test_every_bit_of_the_last_characters_counts() -> None:
    """Four bits of the last character say nothing: they are refused too, so that no code has a twin."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    others = [letter for letter in letters if letter != CODE[-1]]
    for letter in others:
        with pytest.raises(BadCode):
            read(CODE[:-1] + letter, public_key(SEED))


@pytest.mark.parametrize(
    "text", ["", ".", CODE + "=", CODE + "A", CODE.replace(".", ""), CODE + "." + CODE, "汉字.汉字"]
)
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(BadCode):
        read(text, public_key(SEED))
