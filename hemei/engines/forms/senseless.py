"""What can be read and evaluated, but cannot be meant so: told at upload, left as it is in what was published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from hemei.engines.forms.checking import NUMERAL
from hemei.engines.forms.expressions import Ast, as_xpath, number_text
from hemei.engines.forms.form import Kind, Question
from hemei.engines.forms.parsing import QUOTED, Unreadable

COMPARED = ("=", "!=", "<", "<=", ">", ">=")
BARE_DAY = re.compile(r"(?<![\w.])(?:19|20)\d\d-(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12]\d|3[01])(?![\w.])")
NUMBERS = (Kind.INTEGER, Kind.DECIMAL)


def senseless(ast: Ast, asked: Mapping[str, Question]) -> Unreadable | None:
    """What is to be said of the first part of the tree that cannot be meant so; None where there is none."""
    return by_nothing(ast) or next(filter(None, (_told(part, asked) for part in _parts(ast))), None)


def by_nothing(ast: Ast) -> Unreadable | None:
    """What is to be said where something is divided by a plain 0, which gives nothing that can be answered with."""
    if ast[:2] in (("call", "div"), ("call", "mod")) and ast[3] == ("lit", 0):
        return Unreadable(f"“{as_xpath(ast)}”除以 0，算不出来。", "请改为别的数。")
    return next(filter(None, map(by_nothing, ast[2:] if ast[0] == "call" else ())), None)


def a_bare_day(text: str) -> Unreadable | None:
    """What is to be said where a day is not in quotes, and would be reckoned as one number less another.

    >>> a_bare_day(". <= 2026-11-27").remedy, a_bare_day(". <= '2026-11-27'")
    ("日期要加引号，请改为 '2026-11-27'。", None)
    """
    if found := BARE_DAY.search(QUOTED.sub("", text)):
        return Unreadable(f"“{found[0]}”会当作减法来算。", f"日期要加引号，请改为 '{found[0]}'。")
    return None


def _parts(ast: Ast) -> Iterator[Ast]:
    yield ast
    for part in ast[2:] if ast[0] == "call" else ():
        yield from _parts(part)


def _told(ast: Ast, asked: Mapping[str, Question]) -> Unreadable | None:
    match ast:
        case ("call", "date", ("lit", said)) if not _is_day(said):
            shown = said if isinstance(said, str) else number_text(said)
            return Unreadable(f"date() 里的“{shown}”不是日期。", "请写成 '2026-11-03' 这样，月和日各两位。")
        case ("call", "number", ("lit", str(said))) if said and not NUMERAL.fullmatch(said.strip()):
            return Unreadable(f"number() 里的“{said}”不是数字。", "请改为数字。")
        case ("call", operator, left, right) if operator in COMPARED:
            return _day_and_number(left, right, asked) or _day_and_number(right, left, asked)
        case ("call", "and", _, _):
            return _two_choices(ast, asked)
    return None


def _is_day(said: object) -> bool:
    try:
        return date.fromisoformat(str(said)).isoformat() == said
    except ValueError:
        return False


def _day_and_number(day: Ast, number: Ast, asked: Mapping[str, Question]) -> Unreadable | None:
    """A day beside a plain number, “2026” for a year: days are numbers from 1970-01-01 on, which nobody writes."""
    if day[:2] not in (("call", "date"), ("call", "today"), ("call", "now")) or not _is_number(number, asked):
        return None
    shown = as_xpath(day[2] if day[1] == "date" and day[2][0] in ("answer", "self") else day)
    remedy = "请写日期，例如 '2026-11-03'；相差几天请写成 today() - ${题目代码} > 30 这样。"
    return Unreadable(f"“{shown}”是日期，不能和数字“{as_xpath(number)}”比。", remedy)


def _is_number(ast: Ast, asked: Mapping[str, Question]) -> bool:
    match ast:
        case ("lit", int() | float()):
            return True
        case ("answer", name):
            return name in asked and asked[name].kind in NUMBERS
    return False


def _two_choices(ast: Ast, asked: Mapping[str, Question]) -> Unreadable | None:
    """One question that is to have two answers at once."""
    wanted: dict[str, str] = {}
    for part in _conjuncts(ast):
        match part:
            case ("call", "=", ("answer", name), ("lit", str(chosen))) if (
                name in asked and asked[name].kind is Kind.SELECT_ONE
            ):
                if wanted.setdefault(name, chosen) != chosen:
                    return Unreadable(
                        f"“${{{name}}}”不能同时是两个选项，这个条件永远不成立。",
                        "有一个就算的，请改用“或”（or）连接；只要一个的，请删去另一个。",
                    )
    return None


def _conjuncts(ast: Ast) -> list[Ast]:
    return [*_conjuncts(ast[2]), *_conjuncts(ast[3])] if ast[:2] == ("call", "and") else [ast]
