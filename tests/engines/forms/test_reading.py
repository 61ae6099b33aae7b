from collections.abc import Callable
from pathlib import Path

import pytest

from hemei.engines.forms import Choice, Fault, Form, FormRefused, Kind, read_form

from .conftest import CHOICES, SETTINGS, SURVEY, Write

Changed = Callable[[str, object], bytes]


def refused(source: bytes) -> tuple[Fault, ...]:
    with pytest.raises(FormRefused) as refusal:
        read_form(source)
    for fault in refusal.value.errors:
        assert fault.problem
        assert fault.remedy
        assert str(fault) in str(refusal.value)
    return refusal.value.errors


def relevant(form: Form, name: str) -> str:
    found = form.by_name[name].relevant
    return found.text if found else ""


def test_a_form_is_read_as_it_is_written(write: Write) -> None:
    form = read_form(write())
    assert (form.id, form.version, form.title, form.languages) == ("walls", "2026110101", "墙体检查", ("zh", "en"))
    assert [(section.name, section.labels.get("zh", "")) for section in form.sections] == [
        ("", ""),
        ("walls", "墙体"),
        ("", ""),
    ]
    assert [question.name for question in form.sections[1].questions] == ["wall_crack", "crack_growing", "crack_mm"]
    crack = form.by_name["wall_crack"]
    assert (crack.kind, crack.required, crack.picture) == (Kind.SELECT_ONE, True, "crack.svg")
    assert crack.choices == (Choice("yes", {"zh": "是", "en": "Yes"}), Choice("no", {"zh": "否", "en": "No"}))
    assert (crack.labels["en"], crack.hints) == ("Cracks?", {"zh": "看四面墙"})
    assert relevant(form, "crack_growing") == "${wall_crack} = 'yes'"
    assert form.by_name["crack_growing"].required
    assert [choice.name for choice in form.by_name["parts"].choices] == ["1", "2"]
    assert form.text(form.by_name["remark"].labels, "en") == "备注"


def test_a_file_on_disk_and_its_bytes_are_the_same_form(write: Write, tmp_path: Path) -> None:
    (tmp_path / "walls.xlsx").write_bytes(write())
    assert read_form(tmp_path / "walls.xlsx") == read_form(write())


def test_the_condition_of_a_group_holds_for_its_questions(write_changed: Changed, write: Write) -> None:
    rows = [*SURVEY[:2], ["select_one tap", "house", "有房吗？"], *SURVEY[2:]]
    rows[3] = ["begin group", "walls", "墙体", None, None, None, "${house} = 'yes'"]
    form = read_form(write(survey=rows))
    assert relevant(form, "crack_growing") == "${house} = 'yes' and ${wall_crack} = 'yes'"
    assert relevant(form, "parts") == "${wall_crack} = 'yes'"


def test_plain_labels_are_in_the_default_language(write: Write) -> None:
    form = read_form(
        write(
            survey=[["type", "name", "label", "label::English"], ["text", "remark", "备注", "Remark"]],
            choices=None,
            settings=[["form_id", "version"], ["plain", "1"]],
        )
    )
    assert form.title == "plain"
    assert form.by_name["remark"].labels["en"] == "Remark"


@pytest.mark.parametrize(
    ("cell", "value", "said", "mend"),
    [
        ("A4", "select_one 是否", "没有选项表“是否”", "tap、part"),
        ("A4", "select_one", "没有写选项表", "choices"),
        ("A4", "单选", "还不支持题型“单选”", "select_one 选项表名称"),
        ("A4", "audio", "还不支持题型“audio”", "删去这一行"),
        ("A4", "begin repeat", "不能再套分组", "end group"),
        ("A7", "end repeat", "开头和结尾不是一种", "end group"),
        ("A4", "integer mm", "还不支持题型“integer mm”", "integer"),
        ("A4", None, "没有写题型", "取消合并"),
        ("A6", "begin group", "不能再套分组", "end group"),
        ("A3", "end group", "没有可以结束的分组", "begin group"),
        ("B4", "墙裂", "题目代码“墙裂”不能用", "英文字母"),
        ("B6", "wall_crack", "出现了两次", "不同的代码"),
        ("C4", None, "题目没有文字", "label::中文 (zh)"),
        ("C4", "你好 ${parts}", "引用别的题", "固定的文字"),
        ("F4", "是", "必填一栏写的是“是”", "yes"),
        ("F2", "yes", "不能必填", "清空"),
        ("G6", "${wall_crack}＝‘yes’", "看不懂", "请改为 ${wall_crack}='yes'"),
        ("G6", "selected（${wall_crack}，‘yes’）", "看不懂", "请改为 selected(${wall_crack},'yes')"),
        ("G6", ". >> 3", "看不懂", "请改为 . > 3"),
        ("G6", "${crack_mm} >> 3", "看不懂", "请改为 ${crack_mm} > 3"),
        ("G6", "foo(1)", "没有函数“foo”", "能用的有"),
        ("G6", "slected(${wall_crack}, 'yes')", "没有函数“slected”", "是不是 selected()"),
        ("G6", "${area} > 3", "不是前面的题目", "移到前面"),
        ("G6", "${crack_mm} > 3", "引用了它自己", "英文句点"),
        ("G6", "${wall_crack}", "得到的是选项", "${wall_crack} != ''"),
        ("G9", "${parts} = '1'", "是多选题", "selected(${parts}, '1')"),
        ("G9", "${wall_crack} > 3", "不能计算或比大小", "number(${wall_crack})"),
        ("G9", "${crack_mm} = 'wide'", "是数字", "数字"),
        ("G6", "${wall} = 'yes'", "不是前面的题目", "核对题目代码"),
        ("G5", "${parts} = '1'", "不是前面的题目", "排在前面"),
        ("G6", "${wall_crack} = 'maybe'", "没有选项“maybe”", "yes、no"),
    ],
)
def test_a_fault_is_named_by_its_cell_with_the_way_to_mend_it(
    write_changed: Changed, cell: str, value: object, said: str, mend: str
) -> None:
    fault = next(fault for fault in refused(write_changed(cell, value)) if said in fault.problem)
    assert (fault.sheet, fault.row, fault.cell) == ("survey", int(cell[1:]), cell)
    assert mend in fault.remedy


