"""What a district kept before the law asked for more: named on its pages, unknown in its verdicts, and put right."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from hemei.core.models import Job, JobState
from hemei.core.registry import registry
from hemei.core.worker import run, take_next
from hemei.law.disclosure import AT_THE_WINDOW
from hemei.office.rulings import sorted_out
from hemei.programmes.control.actions.law import entries_of
from hemei.programmes.control.entries import PARTS, settled
from hemei.programmes.control.keeping import law_of, newest_law, whole_law
from hemei.programmes.control.models import OwnLaw, Run
from hemei.programmes.control.unread import mended
from hemei.programmes.control.writing_rules import Written, with_rule
from hemei.terms.day import today
from hemei.terms.measure import Measure
from hemei.terms.proposal import Proposal
from hemei.terms.verdict import Kind, Outcome
from tests.conftest import DISTRICT, VILLAGE, People
from tests.programmes.control.conftest import house_at, wkb
from tests.programmes.control.test_law import EMPTY, FORM, LOW, house_shape
from tests.programmes.control.test_pages import signed_in

pytestmark = pytest.mark.django_db
BACK = Written(**{**LOW.__dict__, "title": "退让河道", "kind": Kind.DENY, "layer": "river_management",
                  "article": "第六条", "measure": Measure.DISTANCE, "value": 5.0})  # fmt: skip


def stored(entries, *, days_ago: int = 0) -> OwnLaw:
    """A law as it was kept when nobody asked what is asked now."""
    when = timezone.now() - timedelta(days=days_ago)
    return OwnLaw.objects.create(region=DISTRICT, entries=entries, said="某区村庄规划", recorded_at=when, actor="x")


def two_rules(**clause):
    """Two rules of the district's own, the first with a clause that is written otherwise."""
    entries, _ = with_rule(EMPTY, LOW)
    entries, _ = with_rule(entries, BACK)
    entries["clauses"][0] |= clause
    return entries


TITLED = {"document": "《某区村庄规划》"}
NUMBERED = {"article": "11"}


@pytest.mark.parametrize(("clause", "why"), [(TITLED, "不写书名号"), (NUMBERED, "请照原文写成 第十一条")])
def test_what_cannot_be_read_is_listed_with_the_reason_and_the_rest_holds(home, people: People, clause, why) -> None:
    law = stored(two_rules(**clause))
    read = whole_law(law)
    assert [(fault.part, fault.row["id"]) for fault in read.faults] == [
        ("clauses", "own.R01.clause"), ("rules", "own.R01"),
    ]  # fmt: skip
    own = {rule.id for rule in read.book.rules if rule.id.startswith("own.")}
    assert own == {"own.R02"}
    client = signed_in(people.district)
    page = client.get(reverse("control.rules")).content.decode()
    assert why in page
    assert "三层以下" in page
    assert "怎样改" in page
    assert "怎样改" not in signed_in(people.township).get(reverse("control.rules")).content.decode()


