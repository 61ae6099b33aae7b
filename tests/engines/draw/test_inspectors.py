from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemei.engines.draw import DrawError, Inspector, assign

TOWNSHIPS = [f"429021{code}" for code in (100, 101, 102, 103, 104, 105, 201, 203)]
staff = st.lists(st.sampled_from([None, *TOWNSHIPS]), min_size=3, max_size=20).filter(
    lambda homes: all(sum(home != code for home in homes) >= 3 for code in TOWNSHIPS)
)


def people(homes: list[str | None]) -> list[Inspector]:
    return [Inspector(f"p{k}", frozenset({home} if home else ())) for k, home in enumerate(homes)]


@given(staff, st.integers(1, 2), st.integers(0, 10**9))
def test_nobody_goes_home_and_the_load_is_even(homes: list[str | None], team: int, number: int) -> None:
    inspectors, seed = people(homes), str(number)
    sent = assign(inspectors, TOWNSHIPS, seed, team=team)
    assert list(sent) == TOWNSHIPS
    avoids = {inspector.id: inspector.avoids for inspector in inspectors}
    for code, persons in sent.items():
        assert len(set(persons)) == team
        assert all(code not in avoids[person] for person in persons)
    load = Counter(person for persons in sent.values() for person in persons)
    loads = [load[inspector.id] for inspector in inspectors]
    assert max(loads) - min(loads) <= 1
    assert assign(inspectors[::-1], TOWNSHIPS[::-1], seed, team=team) == sent


def test_another_seed_sends_others() -> None:
    inspectors = people([None] * 10)
    assert len({tuple(assign(inspectors, TOWNSHIPS, str(seed)).items()) for seed in range(20)}) > 15


def test_it_says_which_township_nobody_may_inspect() -> None:
    with pytest.raises(DrawError, match=r"乡镇 429021100 需要 1 名检查人员，不需回避的只有 0 名"):
        assign(people(["429021100", "429021100"]), TOWNSHIPS, "7")


def test_it_gives_up_when_every_deal_sends_somebody_home() -> None:
    """Each township has somebody who may go there, but only one person, who cannot take all the seats."""
    inspectors = [Inspector("a", frozenset(TOWNSHIPS)), Inspector("b")]
    with pytest.raises(DrawError, match="增加检查人员"):
        assign(inspectors, TOWNSHIPS[:2], "7")


def test_no_team_and_the_same_person_twice_are_refused() -> None:
    with pytest.raises(DrawError, match="至少"):
        assign(people([None]), TOWNSHIPS, "7", team=0)
    with pytest.raises(DrawError, match="两次"):
        assign([Inspector("a"), Inspector("a")], TOWNSHIPS, "7")
