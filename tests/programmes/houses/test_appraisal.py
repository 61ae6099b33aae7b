"""A sealed report comes into the register."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hemei.core.access import Refused, Scope
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import Place, Unit
from hemei.core.registry import registry
from hemei.programmes.houses.actions import Report, record_appraisal
from hemei.programmes.houses.models import House
from hemei.terms.day import today
from tests.conftest import DISTRICT, People, photo


@pytest.fixture
def report(units: dict[str, Unit]) -> Report:
    return Report(
        unit=units["agency"],
        report_no="鉴2026-001",
        on=today(),
        site_safe=True,
        parts={"foundation": "b", "bearing_wall": "c"},
        grade="C",
        signatories=["张甲", "李乙"],
        scans=[photo()],
    )


def test_the_grade_of_the_newest_report_is_the_house_s(house: Place, people: People, report: Report) -> None:
    record_appraisal(place=house, report=report, by=people.appraiser)
    later = replace(report, report_no="鉴2026-002", grade="B", parts={"foundation": "b"}, after_repair=True)
    earlier = replace(report, report_no="鉴2025-9", grade="D", site_safe=False, on=today() - timedelta(days=400))
    record_appraisal(place=house, report=later, by=people.appraiser)
    record_appraisal(place=house, report=earlier, by=people.appraiser)
    assert House.objects.get(place=house).grade == "B"


def test_the_fact_knows_what_it_was_on_a_day(house: Place, people: People, report: Report) -> None:
    record_appraisal(place=house, report=replace(report, on=today() - timedelta(days=10)), by=people.appraiser)
    read = registry.facts["houses.grade"].read
    within = Scope.of(DISTRICT)
    assert read(within=within, on=today())[house.pk][0] == "C"
    assert read(within=within, on=today() - timedelta(days=11)) == {}
    assert read(within=Scope(), on=today()) == {}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"signatories": ["张甲"]}, "签字人员不足"),
        ({"signatories": ["张甲", "张甲"]}, "签字人员不足"),
        ({"scans": []}, "扫描件"),
        ({"report_no": " "}, "报告编号"),
        ({"grade": "A"}, "最多只能"),
        ({"grade": "B"}, "综合判定的理由"),
        ({"site_safe": False}, "应为 D 级"),
        ({"parts": {}}, "各部分等级"),
        ({"parts": {"foundation": "x"}}, "各部分等级"),
        ({"grade": ""}, "各部分等级"),
        ({"on": today() + timedelta(days=1)}, "将来"),
    ],
)
def test_what_a_report_must_not_lack(
    house: Place, people: People, report: Report, change: dict[str, Any], word: str
) -> None:
    with pytest.raises(Mistaken, match=word):
        record_appraisal(place=house, report=replace(report, **change), by=people.appraiser)
    assert House.objects.get(place=house).grade == ""


def test_an_override_with_a_reason_keeps_both_values(house: Place, people: People, report: Report) -> None:
    changed = replace(report, grade="D", override_reason="整体倾斜明显")
    row = record_appraisal(place=house, report=changed, by=people.appraiser)
    assert (row.worst_grade, row.grade) == ("C", "D")


def test_a_report_is_registered_once(house: Place, people: People, report: Report) -> None:
    record_appraisal(place=house, report=report, by=people.appraiser)
    with pytest.raises(Conflict):
        record_appraisal(place=house, report=report, by=people.appraiser)


@pytest.mark.parametrize("who", ["village", "township", "district", "neighbour", "administrator"])
def test_only_appraisers_record(house: Place, people: People, report: Report, who: str) -> None:
    with pytest.raises(Refused):
        record_appraisal(place=house, report=report, by=getattr(people, who))
