"""Rules by what they are about, the register of clauses, documents that ceased to hold, and what is steep."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from hemei.core.models import Job
from hemei.core.registry import registry
from hemei.law.book import national
from hemei.law.rules import EVERYWHERE
from hemei.programmes.control.keeping import law_of, newest_law, steeper_in
from hemei.programmes.control.kinds import OTHER, topic_of
from hemei.programmes.control.models import OwnLaw
from hemei.programmes.control.queries.clauses import register
from hemei.terms.day import today
from hemei.terms.proposal import Proposal
from tests.conftest import DISTRICT, VILLAGE, People
from tests.programmes.control.conftest import changed_by, house_at, wkb
from tests.programmes.control.test_elevation import dem
from tests.programmes.control.test_law import FORM, house_shape, work_off
from tests.programmes.control.test_pages import NONSENSE, keep_after_a_look, signed_in

pytestmark = pytest.mark.django_db
FARMLAND = "中华人民共和国土地管理法"
SAID = {"last": "2026-06-30", "by": "某新法（某号）", "rules": "end", "said": "某公告"}


def repeal_page(document: str = FARMLAND) -> str:
    return reverse("control.repeal") + f"?document={document}"


def test_every_layer_of_the_nation_is_about_something() -> None:
    assert all(topic_of(layer) != str(OTHER) for layer in (*national().layers, EVERYWHERE))


def test_the_rules_are_folded_by_what_they_are_about_and_found_by_clause(layers, people: People) -> None:
    client = signed_in(people.district)
    page = client.get(reverse("control.rules")).content.decode()
    for topic in ("公路", "农田", "靠山", "临水", "见绿", "房屋本身"):
        assert f"<b>{topic}" in page
    assert page.count('<details class="fold"') == 6
    assert '<details class="fold" open' not in page
    assert "条未配置" in page
    found = client.get(reverse("control.rules"), {"q": "公路安全保护条例 第十一条"}).content.decode()
    assert "县道建筑控制区内不得建房" in found
    assert "不得占用永久基本农田" not in found
    assert '<details class="fold" open' in found
    nothing = client.get(reverse("control.rules"), {"q": "查无此条"}).content.decode()
    assert "国家规定的规则里没有" in nothing


def test_the_number_of_rules_not_configured_goes_by_layer_and_number(layers, people: People) -> None:
    page = signed_in(people.district).get(reverse("control.rules"))
    topics = {topic.title: topic for topic in page.context["national"]}
    assert (len(topics["农田"].rules), topics["农田"].unset) == (2, 1)
    assert topics["房屋本身（全区）"].unset == 1


def test_the_register_shows_each_clause_with_its_marks_and_who_cites_it(layers, people: People) -> None:
    client = signed_in(people.village)
    page = client.get(reverse("control.clauses")).content.decode()
    for words in ("《公路安全保护条例》", "第十一条", "原文未见", "效力待核", "数值为假定", "县道建筑控制区内不得建房"):
        assert words in page
    assert "这个文件废止了" not in page
    assert "这个文件废止了" in signed_in(people.district).get(reverse("control.clauses")).content.decode()
    found = client.get(reverse("control.clauses"), {"q": "基本农田"}).content.decode()
    assert "《公路安全保护条例》" not in found
    assert "没有这样的条款" in client.get(reverse("control.clauses"), {"q": "查无此条"}).content.decode()
    documents = register(*law_of(None), today())
    assert sum(len(one.clauses) for one in documents) == len(national().clauses)
    assert signed_in(people.inspector).get(reverse("control.clauses")).status_code == 403


def test_a_repealed_document_ends_its_rules_and_no_earlier_verdict_changes(layers, people: People) -> None:
    inside = house_at(500, 600)
    client = signed_in(people.district)
    assert client.get(repeal_page()).status_code == 200
    asked = client.post(repeal_page(), SAID)
    work_off()
    job = Job.objects.get(kind="control.preview")
    assert [inside.pk, "fail", "pass"] in changed_by(job)
    assert not OwnLaw.objects.exists()
    assert client.post(asked.url + "keep/").url == reverse("control.clauses")
    page = client.get(reverse("control.clauses")).content.decode()
    assert "由某新法（某号）废止或替代" in page
    assert "改废止的记录" in page

    def said(day: date) -> set[str]:
        field = Proposal("p", VILLAGE, wkb(house_shape().buffer(1)), position_error_m=0.5)
        return {one.rule for one in registry.ask("control.verdicts", [field], on=day)["p"].rulings}

    assert "control.R10" in said(date(2026, 6, 30))
    assert "control.R10" not in said(date(2026, 7, 1))
    old = client.get(reverse("control.rule", args=["control.R10"]), {"on": "2026-06-30"}).content.decode()
    assert "已由某新法" not in old
    assert "不生效" in client.get(reverse("control.rule", args=["control.R10"])).content.decode()
    back = client.post(repeal_page(), SAID | {"rules": "never"})
    work_off()
    client.post(back.url + "keep/")
    assert "control.R10" in said(today())


def test_a_repeal_may_leave_its_rules_judged_and_marked(layers, people: People) -> None:
    inside = house_at(500, 600)
    client = signed_in(people.district)
    asked = client.post(repeal_page(), SAID | {"rules": "stay"})
    work_off()
    assert "没有一处的结论会变" in client.get(asked.url).content.decode()
    client.post(asked.url + "keep/")
    rule = client.get(reverse("control.rule", args=["control.R10"])).content.decode()
    assert "已由某新法（某号）替代" in rule
    assert "效力待核" in rule
    book, _plan = law_of(newest_law(DISTRICT))
    assert book.rule("control.R10", today())
    assert inside


def test_what_is_no_repeal_is_refused(layers, people: People) -> None:
    client = signed_in(people.district)
    assert client.get(repeal_page("没有这个文件")).status_code == 404
    assert client.get(reverse("control.repeal")).status_code == 404
    for wrong in ({"last": ""}, {"by": ""}, {"said": ""}, {"rules": "never"}, {"last": "2026-02-30"}):
        assert client.post(repeal_page(), SAID | wrong).status_code == 422
    assert signed_in(people.township).post(repeal_page(), SAID).status_code == 403
    assert not Job.objects.filter(kind="control.preview").exists()


def test_the_district_says_what_is_steep_after_a_preview(home, people: People) -> None:
    dem(people.district)
    near = house_at(1010, 600)
    client = signed_in(people.district)
    rules = client.get(reverse("control.rules")).content.decode()
    assert "坡度 50 度以上算陡坡" in rules
    assert "数值为假定" in rules
    assert client.get(reverse("control.steep")).status_code == 200
    asked = client.post(
        reverse("control.steep"), {"degrees": "70", "starts": today().isoformat(), "said": "某区通知（一号）"}
    )
    work_off()
    assert changed_by(Job.objects.get(kind="control.preview")) == [[near.pk, "fail", "pass"]]
    assert client.post(asked.url + "keep/").url == reverse("control.rules")
    rules = client.get(reverse("control.rules")).content.decode()
    assert "坡度 70 度以上算陡坡" in rules
    assert "某区通知（一号）" in rules
    entries = newest_law(DISTRICT).entries
    assert [steeper_in(entries, day) for day in (today() - timedelta(days=1), today())] == [50, 70]
    assert "坡度 70 度" in client.get(reverse("control.rule", args=["control.R80"])).content.decode()
    for wrong in ("", "0", "90", "陡", "nan", "1e999"):
        said = {"degrees": wrong, "starts": "2026-01-01", "said": "某"}
        assert client.post(reverse("control.steep"), said).status_code == 422
    assert signed_in(people.township).get(reverse("control.steep")).status_code == 403


def test_the_form_of_further_clauses_is_headed_by_what_it_is(layers, people: People) -> None:
    client = signed_in(people.district)
    asked = client.post(reverse("control.rule_add"), FORM)
    work_off()
    client.post(asked.url + "keep/")
    page = client.get(reverse("control.rule_clauses", args=["own.R01"])).content.decode()
    assert "依据的其他条款</h1>" in page


def test_a_row_of_a_list_has_its_days(layers, people: People) -> None:
    client = signed_in(people.district)
    address = reverse("control.plan_row", args=["negative_list", 1])
    said = {"name": "不得新建", "works": ["new"], "starts": "2026-02-01", "ends": "2026-03-01", "said": "某规划"}
    assert client.post(address, said | {"ends": "2026-01-01"}).status_code == 422
    keep_after_a_look(client, address, said)
    row = law_of(newest_law(DISTRICT))[1]["negative_list"][0]
    assert (row.start, row.end) == (date(2026, 2, 1), date(2026, 3, 1))
    assert 'value="2026-02-01"' in client.get(address).content.decode()
    assert "2026年2月1日" in client.get(reverse("control.plan")).content.decode()


@pytest.mark.parametrize("word", NONSENSE)
def test_nonsense_gets_a_page(layers, people: People, word: str) -> None:
    client = signed_in(people.district)
    for name in ("control.rules", "control.clauses"):
        assert client.get(reverse(name), {"q": word, "on": word}).status_code in (200, 400)
    assert client.get(reverse("control.repeal"), {"document": word}).status_code in (400, 404)
    said = dict.fromkeys(("last", "by", "rules", "said", "degrees", "starts"), word)
    assert client.post(repeal_page(), said).status_code in (400, 422)
    assert client.post(reverse("control.steep"), said).status_code in (400, 422)
