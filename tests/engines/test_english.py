"""Every fault that a workbook can have is said in English too, with the same names in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hemei.engines import forms, screen, tables
from hemei.engines.english import CHINESE, English, pairs_of
from hemei.law import wording
from hemei.law.rules import APPROVALS, USE_TITLES, WORK_TITLES

ROOM, OTHER = Path(forms.__file__).parent, Path(tables.__file__).parent
SCREEN, LAW = Path(screen.__file__).parent, Path(wording.__file__).parent
TABLES = [room / "english.tsv" for room in (ROOM, OTHER, SCREEN, LAW)]
in_english = English(pair for table in TABLES for pair in pairs_of(table)).said
OF_ANSWERS = {"answers.py", "values.py", "submission.py"}  # told to whoever fills in, by the page's own catalogue
ACTIONS = ROOM.parent.parent / "core" / "actions"
PARTS = re.compile("，(或改为已有的名称|请改为)|^(工作表|第|最多|一连最多|从第|停在|没有选项，)|要求：|万像素$")


def sentences() -> Iterator[str]:
    """The sentences in the sources; those that are put together are not whole."""
    for path in (*ROOM.glob("*.py"), *OTHER.glob("*.py"), ACTIONS / "formversion.py", ACTIONS / "formpicture.py"):
        if path.name not in OF_ANSWERS:
            yield from (text for text in texts(path) if text.endswith("。") and not PARTS.search(text))


def texts(path: Path) -> Iterator[str]:
    """What a source says in Chinese, with xx for what is put into it."""
    tree = ast.parse(path.read_text("utf-8"))
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    inside |= {id(a) for node in ast.walk(tree) if isinstance(node, ast.Call) for a in node.args if _own(node)}
    inside |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in inside:
            continue
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(p.value) if isinstance(p, ast.Constant) else "xx" for p in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if CHINESE.search(text):
            yield text


def _own(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "_"


PUT_TOGETHER = {  # by what of each there is, in the lines of the table
    *("xx没有人来回答，不能必填。", "xx不能必填。", "这里没有可以结束的xx。", "请把写有xx的工作表命名为 xx。"),
    *("“xx”后面应是xx。", "“xx…”太长，xx。", "regex 的格式“xx”xx。", "一张不超过 xx，请缩小后再传。"),
    *("xx可用的列：xx。", "xx能用的有：xx、position(..)。"),
    *("”其实是网页格式：请在 Excel 或 WPS 中打开，另存为“Excel 工作簿（.xlsx）”。", "缺少月或日。"),
    *("不是能看懂的日期。", "请在 Excel 或 WPS 中打开后另存为“Excel 工作簿（.xlsx）”，不要加密码。"),
    *("后面好像少写了什么。", "请核对题目代码；条件只能用排在前面的题。xx"),
}


@pytest.mark.parametrize("said", sorted(set(sentences())))
def test_every_sentence_has_its_line(said: str) -> None:
    reason, colon, remedy = said.partition("：")  # of a row's shape they are kept apart
    parts = [f"{reason}。", remedy] if colon else []
    if said not in PUT_TOGETHER and in_english(said) == said:
        assert parts
        assert all(in_english(part) != part for part in parts)


OWN_WORDS = {*APPROVALS.values(), *USE_TITLES.values(), *WORK_TITLES.values()}
OF_LAYERS_AND_RULES = (
    *SCREEN.glob("*.py"),
    *(LAW / f"{name}.py" for name in ("book", "buildings", "clauses", "district", "parameters", "places", "plan")),
    *(LAW / f"{name}.py" for name in ("proposal", "rules", "screening", "yaml_lines")),
)
NO_FAULT = {  # words of the law and of files, numerals, and what stands in the middle of a fault
    *(
        "零一二三四五六七八九",
        "十",
        "百",
        "千",
        "零",
        "一",
        "第xx条",
        "修正",
        "修订",
        "施行",
        "机密",
        "涉密",
        "秘密",
        "绝密",
    ),
    *("公开", "内部", " 或 ", "三类", "五档", "6类安全底线", "三大风貌", "正面清单", "负面清单", "xx（演示）"),
    *(r"\d+号", r"第?\s*0+\s*条?", r"第?\s*(?:(\d{1,4})|([xx十百千〇]+))\s*条?"),
}


@pytest.mark.parametrize(
    "said",
    sorted({text for path in OF_LAYERS_AND_RULES for text in texts(path)} - NO_FAULT - OWN_WORDS),
)
def test_every_fault_of_a_layer_or_a_rule_has_its_line(said: str) -> None:
    assert not CHINESE.search(in_english(said).replace("第十一条", ""))


@pytest.mark.parametrize("mark", [*wording.MARKS, *wording.MARKS.values()])
def test_a_mark_beside_a_clause_has_its_words(mark: str) -> None:
    assert not CHINESE.search(in_english(mark))


@pytest.mark.parametrize("table", TABLES)
def test_each_line_has_both_languages(table: Path) -> None:
    for chinese, english in pairs_of(table):
        assert CHINESE.search(chinese)
        assert english == english.strip() != ""
        assert len(re.findall(r"\{\d?\}", english)) >= chinese.count("{}")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("没有函数“foo”。请补上或删去参数。", "There is no function “foo”. Add or remove arguments."),
        ("函数 round 要有 1 到 2 个参数，这里写了 3 个。", "The function round takes 1 to 2 arguments, not 3."),
        ("不认识“日期”这一列。", "The column “日期” is not known."),
        ("限制“1 到 x”里的“x”不是日期。", "“x” in the limit “1 到 x” is no date."),
        (
            "这样改以后就判断不出问题 houses.F03：“墙体”没有选项“歪”。",
            "Changed like this the form cannot show houses.F03 any more: “墙体” has no choice “歪”.",
        ),
        (
            "/地图/road.gpkg：没有图层“路”，有：roads、县道",
            "/地图/road.gpkg: no layer “路”; there are: roads, 县道",
        ),
        (
            "rules.yaml:7：没有这个参数：p3；请先写进 parameters.yaml；是不是 p30？",
            "rules.yaml:7: There is no such parameter: p3; write it into parameters.yaml first; did you mean p30?",
        ),
        (
            "a.gpkg：坐标像是经纬度（110.1, 31.2），写明的坐标系却是 X（米）。请改正坐标系后重新导出",
            "a.gpkg: the coordinates look like degrees (110.1, 31.2), but the stated system is X (metres). Put the "
            "coordinate system right and export the file again",
        ),
        ("一句没有见过的话。", "一句没有见过的话。"),
        ("表头：一句没有见过的话；“户号”是空的。", "表头：一句没有见过的话；“户号”是空的。"),
        ("层数：“很高”不是数字。", "层数: “很高” is no number."),
        (
            "人口：“好几口”不是数字；经度和纬度写反了。",
            "人口: “好几口” is no number. Longitude and latitude are the wrong way round.",
        ),
    ],
)  # fmt: skip
def test_names_stay_and_sentences_follow_one_another(said: str, told: str) -> None:
    assert in_english(said) == told
