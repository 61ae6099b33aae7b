"""Conditions, limits and calculations as an English page tells them; they are not read back.

The Chinese words, which are read back, stand in `words`, `limits` and `reckoning`.
"""

from __future__ import annotations

from collections.abc import Mapping

from hemei.engines.forms.expressions import BINDING, Ast, as_xpath, number_text
from hemei.engines.forms.form import Form, Question
from hemei.engines.forms.words import SHOWN as COMPARED

ENGLISH = "en"
RECKONED = {"+": "+", "-": "-", "*": "×", "div": "÷", "mod": "mod"}
FUNCTIONS = {"round": "round", "int": "whole part of", "max": "greatest of", "min": "least of", "abs": "size of"}
FUNCTIONS |= {"sum": "sum of", "count": "number of", "concat": "joined", "coalesce": "first answered of"}
MEASURED = {"string-length": "number of letters", "count-selected": "number of choices"}


def in_english(form: Form) -> dict[str, dict[str, str]]:
    """Question → its condition (relevant), limit (constraint) and calculation; as XPath where there are no words."""
    teller = _Teller(form)
    return {
        question.name: {
            part: (teller.told(said.ast) or as_xpath(said.ast)) if said else ""
            for part, said in (
                ("relevant", question.relevant),
                ("constraint", question.constraint),
                ("calculation", question.calculation),
            )
        }
        for question in form.everything
    }


class _Teller:
    def __init__(self, form: Form) -> None:
        self.asked: Mapping[str, Question] = form.by_name
        self.repeats = {section.name: form.text(section.labels, ENGLISH) for section in form.sections if section.repeat}

    def told(self, ast: Ast, around: int = 0) -> str | None:
        """The tree in words, or None where there are none for all of it."""
        match ast:
            case ("lit", int() | float() as number):
                return number_text(number)
            case ("lit", str(text)):
                return f"“{text}”"
            case ("self",):
                return "the answer"
            case ("answer", name) | ("all", _, name):
                return self._name(name)
            case ("instances", name):
                return f"“{self.repeats.get(name) or name}”"
            case ("call", "today" | "now"):
                return "today"
            case ("call", "neg", inner):
                return self._filled("-{}", inner, around=9)
            case ("call", "date", ("lit", str(day))):
                return day
            case ("call", "date", inner):
                return self.told(inner, around)
            case ("call", "not", ("call", "selected", ("answer", name), ("lit", str(choice)))):
                return f"{self._name(name)} without {self._choice(name, choice)}"
            case ("call", "selected", ("answer", name), ("lit", str(choice))):
                return f"{self._name(name)} with {self._choice(name, choice)}"
            case ("call", "not", inner):
                return self._filled("not ({})", inner)
            case ("call", name, measured) if name in MEASURED:
                return MEASURED[name] if measured == ("self",) else self._filled(f"{MEASURED[name]} of {{}}", measured)
            case ("call", "if", condition, yes, no):
                return self._filled("{1} if {0}, else {2}", condition, yes, no)
            case ("call", operator, left, right) if operator in COMPARED:
                return self._compared(operator, left, right)
            case ("call", operator, left, right) if operator in RECKONED or operator in ("and", "or"):
                return self._joined(operator, left, right, around)
            case ("call", name, *parts) if name in FUNCTIONS:
                said = [self.told(part) for part in parts]
                return None if None in said else f"{FUNCTIONS[name]} ({', '.join(filter(None, said))})"
        return None

    def _compared(self, operator: str, left: Ast, right: Ast) -> str | None:
        match left, right:
            case ((("answer", name) | ("call", "date", ("answer", name))), ("lit", "")) if operator in ("=", "!="):
                return f"{self._name(name)} {'is answered' if operator == '!=' else 'is not answered'}"
            case ("answer", name), ("lit", str(choice)):
                return f"{self._name(name)} {COMPARED[operator]} {self._choice(name, choice)}"
        binding = BINDING[operator]
        return self._filled(f"{{}} {COMPARED[operator]} {{}}", left, right, around=binding + 1)

    def _joined(self, operator: str, left: Ast, right: Ast, around: int) -> str | None:
        binding = BINDING[operator]
        sides = [self.told(left, binding), self.told(right, binding + 1)]
        if None in sides:
            return None
        made = f" {RECKONED.get(operator, operator)} ".join(filter(None, sides))
        return f"({made})" if binding < around else made

    def _filled(self, pattern: str, *parts: Ast, around: int = 0) -> str | None:
        said = [self.told(part, around) for part in parts]
        return None if None in said else pattern.format(*said)

    def _name(self, name: str) -> str:
        question = self.asked.get(name)
        label = question and (question.labels.get(ENGLISH) or next(iter(question.labels.values()), ""))
        return f"“{(label or name).strip().rstrip('?？:：。.')}”"

    def _choice(self, name: str, choice: str) -> str:
        question = self.asked.get(name)
        for one in question.choices if question else ():
            if one.name == choice:
                return one.labels.get(ENGLISH) or next(iter(one.labels.values()), choice)
        return f"“{choice}”"
