"""The rows of a plain sheet, 题目, 类型, 选项, 必填, 何时问, 提示 and more: one question each.

What a question is called by in rules, drawings and other languages goes on from the form it was edited from: by the
code in the last column, which Excel shows and nobody need write.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from hemei.engines.forms.checking import Follows, Gives, Names, OfRepeats, gives_of
from hemei.engines.forms.expressions import NAME, Ast, Expression, is_ours
from hemei.engines.forms.faults import Fault, listed
from hemei.engines.forms.form import LONGEST_TEXT, MOST_CHOICES, Choice, Form, Kind, Question, Section, Texts
from hemei.engines.forms.limits import impossible, limit_words, limit_xpath, what
from hemei.engines.forms.parsing import Unreadable
from hemei.engines.forms.plainwords import (
    ALSO,
    CHOICES,
    CODE,
    COLUMNS,
    GROUP,
    HINT,
    INSTEAD,
    LENGTH,
    MEANT,
    OF_CHOICES,
    PICTURE,
    QUESTION,
    RANGE,
    RECKONED,
    REMARKS,
    REPEATED,
    REQUIRED,
    SAID,
    TYPE,
    TYPES,
    UNGROUPED,
    WHEN,
)
from hemei.engines.forms.reckoning import calculation_xpath, in_sheet_words
from hemei.engines.forms.senseless import a_bare_day, senseless
from hemei.engines.forms.words import Words, plain
from hemei.engines.forms.words_or_xpath import understood
from hemei.engines.forms.workbook import Row, Sheet, not_a_day, not_merged

RECKONABLE = (Gives.NUMBER, Gives.DAY, Gives.TRUTH)
BETWEEN = re.compile(r"[;；\n|]+")
PICTURED = re.compile("[=＝:：](?=[^=＝:：]*$)")  # between a choice and its picture


@dataclass
class _Group:
    """Questions that stand together; `repeat` is its name where it is filled in several times."""

    label: str
    repeat: str = ""
    questions: list[Question] = field(default_factory=list)


class Plain:
    """Reads the rows in order, keeping the questions that later conditions may name."""

    def __init__(self, present: Form | None, others: Sequence[Form], faults: list[Fault]) -> None:
        self.present = present  # the form that is being changed
        self.others = others  # of the same sort: answers that are called alike keep the codes they have there
        self.faults = faults
        self.asked: dict[str, Question] = {}
        self.words = Words({})
        self.doubtful: set[str] = set()  # codes of what was refused: what follows from that is not told once more
        self.misnamed = False  # whether there is a column that is not known, which may be one that is missing
        self.unbalanced = False  # whether what repeats is in doubt
        self.of_repeats: list[Fault] = []  # faults that may follow from that
        self.repeat_of: dict[str, str] = {}
        self.repeats: dict[str, str] = {}  # name by label
        self.groups = [_Group("")]

    def sections_of(self, sheet: Sheet) -> tuple[Section, ...]:
        self.columns(sheet)
        coming = {plain(row.get(QUESTION)): row.number for row in reversed(sheet.rows)}
        for row in sheet.rows:
            self.words.row = row.number
            self.words.coming = {label: at for label, at in coming.items() if at >= row.number}
            if row.unread & {GROUP, REPEATED}:
                self.unbalanced = True
            else:
                self.group(row)
            if row.unread & {QUESTION, TYPE, CHOICES, CODE, RECKONED}:
                self.refused(row)
                continue
            if row.get(QUESTION) or row.get(TYPE) or row.get(RECKONED):
                self.question(row)
            elif stray := next((heading for heading in COLUMNS[1:] if heading != REPEATED and row.get(heading)), ""):
                problem = f"这一行没有题目和类型，却写了{stray}。"
                self.fault(row, stray, problem, "几个选项请写在同一格里，用“；”隔开；多余的请清空。")
        if self.unbalanced:
            self.faults[:] = [fault for fault in self.faults if fault not in self.of_repeats]
        if not self.faults and not any(question.takes_answer and question.is_shown for question in self.asked.values()):
            self.faults.append(sheet.fault(QUESTION, "一道题也没有。", "请填写题目。"))
        return tuple(self.named_sections())

    def columns(self, sheet: Sheet) -> None:
        """An unknown column is the clerk's own only where it is called so: a slip would lose what stands in it."""
        self.faults += not_merged(sheet, (GROUP, TYPE, *REMARKS))
        self.faults += not_a_day(sheet, REMARKS)
        self.faults += sheet.faults
        self.misnamed = sheet.unheaded
        for heading in (one for one in sheet.letters if one not in (*COLUMNS, *REMARKS)):
            if filled := next((row for row in sheet.rows if row.get(heading)), None):
                near = MEANT.get(heading) or next(iter(difflib.get_close_matches(heading, COLUMNS, 1, 0.4)), "")
                remedy = f"请改为“{near}”，或清空这一列。" if near else "请清空这一列，或把列名改为“备注”。"
                self.fault(filled, heading, f"不认识“{heading}”这一列。", f"{remedy}可用的列：{'、'.join(COLUMNS)}。")
                self.misnamed = True

    def group(self, row: Row) -> None:
        """Where the row stands: under a new heading or the last one."""
        label = clean(row.get(GROUP))
        repeated = SAID.get(clean(row.get(REPEATED)).lower())
        before = len(self.faults)
        if repeated is None:
            problem = f"重复填写一栏写的是“{row.get(REPEATED)}”。"
            self.fault(row, REPEATED, problem, "整组要填几遍的，请在该组第一行写 是，否则留空。")
        named = "" if label == UNGROUPED else label
        if label and named != self.groups[-1].label:
            if repeated and named in self.repeats:  # a sum over it would not know of which
                self.fault(row, GROUP, f"重复填写的分组“{named}”出现了两次。", "请把同组的题放在一起，或换一个名称。")
            self.groups.append(_Group(named, self.repeat(named) if repeated and named else ""))
        last = self.groups[-1]
        if repeated and not last.label:
            self.fault(row, REPEATED, "重复填写的题没有分组。", "请在分组一栏写每一遍填的是什么，例如：每一间房。")
        elif repeated and not last.repeat:
            self.fault(row, REPEATED, f"分组“{last.label}”的第一行没有写重复填写。", "请在该组第一行写 是。")
        elif row.get(REPEATED) and not repeated and last.repeat:
            self.fault(row, REPEATED, f"分组“{last.label}”整组重复填写。", "不重复的题请另起一个分组。")
        self.unbalanced |= len(self.faults) > before

    def repeat(self, label: str) -> str:
        """What the repeat of that heading is called: as at present, else anew."""
        old = [
            s.name for s in (self.present.sections if self.present else ()) if s.repeat and s.labels.get("zh") == label
        ]
        taken = {*self.repeats.values(), *self.asked, *(self.present.by_name if self.present else ())}
        free = (name for k in range(1, 10_000) if (name := f"repeat{k}") not in taken)
        self.repeats[label] = name = next((one for one in old if one not in taken), "") or next(free)
        return name

    def named_sections(self) -> Iterator[Section]:
        """The groups; one keeps its name where it has one already."""
        old = {section.labels.get("zh", ""): section for section in (self.present.sections if self.present else ())}
        taken = {*self.asked, *self.repeats.values()}
        for group in (group for group in self.groups if group.questions):
            before = old.pop(group.label, None) if group.label else None
            free = (name for k in range(1, 10_000) if (name := f"group{k}") not in taken)
            name = group.repeat or (
                before.name if before and before.name not in taken else next(free) if group.label else ""
            )
            taken.add(name)
            labels = before.labels if before else {"zh": group.label} if group.label else {}
            relevant = common_condition(group.questions) if group.repeat else None
            yield Section(name, labels, tuple(group.questions), relevant, bool(group.repeat))

    def question(self, row: Row) -> None:
        said = clean(row.get(TYPE)) or ("自动计算" if row.get(RECKONED) else "")
        said = "".join(said.split())
        word = ALSO.get(said.lower(), said)
        kind = TYPES.get(word)
        if kind is None:
            problem = f"还不支持类型“{word}”。" if word else "没有写类型。"
            self.fault(row, TYPE, problem, self.which_type(row, word))
            self.refused(row)
            return
        label = clean(row.get(QUESTION))
        if not label:
            self.fault(row, QUESTION, "题目没有文字。", "请填写题目。")
            self.words.nameless = True
        for heading in (heading for heading in (GROUP, QUESTION, CHOICES, HINT) if "${" in row.get(heading)):
            self.fault(row, heading, "文字里还不能引用别的题的答案。", "请去掉 ${…}，改写成固定的文字。")
        for heading in (heading for heading in (GROUP, QUESTION, HINT) if len(row.get(heading)) > LONGEST_TEXT):
            self.fault(row, heading, f"文字太长，最多 {LONGEST_TEXT} 字。", "请写短一些。")
        before = self.before(row, label)
        question = Question(
            name=self.name(row, before),
            kind=kind,
            labels=kept(before.labels if before else {}, label),
            hints=kept(before.hints if before else {}, clean(row.get(HINT))),
            required=self.required(row, kind),
            choices=self.pictured(row, tuple(self.choices(row, kind, before))),
            picture=clean(row.get(PICTURE)) if PICTURE in row.letters else before.picture if before else "",
        )
        if kind is Kind.CALCULATE and row.get(PICTURE):
            self.fault(row, PICTURE, "自动计算的题不显示，不能配图。", "请清空这一格。")
        if kind is Kind.CALCULATE and before and not before.labels and label == before.name:
            question = replace(question, labels={})  # it had no words before
        if row.get(WHEN):
            question = replace(question, relevant=self.when(row, question))
        self.add(self.limited(row, self.reckoned(row, question), before))

    def which_type(self, row: Row, word: str) -> str:
        """What to write instead, as far as that can be guessed."""
        listed = f"请从下拉里选：{'、'.join(TYPES)}。"
        bare = re.sub(r"\(.*\)", "", unicodedata.normalize("NFKC", word))
        if bare != word and ALSO.get(bare, bare) in TYPES:
            return f"请改为 {ALSO.get(bare, bare)}，括号里的话写到题目或提示里。"
        if meant := INSTEAD.get(word):
            return f"请改为 {meant}。{listed}"
        if not word and TYPE in row.covered:
            return listed + "和上一行合并的单元格请取消合并。"
        if not word and set(row.texts) <= {QUESTION, *REMARKS}:
            return listed + "不是题目的，小标题请写在分组一栏，注请写到别的工作表。"
        return listed

    def refused(self, row: Row) -> None:
        """Conditions may name the question all the same, by its words or by its code."""
        self.words.nameless |= not row.get(QUESTION)
        if before := self.before(row, clean(row.get(QUESTION))):
            self.doubtful.add(before.name)
        self.words.doubtful |= {plain(row.get(QUESTION)), clean(row.get(CODE))} - {""}
        self.doubtful |= {clean(row.get(CODE))} - {""}

    def add(self, question: Question) -> None:
        self.asked[question.name] = question
        self.words.add(question)
        self.repeat_of[question.name] = self.groups[-1].repeat
        self.groups[-1].questions.append(question)

    def required(self, row: Row, kind: Kind) -> bool:
        said = SAID.get(clean(row.get(REQUIRED)).lower())
        if said is None:
            self.fault(row, REQUIRED, f"必填一栏写的是“{row.get(REQUIRED)}”。", "必填请选 是，不必填请留空。")
        if said and kind in (Kind.NOTE, Kind.CALCULATE):
            named = "说明" if kind is Kind.NOTE else "自动计算的题"
            self.fault(row, REQUIRED, f"{named}没有人来回答，不能必填。", "请清空这一格。")
        return bool(said) and kind not in (Kind.NOTE, Kind.CALCULATE)

    def when(self, row: Row, question: Question) -> Expression | None:
        """The condition; it can only ask for what stands before it."""
        return self.compiled(row, WHEN, self.words.xpath, self.names(question), Gives.TRUTH)[0]

    def limited(self, row: Row, question: Question, before: Question | None) -> Question:
        """The question with what its answer is held against; a sheet without these columns leaves that as it is."""
        same = before if before and before.kind is question.kind else None
        if RANGE not in row.letters and LENGTH not in row.letters:
            if same is None:
                return question
            return replace(question, constraint=same.constraint, constraint_messages=same.constraint_messages)
        of, constraint = what(question), None
        for heading in (one for one in (RANGE, LENGTH) if row.get(one)):
            words = of if (of == LENGTH) == (heading == LENGTH) else ""
            if question.kind in (Kind.NOTE, Kind.CALCULATE):
                self.fault(row, heading, "没有人来回答的题，不能限制答案。", "请清空这一格。")
            elif (read := self.limit(row, heading, question, words)) is not None:
                if impossible(read.ast, question):
                    problem = f"没有一个答案能符合“{row.get(heading)}”。"
                    self.fault(row, heading, problem, "请核对两头的数，小的写在前面。")
                constraint = read if constraint is None else constraint & read
        if constraint is None:
            return question
        if same and same.constraint == constraint:
            return replace(question, constraint=constraint, constraint_messages=same.constraint_messages)
        said = limit_words(constraint.ast, of) if of else None
        return replace(
            question, constraint=constraint, constraint_messages={"zh": f"{of}要求：{said}。"} if said else {}
        )

    def limit(self, row: Row, heading: str, question: Question, of: str) -> Expression | None:
        names = self.names(question, itself=gives_of(question))
        return self.compiled(row, heading, lambda text: limit_xpath(text, of), names, Gives.TRUTH)[0]

    def reckoned(self, row: Row, question: Question) -> Question:
        """The question with what it is calculated from."""
        if question.kind is not Kind.CALCULATE:
            if row.get(RECKONED):
                self.fault(row, RECKONED, "只有类型“自动计算”能有算式。", "请清空这一格，或把类型改为自动计算。")
            return question
        if not row.get(RECKONED):
            self.fault(row, RECKONED, "没有写怎样计算。", "请写算式，例如：长 × 宽。")
            self.refused(row)
            return question
        made, gives = self.compiled(
            row, RECKONED, lambda text: calculation_xpath(text, self.words, self.repeats), self.names(question), None
        )
        if made is None:
            self.refused(row)
        if made and gives is Gives.EMPTY:
            self.fault(row, RECKONED, "算出来总是空的。", "请改写算式。")
        return replace(question, calculation=made, gives=gives if gives in RECKONABLE else Gives.TEXT)

    def names(self, question: Question, itself: Gives | None = None) -> Names:
        within = self.groups[-1].repeat
        return Names(
            asked={**self.asked, question.name: question} if itself else self.asked,
            repeat_of={**self.repeat_of, question.name: within} if itself else self.repeat_of,
            within=within,
            itself=itself,
            repeats=frozenset(self.repeats.values()),
            own=question.name,
            doubtful=frozenset(self.doubtful),
        )

    def compiled(
        self, row: Row, heading: str, xpath: Callable[[str], str], names: Names, wanted: Gives | None
    ) -> tuple[Expression | None, Gives]:
        """What the cell says; a fault is noted where it cannot be read."""
        if heading in row.dated:
            return None, Gives.TEXT
        try:
            made, gives = understood(row.get(heading), xpath, names, wanted)
        except Follows:
            return None, Gives.TEXT
        except Unreadable as unread:
            said = unread
            if "${" not in row.get(heading):
                said = in_sheet_words(unread, self.words, self.repeats, condition=heading == WHEN)
            self.fault(row, heading, said.problem, said.remedy)
            self.of_repeats += self.faults[-1:] if isinstance(unread, OfRepeats) else []
            return None, Gives.TEXT
        if refused := senseless(made.ast, names.asked):
            refused = (
                refused
                if "${" in row.get(heading)
                else in_sheet_words(refused, self.words, self.repeats, condition=False)
            )
        elif "${" in row.get(heading):
            refused = a_bare_day(row.get(heading))
        if refused:
            self.fault(row, heading, refused.problem, refused.remedy)
        return made, gives

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
        if is_ours(code):
            self.fault(row, CODE, f"代码“{code}”系统自己用。", "请把代码留空，由系统编。")
        if code and code in self.asked:
            self.fault(row, CODE, f"代码“{code}”出现了两次。", "复制出来的新题请把代码留空，由系统编。")
        if code and (not NAME.fullmatch(code) or is_ours(code) or code in self.asked):
            self.refused(row)
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
        if CHOICES in row.dated:
            self.refused(row)
            return
        if len(labels) < (
            2 if kind is Kind.SELECT_ONE and (len(known) != 1 or set(map(plain, labels)) != known) else 1
        ):
            self.fault(row, CHOICES, "选项不足两个。", "请写全，用“；”隔开，例如：是；否；拿不准。")
            self.refused(row)
        if len(labels) > MOST_CHOICES or any(len(label) > LONGEST_TEXT for label in labels):
            problem = f"选项最多 {MOST_CHOICES} 个，每个最多 {LONGEST_TEXT} 字。"
            self.fault(row, CHOICES, problem, "请减少选项，或改成文字题。")
            self.refused(row)
            labels = labels[:MOST_CHOICES]
        if twice := [label for label, times in Counter(map(plain, labels)).items() if times > 1]:
            self.fault(row, CHOICES, f"有重复的选项：{listed(twice)}。", "请删去重复的。")
        yield from self.named(labels, before)

    def pictured(self, row: Row, choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
        """The choices with their pictures; a sheet without the column leaves those as they are."""
        if OF_CHOICES not in row.letters:
            return choices
        said: dict[str, str] = {}
        for part in filter(None, map(clean, BETWEEN.split(row.get(OF_CHOICES)))):
            label, name = map(str.strip, PICTURED.split(part)) if PICTURED.search(part) else (part, "")
            if plain(label) not in {plain(one.labels.get("zh", "")) for one in choices}:
                remedy = "请写成 选项=文件名，用“；”隔开，例如：明显=明显裂缝.jpg；轻微=轻微裂缝.jpg。"
                self.fault(row, OF_CHOICES, f"这道题没有选项“{label[:40]}”。", remedy)
            elif not name or plain(label) in said:
                problem = f"选项“{label[:40]}”写了两张图片。" if name else f"选项“{label[:40]}”没有写图片的文件名。"
                self.fault(row, OF_CHOICES, problem, "请每个选项写一个文件名，例如：明显=明显裂缝.jpg。")
            said.setdefault(plain(label), name)
        return tuple(replace(one, picture=said.get(plain(one.labels.get("zh", "")), "")) for one in choices)

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
        if self.misnamed and heading not in row.letters:
            return
        self.faults.append(row.fault(heading, problem, remedy))


def common_condition(questions: Sequence[Question]) -> Expression | None:
    """What every question of a repeat is asked under, which is then asked of the repeat as a whole."""
    asts = [question.relevant.ast if question.relevant else () for question in questions]
    first = asts[0]
    for candidate in (first, first[2] if first[:2] == ("call", "and") else ()):
        if (
            candidate
            and not _of_one_instance(candidate)
            and all(ast == candidate or ast[:3] == ("call", "and", candidate) for ast in asts)
        ):
            return Expression(candidate)
    return None


def _of_one_instance(ast: Ast) -> bool:
    """Whether it asks which instance it is in, which the repeat as a whole is not."""
    return ast[0] == "position" or any(isinstance(part, tuple) and _of_one_instance(part) for part in ast)


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
