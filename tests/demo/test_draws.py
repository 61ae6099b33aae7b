from __future__ import annotations

from hemei.demo.district import District
from hemei.demo.year import Year
from hemei.engines.draw import Inspector, assign, draw, read_frame


def test_anybody_can_draw_again_from_what_is_published(year: Year) -> None:
    for held in year.draws:
        again = draw(read_frame(held.frame), held.sizes, held.seed)
        assert [one.id for one in again] == [line["code"] for line in held.drawn]
        dealt = assign([Inspector(code) for code in held.people], held.sizes, held.seed)
        assert {where: list(sent) for where, sent in dealt.items()} == held.assignments


def test_codes_lead_to_the_houses_that_were_patrolled(year: Year) -> None:
    for held in year.draws:
        assert sorted(held.code[held.result.house]) == sorted(line["code"] for line in held.drawn)


def test_inspectors_go_where_they_were_drawn_for(district: District, year: Year) -> None:
    for held in year.draws:
        for house, by in zip(held.result.house, held.result.by, strict=True):
            township = district.house_region[house][:9]
            assert [held.people[code] for code in held.assignments[township]] == [by]


def test_every_draw_has_a_seed_and_codes_of_its_own(year: Year) -> None:
    assert len({held.seed for held in year.draws}) == 4
    first, second = year.draws[:2]
    assert not set(first.code) & set(second.code)
