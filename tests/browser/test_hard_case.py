"""A hard case by clicking: appraised D, contained, served, refused before witnesses; and nobody may live there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hemei.core.models import Case, Place
from hemei.programmes.houses.models import Appraisal
from hemei.terms.day import today
from tests.browser.conftest import DESK, PHONE, Visit
from tests.browser.test_grid_worker import sound_but
from tests.browser.test_whole_job import attach, press, register
from tests.conftest import People

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("HEMEI_SHOTS")  # a folder to look at what was seen
Window = Callable[..., Visit]


def look(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"hard-{name}.png", full_page=True)


def appraise(page: Page, house: Place) -> None:
    """The worst part is c; the agency judges the whole house D, and must say why."""
    page.goto(f"/office/places/{house.pk}/")
    press(page, "登记鉴定报告")
    page.get_by_label("鉴定单位").select_option(label="云岭房屋鉴定所")
    page.get_by_label("报告编号").fill("鉴2026-7")
    page.get_by_label("鉴定日期").fill(today().isoformat())
    page.get_by_label("场地安全", exact=True).check()
    page.get_by_label("地基基础").select_option(label="a 无危险点")
    page.get_by_label("承重墙").select_option(label="c 局部危险")
    page.get_by_label("房屋等级").select_option(label="D 级（整幢危房）")
    page.get_by_label("签字人员").fill("张甲、李乙")
    attach(page, "报告.jpg")
    page.get_by_role("button", name="登记报告").click()
    expect(page.locator("#id_override_reason_error")).to_contain_text("请写明综合判定的理由")
    look(page, "1-appraisal")
    page.get_by_label("综合判定理由").fill("整体倾斜，连接失效。")
    page.get_by_role("button", name="登记报告").click()  # the scan is still there
    expect(page.locator(".said.success")).to_contain_text("鉴2026-7")
    expect(page.locator("main")).to_contain_text("按最差部分为 C 级")


def write_down(page: Page, house: Place, what: str) -> None:
    page.goto(f"/office/places/{house.pk}/")
    press(page, "登记隐患")
    page.get_by_label(what).check()
    attach(page, "看到.jpg")
    page.locator("#step").get_by_role("button", name="登记隐患").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("木构件腐朽")


def serve(page: Page, case: Case) -> None:
    page.goto(f"/office/cases/{case.pk}/")
    press(page, "打印停用通知书")
    page.get_by_label("文号").fill("上村停〔2026〕1号")
    page.get_by_label("送给").fill("张三")
    page.get_by_role("button", name="填进文书").click()
    expect(page.locator(".document")).to_contain_text("上村停〔2026〕1号")
    press(page, "已经送达，去登记")
    expect(page.get_by_label("文号")).to_have_value("上村停〔2026〕1号")
    page.get_by_label("送达方式").select_option(label="留置送达")
    attach(page, "回执.jpg")
    page.locator("textarea").fill("贴在门上，两人在场。")
    look(page, "2-serve")
    page.locator("#step").get_by_role("button", name="送达文书").click()
    expect(page.locator(".said.success")).to_contain_text("送达文书")


def refuse(page: Page, case: Case) -> None:
    page.goto(f"/office/cases/{case.pk}/")
    press(page, "拒不整改，上报")
    page.locator("textarea").fill("户主不肯搬。")
    page.get_by_label("见证人一").fill("王一")
    page.get_by_label("见证人二").fill("王一")
    page.locator("#step button.btn-primary").click()
    expect(page.locator("#step")).to_contain_text("两个不同的姓名")
    page.get_by_label("见证人二").fill("李二")
    page.locator("#step button.btn-primary").click()
    expect(page.locator(".story")).to_contain_text("王一、李二")
    expect(page.locator("main")).to_contain_text("青石镇村镇建设办公室")  # one tier up


def test_a_d_house_is_not_closed_while_people_live_there(visit: Window, people: People, house: Place) -> None:
    appraiser, grid = visit(people.appraiser, DESK), visit(people.grid, PHONE)
    village, township = visit(people.village, PHONE), visit(people.township, DESK)
    appraise(appraiser.page, house)
    appraisal = Appraisal.objects.get()
    assert (appraisal.worst_grade, appraisal.grade) == ("C", "D")
    write_down(grid.page, house, "木构件腐朽")
    case = Case.objects.get()

    village.page.goto(f"/office/cases/{case.pk}/")
    register(village.page, "已管控", note="人住亲戚家。", picture="封控.jpg")
    register(village.page, "管控复查", note="封条完好。")
    serve(village.page, case)
    refuse(village.page, case)
    register(village.page, "整治完成", remedy="修缮加固", note="换了檩条。", picture="檩条.jpg")

    page = township.page
    page.goto(f"/office/cases/{case.pk}/")
    press(page, "验收通过")
    attach(page, "验收.jpg")
    page.locator("#step button.btn-primary").click()
    expect(page.locator("#step")).to_contain_text("登记仍有人居住，不能验收")
    look(page, "3-guarded")

    grid.page.goto(f"/field/places/{house.pk}/check/houses.survey/")
    grid.page.locator("[name=storeys]").fill("2")
    sound_but(grid.page, occupied="no", first_judgement="none")
    grid.page.get_by_role("button", name="提交检查").click()
    expect(grid.page.get_by_role("heading", level=1)).to_contain_text("已记下")

    page.locator("#step button.btn-primary").click()  # the photo is still there
    expect(page.locator(".said.success")).to_contain_text("验收通过")
    write_down(grid.page, house, "木构件腐朽")
    expect(grid.page.locator(".facts")).to_contain_text(f"#{case.pk}")  # what it is the return of
    assert Case.objects.latest("pk").forerunner == case
    said = [line for seen in (appraiser, grid, village, township) for line in seen.complaints]
    expected = ("422", "Geolocation support")  # what was refused on purpose; a map without a position
    assert [line for line in said if not any(word in line for word in expected)] == []
