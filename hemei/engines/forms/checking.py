"""What an expression gives, found out at upload: its names are looked up and its kinds held against each other."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from hemei.engines.forms.expressions import Ast, Expression, as_xpath
from hemei.engines.forms.faults import listed
from hemei.engines.forms.form import Kind, Question
from hemei.engines.forms.parsing import Unknown, Unreadable, parse
from hemei.engines.forms.patterns import checked


class Gives(StrEnum):
    """What an expression, or the answer to a question, is to the others around it."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    TRUTH = "truth"
    CHOICE = "choice"
    CHOICES = "choices"
    EMPTY = "empty"


OF_KIND = {
    Kind.TEXT: Gives.TEXT,
    Kind.IMAGE: Gives.TEXT,
    Kind.GEOPOINT: Gives.TEXT,
    Kind.INTEGER: Gives.NUMBER,
    Kind.DECIMAL: Gives.NUMBER,
    Kind.DATE: Gives.DAY,
    Kind.SELECT_ONE: Gives.CHOICE,
    Kind.SELECT_MULTIPLE: Gives.CHOICES,
}
T, N, D, B, ANY = Gives.TEXT, Gives.NUMBER, Gives.DAY, Gives.TRUTH, None
SELECT, LIST, LITERAL, PATTERN = "select", "list", "literal", "pattern"


@dataclass(frozen=True)
class Function:
    """What a function takes, by argument (the last one for all further ones), how many at least, and what it gives."""

    takes: tuple[Gives | str | None, ...]
    gives: Gives | None  # None: what its arguments give
    least: int
    most: int


FUNCTIONS: Mapping[str, Function] = {
    "true": Function((), B, 0, 0),
    "false": Function((), B, 0, 0),
    "not": Function((B,), B, 1, 1),
    "boolean": Function((ANY,), B, 1, 1),
    "if": Function((B, ANY, ANY), None, 3, 3),
    "coalesce": Function((ANY,), None, 2, 2),
    "once": Function((ANY,), None, 1, 1),
    "number": Function((ANY,), N, 1, 1),
    "int": Function((N,), N, 1, 1),
    "round": Function((N, N), N, 1, 2),
    "abs": Function((N,), N, 1, 1),
    "pow": Function((N,), N, 2, 2),
    "string": Function((ANY,), T, 1, 1),
    "string-length": Function((ANY,), N, 1, 1),
    "concat": Function((ANY,), T, 1, 20),
    "contains": Function((ANY,), B, 2, 2),
    "starts-with": Function((ANY,), B, 2, 2),
    "ends-with": Function((ANY,), B, 2, 2),
    "substr": Function((ANY, N, N), T, 2, 3),
    "normalize-space": Function((ANY,), T, 1, 1),
    "regex": Function((ANY, PATTERN), B, 2, 2),
    "selected": Function((SELECT, ANY), B, 2, 2),
    "selected-at": Function((SELECT, N), T, 2, 2),
    "count-selected": Function((SELECT,), N, 1, 1),
    "today": Function((), D, 0, 0),
    "now": Function((), D, 0, 0),
    "date": Function((ANY,), D, 1, 1),
    "format-date": Function((D, LITERAL), T, 2, 2),
    "count": Function((LIST,), N, 1, 1),
    "count-non-empty": Function((LIST,), N, 1, 1),
    "sum": Function((LIST,), N, 1, 1),
    "min": Function((N,), N, 1, 20),
    "max": Function((N,), N, 1, 20),
}
FOLDING = ("count", "count-non-empty", "sum", "min", "max")
SAID = {
    Gives.TEXT: "文字",
    Gives.NUMBER: "数字",
    Gives.DAY: "日期",
    Gives.TRUTH: "是否成立",
    Gives.CHOICE: "选项",
    Gives.CHOICES: "多个选项",
    Gives.EMPTY: "空",
}
NUMERAL = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)")
FORMATS = re.compile(r"(?:%[YymndeHM]|[^%])*")


