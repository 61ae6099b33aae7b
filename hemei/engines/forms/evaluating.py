"""Expressions evaluated: XPath 1.0 as ODK's clients have it.

A value is a text, a number (float), yes or no, a day, or the list of a repeat's answers. No answer is the empty text,
which is no number: what is reckoned with it is NaN, what is compared with it does not hold, and NaN stored is no
answer. Numbers are equal within 1e-12. A text is true unless it is empty, a number unless it is 0 or NaN. A day as a
number is the days since 1970-01-01, as a text 2026-11-03. A text is as long as it has characters.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache, reduce
from typing import TypeAlias

from hemei.engines.forms.expressions import Ast, number_text
from hemei.engines.forms.patterns import matches

Value: TypeAlias = "str | float | bool | date | list[Value]"
LONGEST_TEXT = 5_000  # what is joined together ends here
EPOCH = date(1970, 1, 1)
NUMBER = re.compile(r"[ \t\r\n]*-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[ \t\r\n]*")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T.*)?")


@dataclass(frozen=True)
class Around:
    """What an expression is evaluated among: the answers outside repeats (a repeat's own is the list of its instances),
    those of the instance it stands in, the answer that `.` is, and the form's day."""

    answers: Mapping[str, object]
    day: date | None  # None: today() is no answer
    instance: Mapping[str, object] = field(default_factory=dict)
    position: int = 0
    itself: object = ""


Run: TypeAlias = Callable[[Around], Value]


def evaluate(ast: Ast, around: Around) -> Value:
    """The value of a tree.

    >>> evaluate(("call", "+", ("answer", "a"), ("lit", 1)), Around({"a": 2}, date(2026, 11, 3)))
    3.0
    """
    return _made(ast)(around)


def holds(ast: Ast, around: Around) -> bool:
    return truth(_made(ast)(around))


def stored(value: Value) -> str | int | float | None:
    """The value as an answer: yes is 1 and no 0, a whole number an integer, a day a text, NaN and "" nothing.

    >>> stored(True), stored(2.0), stored(float("nan")), stored(date(2026, 11, 3))
    (1, 2, None, '2026-11-03')
    """
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value == int(value) and abs(value) < 2**53 else value
    if isinstance(value, bool):
        return int(value)
    return text(value) or None


@lru_cache(maxsize=4096)
def _made(ast: Ast) -> Run:
    match ast:
        case ("lit", literal):
            value = float(literal) if isinstance(literal, int | float) else literal
            return lambda around: value
        case ("answer", name):
            return lambda around: _read(_given(around, name))
        case ("all", repeat, name):
            return lambda around: [_read(instance.get(name, "")) for instance in _instances(around, repeat)]
        case ("instances", repeat):
            return lambda around: [""] * len(_instances(around, repeat))
        case ("self",):
            return lambda around: _read(around.itself)
        case ("position",):
            return lambda around: float(around.position)
        case ("call", "=", ("answer", name), ("lit", str(said))):
            return lambda around: _equals(around, name, said)  # nearly every condition there is
        case ("call", name, *arguments):
            return _called(name, [_made(argument) for argument in arguments])
    raise ValueError(f"no expression: {ast!r}")


def _equals(around: Around, name: str, said: str) -> bool:
    value = _given(around, name)
    return value == said if isinstance(value, str) else equal(_read(value), said)


def _given(around: Around, name: str) -> object:
    return around.instance[name] if name in around.instance else around.answers.get(name, "")


def _called(name: str, made: list[Run]) -> Run:
    """What is only evaluated where it is asked for comes first."""
    match name, made:
        case "and", [left, right]:
            return lambda around: truth(left(around)) and truth(right(around))
        case "or", [left, right]:
            return lambda around: truth(left(around)) or truth(right(around))
        case "if", [condition, then, otherwise]:
            return lambda around: then(around) if truth(condition(around)) else otherwise(around)
        case "coalesce", [first, second]:
            return lambda around: second(around) if is_nothing(value := first(around)) else value
        case "once", [begun]:
            return lambda around: value if (value := _read(around.itself)) != "" else begun(around)
        case (("today" | "now"), []):
            return lambda around: around.day or ""
    function = FUNCTIONS[name]
    return lambda around: function(*[run(around) for run in made])


def _instances(around: Around, repeat: str) -> Sequence[Mapping[str, object]]:
    found = around.answers.get(repeat)
    return found if isinstance(found, list) else ()


def _read(answer: object) -> Value:
    """An answer as it is stored → a value: several choices are their names with a blank between."""
    if isinstance(answer, bool) or answer is None:
        return bool(answer) if answer is not None else ""
    if isinstance(answer, int | float):
        return float(answer)
    return " ".join(map(str, answer)) if isinstance(answer, list) else str(answer)


def is_nothing(value: Value) -> bool:
    return value == "" or (isinstance(value, float) and math.isnan(value))


def text(value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return text(value[0]) if value else ""


def number(value: Value) -> float:
    """Only plain decimal notation is a number; an exponent or a sign "+" is none."""
    if isinstance(value, bool | int | float):
        return float(value)
    if isinstance(value, date):
        return float((value - EPOCH).days)
    said = text(value)
    return float(said) if NUMBER.fullmatch(said) else math.nan


def truth(value: Value) -> bool:
    return not (value == 0 or math.isnan(value)) if isinstance(value, float) else bool(value)


def equal(left: Value, right: Value) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return truth(left) == truth(right)
    if isinstance(left, float) or isinstance(right, float):
        one, other = number(left), number(right)
        return one == other or abs(one - other) < 1e-12
    return text(left) == text(right)


def day(value: Value) -> Value:
    """A day from a text in ISO form, a moment in ISO form, or days since 1970-01-01; anything else is no answer."""
    try:
        if isinstance(value, float):
            return EPOCH + timedelta(days=math.floor(value))
        said = text(value)
        return date.fromisoformat(said[:10]) if DAY.fullmatch(said) else value if isinstance(value, date) else ""
    except (ValueError, OverflowError):
        return ""


def round_to(value: Value, places: Value = 0.0) -> float:
    """Halves go up, to the next greater number; the digits are those that the number is written with."""
    exact, shift = number(value), number(places)
    if not math.isfinite(exact) or not math.isfinite(shift) or abs(shift) > 15:
        return exact if math.isfinite(shift) and shift > 15 else math.nan
    shifted = Decimal(repr(exact)).scaleb(int(shift))
    below = math.floor(shifted)
    whole = below + 1 if shifted - below >= Decimal("0.5") else below
    return float(Decimal(whole).scaleb(-int(shift)))


def divided(left: Value, right: Value) -> float:
    one, other = number(left), number(right)
    if other:
        return one / other
    return math.nan if math.isnan(other) or not one or math.isnan(one) else math.copysign(math.inf, one) * sign(other)


def sign(value: float) -> float:
    return math.copysign(1.0, value)


def remainder(left: Value, right: Value) -> float:
    """With the sign of the left side."""
    one, other = number(left), number(right)
    return math.fmod(one, other) if other and math.isfinite(one) else math.nan


def power(left: Value, right: Value) -> float:
    base, exponent = number(left), number(right)
    if math.isnan(exponent) or (abs(base) == 1 and math.isinf(exponent)):
        return math.nan
    try:
        return math.pow(base, exponent)
    except ValueError:  # a root of what is below zero, or one divided by zero
        return math.nan if base else _signed_infinity(base, exponent)
    except OverflowError:
        return _signed_infinity(base, exponent)


def _signed_infinity(base: float, exponent: float) -> float:
    return math.copysign(math.inf, base) if exponent % 2 == 1 else math.inf


def whole(value: Value) -> float:
    exact = number(value)
    return float(math.trunc(exact)) if math.isfinite(exact) else exact


def part(value: Value, start: Value, end: Value = math.inf) -> str:
    """From the character at `start`, the first being 0, up to that before `end`; below 0 counts from the end."""
    said = text(value)
    first, last = (_index(bound, len(said)) for bound in (start, end))
    return said[first:last]


def _index(bound: Value, length: int) -> int:
    at = number(bound)
    if not math.isfinite(at):
        return length if at > 0 else 0
    return max(0, min(length, math.floor(at) + (length if at < 0 else 0)))


def names(value: Value) -> list[str]:
    """The choices; of a question in a repeat, which only rules ask for so, those of all its instances."""
    return [name for one in (value if isinstance(value, list) else [value]) for name in text(one).split()]


def name_at(value: Value, at: Value) -> str:
    chosen, wanted = names(value), number(at)
    return chosen[int(wanted)] if 0 <= wanted < len(chosen) else ""


def written(value: Value, pattern: Value) -> str:
    """A day in the words of a pattern: %Y 2026, %y 26, %m 03, %n 3, %d 07, %e 7, %H and %M 00."""
    if not isinstance(value, date):
        return ""
    parts = {"Y": f"{value.year:04}", "y": f"{value.year % 100:02}", "m": f"{value.month:02}", "n": str(value.month)}
    parts |= {"d": f"{value.day:02}", "e": str(value.day), "H": "00", "M": "00"}
    return re.sub("%([YymndeHM])", lambda found: parts[found[1]], text(pattern))


def _flat(values: Sequence[Value]) -> list[float]:
    return [number(one) for value in values for one in (value if isinstance(value, list) else [value])]


def least(*values: Value) -> float:
    found = _flat(values)
    return math.nan if not found or any(map(math.isnan, found)) else min(found)


def most(*values: Value) -> float:
    found = _flat(values)
    return math.nan if not found or any(map(math.isnan, found)) else max(found)


def compared(meet: Callable[[float, float], bool]) -> Callable[[Value, Value], Value]:
    return lambda left, right: meet(number(left), number(right))


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "=": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": compared(lambda left, right: left < right),
    "<=": compared(lambda left, right: left <= right),
    ">": compared(lambda left, right: left > right),
    ">=": compared(lambda left, right: left >= right),
    "+": lambda left, right: number(left) + number(right),
    "-": lambda left, right: number(left) - number(right),
    "*": lambda left, right: number(left) * number(right),
    "div": divided,
    "mod": remainder,
    "neg": lambda value: -number(value),
    "true": lambda: True,
    "false": lambda: False,
    "not": lambda value: not truth(value),
    "boolean": truth,
    "number": number,
    "int": whole,
    "round": round_to,
    "abs": lambda value: abs(number(value)),
    "pow": power,
    "string": text,
    "string-length": lambda value: float(len(text(value))),
    "concat": lambda *values: "".join(map(text, values))[:LONGEST_TEXT],
    "contains": lambda value, piece: text(piece) in text(value),
    "starts-with": lambda value, piece: text(value).startswith(text(piece)),
    "ends-with": lambda value, piece: text(value).endswith(text(piece)),
    "substr": part,
    "normalize-space": lambda value: " ".join(re.split(r"[ \t\r\n]+", text(value).strip(" \t\r\n"))),
    "regex": lambda value, pattern: matches(text(value), text(pattern)),
    "selected": lambda value, name: text(name).strip() in names(value),
    "selected-at": name_at,
    "count-selected": lambda value: float(len(names(value))),
    "date": day,
    "format-date": written,
    "count": lambda found: float(len(found)),
    "count-non-empty": lambda found: float(sum(text(one) != "" for one in found)),
    "sum": lambda found: reduce(lambda total, one: total + number(one), found, 0.0),
    "min": least,
    "max": most,
}
