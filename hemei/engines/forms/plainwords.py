"""What the plain sheet calls its columns, types and answers, and what clerks write instead."""

from __future__ import annotations

import unicodedata

from hemei.engines.forms.form import Kind

SHEET, FINDINGS, UNGROUPED = "表单", "问题", "（不分组）"
GROUP, QUESTION, TYPE, CHOICES, REQUIRED, WHEN, HINT, RANGE, LENGTH, RECKONED, REPEATED, CODE = (
    *("分组", "题目", "类型", "选项", "必填", "何时问", "提示", "数值范围", "字数", "自动计算", "重复填写", "代码"),
)
PICTURE, OF_CHOICES = "图片", "选项图片"
COLUMNS = (
    *(GROUP, QUESTION, TYPE, CHOICES, REQUIRED, WHEN, HINT, RANGE, LENGTH, RECKONED, REPEATED, CODE),
    *(PICTURE, OF_CHOICES),
)
REMARKS = ("序号", "备注", "")  # columns of the clerk's own
TYPES = {
    "单选": Kind.SELECT_ONE,
    "多选": Kind.SELECT_MULTIPLE,
    "文字": Kind.TEXT,
    "整数": Kind.INTEGER,
    "小数": Kind.DECIMAL,
    "日期": Kind.DATE,
    "照片": Kind.IMAGE,
    "位置": Kind.GEOPOINT,
    "说明": Kind.NOTE,
    "自动计算": Kind.CALCULATE,
}
ALSO = {
    "单选题": "单选",
    "多选题": "多选",
    "文本": "文字",
    "填空": "文字",
    "数字": "小数",
    "图片": "照片",
    "拍照": "照片",
}
ALSO |= {
    "定位": "位置",
    "坐标": "位置",
    "提示语": "说明",
    "计算": "自动计算",
    "自动": "自动计算",
    "下拉": "单选",
    "下拉框": "单选",
    "多选框": "多选",
    "数值": "小数",
    "select_one": "单选",
    "select_multiple": "多选",
}
SAID = {
    "是": True,
    "必填": True,
    "yes": True,
    "√": True,
    "y": True,
    "1": True,
    "true": True,
    "✓": True,
    "✔": True,
    "*": True,
    "必填项": True,
    "": False,
    "否": False,
    "选填": False,
    "可选": False,
    "不必填": False,
    "非必填": False,
    "无": False,
    "-": False,
    "no": False,
    "0": False,
    "false": False,
}
HEADINGS = {"题型": TYPE, "题目类型": TYPE, "题目内容": QUESTION, "题目名称": QUESTION, "是否必填": REQUIRED}


def in_one_spelling(heading: str) -> str:
    """A heading without blanks and marks, by the name that it goes by here: " 题 目 *" → 题目, 题型 → 类型."""
    said = "".join(unicodedata.normalize("NFKC", heading).split()).strip("*:")
    return HEADINGS.get(said, said)
