"""Workbooks as people write them, built row by row."""

import io
from collections.abc import Callable, Sequence

import pytest
from openpyxl import Workbook

Rows = Sequence[Sequence[object]]
Write = Callable[..., bytes]

SURVEY: Rows = [
    ["type", "name", "label::中文 (zh)", "label::English (en)", "hint::中文 (zh)", "required", "relevant", "image"],
    ["note", "welcome", "请绕房屋走一圈", "Walk around the house", None, None, None, None],
    ["begin group", "walls", "墙体", "Walls", None, None, None, None],
    ["select_one tap", "wall_crack", "墙上有裂缝吗？", "Cracks?", "看四面墙", "yes", None, "crack.svg"],
    ["select_one tap", "crack_growing", "裂缝变大了吗？", "Growing?", None, True, "${wall_crack} = 'yes'", None],
    ["integer", "crack_mm", "最宽多少毫米？", "Width, mm", None, None, "${crack_growing}='yes'", None],
    ["end group", None, None, None, None, None, None, None],
    ["select_multiple part", "parts", "在哪里？", "Where?", None, None, '${ wall_crack } = "yes"', None],
    ["decimal", "area", "面积", "Area", None, None, None, None],
    ["date", "appraise_by", "鉴定期限", "By", None, None, None, None],
    ["image", "photo", "照片", "Photo", None, None, None, None],
    ["geopoint", "place", "位置", "Place", None, None, None, None],
    ["text", "remark", "备注", None, None, "no", None, None],
]
CHOICES: Rows = [
    ["list_name", "name", "label::中文 (zh)", "label::English (en)"],
    ["tap", "yes", "是", "Yes"],
    ["tap", "no", "否", "No"],
    ["part", 1, "前墙", "Front"],
    ["part", 2, "后墙", "Back"],
]
SETTINGS: Rows = [
    ["form_title", "form_id", "version", "default_language"],
    ["墙体检查", "walls", 2026110101, "中文 (zh)"],
]


@pytest.fixture
def write() -> Write:
    def workbook(
        survey: Rows | None = SURVEY, choices: Rows | None = CHOICES, settings: Rows | None = SETTINGS
    ) -> bytes:
        book = Workbook()
        assert book.active is not None
        book.remove(book.active)
        for name, rows in (("survey", survey), ("choices", choices), ("settings", settings), ("说明", [["随便写"]])):
            if rows is not None:
                sheet = book.create_sheet(name)
                for row in rows:
                    sheet.append(list(row))
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()

    return workbook


@pytest.fixture
def write_changed(write: Write) -> Callable[[str, object], bytes]:
    """The survey of SURVEY with one cell (as Excel names it, up to column Z) changed."""

    def changed(cell: str, value: object) -> bytes:
        rows = [list(row) for row in SURVEY]
        column, row = ord(cell[0]) - 65, int(cell[1:]) - 1
        for line in rows:
            line.extend([None] * (column + 1 - len(line)))
        rows[row][column] = value
        return write(survey=rows)

    return changed
