"""What the district sets, with its document."""

from __future__ import annotations

from datetime import date

import pytest

from hemei.core.access import At, Refused
from hemei.core.actions.parameter import fitting, set_parameter
from hemei.core.errors import Mistaken
from hemei.core.queries.parameter import parameter
from hemei.terms.day import today
from tests.conftest import DISTRICT, OTHER_DISTRICT, VILLAGE, People

KEY = "houses.deadline_days.urgent"


def test_the_districts_word_goes_before_our_default(people: People) -> None:
    assert parameter(KEY, region=VILLAGE, on=today()).ours
    set_parameter(
        where=At(DISTRICT),
        key=KEY,
        value="15",
        starts=date(2026, 1, 1),
        document="区住建〔2026〕1号",
        by=people.district,
    )
    setting = parameter(KEY, region=VILLAGE, on=today())
    assert (setting.value, setting.ours, setting.document) == (15, False, "区住建〔2026〕1号")
    assert parameter(KEY, region=OTHER_DISTRICT, on=today()).ours
    assert parameter(KEY, region=VILLAGE, on=date(2025, 12, 31)).ours


@pytest.mark.parametrize(
    ("key", "value", "document", "why"),
    [
        (KEY, "15", " ", "写明依据"),
        (KEY, "soon", "1号", "正整数"),
        (KEY, "0", "1号", "正整数"),
        (KEY, "１５", "1号", "正整数"),
        ("houses.unknown", "1", "1号", "没有这个参数"),
        ("nothing.at_all", "1", "1号", "没有这个参数"),
        ("houses.judgement.wording", "只有一行", "1号", "3 行"),
    ],
)
def test_what_does_not_fit_is_refused(people: People, key: str, value: str, document: str, why: str) -> None:
    with pytest.raises(Mistaken, match=why):
        set_parameter(where=At(DISTRICT), key=key, value=value, starts=today(), document=document, by=people.district)


def test_a_list_is_one_line_each() -> None:
    assert fitting("甲\n 乙 \n\n丙", ["a", "b", "c"]) == ["甲", "乙", "丙"]


@pytest.mark.parametrize("who", ["village", "township", "administrator", "auditor", "neighbour"])
def test_only_the_district_sets_them(people: People, who: str) -> None:
    with pytest.raises(Refused):
        set_parameter(where=At(DISTRICT), key=KEY, value="1", starts=today(), document="x", by=getattr(people, who))
