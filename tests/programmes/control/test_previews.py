"""A layer's next version: held against the one in force, and whose verdict it would change, before anything holds."""

from __future__ import annotations

import os
import time
from datetime import date, timedelta

import numpy as np
import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from hemei.core.access import At
from hemei.core.errors import Conflict, Mistaken
from hemei.core.models import AuditEntry, Duty, Evidence, Job, JobState, Place
from hemei.core.worker import run, take_next
from hemei.engines.screen.shifted import gcj_shift
from hemei.programmes.control import offering
from hemei.programmes.control.actions.deciding import decide
from hemei.programmes.control.actions.law import change_law
from hemei.programmes.control.actions.layers import look_again, offer, put_in_force
from hemei.programmes.control.keeping import in_force, root
from hemei.programmes.control.models import LayerVersion
from hemei.programmes.control.offering import Draft, NewLayer, clear_previews, is_there, results_of
from hemei.programmes.control.reading import Wanted
from hemei.terms.day import today
from tests.conftest import DISTRICT, OTHER_DISTRICT, People
from tests.programmes.control.conftest import (
    DEGREES,
    FIELDS,
    FIRST,
    ZONES,
    X,
    Y,
    changed_by,
    geojson,
    house_at,
    take_in,
)
from tests.programmes.control.test_elevation import flat_then_steep, geotiff
from tests.programmes.control.test_law import EMPTY, work_off
from tests.programmes.control.test_pages import NONSENSE, signed_in
from tests.programmes.control.test_under_way import filed

pytestmark = pytest.mark.django_db
WIDER = geojson((shapely.box(0, 500, 1500, 900), {}))
HERE = At(DISTRICT, "control")


def offered(people: People, kind: str = "permanent_farmland", content: bytes = WIDER, **said) -> Job:
    name = said.pop("name", "新版.geojson")
    wanted = Wanted(**{key: said.pop(key) for key in ("class_column", "tier_column") if key in said})
    told = {"visibility": "internal", "publisher": "自然资源局", "starts": date(2026, 1, 1), **said}
    return offer(
        where=HERE, name=name, content=content, layer=NewLayer(kind, wanted=wanted, **told), by=people.district
    )


def looked_at(job: Job) -> Job:
    while one := take_next():
        done = run(one)
        assert done.state == JobState.DONE, done.message
    job.refresh_from_db()
    return job


def test_nothing_is_in_force_before_somebody_confirms(layers, people: People) -> None:
    inside, caught = house_at(500, 600), house_at(1200, 600)
    spared = house_at(100, 1200)
    decide(where=At(inside.region, "control", inside.pk), place=inside, rule="control.R10", decided="existing",
           why="一九八五年建", by=people.district)  # fmt: skip
    client = signed_in(people.district)
    said = {"kind": "permanent_farmland", "visibility": "internal", "publisher": "局", "starts": "2026-01-01"}
    asked = client.post(reverse("control.layer_add"), said | {"file": SimpleUploadedFile("新.geojson", WIDER)})
    job = Job.objects.get(kind="control.preview")
    assert asked.url == reverse("control.preview", args=[job.pk])
    assert "every 1s" in client.get(asked.url, headers={"HX-Request": "true"}).content.decode()
    assert client.post(asked.url + "keep/").url == asked.url
    looked_at(job)
    assert client.get(asked.url, headers={"HX-Request": "true"}).headers["HX-Redirect"] == asked.url
    assert LayerVersion.objects.filter(kind="permanent_farmland").count() == 1
    assert Evidence.objects.count() == 3
    assert changed_by(job) == [[caught.pk, "pass", "fail"]]
    result = job.result
    assert result["by_rule"] == [["control.R10", "不得占用永久基本农田", {"pass>fail": 1}, 1]]
    assert [row[1:] for row in result["by_village"]] == [[{"pass>fail": 1}, 1]]
    told = result["difference"]
    assert (told["changed"], told["added"], told["gone"], told["same"]) == (1, 0, 0, 0)
    assert told["came_m2"] == pytest.approx(500 * 400, rel=1e-3)
    assert told["went_m2"] == pytest.approx(0, abs=1)
    page = client.get(asked.url).content.decode()
    for words in ("有 1 处的结论会变", "1200,600", "新划入的范围", "200,", "+50.0%", "启用这一版"):
        assert words in page
    assert spared.label not in page
    kept = client.post(asked.url + "keep/")
    row = LayerVersion.objects.order_by("-pk")[0]
    assert kept.url == reverse("control.layer", args=[row.pk])
    assert [one.pk for one in in_force(DISTRICT, today()) if one.kind == row.kind] == [row.pk]
    assert "预览已经清掉" in client.get(asked.url).content.decode()
    assert not is_there(job.arguments["folder"])
    assert AuditEntry.objects.filter(verb="layer.add", subject=f"layer:{row.pk}").exists()