PAGES = [
    ("control", []), ("control.layer_add", []), ("control.rules", []), ("control.rule_add", []), ("control.plan", []),
    ("control.law_changes", []), ("control.rule", ["own.R02"]), ("control.rule", ["control.R02"]),
    ("control.law_mend", []),
    ("control.rule_change", ["own.R01"]), ("control.rule_change", ["own.R02"]), ("control.rule_clauses", ["own.R02"]),
    ("control.circle", []), ("control.layer_kind_add", []), ("control.plan_row", ["positive_list", 1]),
    ("control.ceiling", []), ("control.here", []), ("control.screenings", []), ("control.findings", []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments"), PAGES)
def test_no_page_breaks(home, people: People, name, arguments) -> None:
    stored(two_rules(**TITLED))
    assert signed_in(people.district).get(reverse(name, args=arguments)).status_code == 200


def test_the_page_of_an_unread_rule_leads_to_mending(home, people: People) -> None:
    stored(two_rules(**TITLED))
    for name in ("control.rule", "control.rule_clauses"):
        asked = signed_in(people.district).get(reverse(name, args=["own.R01"]))
        assert (asked.status_code, asked.headers.get("Location")) == (302, reverse("control.law_mend")), name
    assert signed_in(people.township).get(reverse("control.rule", args=["own.R01"])).status_code == 404
    assert signed_in(people.township).get(reverse("control.law_mend")).status_code == 403


def test_a_verdict_is_unknown_while_a_rule_cannot_be_read(layers) -> None:
    low = Proposal("p", VILLAGE, wkb(house_shape()), storeys=2)
    stored(two_rules())
    before = registry.ask("control.verdicts", [low], on=today())["p"]
    assert next(one for one in before.rulings if one.rule == "own.R01").outcome is Outcome.PASS
    stored(two_rules(**TITLED))
    ruled = registry.ask("control.verdicts", [low], on=today())["p"]
    told = next(one for one in ruled.rulings if one.rule == "own.R01")
    assert (told.outcome, told.title, told.is_unread) == (Outcome.UNKNOWN, "三层以下", True)
    assert "它用的条款“《某区村庄规划》 第五条”读不了，改好那一项就行" in told.said
    assert told in sorted_out(ruled)["open"]
    assert ruled.outcome is not Outcome.PASS
    assert any(one.rule == "own.R02" and not one.is_unread for one in ruled.rulings)
    public = registry.ask("control.verdicts", [low], on=today(), public=True)["p"]
    told = next(one for one in public.rulings if one.rule == "own.R01")
    assert (told.outcome, told.missing) == (Outcome.UNKNOWN, (AT_THE_WINDOW,))
    assert "clauses" not in told.said
    earlier = registry.ask("control.verdicts", [low], on=date(2025, 12, 31))["p"]
    assert all(one.rule != "own.R01" for one in earlier.rulings)


def test_a_screening_says_what_it_did_not_judge(layers, people: People) -> None:
    stored(two_rules(**TITLED))
    house_at(100, 300, storeys=5)
    client = signed_in(people.district)
    client.post(reverse("control.screen"))
    while job := take_next():
        assert run(job).state == JobState.DONE, job.message
    last = Run.objects.get()
    assert any("三层以下" in remark and "没有参加判定" in remark for remark in last.remarks)
    page = client.get(reverse("control.run", args=[last.pk])).content.decode()
    assert "没有参加判定" in page
    for form in ("csv", "gpkg", "xlsx"):
        sent = client.get(reverse("control.findings_file", args=[form]))
        content = b"".join(sent.streaming_content)
        if form == "csv":
            assert "own.R01,规则 三层以下,读不了，没有判" in content.decode("utf-8-sig")


def test_mending_writes_what_is_sure_and_keeps_everything_else(home, people: People) -> None:
    law = stored(two_rules(**TITLED, **NUMBERED))
    client = signed_in(people.district)
    page = client.get(reverse("control.law_mend")).content.decode()
    assert "改成 某区村庄规划" in page
    assert "改成 第十一条" in page
    assert "读不了，改好那一项就行" in page
    assert ".yaml" not in page
    assert "拿掉" not in page.split("<form")[-1]
    assert client.post(reverse("control.law_mend"), {"said": ""}).status_code == 422
    assert client.post(reverse("control.law_mend"), {"said": "某区村庄规划"}).url == reverse("control.rules")
    new = newest_law(DISTRICT)
    assert whole_law(new).faults == ()
    book = law_of(new)[0]
    assert book.clauses[book.rule("own.R01").clause].citation == "《某区村庄规划》第十一条"
    law.refresh_from_db()
    assert law.entries["clauses"][0]["document"] == "《某区村庄规划》"
    assert client.get(reverse("control.law_mend")).url == reverse("control.rules")


def test_what_nobody_can_put_right_is_taken_out_by_name(home, people: People) -> None:
    entries = two_rules(**TITLED)
    entries["parameters"][1]["values"][0]["value"] = 0
    stored(entries)
    client = signed_in(people.district)
    page = client.get(reverse("control.law_mend")).content.decode()
    assert "距离是 0 米" in page
    assert "改正并拿掉上面几条" in page
    assert reverse("control.rule_change", args=["own.R02"]) in page
    assert client.post(reverse("control.law_mend"), {"said": "某区村庄规划"}).status_code == 302
    read = whole_law(newest_law(DISTRICT))
    assert read.faults == ()
    assert {rule.id for rule in read.book.rules if rule.id.startswith("own.")} == {"own.R01"}
    assert {"own.R01.clause", "own.R02.clause"} <= set(read.book.clauses)


def test_of_what_was_written_twice_one_is_kept(home, people: People) -> None:
    entries = two_rules()
    entries["clauses"].append(dict(entries["clauses"][0]))
    law = stored(entries)
    assert [fault.part for fault in whole_law(law).faults] == ["clauses"]
    assert signed_in(people.district).post(reverse("control.law_mend"), {"said": "某区村庄规划"}).status_code == 302
    read = whole_law(newest_law(DISTRICT))
    assert read.faults == ()
    assert {rule.id for rule in read.book.rules if rule.id.startswith("own.")} == {"own.R01", "own.R02"}


def test_a_rule_with_one_mistake_is_put_right_on_its_own_page(home, people: People) -> None:
    stored(two_rules(**TITLED))
    client = signed_in(people.district)
    asked = client.post(reverse("control.rule_change", args=["own.R01"]), FORM | {"document": "《某区村庄规划》"})
    assert asked.status_code == 302
    entries = Job.objects.get(kind="control.preview").arguments["entries"]
    assert entries["clauses"][-1]["document"] == "某区村庄规划"


@pytest.mark.parametrize(
    ("document", "article", "kept"),
    [
        ("《某区村庄规划》", "11", ("某区村庄规划", "第十一条")),
        ("关于印发《某规划》的通知", "第11条", ("关于印发〈某规划〉的通知", "第十一条")),
        ("某规划", "二十", ("某规划", "第二十条")),
        ("某规划", "附表二第3项", ("某规划", "附表二第3项")),
    ],
)
def test_a_form_writes_title_and_article_as_the_law_has_them(home, people: People, document, article, kept) -> None:
    said = FORM | {"document": document, "article": article, "text": "不超过三层。"}
    assert signed_in(people.district).post(reverse("control.rule_add"), said).status_code == 302
    clause = Job.objects.get(kind="control.preview").arguments["entries"]["clauses"][0]
    assert (clause["document"], clause["article"]) == kept
    assert clause["seen"]["when"] == today().isoformat()


def test_another_clause_of_a_rule_is_written_so_too(home, people: People) -> None:
    stored(with_rule(EMPTY, LOW)[0])
    said = {"starts": "2026-02-01", "document": "《另一规划》", "article": "12条"}
    address = reverse("control.rule_clauses", args=["own.R01"])
    assert signed_in(people.district).post(address, said).status_code == 302
    clause = Job.objects.get(kind="control.preview").arguments["entries"]["clauses"][-1]
    assert (clause["document"], clause["article"]) == ("另一规划", "第十二条")


def test_a_rule_to_come_that_was_kept_with_its_first_day_is_read(home) -> None:
    """Its text was once said to be seen on the day on which the rule begins."""
    entries, _ = with_rule(EMPTY, Written(**{**LOW.__dict__, "starts": today() + timedelta(days=400)}))
    entries["clauses"][0]["seen"]["when"] = entries["clauses"][0]["valid_from"]
    read = whole_law(stored(entries, days_ago=3))
    assert read.faults == ()
    clause = read.book.clauses["own.R01.clause"]
    assert clause.seen is not None
    assert clause.seen.when == today() - timedelta(days=3)
    assert entries_of(DISTRICT)["clauses"][0]["seen"]["when"] == clause.seen.when.isoformat()
    elsewhere = {"clauses": [{"seen": {"where": "某处", "when": "2126-01-01"}}]}
    assert settled(elsewhere, today()) == elsewhere


def test_a_number_past_its_rule_s_end_is_left_out_where_the_rule_is_written(home) -> None:
    entries, name = with_rule(EMPTY, LOW)
    entries, _ = with_rule(entries, Written(**{**LOW.__dict__, "value": 2, "starts": date(2026, 7, 1)}), name)
    ended = Written(**{**LOW.__dict__, "ends": date(2026, 6, 30)})
    entries, _ = with_rule(entries, ended, name)
    assert whole_law(stored(entries)).faults == ()
    assert [row["from"] for row in entries["parameters"][0]["values"]] == ["2026-01-01"]


def test_whatever_was_kept_the_nation_s_law_is_read(home) -> None:
    nonsense = {
        part: [{"id": "x", "from": "someday"}, {}, {"id": 5, "values": [{"to": "2026-99-99"}]}] for part in PARTS
    }
    read = whole_law(stored(nonsense))
    assert len(read.faults) == 3 * len(PARTS)
    assert all(fault.why and fault.kind for fault in read.faults)
    assert any(rule.id == "control.R02" for rule in read.book.rules)
    assert mended(nonsense)[1] == []


def test_where_none_of_the_districts_own_can_be_read_the_page_does_not_say_that_there_are_none(home, people) -> None:
    entries, _ = with_rule(EMPTY, LOW)
    entries["clauses"][0] |= TITLED
    stored(entries)
    page = signed_in(people.district).get(reverse("control.rules")).content.decode()
    assert "没有读得了的" in page
    assert "区里的规则未配置" not in page
