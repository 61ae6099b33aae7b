"""What a cell says in XLSForm's own language, as a tree of plain lists that every client evaluates alike.

The tree, which JSON can say as it is: ["lit", 3], ["lit", "text"], ["answer", question], ["all", repeat, question] for
the answers of every instance of a repeat, ["instances", repeat], ["self"] for the answer that is being held against
its constraint, ["position"] of an instance in its repeat from 1 on, and ["call", function, argument, …], where an
operator is a function too: ["call", "=", ["answer", "crack"], ["lit", "yes"]].
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

Ast: TypeAlias = tuple[Any, ...]

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
CHOICE_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
CURLY_QUOTES = str.maketrans("‘’“”", "''\"\"")
OURS = frozenset({"meta", "instanceID", "instanceName", "deprecatedID"})  # what OpenRosa calls its own questions
YES, NO = frozenset({"yes", "true", "true()", "1"}), frozenset({"", "no", "false", "false()", "0"})
BINDING = {"or": 1, "and": 2, "=": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5}
BINDING |= {"*": 6, "div": 6, "mod": 6}
UNARY = 7


@dataclass(frozen=True)
class Expression:
    """A checked expression: its questions stand before it, its functions are known, its dates are taken as dates."""

    ast: Ast

    @property
    def data(self) -> list[Any]:
        """The tree as lists, for JSON."""
        return _lists(self.ast)

    @property
    def text(self) -> str:
        """The expression as a workbook would have it."""
        return as_xpath(self.ast)

    def __and__(self, other: Expression) -> Expression:
        return Expression(("call", "and", self.ast, other.ast))


def both(first: Expression | None, second: Expression | None) -> Expression | None:
    """What holds where both hold; None asks nothing."""
    return first & second if first and second else first or second


def answers_in(ast: Ast) -> Iterator[str]:
    """The questions that the tree asks for, each as often as it does."""
    if ast[0] == "answer":
        yield ast[1]
    elif ast[0] == "all":
        yield ast[2]
    elif ast[0] == "call":
        for argument in ast[2:]:
            yield from answers_in(argument)


def _lists(ast: Ast) -> list[Any]:
    return [_lists(part) if isinstance(part, tuple) else part for part in ast]


def tree(data: list[Any]) -> Ast:
    """The tree that `Expression.data` came from."""
    return tuple(tree(part) if isinstance(part, list) else part for part in data)


def as_xpath(ast: Ast, around: int = 0) -> str:
    """The text that is read as this tree.

    >>> as_xpath(("call", "and", ("call", "=", ("answer", "crack"), ("lit", "yes")), ("call", "true")))
    "${crack} = 'yes' and true()"
    """
    match ast:
        case ("lit", str(text)):
            return f"'{text}'" if "'" not in text else f'"{text}"'
        case ("lit", number):
            return number_text(number)
        case ("answer", name) | ("all", _, name) | ("instances", name):
            return f"${{{name}}}"
        case ("self",):
            return "."
        case ("position",):
            return "position(..)"
        case ("call", "neg", operand):
            return f"-{as_xpath(operand, UNARY)}"
        case ("call", str(operator), left, right) if operator in BINDING:
            binding = BINDING[operator]
            said = f"{as_xpath(left, binding)} {operator} {as_xpath(right, binding + 1)}"
            return f"({said})" if binding < around else said
        case _:
            return f"{ast[1]}({', '.join(as_xpath(argument) for argument in ast[2:])})"


def number_text(number: float) -> str:
    """A number as XPath writes it: no exponent, no ".0".

    >>> number_text(3.0), number_text(-0.00000012), number_text(float("nan"))
    ('3', '-0.00000012', 'NaN')
    """
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "Infinity" if number > 0 else "-Infinity"
    if number == int(number):
        return str(int(number))
    digits, _, exponent = repr(number).partition("e")
    return digits if not exponent else _without_exponent(digits, int(exponent))


def _without_exponent(digits: str, exponent: int) -> str:
    """What is left has a fraction, so that its exponent is negative."""
    sign, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
    return f"{sign}0.{'0' * (-exponent - 1)}{digits.replace('.', '')}"


def is_ours(name: str) -> bool:
    """Whether the name is taken in every form that a phone is given."""
    return name in OURS or name.startswith("hemei_")


def half_width(text: str) -> str:
    """The text with the punctuation of a Chinese keyboard made ASCII; equal to the text where there is none.

    >>> half_width("＄｛altered｝＝‘yes’")
    "${altered}='yes'"
    """
    return unicodedata.normalize("NFKC", text).translate(CURLY_QUOTES)


def said(text: str) -> bool | None:
    """Yes or no; None where the text says neither."""
    word = text.strip().lower()
    return True if word in YES else False if word in NO else None
