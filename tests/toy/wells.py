"""A programme that no door has heard of: wells, with two small forms, one finding urgent and one not."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook

from hemei.core.models import Place, Tier
from hemei.core.registry import Form, Kind, Parameters, Programme
from hemei.terms import tile
from hemei.terms.finding import FindingKind, Severity

YES_NO = [("yn", "yes", "有"), ("yn", "no", "没有"), ("yn", "unsure", "说不准")]
SELF = [
    ("select_one yn", "wall_moving", "井壁在动吗？", "站远一点看。", "", ""),
    ("select_one yn", "cracked", "井台有裂缝吗？", "", "", ""),
    ("select_one yn", "growing", "裂缝在变大吗？", "", "${cracked} = 'yes'", ""),
    ("image", "photo", "拍一张照片（可不拍）", "", "", ""),
    ("text", "remark", "别的情况（可不填）", "", "", ""),
]
SURVEY = [
    ("begin group", "well", "水井", "", "", ""),
    ("select_one yn", "cracked", "井台裂缝", "远看近看各一次。", "", "yes"),
    ("decimal", "crack_mm", "裂缝宽度（毫米）", "", "${cracked} = 'yes'", "yes"),
    ("select_multiple use", "used_for", "用来做什么", "", "", ""),
    ("integer", "depth", "井深（米）", "", "", ""),
    ("date", "dug_on", "打井日期", "", "", ""),
    ("note", "careful", "请勿趴在井口。", "", "", ""),
    ("geopoint", "position", "现场位置", "", "", ""),
    ("image", "photo", "照片", "", "", ""),
    ("text", "remark", "备注", "", "", ""),
    ("end group", "", "", "", "", ""),
]
CHOICES = [*YES_NO, ("use", "drink", "饮用"), ("use", "water", "浇地")]

FINDINGS = [
    FindingKind("wells.F01", Severity.URGENT, "井壁松动", "离开并围挡", lambda a: a.get("wall_moving") == "yes"),
    FindingKind("wells.F02", Severity.ROUTINE, "井台开裂", "修补", lambda a: a.get("cracked") == "yes"),
]


def write_workbook(path: Path, form_id: str, title: str, rows: list[tuple[str, ...]]) -> None:
    book = Workbook()
    survey = book.active
    assert survey is not None
    survey.title = "survey"
    survey.append(["type", "name", "label::中文 (zh)", "hint::中文 (zh)", "relevant", "required"])
    for row in rows:
        survey.append(list(row))
    choices = book.create_sheet("choices")
    choices.append(["list_name", "name", "label::中文 (zh)"])
    for choice in CHOICES:
        choices.append(list(choice))
    settings = book.create_sheet("settings")
    settings.append(["form_title", "form_id", "version"])
    settings.append([title, form_id, "1"])
    book.save(path)


def wells(folder: Path) -> Programme:
    write_workbook(folder / "selfcheck.xlsx", "wells.selfcheck", "水井自查", SELF)
    write_workbook(folder / "survey.xlsx", "wells.survey", "水井排查", SURVEY)
    return Programme(
        key="wells",
        title="水井安全",
        line="point",
        kinds=[Kind("well", Place, "水井")],
        forms=[
            Form("wells.selfcheck", Tier.SELF, "well", folder),
            Form("wells.survey", Tier.SURVEY, "well", folder),
        ],
        findings=FINDINGS,
        parameters=Parameters({"wells.emergency_phone": "0719-333-0000"}, {}),
    )


def dig_well(region: str, label: str = "井一", lon: float = 110.5, lat: float = 31.5) -> Place:
    return Place.objects.create(
        kind="well", region=region, label=label, lon=lon, lat=lat, tile=tile.key(lon, lat), position_source="register"
    )
