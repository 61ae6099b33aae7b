"""A house that came without coordinates is put on the map by a tap; forms of one's own, and leaving the register."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hemei.core.actions.register.folder import import_folder
from hemei.core.models import OwnForm, Place
from tests.browser.conftest import DESK, PHONE, Visit
from tests.conftest import People
from tests.core.actions.register.folders import make
from tests.office.test_ownforms import paper

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("HEMEI_SHOTS")  # a folder to look at what was seen


def look(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"placing-{name}.png", full_page=True)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_house_without_coordinates_is_placed_by_a_tap(
    visit: Callable[..., Visit], people: People, tmp_path: Path, size: dict[str, int]
) -> None:
    import_folder(make(tmp_path / "台账"), by=people.district, confirm=True)
    house = Place.objects.get(identifiers__value="F-002")
    name = "phone" if size is PHONE else "desk"
    page = visit(people.village, size).page
    page.goto("/office/places/?unplaced=on")
    expect(page.get_by_text(house.label)).to_be_visible()
    look(page, f"{name}-1-list")
    page.get_by_text(house.label).click()
    page.get_by_role("link", name="在地图上点选").click()
    page.wait_for_selector("#map[data-drawn=yes]")
    look(page, f"{name}-2-map")
    box = page.locator("#map canvas").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.4)
    expect(page.get_by_label("经度")).not_to_have_value("")
    look(page, f"{name}-3-tapped")
    page.get_by_role("button", name="定在这里").click()
    expect(page.get_by_text("已落图。")).to_be_visible()
    house.refresh_from_db()
    neighbour = Place.objects.get(identifiers__value="F-001")
    assert house.position_source == "map"
    assert (house.lon, house.lat) == pytest.approx((neighbour.lon, neighbour.lat), abs=0.02)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_form_of_ones_own_is_kept_and_filled_and_a_house_leaves_the_register(
    visit: Callable[..., Visit], people: People, tmp_path: Path, size: dict[str, int]
) -> None:
    import_folder(make(tmp_path / "台账"), by=people.district, confirm=True)
    house = Place.objects.get(identifiers__value="F-001")
    name = "phone" if size is PHONE else "desk"
    (tmp_path / "认定表.docx").write_bytes(paper("户主{{户主}}"))
    (tmp_path / "坏表.docx").write_bytes(paper("{{工资}}"))
    page = visit(people.district, size).page
    page.goto("/office/own-forms/")
    look(page, f"{name}-4-no-forms")
    page.get_by_label("表名").fill("危房认定表")
    page.get_by_label("表格文件").set_input_files(tmp_path / "坏表.docx")
    page.get_by_role("button", name="上传表格").click()
    expect(page.get_by_text("不认识：{{工资}}").first).to_be_visible()
    look(page, f"{name}-5-unknown")
    page.get_by_label("表格文件").set_input_files(tmp_path / "认定表.docx")
    page.get_by_role("button", name="上传表格").click()
    expect(page.get_by_text("已收下")).to_be_visible()
    look(page, f"{name}-6-forms")
    assert OwnForm.objects.count() == 1
    page.goto(f"/office/places/{house.pk}/")
    page.get_by_text("填表", exact=True).click()
    look(page, f"{name}-7-house")
    with page.expect_download() as download:
        page.get_by_role("link", name="危房认定表").click()
    assert download.value.suggested_filename.startswith("危房认定表-")
    page.get_by_role("link", name="注销", exact=True).click()
    page.get_by_label("为什么注销").fill("已拆除")
    look(page, f"{name}-8-take-out")
    page.get_by_role("button", name="注销").click()
    expect(page.get_by_text("不再派人去看")).to_be_visible()
    look(page, f"{name}-9-gone")
    house.refresh_from_db()
    assert house.removed_on is not None
