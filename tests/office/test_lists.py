"""轮次, 抽查, 导入, 任务, 单位 and 审计: narrowed, searched, sorted, paged by key, all of it in the address."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hemei.core.models import AuditEntry, Draw, Due, ImportBatch, Job, Place, Region, Round, Unit
from hemei.core.worker import KINDS
from hemei.office.templatetags.office import job_name
from hemei.terms.day import today
from tests.conftest import DISTRICT, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, People, build_house

SignIn = Callable[[str], Client]


def build_round(name: str, region: str = TOWNSHIP, starts: int = 0, ends: int = 20, **more: Any) -> Round:
    begun, ended = today() + timedelta(days=starts), today() + timedelta(days=ends)
    given = {"matter": "houses", "tier": "survey", "state": "published"} | more
    return Round.objects.create(name=name, region=region, starts=begun, ends=ended, **given)


def build_draw(
    name: str, region: str = DISTRICT, event: str = "双色球", event_on: int = 3, state: str = "frozen"
) -> Draw:
    turn = build_round(name, region, tier="patrol", state="draft")
    days = {"event_on": today() + timedelta(days=event_on), "opens_on": today() + timedelta(days=event_on + 1)}
    told = {"event": event, "state": state, "frame": b"", "frame_hash": "0" * 64, "codes": b""}
    return Draw.objects.create(round=turn, region=region, frozen_at=timezone.now(), **told, **days)


@pytest.fixture
def busy(house: Place, people: People) -> None:
    """Something of every sort, in two townships."""
    late = build_round("汛前排查", starts=-30, ends=-2, reason="暴雨")
    Due.objects.create(round=late, place=house, region=VILLAGE, due_on=today() - timedelta(days=2))
    build_round("冬季自查", starts=-3, ends=40, tier="self")
    build_round("白水复查", OTHER_TOWNSHIP, starts=-5, ends=10, state="closed")
    build_round("全区排查", DISTRICT, starts=-9, ends=30)
    build_draw("一季度巡查", event="大乐透", event_on=9)
    build_draw("二季度巡查", OTHER_TOWNSHIP, state="published", event_on=5)
    for number, (name, region, state) in enumerate(
        [
            ("农房台账.xlsx", TOWNSHIP, "applied"),
            ("农户.csv", TOWNSHIP, "failed"),
            ("白水农房.xlsx", OTHER_TOWNSHIP, "ready"),
        ]
    ):
        by = (people.township, people.district, people.other_township)[number].account
        job = Job.objects.create(
            kind="register.read" if number else "register.apply",
            region=region,
            by=by,
            state=("done", "failed", "running")[number],
            message=("写好了", "读不出第三张表", "")[number],
        )
        ImportBatch.objects.create(name=name, region=region, state=state, by=by, job=job)


def names(client: Client, address: str) -> list[str]:
    """What stands in the first column, in order."""
    page = client.get(address).content.decode()
    cells = re.findall(r"<tr[^>]*>\s*<td[^>]*>(.*?)</td>", page, re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", cell)).split()[0] for cell in cells]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("rounds/?", ["冬季自查", "白水复查", "全区排查", "汛前排查"]),
        ("rounds/?q=排查", ["全区排查", "汛前排查"]),
        ("rounds/?q=暴雨", ["汛前排查"]),
        ("rounds/?tier=self", ["冬季自查"]),
        ("rounds/?state=closed", ["白水复查"]),
        ("rounds/?late=on", ["汛前排查"]),
        (f"rounds/?region={VILLAGE}", ["冬季自查", "全区排查", "汛前排查"]),  # what spans it
        (f"rounds/?region={OTHER_TOWNSHIP}", ["白水复查", "全区排查"]),
        ("rounds/?order=ends", ["汛前排查", "白水复查", "全区排查", "冬季自查"]),
        ("rounds/?matter=none&order=nonsense", ["冬季自查", "白水复查", "全区排查", "汛前排查"]),
        ("draws/?", ["二季度巡查", "一季度巡查"]),
        ("draws/?q=乐透", ["一季度巡查"]),
        ("draws/?q=二季", ["二季度巡查"]),
        ("draws/?state=frozen", ["一季度巡查"]),
        (f"draws/?region={TOWNSHIP}", ["一季度巡查"]),
        ("draws/?order=event", ["二季度巡查", "一季度巡查"]),
        ("imports/?", ["白水农房.xlsx", "农户.csv", "农房台账.xlsx"]),
        ("imports/?q=农房", ["白水农房.xlsx", "农房台账.xlsx"]),
        ("imports/?q=区经", ["农户.csv"]),
        ("imports/?state=failed", ["农户.csv"]),
        (f"imports/?region={TOWNSHIP}&order=oldest", ["农房台账.xlsx", "农户.csv"]),
        ("imports/?order=name", ["农户.csv", "农房台账.xlsx", "白水农房.xlsx"]),
        ("jobs/?q=三张", ["读取台账"]),
        ("jobs/?job=register.apply", ["写入台账"]),
        ("jobs/?state=running", ["读取台账"]),
        ("jobs/?order=oldest", ["写入台账", "读取台账", "读取台账"]),
        (f"jobs/?region={OTHER_TOWNSHIP}", ["读取台账"]),
    ],
)
def test_a_list_is_narrowed_and_sorted_by_its_address(
    busy: None, signed_in: SignIn, address: str, expected: list[str]
) -> None:
    shown = names(signed_in("district"), f"/office/{address}")
    if address.startswith("rounds"):
        shown = [name for name in shown if not name.endswith("巡查")]  # those of the draws
    if "order=name" in address:  # by code points on one database, by its collation on the other
        assert sorted(shown) == sorted(expected)
    else:
        assert shown == expected


@pytest.mark.parametrize("address", ["rounds/", "draws/", "imports/", "jobs/"])
def test_where_nothing_fits_the_list_says_so_and_keeps_what_was_asked(
    busy: None, signed_in: SignIn, address: str
) -> None:
    page = signed_in("district").get(f"/office/{address}?q=没有这样").content.decode()
    assert "放宽或清空上面的条件" in page
    assert 'value="没有这样"' in page


@pytest.mark.parametrize(
    ("who", "address", "expected"),
    [
        ("township", "rounds/", "/office/rounds/add/"),
        ("district", "draws/", "/office/draws/add/"),
        ("administrator", "jobs/", "/office/imports/"),
    ],
)
def test_an_empty_list_says_what_to_do_next(
    people: People, signed_in: SignIn, who: str, address: str, expected: str
) -> None:
    page = signed_in(who).get(f"/office/{address}").content.decode()
    empty = page[page.index('class="empty"') :]
    assert f'href="{expected}"' in empty
    assert 'class="filters"' not in page


def test_where_nothing_is_registered_each_page_says_how_to_begin(people: People, signed_in: SignIn) -> None:
    client = signed_in("district")
    for address in ("", "places/"):
        page = client.get(f"/office/{address}").content.decode()
        assert 'href="/office/imports/"' in page[page.index('class="empty"') :]
    assert "地图上还没有可画的" in client.get("/maps/").content.decode()
    assert "/office/imports/" not in signed_in("grid").get("/office/places/").content.decode()
    Region.objects.filter(level=12).delete()
    assert "还没有村" in client.get("/field/plates/").content.decode()
    build_house()
    assert "地图上还没有可画的" not in client.get("/maps/").content.decode()
    assert "还没有登记任何对象" not in client.get("/office/").content.decode()


def test_pages_by_key_keep_the_filters(people: People, signed_in: SignIn) -> None:
    for number in range(60):
        build_round(f"第{number:02d}轮排查", starts=-number)
        build_round(f"第{number:02d}轮自查", starts=-number, tier="self")
    client = signed_in("district")
    first = client.get("/office/rounds/?tier=self&order=ends")
    following = re.search(r'rel="next" href="([^"]+)"', first.content.decode())
    assert following is not None
    assert "tier=self" in following[1]
    second = names(client, f"/office/rounds/{unescape(following[1])}")
    assert len(second) == 10
    assert all(name.endswith("自查") for name in second)
    assert not set(second) & set(names(client, "/office/rounds/?tier=self&order=ends"))
    # the cursor of another order shows the first page
    other = unescape(following[1]).replace("order=ends", "order=")
    assert len(names(client, f"/office/rounds/{other}")) == 50


def test_units_and_the_audit_are_sorted(people: People, units: dict[str, Unit], signed_in: SignIn) -> None:
    client = signed_in("administrator")
    assert names(client, "/office/units/")[0] == "云岭林区住房和城乡建设局"
    assert names(client, "/office/units/?order=newest")[0] == "云岭房屋鉴定所"
    kinds = [unit.kind for unit, _staff in client.get("/office/units/?order=kind").context["rows"]]
    assert kinds == sorted(kinds)
    for region in (VILLAGE, DISTRICT, TOWNSHIP):
        AuditEntry.objects.create(
            at=timezone.now(), actor="system", verb="place.edit", subject="place:1", region=region, digest=""
        )
    auditor = signed_in("auditor")

    def regions(query: str) -> list[str]:
        return [entry.region for entry in auditor.get(f"/office/audit/?verb=place.{query}").context["rows"]]

    assert regions("") == [TOWNSHIP, DISTRICT, VILLAGE]
    assert regions("&order=oldest") == [VILLAGE, DISTRICT, TOWNSHIP]
    assert regions("&order=region") == [DISTRICT, TOWNSHIP, VILLAGE]


def test_the_file_of_rounds_has_what_the_list_shows(busy: None, signed_in: SignIn) -> None:
    answer = signed_in("district").get("/office/rounds/file.csv?q=排查&late=on")
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["轮次", "汛前排查"]


def test_every_kind_of_job_has_a_name() -> None:
    ours = [kind for kind, does in KINDS.items() if does.__module__.startswith("hemei.")]
    assert {"register.survey", "control.screen"} <= set(ours)
    assert [kind for kind in ours if job_name(kind) == kind] == []
