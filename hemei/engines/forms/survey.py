"""The survey sheet, row by row: questions into sections, and what is wrong with each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hemei.engines.forms.expressions import NAME, condition_of, half_width, said
from hemei.engines.forms.faults import Fault
from hemei.engines.forms.form import Choice, Condition, Kind, Question, Section
from hemei.engines.forms.languages import COLUMNS, Languages
from hemei.engines.forms.workbook import Row, Sheet

BEGIN, END = ("begin group", "begin_group"), ("end group", "end_group")
SELECTS = (Kind.SELECT_ONE, Kind.SELECT_MULTIPLE)
SPOKEN = {
    "单选": "select_one 选项表名称",
    "多选": "select_multiple 选项表名称",
    "文字": "text",
    "文本": "text",
    "整数": "integer",
    "数字": "integer",
    "小数": "decimal",
    "日期": "date",
    "照片": "image",
    "图片": "image",
    "说明": "note",
    "定位": "geopoint",
    "位置": "geopoint",
}


class Survey:
    """Reads the rows in order and keeps what later rows need: the open section, the questions so far, the faults."""

    def __init__(self, languages: Languages, lists: Mapping[str, tuple[Choice, ...]], faults: list[Fault]) -> None:
        self.languages, self.lists, self.faults = languages, lists, faults
        self.sections: list[Section] = []
        self.asked: dict[str, Question] = {}
        self.names: set[str] = set()
        self.group: Row | None = None
        self.open: list[Question] = []
        self.holds: tuple[Condition, ...] = ()

    def sections_of(self, sheet: Sheet) -> tuple[Section, ...]:
        for row in sheet.rows:
            self.read(row)
        return self.finish(sheet)

    def read(self, row: Row) -> None:
        word = " ".join(row.get("type").split())
        if word in BEGIN:
            self.begin(row)
        elif word in END:
            self.end(row)
        else:
            self.question(row, word)

    def begin(self, row: Row) -> None:
        if self.group is not None:
            self.fault(row, "type", "分组里不能再套分组。", "请先写 end group 结束上一组。")
        self.name(row)
        self.close()
        self.group, self.holds = row, self.conditions(row)

    def end(self, row: Row) -> None:
        if self.group is None:
            self.fault(row, "type", "这里没有可以结束的分组。", "请删去这一行，或在前面加上 begin group。")
        self.close()

    def close(self) -> None:
        """Put the open questions into a section of their own."""
        if self.open or self.group is not None:
            name = self.group.get("name") if self.group else ""
            labels = self.languages.texts(self.group, "label") if self.group else {}
            self.sections.append(Section(name, labels, tuple(self.open)))
        self.group, self.open, self.holds = None, [], ()

    def finish(self, sheet: Sheet) -> tuple[Section, ...]:
        if self.group is not None:
            self.fault(self.group, "type", "这个分组没有结束。", "请在该组最后一题的下一行写 end group。")
        self.close()
        if not any(question.takes_answer for question in self.asked.values()):
            self.faults.append(sheet.fault("type", "一道题也没有。", "请从第 2 行起填写题目。"))
        return tuple(section for section in self.sections if section.questions)

    def question(self, row: Row, word: str) -> None:
        kind, _, listed = word.partition(" ")
        if not self.known(row, word, kind, listed):
            return
        name = self.name(row)
        question = Question(
            name=name,
            kind=Kind(kind),
            labels=self.languages.texts(row, "label"),
            hints=self.languages.texts(row, "hint"),
            required=self.required(row, kind),
            choices=self.lists.get(listed, ()),
            relevant=self.holds + self.conditions(row),
            picture=row.get("image") or row.get("media::image"),
        )
        if self.languages.default not in question.labels:
            self.fault(
                row, self.languages.heading("label"), "题目没有文字。", f"请填写 {self.languages.heading('label')} 列。"
            )
        for heading, text in row.texts.items():
            if heading.partition("::")[0] in COLUMNS and "${" in text:
                self.fault(row, heading, "题目文字里还不能引用别的题的答案。", "请去掉 ${…}，改写成固定的文字。")
        self.asked[name] = question
        self.open.append(question)

    def known(self, row: Row, word: str, kind: str, listed: str) -> bool:
        """Whether the type is one of the subset; a fault is noted where it is not."""
        if kind not in list(Kind) or (listed and kind not in SELECTS):
            wanted = SPOKEN.get(word, "、".join(Kind))
            self.fault(row, "type", f"还不支持题型“{word}”。", f"请改为 {wanted}。")
            return False
        if kind in SELECTS and listed not in self.lists:
            shown = f"choices 表里没有选项表“{listed}”。" if listed else "没有写选项表的名称。"
            remedy = (
                "请在 choices 表的 list_name 列加上它，或改为已有的名称：" + "、".join(filter(None, self.lists)) + "。"
            )
            self.fault(row, "type", shown, remedy)
            return False
        return True

    def name(self, row: Row) -> str:
        name = row.get("name")
        if not NAME.fullmatch(name):
            self.fault(row, "name", f"题目代码“{name}”不能用。", "请用英文字母开头，只含英文字母、数字和“_”。")
        elif name in self.names:
            self.fault(row, "name", f"题目代码“{name}”出现了两次。", "请改成不同的代码。")
        self.names.add(name)
        return name

    def required(self, row: Row, kind: str) -> bool:
        answer = said(row.get("required"))
        if answer is None:
            self.fault(row, "required", f"必填一栏写的是“{row.get('required')}”。", "必填请写 yes，不必填请留空。")
        if answer and kind == Kind.NOTE:
            self.fault(row, "required", "说明文字（note）不能必填。", "请清空这一格。")
        return bool(answer)

    def conditions(self, row: Row) -> tuple[Condition, ...]:
        """The row's own condition, if it has one."""
        text = row.get("relevant")
        if not text:
            return ()
        condition = condition_of(text)
        if condition is None:
            self.fault(row, "relevant", f"看不懂条件“{text}”。", remedy_for(text))
            return ()
        for problem, remedy in self.faults_of(condition):
            self.fault(row, "relevant", problem, remedy)
        return (condition,)

    def faults_of(self, condition: Condition) -> Iterable[tuple[str, str]]:
        subject = self.asked.get(condition.question)
        if subject is None:
            yield f"条件里的“{condition.question}”不是前面的题目。", "请核对题目代码；条件只能用排在前面的题。"
        elif subject.kind is not Kind.SELECT_ONE:
            yield f"条件里的“{condition.question}”不是单选题。", "条件只能用单选题（select_one）的答案。"
        elif condition.equals not in subject.choice_names:
            shown = "、".join(choice.name for choice in subject.choices)
            yield f"“{condition.question}”没有选项“{condition.equals}”。", f"请改为 {shown} 之一。"

    def fault(self, row: Row, heading: str, problem: str, remedy: str) -> None:
        self.faults.append(row.fault(heading, problem, remedy))


def remedy_for(text: str) -> str:
    """How to write the condition; where only the keyboard was Chinese, the very text to type."""
    plain = half_width(text)
    if condition_of(plain) is not None:
        return f"标点应为英文半角，请改为 {plain}"
    return "只支持 ${题目代码} = '选项代码' 这一种写法，标点用英文半角。"
