"""Conditions in the words of the form, “墙体裂缝 = 明显 且 层数 > 2”, to XPath and back."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date

from hemei.engines.forms.checking import Follows
from hemei.engines.forms.expressions import BINDING, Ast, number_text
from hemei.engines.forms.faults import listed
from hemei.engines.forms.form import Kind, Question
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
CONTAINS = ("不含", "包含", "含")
FILLED = {"已填": "!=", "未填": "=", "没填": "="}
SHOWN = {"=": "=", "!=": "≠", ">": ">", ">=": "≥", "<": "<", "<=": "≤"}
SELECTS = (Kind.SELECT_ONE, Kind.SELECT_MULTIPLE)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
QUOTES = "“”\"'‘’《》「」"
ALWAYS = ("总是", "总是问", "始终", "都问", "每次", "每次都问", "是", "必问")
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
        if filled := self.took(*FILLED):
            return f"${{{question.name}}} {FILLED[filled]} ''"
        if contained := self.took(*CONTAINS):
            said = f"selected(${{{question.name}}}, {self.value(question)})"
            return f"not({said})" if contained == "不含" else said
        operator = self.took(*COMPARED)
        if not operator:
            raise self.unreadable()
        values = [self.value(question)]
        if question.kind in SELECTS and COMPARED[operator] == "=":
            values += self.further(question)
        ways = [self.held_against(question, COMPARED[operator], value) for value in values]
        return ways[0] if len(ways) == 1 else f"({' or '.join(ways)})"

    def held_against(self, question: Question, operator: str, value: str) -> str:
        if question.kind is Kind.SELECT_MULTIPLE and operator in ("=", "!="):
            said = f"selected(${{{question.name}}}, {value})"
            return said if operator == "=" else f"not({said})"
        return f"${{{question.name}}} {operator} {value}"

    def further(self, question: Question) -> Iterator[str]:
        """More choices of the same question: “= 轻微、明显” or “= 轻微 或 明显”."""
        before = self.at
        while self.took("、", "或者", "或") and not self.rest.startswith(tuple(self.words.named)):
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
        if question.kind is Kind.DATE and (found := DAY.match(rest)):
            self.took(found[0])
            try:
                return f"'{date.fromisoformat(found[0]).isoformat()}'"
            except ValueError:
                raise self.unreadable() from None
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
            EXAMPLE,
        )
