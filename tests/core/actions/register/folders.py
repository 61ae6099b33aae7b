"""Folders of registers, as clerks keep them, made for the tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hemei.engines.tables import Sheet, write_xlsx

VILLAGE, NEXT_VILLAGE = "429999103200", "429999103201"
GOOD_ID, WRONG_ID = "11010519491231002X", "110105194912310021"

REGIONS = [
    ["区划代码", "名称"],
    ["429999000000", "云岭林区"],
    ["429999103000", "青石镇"],
    [VILLAGE, "上河村"],
    [NEXT_VILLAGE, "下河村"],
]
HOUSEHOLDS = [
    ["村代码", "组", "户号", "户主姓名", "身份证号", "联系电话", "人口"],
    [VILLAGE, "一组", "0001", "王小明", GOOD_ID, "13800001234", 4],
    [VILLAGE, "一组", "0002", "李大山", WRONG_ID, "13900005678", 2],
    [NEXT_VILLAGE, "二组", "0001", "张三", None, None, None],
]
HOUSES = [
    ["村代码", "组", "房屋编号", "户号", "地址", "经度", "纬度", "结构类型", "建成年份", "有人居住"],
    [VILLAGE, "一组", "F-001", "0001", "上河村一组1号", 110.5, 31.5, "砖混结构", 1998, "是"],
    [VILLAGE, "一组", "F-002", "0002", "上河村一组2号", None, None, "土木", 1975, "否"],
    [NEXT_VILLAGE, "二组", "F-003", "0001", "下河村二组1号", 110.52, 31.52, "砖木", None, None],
]
LAYOUT = """\
district: "429999"
crs: EPSG:4490
registers:
  regions: {file: 区划.xlsx}
  households: {file: 农户.xlsx}
  places: {file: 农房.xlsx, kind: house}
"""


def workbook(path: Path, table: Sequence[Sequence[object]], name: str = "表") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_xlsx(path, [Sheet(name, [str(h) for h in table[0]], table[1:])])
    return path


def make(folder: Path, layout: str = LAYOUT, *, files: dict[str, Sequence[Sequence[object]]] | None = None) -> Path:
    """A folder with the usual three registers, or with other files and another layout."""
    tables = {"区划.xlsx": REGIONS, "农户.xlsx": HOUSEHOLDS, "农房.xlsx": HOUSES} if files is None else files
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        workbook(folder / name, table)
    (folder / "district.yaml").write_text(layout, "utf-8")
    return folder