def test_what_officers_have_said_stays_and_is_shown(layers, people: People) -> None:
    inside = house_at(500, 600)
    decide(where=At(inside.region, "control", inside.pk), place=inside, rule="control.R10", decided="existing",
           why="一九八五年建", by=people.district)  # fmt: skip
    job = looked_at(offered(people, content=geojson((shapely.box(0, 500, 300, 900), {}))))
    assert changed_by(job) == [[inside.pk, "fail", "pass"]]
    page = signed_in(people.district).get(reverse("control.preview", args=[job.pk])).content.decode()
    assert "既有" in page
    assert "照旧" in page


def test_a_first_version_says_who_would_fail_and_counts_the_rest(home, people: People) -> None:
    caught, spared = house_at(500, 600), house_at(1200, 1600)
    job = looked_at(offered(people, content=FIELDS))
    assert changed_by(job) == [[caught.pk, "unset", "fail"]]
    assert job.result["quiet"] == {"unset>pass": 1}
    assert job.result["first"]
    assert "difference" not in job.result
    assert spared


def test_applications_under_way_are_told_too(layers, people: People) -> None:
    caught = filed(people, "石有田", 2, lon=DEGREES.transform(X + 1200, Y + 600)[0],
                   lat=DEGREES.transform(X + 1200, Y + 600)[1])  # fmt: skip
    filed(people, "石有山", 2)
    job = looked_at(offered(people))
    assert (job.result["proposals"], job.result["proposals_changed"]) == (2, 1)
    assert job.result["proposals_shown"] == [["permit", caught.pk, "不得占用永久基本农田", "pass", "fail"]]
    assert "石有田" in signed_in(people.district).get(reverse("control.preview", args=[job.pk])).content.decode()


def test_zones_change_the_numbers_by_zone_and_the_rows_of_the_lists(home, people: People) -> None:
    take_in("zones", ZONES, people.district, class_column="zone", tier_column="tier")
    clause = {
        "id": "own.C1", "document": "某规划", "article": "第一条", "issuer": "区里", "limit": "district",
        "valid_from": "2020-01-01", "valid_from_is": "施行",
    }  # fmt: skip
    number = {"id": "own.N1", "title": "层数", "unit": "层", "values": [
        {"from": "2020-01-01", "value": 3, "zone": "甲类"}, {"from": "2020-01-01", "value": 6, "zone": "乙类"},
    ]}  # fmt: skip
    rule = {
        "id": "own.R1", "title": "限层数", "kind": "limit", "clause": "own.C1", "layer": "everywhere",
        "measure": "storeys", "unit": "层", "threshold": "own.N1",
    }  # fmt: skip
    row = {
        "table": "negative_list",
        "number": 1,
        "name": "不得新建",
        "zone": "甲类",
        "works": ["new"],
        "clause": "own.C1",
    }
    entries = EMPTY | {"clauses": [clause], "parameters": [number], "rules": [rule], "plan": [row]}
    change_law(where=HERE, entries=entries, said="某规划", by=people.district)
    tall = house_at(1200, 600, storeys=5)
    house_at(500, 600, storeys=2)
    permit = filed(people, "石有田", 2)
    moved = geojson(
        (shapely.box(-100, -100, 1500, 2100), {"zone": "甲类", "tier": "一档"}),
        (shapely.box(1500, -100, 2100, 2100), {"zone": "乙类", "tier": "二档"}),
    )
    job = looked_at(offered(people, "zones", moved, class_column="zone", tier_column="tier"))
    assert changed_by(job) == [[tall.pk, "pass", "fail"]]
    shown = job.result["proposals_shown"]
    assert [[pk, before, after] for _kind, pk, _title, before, after in shown] == [[permit.pk, "pass", "fail"]]
    assert shown[0][2].startswith("负面清单第 1 行")
    assert job.result["difference"]["changed"] == 2
    assert job.result["difference"]["came_m2"] == pytest.approx(500 * 2200, rel=1e-3)


