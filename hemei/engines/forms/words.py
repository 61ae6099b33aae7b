"""Conditions in the words of the form, “墙体裂缝 = 明显 且 层数 > 2”, to XPath and back."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping

from hemei.engines.forms.checking import Follows
from hemei.engines.forms.expressions import BINDING, Ast, number_text
from hemei.engines.forms.faults import listed
from hemei.engines.forms.form import Kind, Question
from hemei.engines.forms.limits import BEFORE, DATE, iso
from hemei.engines.forms.parsing import LONGEST, Unknown, Unreadable, too_long

JOINED = {"且": "and", "并且": "and", "而且": "and", "或": "or", "或者": "or", "&&": "and", "||": "or"}
COMPARED = {"!=": "!=", "≠": "!=", "不是": "!=", ">=": ">=", "≥": ">=", "<=": "<=", "≤": "<="}
COMPARED |= {
    "大于等于": ">=",
    "小于等于": "<=",
    "大于": ">",
    "小于": "<",
    "不等于": "!=",
    "等于": "=",
    "==": "=",
    "=": "=",
    "是": "=",
    "为": "=",
    "选": "=",
    "选了": "=",
    "选择": "=",
    "没选": "!=",
    "不选": "!=",
    "不为": "!=",
    ">": ">",
    "<": "<",
}
COMPARED |= {word: sign for word, sign in BEFORE.items() if word not in COMPARED}
CONTAINS = ("不含", "包含", "含")
FILLED = {"已填": "!=", "未填": "=", "没填": "=", "已填写": "!=", "未填写": "=", "没有填": "=", "填了": "!="}
FILLED |= {"不为空": "!=", "非空": "!=", "为空": "="}
SHOWN = {"=": "=", "!=": "≠", ">": ">", ">=": "≥", "<": "<", "<=": "≤"}
SELECTS = (Kind.SELECT_ONE, Kind.SELECT_MULTIPLE)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
DAY = re.compile(DATE)
TODAY = "今天"
QUOTES = "“”\"'‘’《》「」『』【】"
ALWAYS = (
    *("总是", "总是问", "始终", "都问", "都要问", "每次", "每次都问", "是", "必问", "全部", "所有", "不限"),
    *("无", "无条件", "—", "——", "-", "/"),
)
UNITS = re.compile(r"[毫厘分千]?米|[mc]m|平方?米?|m2|㎡|年|岁|人|层|个|间|户|处|度|%|万?元|天|月")
DAYS = "例如：建成日期 < 2000-01-01、建成日期 晚于 今天。"
UNSAID = "要分情况问的，请把那一题改成单选题。"
EXAMPLE = "请写成“题目 = 选项”这样，例如：墙体裂缝 = 明显 且 层数 > 2。"


def plain(text: str) -> str:
    """A text as it is compared: half-width, without blanks, quotes and what ends a question."""
    return unicodedata.normalize("NFKC", text).strip().rstrip("?？:：。.").strip(QUOTES + " ")


class Words:
    """What the questions that may be named are called."""

    def __init__(self, asked: Mapping[str, Question], language: str = "zh") -> None:
        self.asked, self.language = dict[str, Question](), language
        self.named: dict[str, list[Question]] = {}
        self.doubtful = set[str]()  # how those are called that were refused
        self.nameless = False  # whether one was that has no words
        self.coming: Mapping[str, int] = {}  # how those are called that come later, and in which row
        self.row = 0  # that of the cell that is read
        for question in asked.values():
            self.add(question)

    def add(self, question: Question) -> None:
        """One more question that may be named."""
        self.asked[question.name] = question
        for name in {plain(self.label(question)), question.name}:
            if name:
                self.named.setdefault(name, []).append(question)

    def label(self, question: Question) -> str:
        return question.labels.get(self.language) or next(iter(question.labels.values()), question.name)

    def choice_named(self, question: Question, text: str) -> str | None:
        """The name of the choice that is called so."""
        wanted = plain(text)
        for choice in question.choices:
            if wanted in (plain(choice.labels.get(self.language, "")), choice.name):
                return choice.name
        return None

    def knows(self, text: str) -> bool:
        return len(self.named.get(plain(text), ())) == 1

    def question_named(self, text: str) -> Question:
        """The question that is called so. Raises Unreadable for none or several."""
        if plain(text) in self.doubtful:
            raise Follows(text)
        found = self.named.get(plain(text), [])
        if len(found) == 1:
            return found[0]
        if found:
            raise Unreadable(f"有 {len(found)} 道题都叫“{text}”。", f"请写代码：{'、'.join(q.name for q in found)}。")
        raise Unknown(f"前面没有叫“{text}”的题目。", "请照抄题目一栏的文字，条件只能用排在前面的题。")

    def xpath(self, text: str) -> str:
        """The condition as XPath; what is XPath already is left as it is. Raises Unreadable."""
        return text if "${" in text or "＄" in text else Reader(self, text).whole()

    def words(self, ast: Ast, around: int = 0) -> str | None:
        """The tree in words, or None where there are none for it."""
        match ast:
            case ("call", ("and" | "or") as joint, left, right):
                said = [self.words(left, BINDING[joint]), self.words(right, BINDING[joint] + 1)]
                if None in said:
                    return None
                made = f" {'且' if joint == 'and' else '或'} ".join(filter(None, said))
                return f"（{made}）" if BINDING[joint] < around else made
            case ("call", "not", ("call", "selected", *rest)):
                return self._contained(("call", "selected", *rest), "不含")
            case ("call", "selected", *_):
                return self._contained(ast, "含")
            case ("call", operator, left, right) if operator in SHOWN:
                return self._compared(operator, left, right)
        return None

    def _contained(self, ast: Ast, word: str) -> str | None:
        match ast:
            case ("call", "selected", ("answer", name) | ("all", _, name), ("lit", str(value))):
                return self._said(name, word, value)
        return None

    def _compared(self, operator: str, left: Ast, right: Ast) -> str | None:
        match left, right:
            case ((("answer", name) | ("call", "date", ("answer", name))), ("lit", "")):
                filled = {"!=": "已填", "=": "未填"}.get(operator)
                return f"{self.name(name)} {filled}" if filled else None
            case ("answer", name), ("lit", value):
                return self._said(name, SHOWN[operator], value)
            case ("call", "date", ("answer", name)), ("call", "date", ("lit", value)):
                return self._said(name, SHOWN[operator], value)
            case ("call", "date", ("answer", name)), ("call", "today") if name in self.asked:
                return f"{self.name(name)} {SHOWN[operator]} {TODAY}"
        return None

    def _said(self, name: str, word: str, value: str | float) -> str | None:
        question = self.asked.get(name)
        if question is None:
            return None
        shown = str(value) if isinstance(value, str) else number_text(value)
        if question.choices:
            labels = {choice.name: choice.labels.get(self.language, "") for choice in question.choices}
            shown = labels.get(shown) or shown
        elif question.kind is Kind.TEXT and isinstance(value, str):
            return None
        return f"{self.name(name)} {word} {shown}"

    def name(self, name: str) -> str:
        label = plain(self.label(self.asked[name])) if name in self.asked else name
        return label if len(self.named.get(label, ())) == 1 else name


class Reader:
    """Reads a condition from left to right."""

    def __init__(self, words: Words, text: str) -> None:
        if len(text) > LONGEST:
            raise too_long(text)
        self.words, self.shown = words, text
        self.text, self.at = unicodedata.normalize("NFKC", text).strip(), 0

    def whole(self) -> str:
        made = self.joined()
        if self.rest:
            raise self.unreadable()
        return made

    @property
    def rest(self) -> str:
        return self.text[self.at :].lstrip(" " + QUOTES)

    def unreadable(self) -> Unreadable:
        if not self.rest:
            return Unreadable(f"看不懂何时问“{self.shown}”：后面好像少写了什么。", EXAMPLE)
        if self.text[: self.at].rstrip()[-1:].isdigit() and UNITS.match(self.rest):
            return Unreadable(
                f"看不懂何时问“{self.shown}”：停在“{self.rest[:12]}”。", f"数字后面请不要写单位。{EXAMPLE}"
            )
        return Unreadable(f"看不懂何时问“{self.shown}”：停在“{self.rest[:12]}”。", EXAMPLE)

    def took(self, *words: str) -> str:
        """The first of the words that comes next, which is passed over; "" where none does."""
        rest = self.rest
        for word in sorted(words, key=len, reverse=True):
            if rest.startswith(word):
                self.at = len(self.text) - len(rest) + len(word)
                return word
        return ""

    def joined(self, depth: int = 0) -> str:
        if depth > 20:
            raise self.unreadable()
        parts = [self.single(depth)]
        while joint := self.took(*JOINED, "and", "or"):
            parts += [JOINED.get(joint, joint), self.single(depth)]
        return " ".join(parts)

    def single(self, depth: int) -> str:
        if self.took("("):
            inner = self.joined(depth + 1)
            if not self.took(")"):
                raise self.unreadable()
            return f"({inner})"
        question = self.question()
        if not self.is_choice_called(question, "空") and (filled := self.took(*FILLED)):
            return f"${{{question.name}}} {FILLED[filled]} ''"
        if contained := self.took(*CONTAINS):
            said = self.contained(question)
            return f"not({said})" if contained == "不含" else said
        operator = self.took(*COMPARED)
        if not operator:
            raise self.unreadable()
        values = [self.value(question)]
        if question.kind in SELECTS and COMPARED[operator] == "=":
            values += self.further(question)
        ways = [self.held_against(question, COMPARED[operator], value) for value in values]
        return ways[0] if len(ways) == 1 else f"({' or '.join(ways)})"

    def is_choice_called(self, question: Question, beginning: str) -> bool:
        """Whether “为空置” may be meant where “为空” stands."""
        return question.kind in SELECTS and any(one.startswith(beginning) for one in self.choices_of(question))

    def contained(self, question: Question) -> str:
        """“含 东墙”, “含 东墙 或 南墙” (one of them will do), “含 东墙 且 南墙” (all of them)."""
        said = [f"selected(${{{question.name}}}, {self.value(question)})"]
        called, joints = self.choices_of(question), list[str]()
        while True:
            before = self.at
            joint = self.took(*JOINED, "、", ",", "和", "及")
            chosen = self.took(*filter(None, called)) if joint and not self.begins_a_question() else ""
            if not chosen:
                self.at = before
                return said[0] if len(said) == 1 else f"({f' {joints[0]} '.join(said)})"
            joints.append(JOINED.get(joint, joint))
            said.append(f"selected(${{{question.name}}}, '{called[chosen]}')")
            if joints[-1] not in ("and", "or") or len(set(joints)) > 1:
                raise Unreadable(
                    f"看不懂何时问“{self.shown}”：分不清几个选项是都要有，还是有一个就算。",
                    "有一个就算的写“含 甲 或 乙”，都要有的写“含 甲 且 乙”。",
                )

    def begins_a_question(self) -> bool:
        return self.rest.startswith(tuple(self.words.named))

    def held_against(self, question: Question, operator: str, value: str) -> str:
        if question.kind is Kind.SELECT_MULTIPLE and operator in ("=", "!="):
            said = f"selected(${{{question.name}}}, {value})"
            return said if operator == "=" else f"not({said})"
        return f"${{{question.name}}} {operator} {value}"

    def further(self, question: Question) -> Iterator[str]:
        """More choices of the same question: “= 轻微、明显” or “= 轻微 或 明显”."""
        before = self.at
        while self.took("、", "或者", "或") and not self.begins_a_question():
            if not (chosen := self.took(*filter(None, self.choices_of(question)))):
                break
            yield f"'{self.choices_of(question)[chosen]}'"
            before = self.at
        self.at = before

    def choices_of(self, question: Question) -> dict[str, str]:
        """The names of its choices, by what they may be called."""
        called = {plain(c.labels.get(self.words.language, "")): c.name for c in question.choices}
        return called | {choice.name: choice.name for choice in question.choices}

    def question(self) -> Question:
        named = self.name_taken()
        if not named and self.rest.rstrip(QUOTES + "。") in ALWAYS:
            raise Unreadable(f"“{self.rest}”不是条件。", "总是要问的题，请清空这一格。")
        if not named:
            self.refuse_what_comes_later()
        if not named and self.words.nameless:
            raise Follows("")
        if not named:
            until = re.split(r"[=<>≠≥≤]|不是|是|含|已填|未填", self.rest)[0].strip()
            near = difflib.get_close_matches(until, self.words.named, 1)
            hint = f"是不是“{near[0]}”？" if near else ""
            remedy = f"请照抄题目一栏的文字，条件只能用排在前面的题。{hint}"
            raise Unknown(f"前面没有叫“{until[:30]}”的题目。", remedy)
        self.took("?", ":")
        return self.words.question_named(named)

    def refuse_what_comes_later(self) -> None:
        """Raises Unreadable where the question that is named stands further down, or is this one."""
        for label, row in sorted(self.words.coming.items(), key=lambda one: -len(one[0])):
            if label and self.rest.startswith(label):
                if row == self.words.row:
                    raise Unreadable(f"“{label}”就是这一题自己。", "请改为排在前面的题目。")
                raise Unreadable(
                    f"“{label}”排在后面，在第 {row} 行。", "只能用排在前面的题：请把那一行移到这一行上面。"
                )

    def name_taken(self) -> str:
        """The name that comes next, "" where none does. Raises Follows for that of a question that was refused."""
        named = self.took(*self.words.named, *self.words.doubtful)
        if named in self.words.doubtful:
            raise Follows(named)
        return named

    def value(self, question: Question) -> str:
        if question.kind in SELECTS:
            called = self.choices_of(question)
            if chosen := self.took(*filter(None, called)):
                return f"'{called[chosen]}'"
            if not question.choices:
                raise Unreadable(f"“{self.words.label(question)}”没有选项。", "请先写那一题的选项。")
            shown = listed(c.labels.get(self.words.language) or c.name for c in question.choices)
            raise Unreadable(f"“{self.words.label(question)}”没有选项“{self.rest[:12]}”。", f"请改为 {shown} 之一。")
        rest = self.rest
        if question.kind is Kind.DATE and self.took(TODAY):
            return "today()"
        if question.kind is Kind.DATE and (found := DAY.match(rest)):
            if day := iso(self.took(found[0])):
                return f"'{day}'"
            raise Unreadable(f"“{found[0]}”不是日期。", "没有这一天，请核对月和日。")
        if question.kind in (Kind.INTEGER, Kind.DECIMAL, Kind.CALCULATE) and (number := NUMBER.match(rest)):
            self.took(number[0])
            return number[0]
        if question.kind is Kind.NOTE:
            raise Unreadable(f"“{self.words.label(question)}”是一段说明，没有答案。", "请改为别的题目。")
        if question.kind in (Kind.TEXT, Kind.IMAGE, Kind.GEOPOINT):
            raise Unreadable(f"“{self.words.label(question)}”后面只能写“已填”或“未填”。", UNSAID)
        wanted = "日期，如 2026-11-03" if question.kind is Kind.DATE else "数字，或写“已填”“未填”"
        raise Unreadable(
            f"“{self.words.label(question)}”后面应是{wanted}。",
            DAYS if question.kind is Kind.DATE else EXAMPLE,
        )
