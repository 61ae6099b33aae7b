import random
import statistics
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemei.engines.draw import DrawError, Entry, draw
from hemei.terms import tile

HONGPING, MUYU = "429021103", "429021102"
seeds = st.text("0123456789 大乐透-", min_size=1, max_size=20).filter(lambda seed: seed == seed.strip())


@st.composite
def problems(make: st.DrawFn) -> tuple[list[Entry], dict[str, int]]:
    frame, sizes = [], {}
    for stratum in make(st.lists(st.sampled_from([HONGPING, MUYU, "429021203"]), unique=True)):
        weights = make(st.lists(st.integers(1, 40), min_size=1, max_size=25))
        frame += [Entry(f"{stratum}-{k}", stratum, (k * 7919) % 101, weight) for k, weight in enumerate(weights)]
        sizes[stratum] = make(st.integers(0, len(weights)))
    return frame, sizes


@given(problems(), seeds, st.randoms(use_true_random=False))
def test_sizes_are_kept_nobody_is_drawn_twice_and_the_order_of_the_frame_is_nothing(
    problem: tuple[list[Entry], dict[str, int]], seed: str, rnd: random.Random
) -> None:
    frame, sizes = problem
    drawn = draw(frame, sizes, seed)
    assert Counter(house.stratum for house in drawn) == Counter(sizes)
    assert len({house.id for house in drawn}) == len(drawn)
    rnd.shuffle(frame)
    assert draw(frame, sizes, seed) == drawn


@given(problems(), seeds)
def test_reserves_are_the_other_houses_and_leave_the_sample_as_it_is(
    problem: tuple[list[Entry], dict[str, int]], seed: str
) -> None:
    frame, sizes = problem
    counts = Counter(entry.stratum for entry in frame)
    everything = draw(frame, sizes, seed, reserves={code: counts[code] - sizes[code] for code in sizes})
    assert [house for house in everything if not house.reserve] == draw(frame, sizes, seed)
    assert {house.id for house in everything} == {entry.id for entry in frame}
    for code in sizes:
        assert [house.number for house in everything if house.stratum == code] == list(range(1, counts[code] + 1))


def test_a_house_heavier_than_the_step_is_taken_once_and_whatever_the_seed() -> None:
    frame = [Entry("heavy", MUYU, 5, 40), *(Entry(f"h{k}", MUYU, 10 + k, 2) for k in range(10))]
    for seed in map(str, range(50)):
        drawn = draw(frame, {MUYU: 3}, seed)
        assert [house.id for house in drawn if house.certain] == ["heavy"]
        assert len(drawn) == 3


def test_each_house_is_drawn_as_often_as_its_weight_says() -> None:
    """9 houses of weight 3 and 9 of weight 1 share 6 places: 0.5 and 1/6 each."""
    frame = [Entry(f"h{k:02}", MUYU, k, 3 if k % 2 else 1) for k in range(18)]
    hits = Counter(house.id for seed in range(3000) for house in draw(frame, {MUYU: 6}, str(seed)))
    for entry in frame:
        assert hits[entry.id] / 3000 == pytest.approx(6 * entry.weight / 36, abs=0.035)


def test_another_seed_gives_another_list() -> None:
    frame = [Entry(f"h{k:03}", MUYU, k) for k in range(500)]
    lists = {tuple(house.id for house in draw(frame, {MUYU: 10}, str(seed))) for seed in range(40)}
    assert len(lists) > 20


def imbalance(sample: list[tuple[float, float]], village: list[tuple[float, float]], chance: float) -> float:
    """Variance of the expected number of houses nearest to each one drawn (Stevens and Olsen)."""
    near = Counter(
        min(range(len(sample)), key=lambda k: (sample[k][0] - x) ** 2 + (sample[k][1] - y) ** 2) for x, y in village
    )
    return statistics.fmean((near[k] * chance - 1) ** 2 for k in range(len(sample)))


def test_the_houses_drawn_lie_more_evenly_than_a_simple_random_sample() -> None:
    rnd = random.Random(20261105)
    centres = [(110.2 + rnd.random() / 3, 31.4 + rnd.random() / 3) for _ in range(12)]
    spots = [(rnd.gauss(x, 0.02), rnd.gauss(y, 0.02)) for x, y in centres for _ in range(50)]
    frame = [Entry(f"h{k}", HONGPING, tile.key(*spot)) for k, spot in enumerate(spots)]
    where = {entry.id: spot for entry, spot in zip(frame, spots, strict=True)}
    ours, simple = [], []
    for seed in range(12):
        drawn = [where[house.id] for house in draw(frame, {HONGPING: 40}, f"开奖 {seed}")]
        ours.append(imbalance(drawn, spots, 40 / len(spots)))
        simple.append(imbalance(rnd.sample(spots, 40), spots, 40 / len(spots)))
    assert statistics.fmean(ours) < 0.6 * statistics.fmean(simple)


@pytest.mark.parametrize("seed", ["", " 7", "7 ", "a|b", "7\n8", "\u200b7"])
def test_a_seed_that_two_people_could_type_differently_is_refused(seed: str) -> None:
    with pytest.raises(DrawError, match="公开种子"):
        draw([Entry("a", MUYU, 1)], {MUYU: 1}, seed)


@pytest.mark.parametrize(("sizes", "reserves"), [({MUYU: 2}, {}), ({MUYU: 1}, {MUYU: 1}), ({HONGPING: 1}, {})])
def test_more_houses_than_there_are_is_refused_with_the_number(sizes: dict[str, int], reserves: dict[str, int]) -> None:
    with pytest.raises(DrawError, match=r"只有 [01] 户"):
        draw([Entry("a", MUYU, 1)], sizes, "7", reserves=reserves)


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(DrawError, match="负数"):
        draw([Entry("a", MUYU, 1)], {MUYU: -1}, "7")
