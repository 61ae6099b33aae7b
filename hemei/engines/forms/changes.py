"""What is different between two versions of a form, question by question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hemei.engines.forms.form import Form, Question


@dataclass(frozen=True)
class Change:
    """One question that came, went or changed; `parts` names what about it, each with how it was and is."""

    sort: str  # added, dropped or changed
    name: str
    label: str
    parts: tuple[tuple[str, str, str], ...] = ()


def changes(before: Form | None, after: Form) -> list[Change]:
    """What came first, in the order of the new form, then what was dropped."""
    old = before.by_name if before else {}
    found = []
    for question in after.everything:
        was = old.get(question.name)
        if was is None:
            found.append(Change("added", question.name, label(question)))
        elif parts := tuple(_parts(was, question)):
            found.append(Change("changed", question.name, label(question), parts))
    gone = [question for name, question in old.items() if name not in after.by_name]
    return found + [Change("dropped", question.name, label(question)) for question in gone]


def label(question: Question) -> str:
    return question.labels.get("zh") or next(iter(question.labels.values()), question.name)


def _parts(was: Question, now: Question) -> Iterator[tuple[str, str, str]]:
    sides = [_described(was), _described(now)]
    for part in sides[0]:
        if sides[0][part] != sides[1][part]:
            yield part, sides[0][part], sides[1][part]


def _described(question: Question) -> dict[str, str]:
    return {
        "题目": label(question),
        "类型": str(question.kind),
        "提示": question.hints.get("zh", ""),
        "选项": "；".join(f"{choice.labels.get('zh', '')}（{choice.name}）" for choice in question.choices),
        "必填": "是" if question.required else "否",
        "何时问": question.relevant.text if question.relevant else "",
        "限制": question.constraint.text if question.constraint else "",
        "算式": question.calculation.text if question.calculation else "",
    }
