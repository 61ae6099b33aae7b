"""The plain Chinese sheet of officials: 题目, 类型, 选项, 必填, 何时问, 提示; compiled to XLSForm's rows.

What a question is called by in rules, drawings and other languages goes on from the form it was edited from: by the
code in the last column, which Excel shows and nobody need write.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hemei.engines.forms import rules
from hemei.engines.forms.checking import Gives, Names, compiled
from hemei.engines.forms.expressions import NAME, Expression
from hemei.engines.forms.faults import Fault, FormRefused
from hemei.engines.forms.form import Choice, Form, Kind, Question, Section, Texts
from hemei.engines.forms.parsing import Unreadable
from hemei.engines.forms.words import Words, plain, said_or_xpath
from hemei.engines.forms.workbook import Cells, Row, Sheet, sheet_of, text_of
from hemei.engines.forms.writing import workbook

SHEET, FINDINGS, UNGROUPED = "表单", "问题", "（不分组）"
GROUP, QUESTION, TYPE, CHOICES, REQUIRED, WHEN, HINT, CODE = (
    *("分组", "题目", "类型", "选项", "必填", "何时问", "提示", "代码"),
)
COLUMNS = (GROUP, QUESTION, TYPE, CHOICES, REQUIRED, WHEN, HINT, CODE)
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
ALSO |= {"定位": "位置", "坐标": "位置", "提示语": "说明", "select_one": "单选", "select_multiple": "多选"}
SAID = {
    "是": True,
    "必填": True,
    "yes": True,
    "√": True,
    "y": True,
    "1": True,
    "": False,
    "否": False,
    "no": False,
    "0": False,
}
WIDTHS = {GROUP: 16, QUESTION: 40, TYPE: 8, CHOICES: 36, REQUIRED: 8, WHEN: 32, HINT: 32, CODE: 18}
WIDTHS |= {rules.ANSWER: 24, rules.CONDITION: 60, rules.FINDING: 14}
BETWEEN = re.compile(r"[;；\n|]+")


def writable(form: Form) -> bool:
    """Whether the plain sheet can say all of it: calculations and repeats are for XLSForm."""
    return not form.repeats and all(question.is_shown for question in form.everything)


def as_plain(form: Form) -> bytes:
    """The plain sheet of a form that is `writable`; the condition of a group stands at each of its questions."""
    rows = []
    asked: dict[str, Question] = {}
    for section in form.sections:
        for question in section.questions:
            words = Words(asked, form.languages[0])
            labels = [form.text(choice.labels, "zh") for choice in question.choices]
            rows.append(
                {
                    GROUP: form.text(section.labels, "zh") or UNGROUPED,
                    QUESTION: form.text(question.labels, "zh"),
                    TYPE: next(word for word, kind in TYPES.items() if kind is question.kind),
                    CHOICES: "；".join(labels),
                    REQUIRED: "是" if question.required else "",
                    WHEN: said_or_xpath(words, question.relevant.ast) if question.relevant else "",
                    HINT: form.text(question.hints, "zh"),
                    CODE: question.name,
                }
            )
            asked[question.name] = question
    sheets = {SHEET: rows, FINDINGS: rules.rows_of(form.rules or (), form.sections)}
    offered = {(SHEET, TYPE): list(TYPES), (SHEET, REQUIRED): ["是", "否"]}
    return workbook(sheets, {SHEET: COLUMNS, FINDINGS: rules.COLUMNS}, widths=WIDTHS, offered=offered)


@dataclass
class Plain:
    """Reads the rows in order, keeping the questions that later conditions may name."""

    present: Form | None  # the form that is being changed
    others: Sequence[Form] = ()  # of the same sort: answers that are called alike keep the codes they have there
    faults: list[Fault] = field(default_factory=list)
    asked: dict[str, Question] = field(default_factory=dict)

    def survey(self, sheet: Sheet) -> list[tuple[str, Row, Question]]:
        """Group, row and question, conditions aside."""
        for heading in (QUESTION, TYPE):
            if heading not in sheet.letters:
                self.faults.append(Fault(sheet.name, 1, "", f"缺少“{heading}”列。", f"请在第 1 行加上列名 {heading}。"))
        if self.faults:
            raise FormRefused(self.faults)
        found, group = [], ""
        for row in sheet.rows:
            group = clean(row.get(GROUP)) or group
            group = "" if group == UNGROUPED else group
            if not row.get(QUESTION) and not row.get(TYPE):
                continue
            if question := self.question(row):
                found.append((group, row, question))
        return found

    def question(self, row: Row) -> Question | None:
        word = ALSO.get(clean(row.get(TYPE)).lower(), clean(row.get(TYPE)))
        kind = TYPES.get(word)
        if kind is None:
            problem = f"还不支持类型“{word}”。" if word else "没有写类型。"
            self.fault(row, TYPE, problem, f"请从下拉里选：{'、'.join(TYPES)}。")
            return None
        label = clean(row.get(QUESTION))
        if not label:
            self.fault(row, QUESTION, "题目没有文字。", "请填写题目。")
        required = SAID.get(clean(row.get(REQUIRED)).lower())
        if required is None:
            self.fault(row, REQUIRED, f"必填一栏写的是“{row.get(REQUIRED)}”。", "必填请选 是，不必填请留空。")
        if required and kind is Kind.NOTE:
            self.fault(row, REQUIRED, "说明没有人来回答，不能必填。", "请清空这一格。")
        before = self.before(row, label)
        name = self.name(row, before)
        question = Question(
            name=name,
            kind=kind,
            labels=kept(before.labels if before else {}, label),
            hints=kept(before.hints if before else {}, clean(row.get(HINT))),
            required=bool(required) and kind is not Kind.NOTE,
            choices=tuple(self.choices(row, kind, before)),
            picture=before.picture if before else "",
            constraint=before.constraint if before and before.kind is kind else None,
            constraint_messages=before.constraint_messages if before and before.kind is kind else {},
        )
        question = replace(question, relevant=self.when(row, name)) if row.get(WHEN) else question
        self.asked[name] = question
        return question

    def when(self, row: Row, name: str) -> Expression | None:
        """The condition; it can only ask for what stands before it."""
        try:
            text = Words(self.asked).xpath(row.get(WHEN))
            names = Names(asked=self.asked, repeat_of=dict.fromkeys(self.asked, ""), own=name)
            return compiled(text, names, Gives.TRUTH)[0]
        except Unreadable as unread:
            self.fault(row, WHEN, unread.problem, unread.remedy)
            return None

    def before(self, row: Row, label: str) -> Question | None:
        """The question as it is at present: by its code, else by its words."""
        code = clean(row.get(CODE))
        if self.present is None:
            alike = (other.by_name[code] for other in self.others if code in other.by_name)
            return next((q for q in alike if plain(q.labels.get("zh", "")) == plain(label)), None)
        if code:
            return self.present.by_name.get(code)
        same = [q for q in self.present.everything if plain(q.labels.get("zh", "")) == plain(label)]
        return same[0] if len(same) == 1 and same[0].name not in self.asked else None

    def name(self, row: Row, before: Question | None) -> str:
        code = clean(row.get(CODE)) or (before.name if before else "")
        if code and not NAME.fullmatch(code):
            self.fault(row, CODE, f"代码“{code}”不能用。", "新题请把代码留空，由系统编；原有的题请照抄原来的代码。")
        if code and code in self.asked:
            self.fault(row, CODE, f"代码“{code}”出现了两次。", "复制出来的新题请把代码留空，由系统编。")
        if code:
            return code
        taken = self.asked.keys() | (self.present.by_name.keys() if self.present else set())
        return next(name for n in range(1, 10_000) if (name := f"q{n}") not in taken)

    def choices(self, row: Row, kind: Kind, before: Question | None) -> Iterator[Choice]:
        said = [clean(part) for part in BETWEEN.split(row.get(CHOICES))]
        labels = [part for part in said if part]
        known = {plain(choice.labels.get("zh", "")) for choice in (before.choices if before else ())}
        if len(labels) == 1 and plain(labels[0]) not in known:  # a choice may itself have such marks in it
            labels = [part for part in map(clean, re.split("[、,，/]", labels[0])) if part]
        if kind not in (Kind.SELECT_ONE, Kind.SELECT_MULTIPLE):
            if labels:
                self.fault(row, CHOICES, "只有单选、多选能有选项。", "请清空这一格，或把类型改为单选、多选。")
            return
        if len(labels) < (2 if kind is Kind.SELECT_ONE else 1):
            self.fault(row, CHOICES, "选项不足两个。", "请写全，用“；”隔开，例如：是；否；拿不准。")
        if len(set(labels)) < len(labels):
            self.fault(row, CHOICES, "有重复的选项。", "请删去重复的。")
        yield from self.named(labels, before)

    def named(self, labels: Sequence[str], before: Question | None) -> Iterator[Choice]:
        """Choices keep their codes; new ones are called as they are elsewhere in the form, else c1, c2 …"""
        old = {plain(choice.labels.get("zh", "")): choice for choice in (before.choices if before else ())}
        usual: dict[str, Choice] = {}
        for form in (*([self.present] if self.present else []), *self.others):
            for choice in (choice for question in form.everything for choice in question.choices):
                usual.setdefault(plain(choice.labels.get("zh", "")), choice)
        taken = {choice.name for choice in old.values()}
        for label in dict.fromkeys(labels):
            chosen = old.get(plain(label))
            if chosen is None and (same := usual.get(plain(label))) and same.name not in taken:
                chosen = Choice(same.name, same.labels)
            if chosen is None:
                free = next(name for k in range(1, 999) if (name := f"c{k}") not in taken)
                chosen = Choice(free, {"zh": label})
            taken.add(chosen.name)
            yield chosen

    def fault(self, row: Row, heading: str, problem: str, remedy: str) -> None:
        self.faults.append(row.fault(heading, problem, remedy))


def clean(text: str) -> str:
    """A cell without stray blanks, those of a Chinese keyboard among them."""
    return " ".join(text.replace("\u3000", " ").replace("\u00a0", " ").split())


def kept(before: Texts, text: str) -> dict[str, str]:
    """The text in Chinese, with its translations where it is as it was."""
    old = dict(before)
    if not text:
        return {}
    same = unicodedata.normalize("NFKC", old.get("zh", "")) == unicodedata.normalize("NFKC", text)
    return old if same else {"zh": text}


def sections_of(found: Sequence[tuple[str, Row, Question]], present: Form | None) -> tuple[Section, ...]:
    """Questions that stand together under one heading; a group keeps its name where it has one already."""
    old = {section.labels.get("zh", ""): section for section in (present.sections if present else ()) if section.name}
    sections: list[Section] = []
    taken: set[str] = {question.name for _, _, question in found}
    for group, _row, question in found:
        if sections and sections[-1].labels.get("zh", "") == group:
            sections[-1] = Section(sections[-1].name, sections[-1].labels, (*sections[-1].questions, question))
            continue
        before = old.pop(group, None) if group else None
        name = (
            before.name
            if before
            else next(n for k in range(1, 999) if (n := f"group{k}") not in taken)
            if group
            else ""
        )
        taken.add(name)
        labels = before.labels if before else {"zh": group} if group else {}
        sections.append(Section(name, labels, (question,)))
    return tuple(sections)


def is_plain(sheets: Mapping[str, Cells]) -> bool:
    """Whether the workbook is a plain sheet: one of its sheets has the headings, and none is called survey."""
    return "survey" not in {name.strip().lower() for name in sheets} and any(
        _heading_row(cells) is not None for cells in sheets.values()
    )


def _heading_row(cells: Cells) -> int | None:
    """Where the headings stand: clerks write a title above them."""
    for number, line in enumerate(cells[:10]):
        headings = {_heading(cell) for cell in line}
        if {QUESTION, TYPE} <= headings:
            return number
    return None


def _heading(cell: object) -> str:
    return "".join(unicodedata.normalize("NFKC", text_of(cell)).split())


def _sheet(name: str, cells: Cells, top: int) -> Sheet:
    """The sheet from its headings on, its rows numbered as Excel shows them."""
    sheet = sheet_of(name, [[_heading(cell) for cell in cells[top]], *cells[top + 1 :]])
    return replace(sheet, rows=tuple(replace(row, number=row.number + top) for row in sheet.rows))


def read_plain(
    sheets: Mapping[str, Cells],
    *,
    id: str,
    version: str,
    title: str,
    present: Form | None = None,
    others: Sequence[Form] = (),
) -> Form:
    """The form that a plain sheet describes. Raises FormRefused with every fault found.

    Parameters: `present` is the form that it was edited from, from which codes, translations and pictures go on;
    `others` are forms of the same sort, in which the same answers have codes already.
    """
    name = next(name for name, cells in sheets.items() if _heading_row(cells) is not None)
    plain_sheet = Plain(present, others)
    sheet = _sheet(name, sheets[name], _heading_row(sheets[name]) or 0)
    found = plain_sheet.survey(sheet)
    sections = sections_of(found, present)
    faults = plain_sheet.faults
    if not faults and not any(question.takes_answer for _, _, question in found):
        faults.append(sheet.fault(QUESTION, "一道题也没有。", "请填写题目。"))
    said = None
    if FINDINGS in sheets and sheets[FINDINGS] and not faults:
        said = rules.read_rules(_sheet(FINDINGS, sheets[FINDINGS], 0), sections, faults)
    if faults:
        raise FormRefused(faults)
    return Form(id, version, title, present.languages if present else ("zh",), sections, said or None)
