"""Calculations in the words of the form, “长 × 宽 ÷ 2”, “合计(面积)”, to XPath and back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from hemei.engines.forms.checking import Follows, Gives, gives_of
from hemei.engines.forms.expressions import Ast, number_text
from hemei.engines.forms.limits import iso
from hemei.engines.forms.parsing import Unknown, Unreadable
from hemei.engines.forms.words import NUMBER, QUOTES, TODAY, Reader, Words, plain

TERMS = {"+": "+", "加": "+", "-": "-", "−": "-", "减": "-"}
FACTORS = {"×": "*", "*": "*", "乘以": "*", "乘": "*", "÷": "div", "/": "div", "除以": "div"}
SHOWN = {"+": "+", "-": "-", "*": "×", "div": "÷"}
BINDING = {"+": 1, "-": 1, "*": 2, "div": 2}
FUNCTIONS = {
    "四舍五入": "round",
    "取整": "int",
    "最大": "max",
    "最小": "min",
    "绝对值": "abs",
    "选了几项": "count-selected",
    "连接": "concat",
}
OVER = {"合计": "sum", "求和": "sum", "次数": "count", "个数": "count", "最大": "max", "最小": "min"}
NAMED = {function: word for word, function in FUNCTIONS.items()} | {"sum": "合计", "count": "次数"}
DAY = re.compile(r"(?:19|20)\d\d(?:-\d{1,2}-\d{1,2}|年\d{1,2}月\d{1,2}日?)(?!\d)")  # 2026/1/2 is a division
FUNCTION = re.compile(rf"(?<![\w-])({'|'.join(sorted((*NAMED, 'if'), key=len, reverse=True))})(?![\w-])")
IN_A_SHEET = (
    (r"请写 begin repeat 里那一题的 \$\{题目代码\}[。]", "请写“重复填写”的分组里那一题，例如 合计(每间面积)。"),
    (r"如果答案确是数字，请写 number\(.*\)[。]", "请改用整数或小数的题。"),
)
OF_A_CONDITION = (r"请用 count\((.*?)\)、.*汇总[。]", r"请另加一道自动计算的题，写 sum(\1) 之类，这里用那一题。")
QUOTED = re.compile(rf"\s*[{QUOTES}]([^{QUOTES}]*)[{QUOTES}]")
LIKE = "请写成“长 × 宽”“(甲 + 乙) ÷ 2”“合计(每间面积)”“今天 - 建成日期”“如果(层数 > 2，“多层”，“平房”)”这样。"


def calculation_xpath(text: str, words: Words, repeats: Mapping[str, str]) -> str:
    """The calculation as XPath; what is XPath already is left as it is. Raises Unreadable.

    Parameters: `repeats` are the names of the repeats before it, by what they are called.
    """
    return text if "${" in text or "＄" in text else _Reckoner(words, text, repeats).all()


class _Reckoner(Reader):
    def __init__(self, words: Words, text: str, repeats: Mapping[str, str]) -> None:
        super().__init__(words, text)
        self.repeats = {plain(label): name for label, name in repeats.items()}

    def all(self) -> str:
        made = self.terms(0)
        if self.rest:
            raise self.unreadable()
        return made

    def unreadable(self) -> Unreadable:
        where = f"停在“{self.rest[:12]}”。" if self.rest else "后面好像少写了什么。"
        return Unreadable(f"看不懂自动计算“{self.shown}”：{where}", LIKE)

    def terms(self, depth: int) -> str:
        made = self.factors(depth)
        while operator := self.took(*TERMS):
            made = f"{made} {TERMS[operator]} {self.factors(depth)}"
        return made

    def factors(self, depth: int) -> str:
        made = self.factor(depth)
        while operator := self.took(*FACTORS):
            made = f"{made} {FACTORS[operator]} {self.factor(depth)}"
        return made

    def factor(self, depth: int) -> str:
        if depth > 20:
            raise self.unreadable()
        if (said := QUOTED.match(self.text, self.at)) and plain(said[1]) not in self.words.named:
            self.at = said.end()  # what is called so is the question, as it is in a condition
            return f"'{said[1]}'"
        if self.took("-"):
            return f"-{self.factor(depth + 1)}"
        if self.took("("):
            return f"({self.closed(self.terms(depth + 1))})"
        if named := self.name_taken():
            return f"${{{self.words.question_named(named).name}}}"
        if day := DAY.match(self.rest):
            if not (written := iso(self.took(day[0]))):
                raise Unreadable(f"“{day[0]}”不是日期。", "没有这一天，请核对月和日。")
            return f"date('{written}')"
        if number := NUMBER.match(self.rest):
            return self.took(number[0])
        if self.took(TODAY):
            return "today()"
        if self.took("如果("):
            return self.chosen(depth)
        if word := self.took(*(f"{word}(" for word in {**FUNCTIONS, **OVER})):
            return self.called(word[:-1], depth)
        self.refuse_what_comes_later()
        until = re.split(r"[-+*/×÷(),]", self.rest)[0].strip()
        if until and self.words.nameless:
            raise Follows("")
        if until:
            raise Unknown(f"前面没有叫“{until[:30]}”的题目。", "请照抄题目一栏的文字，只能用排在前面的题。" + LIKE)
        raise self.unreadable()

    def called(self, word: str, depth: int) -> str:
        if word in OVER and (group := self.took(*(f"{name})" for name in self.repeats))):
            return f"{OVER[word]}(${{{self.repeats[group[:-1]]}}})"
        arguments = [self.terms(depth + 1)]
        while self.took(","):
            arguments.append(self.terms(depth + 1))
        name = OVER.get(word) if len(arguments) == 1 and word in OVER else FUNCTIONS.get(word)
        return self.closed(f"{name or OVER[word]}({', '.join(arguments)}") + ")"

    def chosen(self, depth: int) -> str:
        """如果(条件，成立时，不成立时)."""
        parts = [self.joined(depth + 1)]
        while self.took(","):
            parts.append(self.terms(depth + 1))
        return self.closed(f"if({', '.join(parts)}") + ")"

    def closed(self, made: str) -> str:
        if not self.took(")"):
            raise self.unreadable()
        return made


def calculation_words(ast: Ast, words: Words, repeats: Mapping[str, str]) -> str | None:
    """The tree in words, or None where there are none for it. `repeats` are names by label, as they are read."""
    return _said(ast, words, {name: label for label, name in repeats.items()})


def _said(ast: Ast, words: Words, labels: Mapping[str, str], around: int = 0) -> str | None:
    match ast:
        case ("lit", int() | float() as number):
            return number_text(number)
        case ("lit", str(text)):
            return _quoted(text, words)
        case ("call", "date", ("lit", str(day))):
            return day
        case ("call", "date", ("answer", name)):
            return words.name(name) if name in words.asked and gives_of(words.asked[name]) is Gives.DAY else None
        case ("answer", name) | ("all", _, name):
            return words.name(name) if name in words.asked else None
        case ("instances", name):
            return labels.get(name)
        case ("call", "today"):
            return TODAY
        case ("call", "neg", inner):
            said = _said(inner, words, labels, 3)
            return said and f"-{said}"
        case ("call", operator, left, right) if operator in SHOWN:
            binding = BINDING[operator]
            sides = [_said(left, words, labels, binding), _said(right, words, labels, binding + 1)]
            if None in sides:
                return None
            made = f" {SHOWN[operator]} ".join(filter(None, sides))
            return f"({made})" if binding < around else made
        case ("call", "if", condition, yes, no):
            parts = [words.words(condition), _said(yes, words, labels), _said(no, words, labels)]
            return None if None in parts else f"如果({'，'.join(filter(None, parts))})"
        case ("call", name, *arguments) if name in NAMED:
            told = [_said(argument, words, labels) for argument in arguments]
            return None if None in told else f"{NAMED[name]}({'，'.join(filter(None, told))})"
    return None


def in_sheet_words(unread: Unreadable, words: Words, repeats: Mapping[str, str], *, condition: bool) -> Unreadable:
    """What is wrong with a cell that says it in words, without the codes and functions that were made of them."""
    labels = {name: label for label, name in repeats.items()}

    def called(name: str) -> str:
        return words.name(name) if name in words.asked else labels.get(name, name)

    def told(text: str) -> str:
        for written, instead in (*IN_A_SHEET, *((OF_A_CONDITION,) if condition else ())):
            text = re.sub(written, instead, text)
        text = re.sub(r"\$\{(\w+)\}", lambda found: called(found[1]), text)
        text = re.sub(r"“(\w+)”", lambda found: f"“{called(found[1])}”", text)
        return FUNCTION.sub(lambda found: (NAMED | {"if": "如果"})[found[0]], text)

    return Unreadable(told(unread.problem), told(unread.remedy))


def _quoted(text: str, words: Words) -> str | None:
    """A text in quotes; None where it would not be read as this one."""
    as_read = unicodedata.normalize("NFKC", text)
    taken = text != as_read or "${" in text or plain(text) in words.named or set(text) & set(QUOTES)
    return None if taken else f"“{text}”"
