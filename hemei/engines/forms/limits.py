"""Limits of an answer in the words of officials, “1 到 30”, “不超过 200 字”, to XPath and back."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date

from hemei.engines.forms.expressions import Ast, number_text
from hemei.engines.forms.form import Kind, Question
from hemei.engines.forms.parsing import Unreadable

LEAST = ("不小于", "不少于", "不低于", "不早于", "至少", "最少", ">=", "≥")
MOST = ("不大于", "不多于", "不超过", "不高于", "不晚于", "至多", "最多", "<=", "≤")
ABOVE, BELOW = ("大于", "超过", "多于", "高于", "晚于", ">"), ("小于", "少于", "低于", "不满", "早于", "<")
BEFORE = dict.fromkeys(LEAST, ">=") | dict.fromkeys(MOST, "<=") | dict.fromkeys(ABOVE, ">")
BEFORE |= dict.fromkeys(BELOW, "<") | {"正好": "=", "等于": "="}
BEHIND = {"以上": ">=", "以下": "<=", "以内": "<="}
SAID = {">=": "不小于", "<=": "不超过", ">": "大于", "<": "小于", "=": "正好"}
SAID_OF_DAYS = {">=": "不早于", "<=": "不晚于", ">": "晚于", "<": "早于", "=": "正好"}
NUMBER = r"-?\d+(?:\.\d+)?"
DATE = r"(?:19|20)\d\d(?:-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\.\d{1,2}\.\d{1,2}|年\d{1,2}月\d{1,2}日?)(?!\d)"
DATE += r"|\d{4}-\d{2}-\d{2}"
DAY = f"{DATE}|今天"
UNIT = "个?[字位]"
BETWEEN = re.compile(r"(?:到|至|~|-|—|–)+")
JOINED = re.compile(r"[,;、]|并?且")
NUMBERS, DAYS = (Kind.INTEGER, Kind.DECIMAL), (Kind.DATE,)
EXAMPLES = {
    "数值": "请写成“1 到 30”“不小于 0”“大于 0，不超过 100”这样。",
    "日期": "请写成“2020-01-01 到 今天”“不晚于 今天”这样。",
    "字数": "请写成“最多 200”“5 到 50”“正好 11”“11 位数字”这样。",
    "项数": "请写成“最多 3 项”“1 到 3 项”“正好 2 项”这样。",
}
ITSELF = {"字数": "string-length(.)", "项数": "count-selected(.)"}
SIGNS = {"数字": "[0-9]", "字母或数字": "[0-9A-Za-z]"}  # of which a text is made: “18 位字母或数字”


def what(question: Question) -> str:
    """What of its answer is limited: 数值, 日期, 字数 or 项数; "" where nothing is that has words."""
    if question.kind in NUMBERS:
        return "数值"
    if question.kind is Kind.SELECT_MULTIPLE:
        return "项数"
    return "日期" if question.kind in DAYS else "字数" if question.kind is Kind.TEXT else ""


def limit_xpath(text: str, of: str) -> str:
    """The limit as XPath, of what `what` says; what is XPath already is left as it is. Raises Unreadable.

    >>> limit_xpath("1～30", "数值"), limit_xpath("最多 200 字", "字数")
    ('. >= 1 and . <= 30', 'string-length(.) <= 200')
    """
    said = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if said.startswith((".", "not(", "regex(", "selected(", "count-selected(", "string-length(")) or "${" in said:
        return text
    if not of:
        raise Unreadable(f"这种题没有“{text}”这样的限制。", "请清空这一格。")
    if of == "字数" and (pattern := _made_of(said)):
        return pattern
    one = _one(of)
    parts = [part for piece in filter(None, JOINED.split(said)) for part in _comparisons(piece, one)]
    if not parts or None in parts:
        raise Unreadable(f"看不懂限制“{text}”。", EXAMPLES[of])
    itself = ITSELF.get(of, ".")
    return " and ".join(f"{itself} {operator} {_value(value, text, of)}" for operator, value in filter(None, parts))


def _one(of: str) -> str:
    """The pattern of one value."""
    if of == "项数":
        return r"选?(\d+)(?:个?项|个)?"
    return f"({DAY})" if of == "日期" else rf"(\d+)(?:{UNIT})?" if of == "字数" else f"({NUMBER})"


def _made_of(said: str) -> str:
    """A text of so many signs of a sort, “11 位数字”, as a pattern; "" where that is not what is said."""
    found = re.fullmatch(rf"(?:(\d{{1,4}})(?:{BETWEEN.pattern}(\d{{1,4}}))?位)?({'|'.join(SIGNS)})", said)
    if not found or (found[1] and (not int(found[1]) or int(found[2] or found[1]) < int(found[1]))):
        return ""
    times = f"{{{found[1]}{',' + found[2] if found[2] else ''}}}" if found[1] else "+"
    return f"regex(., '^{SIGNS[found[3]]}{times}$')"


def _made_of_words(pattern: str) -> str | None:
    for word, signs in SIGNS.items():
        if found := re.fullmatch(rf"\^{re.escape(signs)}(?:\+|\{{(\d+)(?:,(\d+))?\}})\$", pattern):
            least, most = found.groups()
            return f"{least}{f' 到 {most}' if most else ''} 位{word}" if least else word
    return None


def _comparisons(said: str, one: str) -> list[tuple[str, str] | None]:
    if found := re.fullmatch(f"(?:从|在)?{one}{BETWEEN.pattern}{one}(?:之间|以内)?", said):
        return [(">=", found[1]), ("<=", found[2])]
    for words, pattern in ((BEFORE, "({words}){one}"), (BEHIND, "{one}({words})")):
        listed = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
        if found := re.fullmatch(pattern.format(words=listed, one=one), said):
            word, value = found.groups() if words is BEFORE else reversed(found.groups())
            return [(words[word], value)]
    return [None]


def _value(value: str, text: str, of: str) -> str:
    if value == "今天":
        return "today()"
    if of != "日期":
        return value
    if day := iso(value):
        return f"'{day}'"
    raise Unreadable(f"限制“{text}”里的“{value}”不是日期。", EXAMPLES[of])


def iso(said: str) -> str:
    """The day as 2026-11-03; "" where no calendar has it.

    >>> iso("2026年1月3日"), iso("2026/2/30")
    ('2026-01-03', '')
    """
    try:
        return date(*map(int, re.findall(r"\d+", said))).isoformat()
    except (ValueError, TypeError):
        return ""


def limit_words(ast: Ast, of: str) -> str | None:
    """The tree of a limit in words, or None where there are none for it."""
    match of, ast:
        case "字数", ("call", "regex", ("self",), ("lit", str(pattern))):
            return _made_of_words(pattern)
    said = [_compared(part, of) for part in _conjuncts(ast)]
    if None in said:
        return None
    match said:
        case [(">=", least), ("<=", most)]:
            return f"{least} 到 {most}{' 项' if of == '项数' else ''}"
    names = SAID_OF_DAYS if of == "日期" else SAID
    unit = " 项" if of == "项数" else ""
    return "，".join(f"{names[operator]} {value}{unit}" for operator, value in filter(None, said))


def impossible(ast: Ast, question: Question) -> bool:
    """Whether no answer to the question can be within the limit, as far as it holds it against plain values."""
    of = what(question)
    if of in ITSELF and any(_below_nothing(part) for part in _conjuncts(ast)):
        return True
    said = filter(None, (_compared(part, of) for part in _conjuncts(ast))) if of else ()
    least = [(0.0, False)] if of in ITSELF else []
    most = [(float(len(question.choices)), False)] if of == "项数" else []
    for operator, value in said:
        bound = _bound(value, of)
        if bound is None:
            continue
        if operator in (">", ">=", "="):
            least.append((bound, operator == ">"))
        if operator in ("<", "<=", "="):
            most.append((bound, operator == "<"))
    if of in ITSELF and any(bound <= 0 for bound, _ in most):
        return True  # an answer that is there has something in it
    if question.kind is Kind.INTEGER:  # between 1.2 and 1.8 there is none
        least = [(float(math.floor(low) + 1 if above else math.ceil(low)), False) for low, above in least]
        most = [(float(math.ceil(high) - 1 if below else math.floor(high)), False) for high, below in most]
    return any(low > high or (low == high and (above or below)) for low, above in least for high, below in most)


def _bound(value: str, of: str) -> float | None:
    """The value as a number; None where it is not always the same, or is no day."""
    if of != "日期":
        return float(value)
    try:
        return float(date.fromisoformat(value).toordinal())
    except ValueError:
        return None


def _below_nothing(ast: Ast) -> bool:
    """Whether a length or a number of choices is to be below 0."""
    match ast:
        case (
            "call",
            ("<" | "<=" | "="),
            ("call", ("string-length" | "count-selected"), ("self",)),
            ("call", "neg", _),
        ):
            return True
    return False


def _conjuncts(ast: Ast) -> list[Ast]:
    return [*_conjuncts(ast[2]), *_conjuncts(ast[3])] if ast[:2] == ("call", "and") else [ast]


def _compared(ast: Ast, of: str) -> tuple[str, str] | None:
    match of, ast:
        case "数值", ("call", operator, ("self",), ("lit", int() | float() as value)) if operator in SAID:
            return operator, number_text(value)
        case "数值", ("call", operator, ("self",), ("call", "neg", ("lit", int() | float() as value))) if (
            operator in SAID
        ):
            return operator, f"-{number_text(value)}"
        case "字数", ("call", operator, ("call", "string-length", ("self",)), ("lit", int() as value)) if (
            operator in SAID
        ):
            return operator, number_text(value)
        case "项数", ("call", operator, ("call", "count-selected", ("self",)), ("lit", int() as value)) if (
            operator in SAID
        ):
            return operator, number_text(value)
        case "日期", ("call", operator, ("call", "date", ("self",)), ("call", "date", ("lit", str(value)))) if (
            operator in SAID
        ):
            return operator, value
        case "日期", ("call", operator, ("call", "date", ("self",)), ("call", "today")) if operator in SAID:
            return operator, "今天"
    return None