def test_a_first_version_of_the_zones_tells_what_it_makes_of_the_rows_of_the_lists(home, people: People) -> None:
    clause = {
        "id": "own.C1", "document": "某规划", "article": "第一条", "issuer": "区里", "limit": "district",
        "valid_from": "2020-01-01", "valid_from_is": "施行",
    }  # fmt: skip
    said = {"number": 1, "clause": "own.C1"}
    rows = [
        {"table": "negative_list", "name": "不得新建", "zone": "甲类", "works": ["new"]} | said,
        {"table": "positive_list", "name": "维修", "zone": "乙类", "works": ["repair"]} | said,
    ]
    change_law(where=HERE, entries=EMPTY | {"clauses": [clause], "plan": rows}, said="某规划", by=people.district)
    lon, lat = DEGREES.transform(X + 500, Y + 300)
    inside, outside = filed(people, "石有田", 2, lon=lon, lat=lat), filed(people, "石有山", 2)
    job = looked_at(offered(people, "zones", ZONES, class_column="zone", tier_column="tier"))
    assert sorted(row[1:] for row in job.result["proposals_shown"]) == [
        [inside.pk, "负面清单第 1 行：不得新建", "unset", "fail"],
        [outside.pk, "正面清单", "pass", "fail"],
    ]


def test_heights_are_compared_and_slopes_judged_anew(home, people: People) -> None:
    take_in("elevation", geotiff(flat_then_steep()), people.district, name="高程.tif")
    near = house_at(1010, 600)
    flat = geotiff(np.full((240, 240), 500.0))
    job = looked_at(offered(people, "elevation", flat, name="新高程.tif"))
    assert changed_by(job) == [[near.pk, "fail", "pass"]]
    told = job.result["difference"]
    assert told["known"] == told["spots"]
    assert told["most_m"] > 1000
    assert 0.4 < told["apart"] < 0.6
    client = signed_in(people.district)
    assert "相差超过 1 米" in client.get(reverse("control.preview", args=[job.pk])).content.decode()
    assert client.post(reverse("control.preview_keep", args=[job.pk])).status_code == 302
    assert LayerVersion.objects.count() == 2


