"""Workbooks as officials make them, each with a fault: told by sheet, row and cell, with the reason and the remedy."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

import pytest
import xlsxwriter
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from hemei.engines.forms import Fault, Form, FormRefused, read_form, read_published
from hemei.engines.forms.plainsheet import is_plain, read_plain
from hemei.engines.forms.workbook import cells_in, read_cells

Rows = Sequence[Sequence[object]]
Tweak = Callable[[Workbook], None]
HEAD = ["type", "name", "label::中文 (zh)", "relevant", "required", "constraint", "calculation"]
GOOD: Rows = [
    HEAD,
    ["select_one yn", "crack", "有裂缝吗？"],
    ["integer", "width", "宽多少毫米？", "${crack} = 'yes'"],
    ["begin repeat", "rooms", "每一间房"],
    ["decimal", "area", "面积"],
    ["end repeat"],
    ["calculate", "total", None, None, None, None, "sum(${area})"],
    ["text", "remark", "备注"],
]
YN: Rows = [["list_name", "name", "label::中文 (zh)"], ["yn", "yes", "有"], ["yn", "no", "没有"]]
SET: Rows = [["form_title", "form_id", "version"], ["测试", "test", "1"]]
PLAIN: Rows = [
    ["分组", "题目", "类型", "选项", "必填", "何时问", "数值范围", "字数", "自动计算", "重复填写"],
    ["墙体", "有裂缝吗？", "单选", "有；没有", "是"],
    [None, "宽多少毫米", "整数", None, None, "有裂缝吗 = 有", "1 到 300"],
    ["每一间房", "面积", "小数", None, None, None, "大于 0", None, None, "是"],
    ["合计", "总面积", "自动计算", None, None, None, None, None, "合计(面积)"],
    [None, "备注", "文字", None, None, None, None, "最多 200"],
]


@dataclass(frozen=True)
class Case:
    """A cell that is changed (or more), and what must be said: of which cell, about what, and what to do."""

    what: str
    changes: dict[str, object] = field(default_factory=dict)
    cell: str = ""
    said: str = ""
    mend: str = ""
    sheet: str = ""
    tweak: Tweak = lambda book: None
    faults: int = 1  # how many: what only follows from a fault is not told


def written(sheets: dict[str, Rows], case: Case) -> bytes:
    book = Workbook()
    assert isinstance(book.active, Worksheet)
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for where, value in case.changes.items():
        name, _, cell = where.rpartition("!")
        book[name or next(iter(sheets))][cell] = value
    case.tweak(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def xlsform(case: Case) -> bytes:
    return written({"survey": GOOD, "choices": YN, "settings": SET}, case)


def plain(case: Case) -> bytes:
    return written({"表单": PLAIN}, case)


def read(content: bytes) -> Form:
    sheets = read_cells(content)
    return read_plain(sheets, id="t", version="1", title="测试") if is_plain(sheets) else read_form(content)


def refused(content: bytes) -> tuple[Fault, ...]:
    with pytest.raises(FormRefused) as refusal:
        read(content)
    assert all(fault.problem.endswith("。") and fault.remedy for fault in refusal.value.errors), str(refusal.value)
    return refusal.value.errors


def told(case: Case, content: bytes, sheet: str) -> None:
    faults = refused(content)
    wanted = [one for one in faults if one.cell == case.cell and case.said in one.problem and case.mend in one.remedy]
    assert wanted, "\n".join(map(str, faults))
    assert len(faults) == case.faults, "\n".join(map(str, faults))
    assert wanted[0].sheet == (case.sheet or sheet)
    assert not case.cell or wanted[0].row == int("".join(filter(str.isdigit, case.cell)))


def test_without_a_fault_they_are_forms() -> None:
    assert [q.name for q in read(xlsform(Case("good"))).everything] == ["crack", "width", "area", "total", "remark"]
    form = read(plain(Case("good")))
    assert [(s.labels["zh"], s.repeat) for s in form.sections] == [("墙体", False), ("每一间房", True), ("合计", False)]
    texts = [
        q.constraint.text if q.constraint else q.calculation.text if q.calculation else "" for q in form.everything
    ]
    assert texts == ["", ". >= 1 and . <= 300", ". > 0", "sum(${q3})", "string-length(.) <= 200"]


def merge(cells: str) -> Tweak:
    return lambda book: book[book.sheetnames[0]].merge_cells(cells)


XLSFORM = [
    Case("a type merged over two rows", {"A2": "text"}, "A3", "没有写题型", "取消合并", tweak=merge("A2:A3")),
    Case("full-width quotes in a condition", {"D3": "${crack}＝’yes’"}, "D3", "看不懂", "请改为 ${crack}='yes'"),
    Case("full-width brackets", {"D3": "selected（${crack}，‘yes’）"}, "D3", "看不懂", "selected(${crack},'yes')"),
    Case("full-width dollar and braces", {"D3": "＄｛crack｝ = 'yes'"}, "D3", "看不懂", "${crack} = 'yes'"),
    Case("a choice list that is not there", {"A2": "select_one 有没有"}, "A2", "没有选项表“有没有”", "yn"),
    Case("no choice list named", {"A2": "select_one"}, "A2", "没有写选项表", "choices"),
    Case("the same name twice", {"B3": "crack"}, "B3", "出现了两次", "不同的代码"),
    Case("a group called like a question", {"B4": "crack"}, "B4", "出现了两次", "不同的代码"),
    Case("two conditions that ask for each other", {"D2": "${width} > 1"}, "D2", "排在后面", "移到前面"),
    Case("a condition on itself", {"D2": "${crack} = 'yes'"}, "D2", "引用了它自己", "别的题目"),
    Case("a calculation on itself", {"G7": "${total} + 1"}, "G7", "引用了它自己", "别的题目"),
    Case("a repeat without an end", {"A6": "text", "B6": "more", "C6": "还有"}, "A4", "没有结束", "end repeat"),
    Case("a condition where a repeat ends", {"D6": "${crack} = 'yes'"}, "D6", "不能有 relevant", "begin repeat"),
    Case("a repeat ended as a group", {"A6": "end group"}, "A6", "开头和结尾不是一种", "end repeat"),
    Case("an end without a beginning", {"A4": "text"}, "A6", "没有可以结束", "begin repeat"),
    Case("a repeat in a repeat", {"A5": "begin repeat"}, "A5", "不能再套", "end repeat"),
    Case("a repeat without words", {"C4": None}, "C4", "没有文字", "每一间房"),
    Case("a question in a repeat asked from outside", {"D8": "${area} > 3"}, "D8", "好几个答案", "sum"),
    Case("two columns of one language", {"H1": "label::Chinese (zh)", "H2": "裂缝？"}, "H2", "同一种语言", "只留一列"),
    Case("no column of words", {"C1": "标签"}, "", "缺少题目文字", "label::中文 (zh)"),
    Case("a language that has no column", {"settings!D1": "default_language", "settings!D2": "English (en)"}, "D2",
         "没有“English (en)”的题目文字", "label::English (en)", sheet="settings"),
    Case("an unknown type", {"A8": "barcode"}, "A8", "还不支持题型“barcode”", "text"),
    Case("a type in Chinese", {"A8": "文字"}, "A8", "还不支持题型", "请改为 text"),
    Case("a number as a name", {"B8": 1}, "B8", "题目代码“1”不能用", "英文字母开头"),
    Case("a number as a name of choices", {"choices!B2": 1.5, "D3": None, "choices!B3": "1 5"}, "B3", "不能用",
         "不含空格", sheet="choices"),
    Case("Chinese as a name", {"B8": "备注"}, "B8", "不能用", "英文字母"),
    Case("a choice twice", {"choices!B3": "yes"}, "B3", "出现了两次", "不同", sheet="choices"),
    Case("a choice without words", {"choices!C3": None}, "C3", "没有文字", "label::中文 (zh)", sheet="choices"),
    Case("a choice that is not there", {"D3": "${crack} = '有'"}, "D3", "没有选项“有”", "yes、no"),
    Case("a path", {"D3": "/data/crack = 'yes'"}, "D3", "看不懂", "不支持路径"),
    Case("a bracket left open", {"D3": "(${crack} = 'yes'"}, "D3", "看不懂", "标点用英文半角"),
    Case("a text as a number", {"F8": ". > 3"}, "F8", "不能计算或比大小", "number"),
    Case("a thousand terms", {"G7": "1" + "+1" * 990}, "G7", "一连最多 200 项", "拆成"),
    Case("an unknown function", {"G7": "average(${area})"}, "G7", "没有函数“average”", "能用的有"),
    Case("required in other words", {"E2": "必须"}, "E2", "必填一栏", "yes"),
    Case("a column without a heading", {"H2": "以后再说"}, "H2", "没有列名", "H1"),
    Case("a column that nobody obeys", {"H1": "choice_filter", "H2": "a=b"}, "H2", "还不支持", "清空"),
    Case("two rows of settings", {"settings!B3": "other", "settings!C3": "2"}, "", "正好有一行", "删去", "settings"),
    Case("a version too long", {"settings!C2": "第" * 41}, "C2", "不能用", "最多 40", "settings"),
    Case("a title too long", {"settings!A2": "表" * 200}, "A2", "超过", "短一些", "settings"),
    Case("an id with blanks", {"settings!B2": "my form"}, "B2", "不能用", "空格", "settings"),
    Case("no sheet called survey", {}, "", "没有这个工作表", "survey", "survey",
         tweak=lambda book: setattr(book["survey"], "title", "题目表")),
    Case("a formula that gives a fault", {"D3": "#REF!"}, "D3", "公式出错", "不用公式"),
    Case("a formula that was never reckoned", {"C8": "=C2"}, "C8", "没有算出来", "不用公式"),
    Case("an answer in a heading", {"C4": "每一间（共 ${width}）"}, "C4", "引用别的题", "固定的文字"),
    Case("an answer in a choice", {"choices!C2": "有 ${width}"}, "C2", "引用别的题", "固定的文字", "choices"),
    Case("a name of ours", {"B8": "hemei_place"}, "B8", "系统自己用", "换一个"),
    Case("a limit that nothing is within", {"F3": ". > 5 and . < 3"}, "F3", "没有一个答案能符合", "核对"),
    Case("a length below nothing", {"F8": "string-length(.) < -1"}, "F8", "没有一个答案能符合", "核对"),
    Case("a name that is not in braces", {"D3": "$crack = 'yes'"}, "D3", "第 1 个字“$crack", "${题目代码} = "),
    Case("a name in another case", {"D3": "${Crack} = 'yes'"}, "D3", "“Crack”不是前面的题目", "${crack}？"),
    Case("a sign of Excel", {"D3": "${crack} <> 'no'"}, "D3", "看不懂", "请改为 ${crack} != 'no'"),
    Case("signs of programmers", {"D3": "${crack} == 'yes' && 1"}, "D3", "看不懂", "= 'yes' and 1"),
    Case("a list in a condition", {"D3": "${crack} IN ('yes','no')"}, "D3", "第 10 个字“IN", "selected("),
    Case("a comma that is missing", {"D3": "selected(${crack} 'yes')"}, "D3", "第 19 个字", "selected("),
    Case("an answer as a condition", {"D3": "${crack}"}, "D3", "得到的是选项", "${crack} != ''"),
    Case("a range as a limit", {"F3": "1-300"}, "F3", "得到的是数字", "请写成条件"),
    Case("a limit with half a comparison", {"F3": "> 3"}, "F3", "第 1 个字“> 3”", "${题目代码} > 3"),
    Case("a decimal comma", {"F3": ". >= 1,5"}, "F3", "第 7 个字“,5”", "半角"),
    Case("a pattern without its ends", {"F8": "regex(., '[0-9]{11}')"}, "F8", "不能用", "以 ^ 开头"),
    Case("a pattern that could take long", {"F8": "regex(., '^([0-9]+)+$')"}, "F8", "“)+”处不能用", "{次数}"),
    Case("a type with two lists", {"A2": "select_one yn choices"}, "A2", "没有选项表“yn choices”", "yn"),
    Case("a type in capitals", {"A3": "Integer"}, "A3", "还不支持题型“Integer”", "integer"),
    Case("a name without its sign in a sum", {"G7": "sum(area)"}, "G7", "第 5 个字“area)”", "${题目代码}"),
    Case("a sum of a repeat", {"G7": "sum(${rooms})"}, "G7", "sum 要汇总", "begin repeat"),
    Case("a day and a choice", {"G7": "today() + ${crack}"}, "G7", "“${crack}”是选项", "number(${crack})"),
    Case("a name with a stroke", {"B8": "remark-1"}, "B8", "不能用", "只含英文字母、数字和“_”"),
    Case("a number in Chinese", {"D8": "${total} > 五"}, "D8", "第 12 个字“五”", "${题目代码} > 3"),
    Case("a position outside", {"D8": "position(..) > 1"}, "D8", "begin repeat 之内", "移到重复组里"),
    Case("divided by nothing", {"G7": "sum(${area}) div 0"}, "G7", "除以 0", "别的数"),
    Case("a condition merged over two rows", {"D7": "${crack} = 'yes'"}, "D8", "合并了", "取消合并",
         tweak=merge("D7:D8")),
    Case("other, please say", {"A2": "select_one yn or_other"}, "A2", "or_other", "其他"),
    Case("no sheet of choices", {}, "A2", "没有选项表“yn”", "加上它。",
         tweak=lambda book: book.remove(book["choices"])),
    Case("a sheet of entities", {}, "", "还不支持工作表", "删去", "entities", tweak=lambda book: entities(book)),
    Case("a text without an end", {"C8": "长" * 3_000}, "C8", "文字太长", "短一些"),
    Case("600 choices", {}, "B502", "最多 500 个", "减少", "choices", tweak=lambda book: many_choices(book)),
    Case("headings of a plain sheet too far down", {}, "", "没有这个工作表", "前 10 行", "survey",
         tweak=lambda book: setattr(book["survey"], "title", "第一页")),
    Case("groups in groups", {}, "A3", "不能再套", "end group", tweak=lambda book: rows(
        book["survey"], 2, ["begin group", "a", "甲"], ["begin group", "b", "乙"], ["text", "t", "字"], ["end group"],
        ["end group"])),
    Case("a group in a repeat", {}, "A5", "不能再套", "end repeat", tweak=lambda book: rows(
        book["survey"], 5, ["begin group", "b", "乙"], ["text", "t", "字"], ["end group"])),
    Case("a refused type that conditions name", {"A2": "rank yn", "D8": "${crack} = 'yes'"}, "A2",
         "还不支持题型“rank yn”", "一道问一个名次"),
    Case("a refused type that a limit names", {"A3": "range", "D8": "${width} > 1"}, "A3", "“range”", ". >= 1"),
    Case("a calculation that others go on", {"G7": "pulldata('a', 'b')", "D8": "${total} > 3"}, "G7",
         "没有函数“pulldata”", "能用的有"),
    Case("a list that lost a name", {"choices!B2": None}, "B2", "选项代码“”", "英文字母", sheet="choices"),
    Case("a choice in no list", {"choices!A2": None}, "A2", "没有写选项表", "select_one 后面", sheet="choices"),
    Case("a name of choices that Excel made a day", {"choices!B2": date(2026, 1, 2)}, "B2", "“2026-01-02”", "文本",
         sheet="choices"),
    Case("a choice that Excel made a day", {"choices!C2": date(2026, 1, 2)}, "C2", "改成了日期", "文本",
         sheet="choices"),
    Case("a choice that Excel made a time", {"choices!C2": time(8, 30)}, "C2", "改成了日期或时间", "文本",
         sheet="choices"),
    Case("a list without words in the form's language", {"C1": "label::English (en)"}, "", "缺少“label::English (en)”",
         "加上列名", sheet="choices"),
    Case("a day without quotes", {"A8": "date", "F8": ". <= 2026-11-27"}, "F8", "当作减法", "改为 '2026-11-27'"),
    Case("a day without quotes in a sum", {"G7": "today() - 2020-01-01"}, "G7", "当作减法", "改为 '2020-01-01'"),
    Case("full-width letters in a name", {"D3": "${ｃｒａｃｋ} = 'yes'"}, "D3", "看不懂", "请改为 ${crack} = 'yes'"),
    Case("a dash of Word's", {"G7": "sum(${area}) – 1"}, "G7", "看不懂", "请改为 sum(${area}) - 1"),
    Case("a semicolon at the end", {"D3": "${crack} = 'yes'；"}, "D3", "看不懂", "请改为 ${crack} = 'yes'"),
    Case("a function in capitals", {"D3": "NOT(${crack} = 'no')"}, "D3", "没有函数“NOT”", "是不是 not()？"),
    Case("what the phone notes itself", {"A8": "deviceid"}, "A8", "还不支持题型“deviceid”", "系统自己会记下"),
    Case("choices from a file", {"A2": "select_one_from_file villages.csv"}, "A2", "还不支持", "写进 choices 表"),
    Case("a type of other forms", {"A8": "string"}, "A8", "还不支持题型“string”", "请改为 text。"),
    Case("the old name of a choice", {"A2": "select1 yn"}, "A2", "还不支持题型“select1 yn”", "select_one 选项表名称"),
    Case("a name of 70 letters", {"B8": "a" * 70}, "B8", "不能用", "最多 64 个字"),
    Case("a finding for a question that is refused", {"A2": "rank yn"}, "A2", "还不支持", "名次",
         tweak=lambda book: as_findings(book)),
    Case("a name of OpenRosa's", {"B8": "instanceID"}, "B8", "系统自己用", "换一个"),
]  # fmt: skip


@pytest.mark.parametrize("case", XLSFORM, ids=lambda case: case.what)
def test_of_an_xlsform_the_cell_is_named(case: Case) -> None:
    told(case, xlsform(case), "survey")


def test_of_what_was_accepted_once_nothing_is_lost() -> None:
    """A version may have been published before such faults were refused, and answers to it are kept."""
    nonsense: dict[str, object] = {"F3": ". > 5 and . < 3", "G7": "sum(${area}) div 0"}
    form = read_published(xlsform(Case("", nonsense)))
    assert [q.name for q in form.everything] == [q.name for q in read(xlsform(Case(""))).everything]
    said = {one.text for q in form.everything for one in (q.constraint, q.calculation) if one}
    assert {". > 5 and . < 3", "sum(${area}) div 0"} <= said


PLAIN_FAULTS = [
    Case("a merged type", {"C2": "文字", "D2": None}, "C3", "没有写类型", "取消合并", tweak=merge("C2:C3")),
    Case("an unknown type", {"C2": "打分"}, "C2", "还不支持类型“打分”", "下拉"),
    Case("choices one below the other", {"D3": None, "A3": None, "B3": None, "C3": None, "F3": None, "G3": None,
         "D2": "有；没有", "D4": None}, "D3", "", "", tweak=lambda book: column_of_choices(book)),
    Case("one choice only", {"D2": "有"}, "D2", "选项不足两个", "；"),
    Case("the same choice twice", {"D2": "有；有；没有"}, "D2", "重复的选项", "删去"),
    Case("choices of a number", {"D3": "一；二"}, "D3", "只有单选、多选", "清空"),
    Case("a question that is not there", {"F3": "有裂缝吗？ = 有 且 墙裂 = 有"}, "F3", "没有叫“墙裂”", "照抄"),
    Case("a choice that is not there", {"F3": "有裂缝吗 = 很多"}, "F3", "没有选项", "有、没有"),
    Case("a condition on what follows", {"F2": "备注 已填"}, "F2", "“备注”排在后面，在第 6 行", "移到这一行上面"),
    Case("a bracket that stays open", {"F3": "((有裂缝吗 = 有)"}, "F3", "少写了什么", "题目 = 选项"),
    Case("a choice of a question without any", {"D2": None}, "D2", "选项不足两个", "“；”"),
    Case("a condition in a sentence", {"F3": "如果有裂缝就问"}, "F3", "没有叫", "照抄"),
    Case("a condition that ends early", {"F3": "有裂缝吗 ="}, "F3", "没有选项", "有、没有"),
    Case("required in other words", {"E3": "看情况"}, "E3", "必填一栏", "是"),
    Case("a limit in other words", {"G3": "不要太大"}, "G3", "看不懂限制", "1 到 30"),
    Case("a limit of letters for a number", {"H3": "最多 3"}, "H3", "没有“最多 3”这样的限制", "清空"),
    Case("a limit of numbers for a text", {"G6": "1 到 3"}, "G6", "没有“1 到 3”这样的限制", "清空"),
    Case("a limit of choices", {"G2": "1 到 3"}, "G2", "没有“1 到 3”这样的限制", "清空"),
    Case("a number alone for the letters", {"H6": "200"}, "H6", "看不懂限制", "最多 200"),
    Case("a calculation for what is asked", {"I3": "1 + 1"}, "I3", "只有类型“自动计算”", "清空"),
    Case("nothing to calculate", {"I5": None}, "I5", "没有写怎样计算", "长 × 宽"),
    Case("a calculation with an unknown name", {"I5": "合计(面积) × 单价"}, "I5", "没有叫“单价”", "照抄"),
    Case("a calculation left open", {"I5": "合计(面积"}, "I5", "看不懂自动计算", "×"),
    Case("a calculation with a text", {"I5": "有裂缝吗 + 1"}, "I5", "不能计算", ""),
    Case("a sum of what does not repeat", {"I5": "合计(宽多少毫米)"}, "I5", "汇总", ""),
    Case("a repeat's answer in a condition", {"F6": "面积 > 5"}, "F6", "“面积”在重复组“每", "写 合计(面积) 之类"),
    Case("a repeat's answer in a calculation", {"I5": "面积 × 2"}, "I5", "“面积”在重复组", "次数(面积)、合计(面积)"),
    Case("a sum of a whole repeat", {"I5": "合计(每一间房)"}, "I5", "合计 要汇总", "例如 合计(每间面积)"),
    Case("a choice without its other half", {"I5": "如果(宽多少毫米 > 1，2)"}, "I5", "函数 如果 要有 3 个", "补上"),
    Case("a choice reckoned with", {"I5": "有裂缝吗 + 1"}, "I5", "“有裂缝吗”是选项", "整数或小数的题"),
    Case("a repeat that is said not to be one", {"J4": "否"}, "I5", "合计 要汇总", "“重复填写”的分组"),
    Case("a unit behind a limit", {"G3": "1-300毫米"}, "G3", "看不懂限制", "1 到 30"),
    Case("an open range", {"G3": "1~"}, "G3", "看不懂限制", "1 到 30"),
    Case("numbers in Chinese", {"G3": "一到三百"}, "G3", "看不懂限制", "1 到 30"),
    Case("an unknown in a limit", {"G3": "0<x<300"}, "G3", "看不懂限制", "1 到 30"),
    Case("choices with blanks between", {"D2": "有 没有"}, "D2", "选项不足两个", "“；”"),
    Case("nothing but semicolons", {"D2": "；；"}, "D2", "选项不足两个", "“；”"),
    Case("two types", {"C6": "照片;文字"}, "C6", "还不支持类型", "下拉"),
    Case("a condition by cells", {"F3": "B2 = 有"}, "F3", "没有叫“B2”", "照抄"),
    Case("two comparisons at once", {"F3": "有裂缝吗 = 有 = 没有"}, "F3", "停在“= 没有”", "墙体裂缝 = 明显"),
    Case("a joint first", {"F3": "且 有裂缝吗 = 有"}, "F3", "没有叫", "照抄"),
    Case("a unit in a condition", {"F6": "宽多少毫米 > 5mm"}, "F6", "停在“mm”", "层数 > 2"),
    Case("a range in a condition", {"F6": "宽多少毫米 在 1 到 5"}, "F6", "停在“在 1 到 5”", "层数 > 2"),
    Case("a calculation that trails off", {"I5": "合计(面积) / 宽多少毫米 /"}, "I5", "少写了什么", "长 × 宽"),
    Case("a bracket too many", {"I5": "合计(面积))"}, "I5", "停在“)”", "长 × 宽"),
    Case("repeated in the middle of a group", {"J3": "是"}, "J3", "第一行没有写重复填写", "第一行"),
    Case("repeated without a group", {"A2": None, "J2": "是"}, "J2", "没有分组", "每一间房"),
    Case("repeated in other words", {"J4": "3 次"}, "J4", "重复填写一栏", "是"),
    Case("a repeat used again", {"A6": "每一间房", "B6": "高", "C6": "小数", "H6": None, "J6": "是"}, "A6",
         "“每一间房”出现了两次", "换一个名称"),
    Case("a thousand signs", {"I5": "-" * 1000 + "1"}, "I5", "看不懂自动计算", "长 × 宽"),
    Case("a thousand terms", {"I5": "1" + " + 1" * 450}, "I5", "一连最多 200 项", "拆成"),
    Case("a calculation that goes on", {"I5": "1" + "+1" * 1000}, "I5", "最多 2000 字", "拆成"),
    Case("a condition that goes on", {"F3": " 且 ".join(["有裂缝吗 = 有"] * 250)}, "F3", "最多 2000 字", "拆成"),
    Case("a column with a slip", {"F1": "何时显示"}, "F3", "不认识“何时显示”", "何时问"),
    Case("a column without a heading", {"K3": "待定"}, "K3", "没有列名", "K1"),
    Case("a heading twice", {"D1": "题目"}, "D1", "出现了两次", "重复", faults=2),
    Case("an answer in the words", {"B6": "说说 ${q1}"}, "B6", "引用别的题", "固定的文字"),
    Case("a code twice", {"K1": "代码", "K2": "a", "K3": "a"}, "K3", "出现了两次", "留空"),
    Case("a code in Chinese", {"K1": "代码", "K2": "裂缝"}, "K2", "不能用", "留空"),
    Case("no words", {"B2": None}, "B2", "没有文字", "题目"),
    Case("a finding for no question", {}, "A2", "没有叫“墙裂”", "照抄", "问题",
         tweak=lambda book: findings(book, "墙裂", "有")),
    Case("a range the wrong way round", {"G3": "300 到 1"}, "G3", "没有一个答案能符合", "小的写在前面"),
    Case("a range that nothing is within", {"G3": "大于 10，小于 5"}, "G3", "没有一个答案能符合", "小的写在前面"),
    Case("days the wrong way round", {"C3": "日期", "G3": "2026-05-01 到 2026-04-01"}, "G3",
         "没有一个答案能符合", "核对"),
    Case("no letters", {"H6": "正好 0"}, "H6", "没有一个答案能符合", "核对"),
    Case("less than no letters", {"H6": "最多 -5"}, "H6", "看不懂限制", "最多 200"),
    Case("half a letter", {"H6": "最多 2.5"}, "H6", "看不懂限制", "最多 200"),
    Case("no digits", {"H6": "0 位数字"}, "H6", "看不懂限制", "11 位数字"),
    Case("more picks than choices", {"C2": "多选", "G2": "至少 3 项"}, "G2", "没有一个答案能符合", "核对"),
    Case("a limit that Excel made a day", {"G3": date(2026, 1, 30)}, "G3", "改成了日期或时间“2026-01-30”", "文本"),
    Case("5,000 choices", {"D2": "；".join(f"项{k}" for k in range(5_000))}, "D2", "最多 500 个", "减少选项"),
    Case("a question without an end", {"B6": "长" * 5_000}, "B6", "文字太长", "短一些"),
    Case("choices that nothing divides", {"D2": "1.有 2.没有"}, "D2", "选项不足两个", "；"),
    Case("a condition that always holds", {"F3": "总是"}, "F3", "不是条件", "清空"),
    Case("required merged over three rows", {}, "E3", "合并了", "取消合并", tweak=merge("E2:E4")),
    Case("divided by nothing", {"I5": "合计(面积) ÷ 0"}, "I5", "除以 0", "别的数"),
    Case("Excel's own function", {"I5": "SUM(面积)"}, "I5", "没有叫“SUM”", "合计"),
    Case("XPath that is none", {"H6": "XPath：. >> 3"}, "H6", "看不懂", "请改为 . > 3"),
    Case("XPath without any", {"H6": "XPath："}, "H6", "少写了什么", "半角"),
    Case("a refused type that conditions name", {"C2": "打分", "D2": None, "F6": "有裂缝吗 = 有"}, "C2", "打分", "选"),
    Case("a calculation that others go on", {"I5": "合计(面积) ×", "F6": "总面积 > 5"}, "I5", "少写了什么", "长 × 宽"),
    Case("a choice that Excel made a day", {"D2": date(2026, 1, 2)}, "D2", "改成了日期", "文本"),
    Case("a condition that Excel made a day", {"F3": date(2026, 1, 2)}, "F3", "改成了日期", "文本"),
    Case("a condition on a note", {"C2": "说明", "D2": None, "E2": None}, "F3", "是一段说明", "别的题目"),
    Case("a condition on a photo", {"C2": "照片", "D2": None}, "F3", "后面只能写“已填”", "单选题"),
    Case("a condition that leaves out the number", {"B2": "1. 有裂缝吗？"}, "F3", "没有叫“有裂缝吗”",
         "是不是“1. 有裂缝吗”？"),
    Case("a finding of nothing", {}, "A2", "没有写哪道题", "写条件", "问题", tweak=lambda book: findings(book, "", "")),
    Case("a finding of a number", {}, "B2", "没有选项", "在条件列写", "问题",
         tweak=lambda book: findings(book, "宽多少毫米", ">5")),
    Case("findings without a heading", {}, "", "缺少“问题编号”列", "条件", "问题", tweak=lambda book: unnamed(book)),
    Case("a finding with a column of its own", {}, "E2", "不认识“说明”", "备注", "问题",
         tweak=lambda book: findings(book, "有裂缝吗？", "有", E1="说明", E2="看墙")),
    Case("a finding said twice over", {}, "C2", "既写了题目", "只留一样", "问题",
         tweak=lambda book: findings(book, "有裂缝吗？", "有", C2="宽多少毫米 > 5")),
    Case("a finding below a title", {}, "B3", "没有选项“很多”", "有、没有", "问题",
         tweak=lambda book: titled(book)),
    Case("findings on a sheet with a blank in its name", {}, "B2", "没有选项“很多”", "有、没有", "问题",
         tweak=lambda book: blank_behind(book)),
    Case("a finding in 400 rows", {}, "D201", "超过 200 行", "自动计算", "问题", tweak=lambda book: many_ways(book)),
    Case("a finding for no answer", {}, "B2", "没有选项", "有、没有", "问题",
         tweak=lambda book: findings(book, "有裂缝吗？", "很多")),
]  # fmt: skip


def column_of_choices(book: Workbook) -> None:
    book["表单"].insert_rows(3)
    book["表单"]["D3"] = "拿不准"


def rows(sheet: Worksheet, at: int, *lines: Sequence[object]) -> None:
    sheet.insert_rows(at, len(lines))
    for number, line in enumerate(lines, at):
        for column, text in enumerate(line, 1):
            sheet.cell(number, column).value = text  # type: ignore[assignment]


def as_findings(book: Workbook) -> None:
    findings(book, "有裂缝吗？", "有")
    book["问题"].title = "findings"


def entities(book: Workbook) -> None:
    book.create_sheet("entities").append(["list_name", "label"])
    book["entities"].append(["houses", "x"])


def many_choices(book: Workbook) -> None:
    for number in range(600):
        book["choices"].append(["yn", f"c{number}", f"选项{number}"])


def unnamed(book: Workbook) -> None:
    book.create_sheet("问题").append(["题目", "答案"])
    book["问题"].append(["有裂缝吗？", "有"])


def blank_behind(book: Workbook) -> None:
    findings(book, "有裂缝吗？", "很多")
    book["问题"].title = "问题 "


def titled(book: Workbook) -> None:
    findings(book, "有裂缝吗？", "很多")
    book["问题"].insert_rows(1)
    book["问题"]["A1"] = "怎样算有问题"


def findings(book: Workbook, question: str, answer: str, **more: str) -> None:
    sheet = book.create_sheet("问题")
    sheet.append(["题目", "答案", "条件", "问题编号"])
    sheet.append([question, answer, None, "houses.F01"])
    for cell, text in more.items():
        sheet[cell] = text


def many_ways(book: Workbook) -> None:
    findings(book, "有裂缝吗？", "有")
    for _ in range(399):
        book["问题"].append(["有裂缝吗？", "有", None, "houses.F01"])


@pytest.mark.parametrize("case", PLAIN_FAULTS, ids=lambda case: case.what)
def test_of_a_plain_sheet_the_cell_is_named(case: Case) -> None:
    told(case, plain(case), "表单")


def hide_a_copy(book: Workbook) -> None:
    copy = book.copy_worksheet(book["表单"])
    copy.title, copy.sheet_state = "去年的", "hidden"
    copy["C2"] = "旧类型"
    book.move_sheet(copy, -1)


HARMLESS: list[tuple[str, Callable[[Case], bytes], Case]] = [
    ("a hidden sheet of last year before it", plain, Case("", tweak=hide_a_copy)),
    ("stray blanks", plain, Case("", {"B2": "　有裂缝吗？ ", "C2": " 单选\u00a0", "F3": "有裂缝吗　＝　有 "})),
    ("a control character", xlsform, Case("", {"C2": "有裂缝_x0008_吗？"})),
    ("what cannot be seen", xlsform, Case("", {"B2": "\u200bcrack\ufeff", "A3": "integer\u200b"})),
    ("ticks", plain, Case("", {"E3": "√", "E4": "✔"})),
    ("columns of the clerk's own", plain, Case("", {"K1": "序号", "K2": 1, "L1": "备注", "L3": "问过老王"})),
    ("full-width brackets round the language", xlsform, Case("", {"C1": "label::中文（zh）"})),
    ("a version typed as a number", xlsform, Case("", {"settings!C2": 2026112601})),
    ("capitals and blanks in headings", xlsform, Case("", {"A1": " Type ", "B1": "NAME"})),
    ("marks that turn the writing round", xlsform, Case("", {"C2": "有\u202e裂缝吗？"})),
    ("types and conditions in other words", plain, Case("", {"C2": "单 选", "F3": "有裂缝吗 不等于 没有"})),
    (
        "how to fill in, in a heading",
        plain,
        Case("", {"D1": "选项（用分号隔开）", "B1": "2. 题目", "C1": "类型\n（下拉选）"}),
    ),
    ("signs of programmers", plain, Case("", {"F3": "有裂缝吗 == 有 && 有裂缝吗 == 有"})),
    ("a merged remark", plain, Case("", {"K1": "备注", "K2": "问过老王"}, tweak=merge("K2:K4"))),
    ("an empty cell merged", plain, Case("", tweak=merge("F4:F5"))),
    ("a title above the headings", xlsform, Case("", tweak=lambda book: rows(book["survey"], 1, ["农房检查表"]))),
    ("a repeat in capitals", xlsform, Case("", {"A4": "Begin Repeat", "A6": "End Repeat"})),
    (
        "names of columns in KoBo",
        xlsform,
        Case("", {"settings!A1": "title", "settings!B1": "id_string", "choices!B1": "value"}),
    ),
    ("full-width colons in a heading", xlsform, Case("", {"C1": "label：：中文 (zh)"})),
    (
        "headings in other words",
        plain,
        Case("", {"B1": "题目*", "C1": "题型", "E1": "是否必填", "E2": "*", "E3": "选填"}),
    ),
    ("several choices in a condition", plain, Case("", {"F3": "有裂缝吗 = 有、没有", "F6": "有裂缝吗 选 有 或 没有"})),
    ("types in other words", plain, Case("", {"C2": "下拉", "C3": "数值"})),
    ("a day in a calculation", plain, Case("", {"I5": "今天 - 2020-01-01"})),
    ("a merged heading of a group", plain, Case("", tweak=merge("A2:A3"))),
]


@pytest.mark.parametrize(("make", "case"), [one[1:] for one in HARMLESS], ids=[one[0] for one in HARMLESS])
def test_what_does_no_harm_is_read(make: Callable[[Case], bytes], case: Case) -> None:
    assert len(read(make(case)).everything) == 5


def packed(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return file.getvalue()


def charted() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet("表单").write_row(0, 0, ["题目", "类型"])
        chart: Any = book.add_chart({"type": "column"})
        chart.add_series({"values": "=表单!$A$1:$A$2"})
        book.add_chartsheet("图").set_chart(chart)
    return file.getvalue()


def many_rows(count: int, make: Callable[[Case], bytes], row: Sequence[object]) -> bytes:
    def more(book: Workbook) -> None:
        for number in range(count):
            book[book.sheetnames[0]].append([part.format(number) if isinstance(part, str) else part for part in row])

    return make(Case("", tweak=more))


FILES: list[tuple[str, Callable[[], bytes], str]] = [
    ("an old .xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), ".xls"),
    ("a text", lambda: "题目,类型\n墙,单选\n".encode(), "不是完好的 .xlsx"),
    ("a page that calls itself .xls", lambda: b"<html><table><tr><td>1</td></tr></table></html>", "不是完好的 .xlsx"),
    ("a document", lambda: packed(word__document_xml=b"<w/>"), "不是完好的 .xlsx"),
    ("an .ods", lambda: packed(mimetype=b"application/vnd.oasis", content_xml=b"<o/>"), "不是完好的 .xlsx"),
    ("half a file", lambda: xlsform(Case(""))[:3000], "不是完好的 .xlsx"),
    (
        "a bomb",
        lambda: packed(xl__workbook_xml=b"<x/>", xl__worksheets__sheet1_xml=b"0" * 60_000_000),
        "解压后的内容过大",
    ),
    ("nothing", lambda: packed(), "不是完好的 .xlsx"),
    ("a chart beside an empty sheet", lambda: charted(), "一道题也没有"),
    ("5,001 rows of a plain sheet", lambda: many_rows(5_001, plain, [None, "题{}", "文字"]), "5000 行"),
    ("5,001 rows of an XLSForm", lambda: many_rows(5_001, xlsform, ["text", "q{}", "题{}"]), "5000 行"),
    ("1,200 questions of a plain sheet", lambda: many_rows(1_200, plain, [None, "题{}", "文字"]), "最多 1000 行"),
    ("1,200 questions of an XLSForm", lambda: many_rows(1_200, xlsform, ["text", "q{}", "题{}"]), "最多 1000 行"),
]


@pytest.mark.parametrize(("make", "said"), [one[1:] for one in FILES], ids=[one[0] for one in FILES])
def test_what_is_no_workbook_or_too_large_is_said_to_be_so(make: Callable[[], bytes], said: str) -> None:
    assert any(said in fault.problem for fault in refused(make()))


def test_many_sheets_are_not_opened() -> None:
    def more(book: Workbook) -> None:
        for number in range(40):
            book.create_sheet(f"副本{number}")["GR5000"] = "x"

    assert any("工作表" in fault.problem for fault in refused(plain(Case("", tweak=more))))


def with_sheet(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with its first sheet's own text changed, as no office program writes it."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.namelist():
            text = before.read(part)
            after.writestr(part, change(text) if part == "xl/worksheets/sheet1.xml" else text)
    return file.getvalue()


def test_cells_without_an_end_are_gone_over_once() -> None:
    unended = b'<c r="A1">' * 200_000
    seen = [len(tag) + len(inside) for tag, inside in cells_in(b"<sheetData><row>" + unended + b"</row></sheetData>")]
    assert len(seen) == 200_000
    assert sum(seen) <= len(unended) + len(b"</row></sheetData>")
    assert refused(with_sheet(plain(Case("")), lambda xml: xml.replace(b"</sheetData>", unended + b"</sheetData>")))


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (b'<c t="e" r="B2"><v>#REF!</v></c>', "公式出错"),
        (b"<c t = 'e' s=\"1\" r = 'B2'><v>#REF!</v></c>", "公式出错"),
        (b'<c s="1" r="B2"><f>A1</f></c>', "没有算出来"),
        (b'<x:c xmlns:x="m" r="B2"><x:f>A1</x:f></x:c>', "没有算出来"),
        (b'<c r="B2"><f t="shared" si="0"/></c>', "没有算出来"),
    ],
)
def test_a_formula_is_known_however_its_cell_is_written(cell: bytes, said: str) -> None:
    """`r` may stand behind other attributes, and the names may have a prefix."""
    written = with_sheet(plain(Case("")), lambda xml: re.sub(rb'<c r="B2".*?</c>', cell, xml))
    assert [(fault.cell, said in fault.problem) for fault in refused(written)] == [("B2", True)]


@pytest.mark.parametrize("place", [b"xfd9", b"B0005001", b"B" + b"9" * 5_000, b"B" * 5_000 + b"1"])
def test_a_place_far_out_is_refused_however_it_is_written(place: bytes) -> None:
    written = with_sheet(plain(Case("")), lambda xml: xml.replace(b'<c r="B2"', b'<c r="' + place + b'"'))
    assert any("超出了" in fault.problem for fault in refused(written))
