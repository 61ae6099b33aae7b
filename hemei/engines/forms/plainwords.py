"""What the plain sheet calls its columns, types and answers, and what clerks write instead."""

from __future__ import annotations

import re
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
SAID |= dict.fromkeys(("必须", "必答", "必须填", "需要", "要", "☑", "✅", "●"), True)
SAID |= dict.fromkeys(("×", "✗", "✘", "☐", "□", "○", "不", "不需要", "不用", "不要", "非必须", "/", "—"), False)
ALSO |= {
    "复选": "多选",
    "文本框": "文字",
    "简答": "文字",
    "问答": "文字",
    "年月日": "日期",
    "相片": "照片",
    "图像": "照片",
}
INSTEAD = dict.fromkeys(("时间", "时刻", "电话", "电话号码", "手机", "手机号", "身份证", "身份证号", "姓名"), "文字")
INSTEAD |= dict.fromkeys(("选择", "选择题", "勾选", "选项"), "单选 或 多选")
INSTEAD |= dict.fromkeys(("数量", "数", "金额", "面积", "长度"), "整数 或 小数")
INSTEAD |= dict.fromkeys(("判断", "判断题", "是否", "是非"), "单选，选项写 是；否")
INSTEAD |= {"签名": "照片", "签字": "照片", "年份": "整数", "年": "整数", "标题": "说明", "小标题": "说明"}
MEANT = dict.fromkeys(("条件", "显示条件", "出现条件", "前置条件", "逻辑", "跳转", "跳题"), WHEN)
MEANT |= dict.fromkeys(("说明", "填写说明", "填表说明", "填报说明", "解释"), HINT)
MEANT |= dict.fromkeys(("答案", "选项内容", "可选项", "备选项"), CHOICES) | dict.fromkeys(("编号", "行号"), "序号")
MEANT |= dict.fromkeys(("限制", "范围", "取值范围"), RANGE) | dict.fromkeys(("公式", "算式", "计算"), RECKONED)
MEANT |= dict.fromkeys(("组", "分类", "类别", "大类", "部分", "章节", "模块"), GROUP)
BESIDE = re.compile(r"\(.*?\)|\[.*?\]|【.*?】|^\d+[.、)]?")  # how to fill it in, or a number
HEADINGS = {
    "题号": "序号",
    "题型": TYPE,
    "题目类型": TYPE,
    "题目内容": QUESTION,
    "题目名称": QUESTION,
    "是否必填": REQUIRED,
}


def in_one_spelling(heading: str) -> str:
    """A heading by the name that it goes by here, without blanks and marks.

    >>> in_one_spelling(" 题 目 *"), in_one_spelling("题型"), in_one_spelling("2. 必填（是/否）")
    ('题目', '类型', '必填')
    """
    said = "".join(unicodedata.normalize("NFKC", heading).split()).strip("*:")
    bare = BESIDE.sub("", said).strip("*:")
    said = bare if HEADINGS.get(bare, bare) in COLUMNS else said
    return HEADINGS.get(said, said)