def test_a_layer_shifted_as_a_whole_is_said_before_it_holds(home, people: People) -> None:
    rng = np.random.default_rng(5)
    sides = rng.uniform(20, 80, (30, 2))
    fields = [
        shapely.box(150 * (n % 6), 150 * (n // 6), 150 * (n % 6) + wide, 150 * (n // 6) + high)
        for n, (wide, high) in enumerate(sides)
    ]
    take_in("permanent_farmland", geojson(*((shape, {}) for shape in fields)), people.district)
    lon, lat = np.array([DEGREES.transform(X + 400, Y + 400)]).T
    east, north = gcj_shift(lon, lat)[0]
    moved = geojson(*((shapely.affinity.translate(shape, east, north), {}) for shape in fields))
    job = looked_at(offered(people, content=moved))
    assert job.result["difference"]["moved"]["gcj"] == "new"
    page = signed_in(people.district).get(reverse("control.preview", args=[job.pk])).content.decode()
    assert "疑似新的一版是 GCJ-02" in page
    other = geojson(*((shapely.affinity.translate(shape, 0, 480), {}) for shape in fields))
    page = (
        signed_in(people.district)
        .get(reverse("control.preview", args=[looked_at(offered(people, content=other)).pk]))
        .content.decode()
    )
    assert "整体向北移动了约 480 米" in page
    assert "带号或基准写错" in page


def tile_at(lon: float, lat: float, z: int = 14) -> tuple[int, int, int]:
    y = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2
    return z, int((lon + 180) / 360 * 2**z), int(y * 2**z)


def test_the_map_draws_what_differs_and_who_changes(layers, people: People) -> None:
    house_at(1200, 600)
    job = looked_at(offered(people))
    client = signed_in(people.district)
    page = client.get(reverse("control.preview", args=[job.pk])).content.decode()
    assert 'data-layer="came"' in page
    assert 'data-layer="to-fail"' in page
    assert 'data-layer="went"' not in page
    lon, lat = DEGREES.transform(X + 1200, Y + 600)
    z, x, y = tile_at(lon, lat)
    tile = client.get(reverse("control.preview_tile", args=[job.pk, z, x, y]))
    assert tile.status_code == 200
    assert b"came" in tile.content
    assert b"to-fail" in tile.content
    assert client.get(reverse("control.preview_tile", args=[job.pk, 3, 99, 0])).status_code == 404
    assert signed_in(people.second_in_district).get(
        reverse("control.preview_tile", args=[job.pk, z, x, y])
    ).status_code == 404  # fmt: skip


def test_another_look_has_findings_and_a_map_of_its_own(layers, people: People) -> None:
    house_at(1200, 600)
    client, at = signed_in(people.district), tile_at(*DEGREES.transform(X + 1200, Y + 600))

    def drawn(job: Job) -> bytes:
        tile = client.get(reverse("control.preview_tile", args=[job.pk, *at]))
        assert tile.status_code in (200, 204)
        return bytes(tile.content)

    first = looked_at(offered(people))
    before, found = drawn(first), changed_by(first)
    assert b"to-fail" in before
    take_in("permanent_farmland", WIDER, people.district, starts=date(2025, 1, 1))
    again = client.post(reverse("control.preview_again", args=[first.pk]))
    second = looked_at(Job.objects.get(kind="control.preview", pk=again.url.rstrip("/").rpartition("/")[2]))
    assert changed_by(second) == []
    for word in (b"to-fail", b"came"):
        assert word not in drawn(second)
    assert (drawn(first), changed_by(first)) == (before, found)
    results_of(second).rename(results_of(second).with_name("elsewhere"))  # as a preview of an earlier version lies
    assert "预览已经清掉" in client.get(again.url).content.decode()
    assert client.get(reverse("control.preview_tile", args=[second.pk, *at])).status_code == 404


def test_who_keeps_another_districts_law_by_now_sees_nothing_of_a_preview(layers, people: People) -> None:
    house_at(1200, 600)
    job, client = looked_at(offered(people)), signed_in(people.district)
    at = tile_at(*DEGREES.transform(X + 1200, Y + 600))
    addresses = [reverse("control.preview", args=[job.pk]), reverse("control.preview_tile", args=[job.pk, *at])]
    assert [client.get(address).status_code for address in addresses] == [200, 200]
    Duty.objects.filter(account=people.district.account).update(region=OTHER_DISTRICT)
    assert client.get(reverse("control.layer_add")).status_code == 200
    assert [client.get(address).status_code for address in addresses] == [404, 404]
    for name in ("keep", "again", "drop"):
        assert client.post(reverse(f"control.preview_{name}", args=[job.pk])).status_code == 404, name
    assert is_there(job.arguments["folder"])
    assert LayerVersion.objects.filter(kind="permanent_farmland").count() == 1


def test_what_changed_meanwhile_has_to_be_looked_at_again(layers, people: People) -> None:
    job = looked_at(offered(people))
    take_in("permanent_farmland", geojson((shapely.box(0, 0, 50, 50), {})), people.district, starts=date(2025, 1, 1))
    with pytest.raises(Conflict, match="再看一遍"):
        put_in_force(where=HERE, job=job, by=people.district)
    client = signed_in(people.district)
    again = client.post(reverse("control.preview_again", args=[job.pk]))
    assert again.url != reverse("control.preview", args=[job.pk])
    work_off()
    assert client.post(again.url + "keep/").url.startswith("/control/layers/")
    assert client.post(again.url + "keep/").url == again.url
    assert LayerVersion.objects.filter(kind="permanent_farmland").count() == 3


def test_what_was_left_alone_goes_and_so_does_what_was_dropped(layers, people: People) -> None:
    client = signed_in(people.district)
    first, second = looked_at(offered(people)), looked_at(offered(people))
    dropped = client.post(reverse("control.preview_drop", args=[first.pk]))
    assert dropped.url == reverse("control")
    assert [is_there(job.arguments["folder"]) for job in (first, second)] == [False, True]
    assert clear_previews() == 0
    folder = root() / "previews" / second.arguments["folder"]
    old = time.time() - (offering.KEPT_DAYS + 1) * 86_400
    os.utime(folder, (old, old))
    assert clear_previews() == 1
    with pytest.raises(Conflict, match="已经清掉"):
        put_in_force(where=HERE, job=second, by=people.district)
    page = client.get(reverse("control.preview", args=[second.pk]))
    assert "预览已经清掉" in page.content.decode()
    assert client.post(reverse("control.preview_keep", args=[second.pk])).status_code == 302
    assert client.post(reverse("control.preview_again", args=[second.pk])).status_code == 302
    assert LayerVersion.objects.filter(kind="permanent_farmland").count() == 1


def test_a_preview_of_an_earlier_version_of_the_programme_is_gone_not_broken(layers, people: People) -> None:
    said = {"region": DISTRICT, "rule": "own.R01", "entries": {}, "said": "某规划", "seen": 0, "on": "2026-01-01"}
    job = Job.objects.create(kind="control.preview", region=DISTRICT, by=people.district.account, arguments=said)
    while one := take_next():
        run(one)
    job.refresh_from_db()
    assert (job.state, "重新来一次" in job.message) == (JobState.FAILED, True)
    client = signed_in(people.district)
    assert "预览已经清掉" in client.get(reverse("control.preview", args=[job.pk])).content.decode()
    for name in ("keep", "again", "drop"):
        assert client.post(reverse(f"control.preview_{name}", args=[job.pk])).status_code == 302


def test_a_preview_is_stopped(layers, people: People) -> None:
    job = offered(people)
    client = signed_in(people.district)
    assert "停止，不改了" in client.get(reverse("control.preview", args=[job.pk])).content.decode()
    client.post(reverse("control.preview_drop", args=[job.pk]))
    while one := take_next():
        run(one)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert not is_there(job.arguments["folder"])


def test_a_version_that_would_not_hold_changes_nothing_and_says_so(layers, people: People) -> None:
    house_at(1200, 600)
    job = looked_at(offered(people, starts=FIRST - timedelta(days=400), ends=FIRST))
    assert not job.result["holds"]
    assert changed_by(job) == []
    page = signed_in(people.district).get(reverse("control.preview", args=[job.pk])).content.decode()
    assert "结论都不变" in page


def test_what_is_refused_leaves_nothing(layers, people: People) -> None:
    for content, said in ((b"no", {}), (FIELDS, {"visibility": "public"}), (FIELDS, {"starts": FIRST})):
        with pytest.raises(Mistaken):
            offered(people, content=content, **said)
    there = root() / "previews"
    assert not there.exists() or not list(there.iterdir())
    assert not Job.objects.filter(kind="control.preview").exists()


def test_a_draft_is_remembered_whole(home, people: People) -> None:
    job = offered(people, content=FIELDS, ends=date(2030, 1, 1))
    draft = Draft.of(job.arguments["layer"])
    assert draft.told() == job.arguments["layer"]
    assert (draft.layer.ends, draft.layer.starts, draft.content) == (date(2030, 1, 1), date(2026, 1, 1), FIELDS)
    assert look_again(where=HERE, draft=draft, by=people.district).arguments["folder"] == draft.folder


@pytest.mark.parametrize("word", NONSENSE)
def test_nonsense_in_the_address_gets_a_page(layers, people: People, word: str) -> None:
    house_at(1200, 600)
    job = looked_at(offered(people))
    client = signed_in(people.district)
    asked = {"rule": word, "region": word, "cursor": word}
    assert client.get(reverse("control.preview", args=[job.pk]), asked).status_code in (200, 400)
    assert client.get(reverse("control.preview_keep", args=[job.pk])).status_code == 405
    assert client.get(reverse("control.preview", args=[999_999])).status_code == 404
    assert Place.objects.count() == 1