@pytest.mark.parametrize(
    "heading",
    ["appearance", "choice_filter", "repeat_count", "default", "label:中文 (zh)", "media::audio", "read_only"],
)
def test_a_column_that_no_client_would_obey_is_refused_by_the_first_cell_in_it(write: Write, heading: str) -> None:
    rows = [[*SURVEY[0], heading], SURVEY[1], [*SURVEY[2]], [*SURVEY[3], ". > 3"], *SURVEY[4:]]
    (fault,) = refused(write(survey=rows))
    assert (fault.cell, fault.row) == ("I4", 4)
    assert "还不支持" in fault.problem


def test_an_unused_column_does_no_harm(write: Write) -> None:
    read_form(write(survey=[[*SURVEY[0], "choice_filter", "appearance"], *SURVEY[1:]]))


def test_all_faults_are_told_at_once(write: Write) -> None:
    rows = [list(row) for row in SURVEY]
    rows[3][0], rows[4][1], rows[5][6] = "单选", "wall crack", "${nothing} = 'yes'"
    choices = [*CHOICES, ["tap", "yes", "对"], ["tap", "也许", "也许"], [None, "x", "x"], ["part", "3", None]]
    settings = [["form_title", "form_id", "version", "style"], ["墙", "墙体", None, "pages"]]
    cells = {(fault.sheet, fault.cell) for fault in refused(write(rows, choices, settings))}
    assert cells >= {("survey", "A4"), ("survey", "B5"), ("survey", "G6")}
    assert cells >= {("choices", "B6"), ("choices", "B7"), ("choices", "A8"), ("choices", "C9")}
    assert cells >= {("settings", "B2"), ("settings", "C2"), ("settings", "D2")}


@pytest.mark.parametrize(
    ("survey", "choices", "set_to", "said"),
    [
        (None, CHOICES, SETTINGS, "没有这个工作表"),
        (SURVEY, CHOICES, None, "没有这个工作表"),
        (SURVEY, None, SETTINGS, "没有选项表"),
        ([["type", "label"]], CHOICES, SETTINGS, "缺少“name”列"),
        ([["type", "name"], ["text", "a"]], CHOICES, SETTINGS, "缺少题目文字"),
        ([["type", "name", "label", "label"], ["text", "a", "A", "A"]], CHOICES, SETTINGS, "出现了两次"),
        (SURVEY[:1], CHOICES, SETTINGS, "一道题也没有"),
        (SURVEY[:6], CHOICES, SETTINGS, "没有结束"),
        (SURVEY, CHOICES, SETTINGS[:1], "一行设置"),
        (SURVEY, CHOICES, [["form_id"], ["walls"]], "缺少“version”列"),
        (SURVEY, CHOICES, [SETTINGS[0], ["墙", "walls", 1, "日本語 (ja)"]], "没有“日本語 (ja)”的题目文字"),
    ],
)
def test_what_is_missing_is_named(write: Write, survey: object, choices: object, set_to: object, said: str) -> None:
    assert any(said in fault.problem for fault in refused(write(survey, choices, set_to)))


@pytest.mark.parametrize(
    "source", [b"", b"type,name,label\ntext,a,A\n", b"PK\x03\x04 cut off", b"\xd0\xcf\x11\xe0" * 200]
)
def test_what_is_no_workbook_is_refused(source: bytes) -> None:
    (fault,) = refused(source)
    assert ".xlsx" in fault.problem


def test_content_far_outside_is_refused_before_room_is_made_for_it(write: Write) -> None:
    (fault,) = refused(write(survey=[*SURVEY, *([[]] * 6000), ["x"]]))
    assert "A6014" in fault.problem


def test_a_large_file_is_refused() -> None:
    (fault,) = refused(b"PK" + b"0" * 6_000_000)
    assert "5 MB" in fault.problem


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("extra_columns.xlsx", "没有这个工作表"),  # no settings sheet: nothing names the form or its version
        ("survey_no_name.xlsx", "没有这个工作表"),  # its only sheet is called Sheet1
        ("xlsform_spec_test.xlsx", "audio"),  # repeats, calculations, audio: far beyond the subset
    ],
)
def test_workbooks_of_others_are_refused_with_the_reason(real_data: Path, name: str, said: str) -> None:
    assert any(said in fault.problem for fault in refused((real_data / "forms" / name).read_bytes()))
