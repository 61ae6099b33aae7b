"""What else is looked at before it holds: a row of a list, the circle for density, a version that is to be stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from hemei.core.access import At
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import Job
from hemei.programmes.control.actions.law import change_law
from hemei.programmes.control.actions.layers import ask_withdrawal, withdraw_previewed
from hemei.programmes.control.keeping import in_force, newest_law, radius_of
from hemei.programmes.control.models import LayerVersion
from hemei.terms.day import today
from tests.conftest import DISTRICT, People
from tests.programmes.control.conftest import FIRST, changed_by, house_at, take_in
from tests.programmes.control.test_law import EMPTY, work_off
from tests.programmes.control.test_pages import NONSENSE, signed_in
from tests.programmes.control.test_previews import WIDER
from tests.programmes.control.test_under_way import filed

pytestmark = pytest.mark.django_db
HERE = At(DISTRICT, "control")
CLAUSE = {
    "id": "own.C1", "document": "某规划", "article": "清单", "issuer": "区里", "limit": "district",
    "valid_from": "2020-01-01", "valid_from_is": "施行",
}  # fmt: skip
ROW = {"name": "不得新建", "works": ["new"], "clause": "own.C1", "said": "某规划"}


def farmland() -> LayerVersion:
    return next(row for row in in_force(DISTRICT, today()) if row.kind == "permanent_farmland")


def test_a_row_of_a_list_is_looked_at_before_it_holds(layers, people: People) -> None:
    kept = change_law(where=HERE, entries=EMPTY | {"clauses": [CLAUSE]}, said="某规划", by=people.district)
    permit, client = filed(people, "石有田", 2), signed_in(people.district)
    asked = client.post(reverse("control.plan_row", args=["negative_list", 1]), ROW)
    work_off()
    job = Job.objects.get(kind="control.preview")
    assert asked.url == reverse("control.preview", args=[job.pk])
    assert newest_law(DISTRICT) == kept
    assert job.result["proposals_shown"] == [["permit", permit.pk, "负面清单第 1 行：不得新建", "pass", "fail"]]
    page = client.get(asked.url).content.decode()
    assert "负面清单第 1 行" in page
    assert client.post(asked.url + "keep/").url == reverse("control.plan")
    (row,) = newest_law(DISTRICT).entries["plan"]
    assert row == {"table": "negative_list", "number": 1} | {key: ROW[key] for key in ("name", "works", "clause")}


def test_a_row_of_the_plan_that_decides_nothing_is_kept_at_once(layers, people: People) -> None:
    client = signed_in(people.district)
    answer = client.post(reverse("control.plan_row", args=["control_class", 1]), {"name": "甲类", "said": "某规划"})
    assert answer.url == reverse("control.plan")
    assert newest_law(DISTRICT).entries["plan"]


def test_the_circle_for_density_is_looked_at_before_it_holds(layers, people: People) -> None:
    client = signed_in(people.district)
    for text in NONSENSE:
        assert (
            client.post(reverse("control.circle"), {"radius_m": text, "starts": text, "said": text}).status_code == 422
        )
    said = {"radius_m": "50", "starts": (today() + timedelta(days=3)).isoformat(), "said": "某规划"}
    asked = client.post(reverse("control.circle"), said)
    work_off()
    assert newest_law(DISTRICT) is None
    job = Job.objects.get(kind="control.preview")
    assert job.arguments["on"] == said["starts"]
    assert "没有一处的结论会变" in client.get(asked.url).content.decode()
    assert client.post(asked.url + "keep/").url == reverse("control.rules")
    assert radius_of(newest_law(DISTRICT), today()) is None
    assert radius_of(newest_law(DISTRICT), today() + timedelta(days=3)) == 50


def test_stopping_to_use_a_version_is_looked_at_before_it_is_done(layers, people: People) -> None:
    house_at(500, 600)
    caught = house_at(1200, 600)
    newer = take_in("permanent_farmland", WIDER, people.district)
    client, address = signed_in(people.district), reverse("control.layer_withdraw", args=[newer.pk])
    assert client.post(address, {"why": " "}).status_code == 422
    asked = client.post(address, {"why": "画错了"})
    work_off()
    job = Job.objects.get(kind="control.preview")
    assert farmland() == newer
    assert changed_by(job) == [[caught.pk, "fail", "pass"]]
    page = client.get(asked.url).content.decode()
    assert "停用以后，这个图层按" in page
    assert client.post(asked.url + "keep/").url == reverse("control.layer", args=[newer.pk])
    assert farmland().starts == FIRST
    assert farmland() != newer


def test_where_nothing_takes_its_place_the_page_says_so_and_it_can_be_let_be(layers, people: People) -> None:
    house_at(500, 600)
    client = signed_in(people.district)
    asked = client.post(reverse("control.layer_withdraw", args=[farmland().pk]), {"why": "不用了"})
    work_off()
    page = client.get(asked.url).content.decode()
    assert "没有别的版本有效" in page
    assert "未配置" in page
    again = client.post(asked.url + "again/")
    assert again.url != asked.url
    work_off()
    assert client.post(again.url + "drop/").url == reverse("control.layer", args=[farmland().pk])
    assert farmland().withdrawn_on is None


def test_what_is_other_by_now_has_to_be_looked_at_again(layers, people: People) -> None:
    layer = farmland()
    job = ask_withdrawal(layer=layer, why="画错了", by=people.district)
    change_law(where=HERE, entries=EMPTY | {"clauses": [CLAUSE]}, said="某规划", by=people.district)
    with pytest.raises(Conflict, match="再看一遍"):
        withdraw_previewed(layer=layer, job=job, by=people.district)
    assert farmland().withdrawn_on is None
    with pytest.raises(Mistaken, match="原因"):
        ask_withdrawal(layer=layer, why="", by=people.district)
    for one in (people.township, people.village):
        assert signed_in(one).post(reverse("control.layer_withdraw", args=[layer.pk]), {"why": "x"}).status_code in (
            403,
            404,
        )
