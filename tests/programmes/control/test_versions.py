"""A changed rule is a version that holds from a day; other clauses and kinds of layers are the district's to write."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hemei.core.errors import Mistaken
from hemei.core.models import Job
from hemei.core.registry import registry
from hemei.programmes.control.actions.law import entries_of, law_aside
from hemei.programmes.control.keeping import law_of, newest_law
from hemei.programmes.control.writing_clauses import Cited
from hemei.programmes.control.writing_rules import versions_of, with_further, with_rule
from hemei.terms.day import today
from hemei.terms.measure import Measure
from hemei.terms.proposal import Proposal
from tests.conftest import DISTRICT, VILLAGE, People
from tests.programmes.control.conftest import FIELDS, changed_by, house_at, take_in, wkb
from tests.programmes.control.test_law import EMPTY, FORM, LOW, house_shape, keep, work_off
from tests.programmes.control.test_pages import NONSENSE, signed_in

pytestmark = pytest.mark.django_db
JULY = date(2026, 7, 1)


def test_the_law_of_an_earlier_day_is_what_held_then(layers, people: People) -> None:
    entries, name = with_rule(EMPTY, LOW)
    later = replace(LOW, title="两层以下", uses=["house"], article="第六条", text="不超过两层。", value=2, starts=JULY)
    entries, _ = with_rule(entries, later, name)
    keep(entries, people.district)
    asked = Proposal("p", VILLAGE, wkb(house_shape()), storeys=3)

    def ruling(day: date):
        return next(one for one in registry.ask("control.verdicts", [asked], on=day)["p"].rulings if one.rule == name)

    assert [str(ruling(day).outcome) for day in (JULY - timedelta(days=1), JULY)] == ["pass", "fail"]
    assert ["五" in ruling(date(2026, 6, 30)).clause, "六" in ruling(JULY).clause] == [True, True]
    client = signed_in(people.village)
    then = client.get(reverse("control.rules"), {"on": "2026-06-30"}).content.decode()
    assert "三层以下" in then
    assert "两层以下" not in then
    page = client.get(reverse("control.rule", args=[name])).content.decode()
    assert "两层以下" in page
    assert "第五条" in page  # among its versions
    assert "不超过三层" in client.get(reverse("control.rule", args=[name]), {"on": "2026-06-30"}).content.decode()


def test_only_a_number_that_changes_makes_no_version(people: People) -> None:
    entries, name = with_rule(EMPTY, LOW)
    entries, _ = with_rule(entries, replace(LOW, value=2, starts=JULY), name)
    (only,) = versions_of(entries, name)
    assert only["from"] == LOW.starts.isoformat()


def test_a_version_is_put_right_from_its_own_day_and_gives_way_to_one_from_before() -> None:
    entries, name = with_rule(EMPTY, LOW)
    entries, _ = with_rule(entries, replace(LOW, title="写错了", starts=JULY), name)
    entries, _ = with_rule(entries, replace(LOW, title="写对了", starts=JULY), name)
    assert [one["title"] for one in versions_of(entries, name)] == ["三层以下", "写对了"]
    entries, _ = with_rule(entries, replace(LOW, title="早一点", starts=date(2026, 3, 1)), name)
    assert [one["title"] for one in versions_of(entries, name)] == ["三层以下", "早一点"]
    book, _plan = law_aside(entries)
    assert book.rule(name, date(2026, 2, 28)).title == "三层以下"


def test_days_between_two_versions_are_refused() -> None:
    entries, name = with_rule(EMPTY, replace(LOW, ends=date(2026, 3, 31)))
    with pytest.raises(Mistaken, match="2026-03-31"):
        with_rule(entries, replace(LOW, title="另一版", starts=JULY), name)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(
            st.integers(-200, 400),
            st.sampled_from([Measure.STOREYS, Measure.HEIGHT]),
            st.sampled_from(["第五条", "第六条"]),
            st.sampled_from(["", "某款"]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_the_order_of_changes_the_law_can_be_read_and_the_last_holds(steps) -> None:
    entries, name = with_rule(EMPTY, LOW)
    for days, measure, article, further in steps:
        start = LOW.starts + timedelta(days=days)
        wrote = replace(LOW, measure=measure, article=article, starts=start)
        entries, _ = with_rule(entries, wrote, name)
        if further:
            also = len(versions_of(entries, name)[-1].get("also", []))
            entries = with_further(entries, name, start, [], wrote=Cited("某规定", f"第{also}{further}", start))
        book, _plan = law_aside(entries)
        rule = book.rule(name, start)
        assert (rule.measure, book.clauses[rule.clause].article) == (measure, article)
        assert bool(rule.also) or not further
        assert sum(one.holds(start) for one in book.rules if one.id == name) == 1


def test_further_clauses_are_written_and_previewed(layers, people: People) -> None:
    client = signed_in(people.district)
    client.post(reverse("control.rule_add"), FORM)
    work_off()
    client.post(reverse("control.preview_keep", args=[Job.objects.get(kind="control.preview").pk]))
    address = reverse("control.rule_clauses", args=["own.R01"])
    assert client.get(address).status_code == 200
    assert "没有改动" in client.post(address, {"starts": "2026-01-01"}).content.decode()
    assert client.post(address, {"starts": "2026-01-01", "document": "某办法"}).status_code == 422
    said = {"starts": "2026-01-01", "known": "highway.11", "document": "某办法", "article": "第九条", "text": "原文。"}
    asked = client.post(address, said)
    work_off()
    assert "没有一处的结论会变" in client.get(asked.url).content.decode()
    client.post(asked.url + "keep/")
    page = client.get(reverse("control.rule", args=["own.R01"])).content.decode()
    for words in ("某区村庄规划", "第五条", "公路安全保护条例", "某办法", "第九条", "原文。"):
        assert words in page
    book, _plan = law_of(newest_law(DISTRICT))
    assert book.rule("own.R01").also == ("highway.11", "own.R01.clause.2")
    again = client.post(address, {"starts": "2026-01-01", "kept": ["own.R01.clause.2"]})
    work_off()
    client.post(again.url + "keep/")
    assert law_of(newest_law(DISTRICT))[0].rule("own.R01").also == ("own.R01.clause.2",)
    assert client.get(reverse("control.rule_clauses", args=["control.R10"])).status_code == 404
    assert signed_in(people.township).get(address).status_code == 403


def test_a_rule_from_a_day_to_come_is_previewed_as_of_that_day(layers, people: People) -> None:
    high = house_at(100, 300, storeys=5)
    client = signed_in(people.district)
    client.post(reverse("control.rule_add"), FORM | {"starts": (today() + timedelta(days=60)).isoformat()})
    work_off()
    assert [row[0] for row in changed_by(Job.objects.get(kind="control.preview"))] == [high.pk]


def test_a_kind_of_layer_is_declared_uploaded_and_ruled_by(home, people: People) -> None:
    client = signed_in(people.district)
    address = reverse("control.layer_kind_add")
    assert client.get(address).status_code == 200
    said = {"title": "风貌核心区", "visibility": "internal", "classes": "一级、二级", "said": "某区村庄规划"}
    assert client.post(address, said).status_code == 302
    kind = law_of(newest_law(DISTRICT))[0].layers["own.L01"]
    assert (kind.title, kind.classes) == ("风貌核心区", ("一级", "二级"))
    changed = client.post(reverse("control.layer_kind", args=["own.L01"]), said | {"classes": "", "title": "核心区"})
    assert changed.status_code == 302
    take_in("own.L01", FIELDS, people.district)
    rule = FORM | {"kind": "deny", "layer": "own.L01", "measure": "area", "value": "", "title": "核心区不建"}
    inside = house_at(500, 600)
    client.post(reverse("control.rule_add"), rule)
    work_off()
    assert changed_by(Job.objects.get(kind="control.preview")) == [[inside.pk, "pass", "fail"]]
    page = client.get(reverse("control.rules")).content.decode()
    assert "核心区" in page
    assert "核心区" in client.get(reverse("control")).content.decode()
    assert client.get(reverse("control.layer_kind", args=["permanent_farmland"])).status_code == 404
    assert signed_in(people.township).get(address).status_code == 403


def test_every_change_stays_to_be_looked_up(home, people: People) -> None:
    client = signed_in(people.district)
    assert "还没有改过" in client.get(reverse("control.law_changes")).content.decode()
    entries, name = with_rule(entries_of(DISTRICT), LOW)
    first = keep(entries, people.district)
    entries, _ = with_rule(entries, replace(LOW, title="全改了"), name)
    keep(entries, people.district)
    page = client.get(reverse("control.law_changes")).content.decode()
    assert f"?kept={first.pk}" in page
    then = client.get(reverse("control.rules"), {"kept": first.pk}).content.decode()
    assert "三层以下" in then
    assert "全改了" not in then
    assert "全改了" in client.get(reverse("control.rules"), {"kept": "x", "on": "nonsense"}).content.decode()


@pytest.mark.parametrize("word", NONSENSE)
def test_nonsense_gets_a_page(home, people: People, word: str) -> None:
    client = signed_in(people.district)
    entries, _ = with_rule(EMPTY, LOW)
    keep(entries, people.district)
    names = ["starts", "kept", "known", "document", "number", "article", "issuer", "text", "title", "classes", "said"]
    said = dict.fromkeys([*names, "visibility", "note"], word)
    for address in (reverse("control.rule_clauses", args=["own.R01"]), reverse("control.layer_kind_add")):
        assert client.post(address, said).status_code in (200, 400, 422)
    for key in ("on", "kept"):
        assert client.get(reverse("control.rules"), {key: word}).status_code in (200, 400)