class Follows(Unreadable):
    """Nothing can be said of an expression: what it asks for was refused where it stands, and is told there."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "")


class OfRepeats(Unreadable):
    """What is wrong with an expression only as the repeats stand: where they begin and end may be what is wrong."""


@dataclass
class Names:
    """What an expression may ask for where it stands."""

    asked: Mapping[str, Question]  # before it
    repeat_of: Mapping[str, str]  # question → the repeat it stands in
    within: str = ""  # the repeat that the expression stands in
    coming: frozenset[str] = frozenset()  # names of the sheet that stand further down
    itself: Gives | None = None  # what `.` is; None where nothing is asked
    repeats: frozenset[str] = field(default_factory=frozenset)
    own: str = ""  # the name of the question that it belongs to
    doubtful: frozenset[str] = field(default_factory=frozenset)  # names of questions and repeats that were refused
    in_any: bool = False  # whether a choice told in a repeat may be asked for: it holds where one instance has it


def compiled(text: str, names: Names, wanted: Gives | None = None) -> tuple[Expression, Gives]:
    """The expression and what it gives. Raises Unreadable for anything that is not as it should be."""
    ast, gives = _Checker(names).typed(parse(text))
    if wanted is Gives.TRUTH and gives is not Gives.TRUTH:
        shown = as_xpath(ast)
        mended = f"{shown} != ''" if ast[0] == "answer" else f"{shown} > 0" if gives is Gives.NUMBER else ""
        raise Unreadable(
            f"“{text}”得到的是{SAID[gives]}，不是成立与否。",
            f"请写成条件，例如 {mended}。" if mended else "请写成条件，例如 ${题目代码} = '选项代码'。",
        )
    return Expression(ast), gives


class _Checker:
    def __init__(self, names: Names) -> None:
        self.names = names

    def typed(self, ast: Ast) -> tuple[Ast, Gives]:
        match ast:
            case ("lit", str(text)):
                return ast, Gives.TEXT if text else Gives.EMPTY
            case ("lit", _):
                return ast, Gives.NUMBER
            case ("answer", name):
                return self.answer(name)
            case ("self",):
                return self.self()
            case ("position",):
                if not self.names.within:
                    raise OfRepeats("position(..) 只能用在 begin repeat 之内。", "请删去，或移到重复组里。")
                return ast, Gives.NUMBER
            case ("call", "neg", inner):
                return ("call", "neg", self.number(*self.typed(inner))), Gives.NUMBER
            case ("call", ("and" | "or") as operator, left, right):
                return ("call", operator, self.truth(left), self.truth(right)), Gives.TRUTH
            case ("call", "=", ("answer", name), ("lit", str(_))) if self.is_told_often(name):
                return self.in_any(name, ast[3]), Gives.TRUTH
            case ("call", ("=" | "!=") as operator, left, right):
                return self.equal(operator, self.typed(left), self.typed(right)), Gives.TRUTH
            case ("call", ("<" | "<=" | ">" | ">=") as operator, left, right):
                return self.ordered(operator, self.typed(left), self.typed(right)), Gives.TRUTH
            case ("call", ("+" | "-" | "*" | "div" | "mod") as operator, left, right):
                return ("call", operator, *(self.number(*self.typed(side)) for side in (left, right))), Gives.NUMBER
            case _:
                return self.function(ast[1], ast[2:])

    def self(self) -> tuple[Ast, Gives]:
        if self.names.itself is None:
            raise Unreadable("“.” 只能用在 constraint 列里。", "请用 ${题目代码} 写明是哪一题。")
        return _as_itself(("self",), self.names.itself)

    def answer(self, name: str) -> tuple[Ast, Gives]:
        if name in self.names.doubtful:
            raise Follows(name)
        question = self.names.asked.get(name)
        if question is None:
            raise self.unknown(name)
        if not question.takes_answer:
            raise Unreadable(f"“{name}”是一段说明，没有答案。", "请改为别的题目代码。")
        repeat = self.names.repeat_of.get(name, "")
        if repeat and repeat != self.names.within:
            problem = f"“{name}”在重复组“{repeat}”里，有好几个答案。"
            if self.is_told_often(name):
                raise OfRepeats(problem, "请写等于哪个选项：有一项是它就算。")
            raise OfRepeats(problem, f"请用 count(${{{name}}})、sum(${{{name}}})、min 或 max 汇总。")
        return _as_itself(("answer", name), gives_of(question))

    def is_told_often(self, name: str) -> bool:
        """Whether it is a choice in a repeat, where such may be asked for."""
        question, repeat = self.names.asked.get(name), self.names.repeat_of.get(name, "")
        return self.names.in_any and bool(question and question.choices and repeat and repeat != self.names.within)

    def in_any(self, name: str, chosen: Ast) -> Ast:
        """That it was chosen in one instance at least."""
        self.choice(("answer", name), chosen)
        return ("call", "selected", ("all", self.names.repeat_of[name], name), chosen)

    def unknown(self, name: str) -> Unknown:
        if name == self.names.own:
            return Unknown(
                f"“{name}”引用了它自己。", "请改为别的题目代码；constraint 列里引用本题的答案写英文句点 . 。"
            )
        if name in self.names.coming:
            return Unknown(f"条件里的“{name}”不是前面的题目，它排在后面。", "请把它移到前面；条件只能用排在前面的题。")
        near = difflib.get_close_matches(name, self.names.asked, 1)
        hint = f"是不是 ${{{near[0]}}}？" if near else ""
        return Unknown(f"条件里的“{name}”不是前面的题目。", f"请核对题目代码；条件只能用排在前面的题。{hint}")

    def truth(self, ast: Ast) -> Ast:
        made, gives = self.typed(ast)
        if gives is not Gives.TRUTH:
            raise Unreadable(
                f"“{as_xpath(ast)}”得到的是{SAID[gives]}，不是成立与否。", f"请写成条件，例如 {as_xpath(ast)} != ''。"
            )
        return made

    def number(self, ast: Ast, gives: Gives) -> Ast:
        if gives in (Gives.NUMBER, Gives.DAY) or self.is_numeral(ast, gives):
            return ast
        shown = as_xpath(ast)
        remedy = "请改为数字。" if ast[0] == "lit" else f"如果答案确是数字，请写 number({shown})。"
        raise Unreadable(f"“{shown}”是{SAID[gives]}，不能计算或比大小。", remedy)

    def is_numeral(self, ast: Ast, gives: Gives) -> bool:
        """A number in quotes, or a choice whose names are all numbers."""
        if ast[0] == "lit":
            return gives is Gives.TEXT and NUMERAL.fullmatch(ast[1]) is not None
        if gives is Gives.CHOICE and ast[0] == "answer":
            return all(NUMERAL.fullmatch(choice.name) for choice in self.names.asked[ast[1]].choices)
        return False

    def equal(self, operator: str, left: tuple[Ast, Gives], right: tuple[Ast, Gives]) -> Ast:
        for (one, gives), (other, others) in ((left, right), (right, left)):
            if gives is Gives.CHOICES and others is not Gives.EMPTY:
                shown = f"selected({as_xpath(one)}, {as_xpath(other)})"
                shown = shown if operator == "=" else f"not({shown})"
                raise Unreadable(f"“{as_xpath(one)}”是多选题，不能直接比较。", f"请改为 {shown}。")
            if gives is Gives.CHOICE and other[0] == "lit":
                self.choice(one, other)
            if gives is Gives.NUMBER and others is Gives.TEXT and other[0] == "lit" and not NUMERAL.fullmatch(other[1]):
                raise Unreadable(f"“{as_xpath(one)}”是数字，“{other[1]}”不是。", "请改为数字，不加引号。")
        return ("call", operator, *_days(left, right))

    def choice(self, ast: Ast, literal: Ast) -> None:
        """A choice that the question does not have can never be its answer."""
        question = self.names.asked.get(ast[1] if ast[0] == "answer" else self.names.own)
        named = str(literal[1])
        if question is None or not question.choices or not named or named in question.choice_names:
            return
        shown = listed(choice.name for choice in question.choices if choice.name)
        raise Unreadable(f"“{question.name}”没有选项“{named}”。", f"请改为 {shown} 之一。")

    def ordered(self, operator: str, left: tuple[Ast, Gives], right: tuple[Ast, Gives]) -> Ast:
        one, other = _days(left, right)
        if Gives.DAY in (left[1], right[1]):
            return ("call", operator, one, other)
        return ("call", operator, self.number(one, left[1]), self.number(other, right[1]))

    def function(self, name: str, arguments: Sequence[Ast]) -> tuple[Ast, Gives]:
        function = FUNCTIONS.get(name)
        if function is None:
            near = difflib.get_close_matches(name.lower(), FUNCTIONS, 1)
            known = f"是不是 {near[0]}()？" if near else ""
            raise Unreadable(f"没有函数“{name}”。", f"{known}能用的有：{'、'.join(FUNCTIONS)}、position(..)。")
        if not function.least <= len(arguments) <= function.most:
            many = f"{function.least}" + (f" 到 {function.most}" if function.most > function.least else "")
            raise Unreadable(f"函数 {name} 要有 {many} 个参数，这里写了 {len(arguments)} 个。", "请补上或删去参数。")
        of_choice = name == "selected" and [one[0] for one in arguments] == ["answer", "lit"]
        if of_choice and self.is_told_often(arguments[0][1]):
            return self.in_any(arguments[0][1], arguments[1]), Gives.TRUTH
        if name in FOLDING and (folded := self.folded(name, arguments)):
            return folded
        made = [
            self.argument(name, function.takes[min(k, len(function.takes) - 1)], argument)
            for k, argument in enumerate(arguments)
        ]
        if name == "selected" and made[1][0][0] == "lit":
            self.choice(made[0][0], made[1][0])
        gives = function.gives or _same([kind for _, kind in made[1 if name == "if" else 0 :]])
        if name == "date" and made[0][1] is Gives.DAY:
            return made[0]
        if name == "number" and made[0][0][:2] == ("call", "boolean") and made[0][0][2][:2] == ("call", "number"):
            return made[0][0][2], Gives.NUMBER  # yes or no that is stored as a number, asked for as one
        return ("call", name, *(argument for argument, _ in made)), gives

    def folded(self, name: str, arguments: Sequence[Ast]) -> tuple[Ast, Gives] | None:
        """A function over all instances of a repeat; None where it is asked about single values."""
        asked = arguments[0][1] if len(arguments) == 1 and arguments[0][0] == "answer" else ""
        if asked in self.names.doubtful:
            raise Follows(asked)
        if asked in self.names.repeats and name == "count" and asked != self.names.within:
            return ("call", name, ("instances", asked)), Gives.NUMBER
        question, repeat = self.names.asked.get(asked), self.names.repeat_of.get(asked, "")
        if question and repeat and repeat != self.names.within:
            gives = gives_of(question)
            if not name.startswith("count") and gives is not Gives.NUMBER:
                raise Unreadable(f"“{asked}”是{SAID[gives]}，不能用 {name} 汇总。", "请改用 count，或改为数字题。")
            return ("call", name, ("all", repeat, asked)), Gives.NUMBER
        if name in ("min", "max"):
            return None
        if asked and asked not in self.names.repeats and question is None:
            raise self.unknown(asked)
        raise OfRepeats(f"{name} 要汇总前面一个重复组里的题。", "请写 begin repeat 里那一题的 ${题目代码}。")

    def argument(self, name: str, takes: Gives | str | None, ast: Ast) -> tuple[Ast, Gives]:
        made, gives = self.typed(ast)
        if takes in (LITERAL, PATTERN) and made[0] != "lit":
            raise Unreadable(f"函数 {name} 的第二个参数要直接写在引号里。", "请写成引号里的文字。")
        if takes == PATTERN:
            return ("lit", checked(str(made[1]))), gives
        if takes == LITERAL and not FORMATS.fullmatch(str(made[1])):
            raise Unreadable(f"日期格式“{made[1]}”不能用。", "可用 %Y、%y、%m、%n、%d、%e，例如 '%Y-%m-%d'。")
        if takes == SELECT and gives not in (Gives.CHOICE, Gives.CHOICES):
            raise Unreadable(f"“{as_xpath(made)}”不是选择题，不能用 {name}。", "请改为单选题或多选题的代码。")
        if takes is Gives.NUMBER:
            return self.number(made, gives), gives
        if takes is Gives.TRUTH:
            return self.truth(ast), gives
        if takes is Gives.DAY and gives is not Gives.DAY:
            raise Unreadable(f"“{as_xpath(made)}”不是日期。", f"请写 date({as_xpath(made)})。")
        return made, gives


def gives_of(question: Question) -> Gives:
    """What the answer is; of a calculation that cannot be read nothing is known, so that it counts as a text."""
    return Gives(question.gives) if question.gives else OF_KIND.get(question.kind, Gives.TEXT)


def _as_itself(ast: Ast, gives: Gives) -> tuple[Ast, Gives]:
    """Answers are stored as JSON has them: a date is told apart from a text by saying so, as is yes or no."""
    if gives is Gives.DAY:
        return ("call", "date", ast), gives
    if gives is Gives.TRUTH:
        return ("call", "boolean", ("call", "number", ast)), gives
    return ast, gives


def _days(left: tuple[Ast, Gives], right: tuple[Ast, Gives]) -> tuple[Ast, Ast]:
    """Both sides; a date written as text beside a date is one."""
    sides = []
    for (ast, gives), (other, others) in ((left, right), (right, left)):
        if others is Gives.DAY and gives is Gives.TEXT and ast[0] == "lit":
            try:
                date.fromisoformat(ast[1])
            except ValueError:
                raise Unreadable(f"“{as_xpath(other)}”是日期，“{ast[1]}”不是。", "请写成 '2026-11-03' 这样。") from None
            ast = ("call", "date", ast)
        elif others is Gives.DAY and gives in (Gives.TEXT, Gives.CHOICE, Gives.CHOICES, Gives.TRUTH):
            raise Unreadable(f"“{as_xpath(other)}”是日期，“{as_xpath(ast)}”不是。", f"请写 date({as_xpath(ast)})。")
        sides.append(ast)
    return sides[0], sides[1]


def _same(kinds: Sequence[Gives]) -> Gives:
    """What gives either of these gives."""
    filled = {kind for kind in kinds if kind is not Gives.EMPTY}
    return filled.pop() if len(filled) == 1 else Gives.TEXT if filled else Gives.EMPTY
