"""The district's own rules: written on a page, previewed over what stands, kept whole and by version."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hemei.core.access import At, Scope
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import Job, JobState
from hemei.core.registry import registry
from hemei.core.worker import run, take_next
from hemei.law.plan import TABLES
from hemei.programmes.control.actions.law import change_law, entries_of, law_aside, sample
from hemei.programmes.control.keeping import law_of, newest_law
from hemei.programmes.control.models import OwnLaw
from hemei.programmes.control.queries.zones import zone_totals
from hemei.programmes.control.writing_rules import Written, as_written, with_rule
from hemei.terms.day import today
from hemei.terms.measure import Measure
from hemei.terms.proposal import Proposal
from hemei.terms.verdict import Kind, Outcome
from tests.conftest import DISTRICT, VILLAGE, People
from tests.programmes.control.conftest import ZONES, changed_by, house_at, take_in, wkb
from tests.programmes.control.test_pages import NONSENSE, keep_after_a_look, signed_in

pytestmark = pytest.mark.django_db
EMPTY = {part: [] for part in ("clauses", "layers", "parameters", "rules", "plan", "ceilings")}
LOW = Written(
    title="三层以下",
    kind=Kind.LIMIT,
    layer="everywhere",
    measure=Measure.STOREYS,
    starts=date(2026, 1, 1),
    document="某区村庄规划",
    article="第五条",
    value=3,
    text="不超过三层。",
)
FORM = {
    "title": "三层以下", "kind": "limit", "layer": "everywhere", "measure": "storeys", "value": "3",
    "starts": "2026-01-01", "document": "某区村庄规划", "article": "第五条",
}  # fmt: skip


def work_off() -> None:
    while job := take_next():
        assert run(job).state == JobState.DONE, job.message


def keep(entries, by) -> OwnLaw:
    return change_law(where=At(DISTRICT, "control"), entries=entries, said="某区村庄规划", by=by)


def test_a_written_rule_is_one_that_the_law_reads() -> None:
    entries, name = with_rule(EMPTY, LOW)
    assert name == "own.R01"
    book, _plan = law_aside(entries)
    rule = book.rule(name)
    assert book.parameters[str(rule.threshold)].on(date(2026, 5, 1)) == 3
    assert book.clauses[rule.clause].marks(today()) == ("效力待核", "数值由区里确定")
    assert with_rule(entries, LOW)[1] == "own.R02"
    assert as_written(entries, name)["value"] == 3


def test_a_new_number_leaves_the_old_one_in_its_days() -> None:
    entries, name = with_rule(EMPTY, LOW)
    later = Written(**{**LOW.__dict__, "value": 2, "starts": date(2026, 7, 1)})
    entries, _ = with_rule(entries, later, name)
    book, _plan = law_aside(entries)
    number = book.parameters[str(book.rule(name).threshold)]
    assert [number.on(date(2026, month, 1)) for month in (1, 6, 7)] == [3, 3, 2]
    assert number.on(date(2026, 6, 30)) == 3


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 400), st.integers(1, 9), st.sampled_from(["", "甲类", "乙类"])), min_size=1, max_size=6
    )
)
def test_whatever_the_order_of_changes_the_numbers_neither_overlap_nor_are_lost(steps) -> None:
    entries, name = with_rule(EMPTY, LOW)
    for days, value, zone in steps:
        start = LOW.starts + timedelta(days=days)
        wrote = Written(**{**LOW.__dict__, "value": float(value), "starts": start, "zone": zone})
        entries, _ = with_rule(entries, wrote, name)
        book, _plan = law_aside(entries)
        number = book.parameters[str(book.rule(name).threshold)]
        assert number.on(start, zone=zone) == value


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": Kind.ALLOW_ONLY}, "允许什么"),
        ({"measure": Measure.DISTANCE, "value": 5.0}, "只用于|everywhere"),
        ({"allows": ["new"]}, "allow-only"),
        ({"of": "county"}, "没有类别"),
    ],
)
def test_what_means_nothing_is_refused_in_words(change: dict, said: str) -> None:
    entries, _ = with_rule(EMPTY, Written(**{**LOW.__dict__, **change}))
    with pytest.raises(Mistaken, match=said) as mistake:
        law_aside(entries)
    assert ".yaml" not in str(mistake.value)
    assert "hemei-law-" not in str(mistake.value)


def test_a_rule_of_the_nation_is_not_changed() -> None:
    with pytest.raises(Mistaken):
        with_rule(EMPTY, LOW, "control.R10")


def test_two_who_change_it_at_once_are_told(home, people: People) -> None:
    entries, _ = with_rule(entries_of(DISTRICT), LOW)
    keep(entries, people.district)
    with pytest.raises(Conflict):
        change_law(where=At(DISTRICT, "control"), entries=entries, said="x", by=people.district, seen=0)
    with pytest.raises(Mistaken):
        change_law(where=At(DISTRICT, "control"), entries=entries, said=" ", by=people.district)
    with pytest.raises(Mistaken):
        keep({"rules": [{"id": "x"}]}, people.district)
    assert OwnLaw.objects.count() == 1


def test_the_sample_stands_apart_and_is_marked(home, people: People) -> None:
    keep(sample(), people.district)
    book, plan = law_of(newest_law(DISTRICT))
    own = [rule for rule in book.rules if rule.id.startswith("sample.")]
    assert own
    assert all("演示" in rule.title for rule in own)
    assert all(row.is_demo for rows in plan.values() for row in rows if row.name)
    assert sum(row.name is None for rows in plan.values() for row in rows) > 5
    assert set(plan) == set(TABLES)


def test_nothing_is_kept_before_the_preview_was_seen(layers, people: People) -> None:
    high, low, unknown = house_at(100, 300, storeys=5), house_at(200, 300, storeys=2), house_at(300, 300)
    client = signed_in(people.district)
    assert client.get(reverse("control.rule_add")).status_code == 200
    asked = client.post(reverse("control.rule_add"), FORM)
    job = Job.objects.get(kind="control.preview")
    assert asked.url == reverse("control.preview", args=[job.pk])
    assert "every 1s" in client.get(asked.url).content.decode()
    client.post(reverse("control.preview_keep", args=[job.pk]))
    assert not OwnLaw.objects.exists()
    work_off()
    job.refresh_from_db()
    assert job.result["counts"] == {"pass>fail": 1, "pass>unknown": 1}
    assert [row[0] for row in changed_by(job)] == [high.pk, unknown.pk]
    page = client.get(asked.url).content.decode()
    assert "有 2 处的结论会变" in page
    assert "100,300" in page
    assert not OwnLaw.objects.exists()
    kept = client.post(reverse("control.preview_keep", args=[job.pk]))
    assert kept.url == reverse("control.rule", args=["own.R01"])
    assert "某区村庄规划" in client.get(kept.url).content.decode()
    tall = Proposal("p", VILLAGE, wkb(house_shape()), storeys=4)
    ruled = registry.ask("control.verdicts", [tall], on=today())["p"]
    assert next(r for r in ruled.rulings if r.rule == "own.R01").outcome is Outcome.FAIL
    again = client.get(reverse("control.rule_change", args=["own.R01"])).content.decode()
    assert "某区村庄规划" in again
    assert client.get(reverse("control.rule_change", args=["control.R10"])).status_code == 404
    assert signed_in(people.township).get(reverse("control.rule_add")).status_code == 403
    assert signed_in(people.second_in_district).get(asked.url).status_code == 404
    assert low


def house_shape():
    import shapely

    return shapely.box(1200, 300, 1210, 310)


def test_zones_show_what_stands_its_ceiling_and_this_year(home, people: People) -> None:
    take_in("zones", ZONES, people.district, class_column="zone", tier_column="tier")
    year = today().year
    house_at(100, 300, floor_area_m2=100, year_built=1990)
    house_at(200, 300, floor_area_m2=150, year_built=year)
    house_at(300, 300)
    gone = house_at(400, 300, floor_area_m2=80, year_built=1980)
    gone.removed_on = today()
    gone.save()
    before = house_at(500, 300, floor_area_m2=999, year_built=1980)
    before.removed_on = date(year - 1, 5, 1)
    before.save()
    house_at(1500, 300, floor_area_m2=70)
    house_at(9000, 300, floor_area_m2=70)
    client = signed_in(people.district)
    said = {"zone": "1", "m2": "260", "starts": "2026-01-01", "said": "某规划"}
    assert client.post(reverse("control.ceiling"), said).status_code == 302
    totals = zone_totals(DISTRICT, today(), within=Scope.of(DISTRICT))
    rows = {row.zone: row for row in totals.rows}
    first = rows["甲类"]
    assert (first.buildings, first.lacking, first.built_m2) == (3, 1, 250)
    assert (first.added_m2, first.removed_m2, first.net_m2) == (150, 80, 70)
    assert (rows["乙类"].built_m2, totals.outside) == (70, 1)
    assert {row.zone: row.ceiling for row in totals.rows} == {"甲类": 260.0, "乙类": None}
    assert zone_totals(DISTRICT, today(), within=Scope.of("429998")).rows == []
    page = client.get(reverse("control.plan")).content.decode()
    assert "260" in page
    assert "未配置" in page


def test_the_plan_is_filled_in_row_by_row(home, people: People) -> None:
    client = signed_in(people.district)
    assert "未配置：待区里录入规划文本" in client.get(reverse("control.plan")).content.decode()
    address = reverse("control.plan_row", args=["control_class", 1])
    assert client.post(address, {"name": "减量", "said": "某规划"}).status_code == 302
    listed = reverse("control.plan_row", args=["negative_list", 1])
    said = {"name": "新建别墅", "zone": "减量", "works": ["new", "public_project"], "said": "某规划"}
    keep_after_a_look(client, listed, said)
    page = client.get(reverse("control.plan")).content.decode()
    assert "新建别墅" in page
    assert "新建、公共项目" in page
    assert "没有写依据的条款，只作提示" in page
    keep_after_a_look(client, listed, {**said, "clause": "highway.11"})
    page = client.get(reverse("control.plan")).content.decode()
    assert "没有写依据的条款，只作提示" not in page
    assert "公路安全保护条例》第十一条" in page
    assert client.post(address, {"name": "", "said": "某规划"}).status_code == 302
    _book, plan = law_of(newest_law(DISTRICT))
    assert plan["control_class"][0].name is None
    for wrong in (("control_class", 4), ("nothing", 1), ("negative_list", 999)):
        assert client.get(reverse("control.plan_row", args=wrong)).status_code == 404
    assert signed_in(people.township).post(address, {"name": "x", "said": "y"}).status_code == 403


@pytest.mark.parametrize("word", NONSENSE)
def test_nonsense_gets_a_page(home, people: People, word: str) -> None:
    client = signed_in(people.district)
    names = [*FORM, "of", "zone", "tier", "within_m", "ends", "uses", "works", "allows", "text", "note", "said", "m2"]
    said = dict.fromkeys([*names, "name", "clause"], word)
    for address in (
        reverse("control.rule_add"),
        reverse("control.ceiling"),
        reverse("control.plan_row", args=["positive_list", 1]),
    ):
        assert client.post(address, said).status_code in (200, 400, 422)
    assert not OwnLaw.objects.exists()
