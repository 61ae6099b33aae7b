"""A changed rule, held against what is not built yet: applications under way."""

from __future__ import annotations

import pytest
import shapely
from django.urls import reverse

from hemei.core.access import Scope
from hemei.core.models import Job, Place
from hemei.core.registry import registry
from hemei.programmes.building.queries.around import Neighbours, around
from hemei.programmes.control.under_way import proposals_under_way
from tests.conftest import DISTRICT, OTHER_DISTRICT, VILLAGE, People
from tests.programmes.building.conftest import applied, household_of, step
from tests.programmes.control.conftest import DEGREES, X, Y, house_at, wkb
from tests.programmes.control.test_law import FORM, work_off
from tests.programmes.control.test_pages import signed_in

pytestmark = pytest.mark.django_db


def filed(people: People, name: str, storeys: int, **said):
    lon, lat = DEGREES.transform(X + 1200, Y + 300)
    return applied(people, household_of(name, number=name), storeys=storeys, **({"lon": lon, "lat": lat} | said))


def test_the_preview_of_a_rule_includes_the_applications_whose_verdict_would_change(layers, people: People) -> None:
    tall, low = filed(people, "石有田", 4), filed(people, "石有山", 2)
    nowhere = filed(people, "石无图", 5, lon=None, lat=None)
    gone = filed(people, "石有河", 5)
    step(gone, "withdraw", people.village)
    known = {key for (_kind, key), _proposal in proposals_under_way(VILLAGE)}
    assert known == {tall.pk, low.pk}
    assert nowhere.pk not in known
    assert proposals_under_way(OTHER_DISTRICT) == []
    client = signed_in(people.district)
    asked = client.post(reverse("control.rule_add"), FORM)
    work_off()
    result = Job.objects.get(kind="control.preview").result
    assert (result["proposals"], result["proposals_changed"]) == (2, 1)
    assert result["proposals_shown"] == [["permit", tall.pk, "三层以下", "pass", "fail"]]
    page = client.get(asked.url).content.decode()
    assert "有 1 件的结论会变" in page
    assert "石有田" in page
    assert "石有山" not in page
    assert reverse("building.one", args=[tall.pk]) in page


def test_where_no_verdict_changes_the_page_says_so(layers, people: People) -> None:
    filed(people, "石有山", 2)
    client = signed_in(people.district)
    asked = client.post(reverse("control.rule_add"), FORM)
    work_off()
    assert "正在办的 1 件建房申请，结论都不变" in client.get(asked.url).content.decode()


def test_a_kind_of_record_says_what_is_under_way_in_a_scope_only(people: People, layers) -> None:
    permit = filed(people, "石有田", 2)
    read = registry.records["permit"].proposals
    assert read is not None
    assert [key for key, _proposal in read(within=Scope.of(DISTRICT))] == [permit.pk]
    assert list(read(within=Scope())) == []


def test_what_stands_is_the_same_whether_a_village_is_read_once_or_plot_by_plot(home, people: People) -> None:
    for x, y, storeys in ((0, 0, 2), (14, 0, None), (40, 40, 1), (300, 0, 3)):
        house_at(x, y, storeys=storeys)
    spot = house_at(20, 26)
    Place.objects.filter(pk=spot.pk).update(geometry=None)
    among, counted = Neighbours(), 0
    for x in range(-30, 330, 15):
        plot = wkb(shapely.box(x, -10, x + 25, 20))
        alone = around(plot, region=VILLAGE)
        assert around(plot, region=VILLAGE, among=among) == alone
        assert around(plot, region=VILLAGE, but=spot.pk, among=among) == around(plot, region=VILLAGE, but=spot.pk)
        counted += len(alone.shapes) + alone.near
    assert counted > 5
