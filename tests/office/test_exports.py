"""Every list as a file: the same filters, codes as text, nothing that runs, nothing personal in clear."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import shapely
from django.test import Client

from hemei.core.access import At
from hemei.core.actions.register.folder import import_folder
from hemei.core.actions.round import RoundDraft, plan_round
from hemei.core.models import AuditEntry, Place, Tier
from hemei.engines.tables import Table, read
from hemei.terms.day import today
from tests.conftest import DISTRICT, TOWNSHIP, VILLAGE, People, build_house
from tests.core.actions.register.folders import NEXT_VILLAGE, make


@pytest.fixture
def officer(client: Client, people: People, tmp_path: Path) -> Client:
    import_folder(make(tmp_path / "台账"), by=people.district, confirm=True)
    client.force_login(people.district.account)
    return client


def content_of(client: Client, address: str) -> bytes:
    response = client.get(address)
    assert response.status_code == 200
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def fetched(client: Client, address: str) -> Table:
    form = address.partition("?")[0].rpartition(".")[2]
    return read(content_of(client, address), f"list.{form}")[0]


@pytest.mark.parametrize("form", ["xlsx", "csv", "gpkg"])
def test_houses_in_every_form(officer: Client, form: str) -> None:
    table = fetched(officer, f"/office/places/file.{form}")
    rows = {row.values["村台账编号"]: row for row in table.rows}
    assert set(rows) == {"F-001", "F-002", "F-003"}
    values = rows["F-001"].values
    assert values["村代码"] == VILLAGE  # a text, all twelve digits
    assert (values["户主"], values["联系电话（遮蔽）"]) == ("王小明", "138******34")
    assert values["结构类型"] == "砖混"
    if form == "gpkg":
        assert table.crs == "EPSG:4490"
        geometry = rows["F-001"].geometry
        assert geometry is not None
        assert shapely.from_wkb(geometry).coords[0] == (110.5, 31.5)
        assert rows["F-002"].geometry is None


def test_the_same_filters_as_the_list(officer: Client) -> None:
    table = fetched(officer, f"/office/places/file.csv?region={NEXT_VILLAGE}")
    assert [row.values["村台账编号"] for row in table.rows] == ["F-003"]
    table = fetched(officer, "/office/places/file.csv?unplaced=on")
    assert [row.values["村台账编号"] for row in table.rows] == ["F-002"]


def test_only_what_lies_in_the_scope(officer: Client, people: People) -> None:
    officer.force_login(people.village.account)
    table = fetched(officer, "/office/places/file.xlsx")
    assert {row.values["村代码"] for row in table.rows} == {VILLAGE}


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_formulas_are_neutralised(officer: Client, form: str) -> None:
    Place.objects.filter(identifiers__value="F-001").update(label="=HYPERLINK(1)")
    content = content_of(officer, f"/office/places/file.{form}")
    if form == "csv":
        assert content.startswith(b"\xef\xbb\xbf")
        assert "'=HYPERLINK(1)" in content.decode("utf-8-sig")
    else:
        assert read(content, "a.xlsx")[0].header[0] == "村代码"
        assert "=HYPERLINK(1)" in [row.values["名称"] for row in read(content, "a.xlsx")[0].rows]


def test_an_export_leaves_an_entry_with_its_filter(officer: Client) -> None:
    fetched(officer, f"/office/places/file.csv?region={TOWNSHIP}&cursor=x")
    entry = AuditEntry.objects.get(verb="register.export")
    assert entry.region == TOWNSHIP
    assert entry.detail == {"list": "农房", "form": "csv", "filters": {"region": TOWNSHIP}}


@pytest.mark.parametrize("region", [f"{VILLAGE}99999", f"{TOWNSHIP}1", "9" * 30, "４２９９９９"])
def test_what_is_no_region_is_left_out_of_list_and_entry(officer: Client, region: str) -> None:
    for address in ("/office/places/file.csv", "/office/households/file.csv"):
        fetched(officer, f"{address}?region={region}")
    assert set(AuditEntry.objects.filter(verb="register.export").values_list("region", flat=True)) == {DISTRICT}


@pytest.mark.parametrize(("who", "status"), [("grid", 403), ("inspector", 403), ("nobody", 403), ("auditor", 200)])
def test_who_may_take_lists_out(officer: Client, people: People, who: str, status: int) -> None:
    officer.force_login(getattr(people, who).account)
    response = officer.get("/office/places/file.csv")
    assert response.status_code == status
    if response.streaming:
        list(response.streaming_content)  # type: ignore[attr-defined]  which closes the file


def test_cases_and_units(officer: Client, people: People) -> None:
    build_house()
    assert list(fetched(officer, "/office/cases/file.xlsx").header)[:4] == ["编号", "事项", "问题编号", "问题"]
    names = [row.values["单位名称"] for row in fetched(officer, "/office/units/file.csv").rows]
    assert "上河村村民委员会" in names
    assert "邻县住房和城乡建设局" not in names
    assert officer.get("/office/units/file.gpkg").status_code == 404
    assert officer.get("/office/cases/file.exe").status_code == 404


def test_what_was_exported_can_be_imported_and_changes_nothing(officer: Client, people: People, tmp_path: Path) -> None:
    content = content_of(officer, "/office/places/file.xlsx")
    folder = tmp_path / "回来"
    folder.mkdir()
    (folder / "农房.xlsx").write_bytes(content)
    layout = "district: '429999'\ncrs: EPSG:4490\nregisters:\n  places: {file: 农房.xlsx, kind: house}\n"
    (folder / "district.yaml").write_text(layout, "utf-8")
    assert import_folder(folder, by=people.district, confirm=False).counts == {"places": {"unchanged": 3}}


def test_households_with_what_they_hold_and_nothing_personal_in_clear(officer: Client) -> None:
    table = fetched(officer, f"/office/households/file.xlsx?region={NEXT_VILLAGE}")
    [row] = table.rows
    assert (row.values["户号"], row.values["户主"], row.values["房屋"]) == ("0001", "张三", "F-003")
    content = str([row.values for row in fetched(officer, "/office/households/file.csv").rows])
    assert "138******34" in content
    assert "13800001234" not in content


def test_rounds_and_what_they_ask_for(officer: Client, people: People) -> None:
    ends = today() + timedelta(days=3)
    draft = RoundDraft("大雪后排查", "houses", Tier.SURVEY, DISTRICT, today(), ends, "大雪", everything=True)
    turn = plan_round(where=At(DISTRICT, "houses"), draft=draft, by=people.district)
    [listed] = fetched(officer, "/office/rounds/file.csv").rows
    assert (listed.values["轮次"], listed.values["应看"]) == ("大雪后排查", "3")
    rows = list(fetched(officer, f"/office/rounds/{turn.pk}/file.gpkg").rows)
    assert {row.values["名称"] for row in rows} == {"上河村一组1号", "上河村一组2号", "下河村二组1号"}
    assert sum(row.geometry is not None for row in rows) == 2


def test_another_village_exports_no_household_of_ours(client: Client, officer: Client, people: People) -> None:
    client.force_login(people.other_township.account)
    assert list(fetched(client, "/office/households/file.csv").rows) == []


def test_draws_imports_and_background_work_as_they_are_filtered(officer: Client, people: People) -> None:
    [row] = fetched(officer, "/office/imports/file.xlsx").rows
    assert (row.values["文件"], row.values["状态"], row.values["新增"]) == ("台账", "已导入", 9)
    assert not list(fetched(officer, "/office/imports/file.csv?state=failed").rows)
    kinds = {str(row.values["任务"]).partition(" ")[0] for row in fetched(officer, "/office/jobs/file.csv").rows}
    assert kinds == {"读取台账", "写入台账"}
    reading = fetched(officer, "/office/jobs/file.csv?job=register.read").rows
    assert len(list(reading)) == 1
    assert "公开事件" in content_of(officer, "/office/draws/file.csv").decode("utf-8-sig")
    for page in ("imports", "jobs"):
        assert f"/office/{page}/file.xlsx" in officer.get(f"/office/{page}/").content.decode()
    officer.force_login(people.next_village.account)
    assert officer.get("/office/imports/file.csv").status_code == 403
