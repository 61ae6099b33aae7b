"""What is different between two versions of a form, question by question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hemei.engines.forms.form import Form, Question, Texts
from hemei.engines.forms.plainwriting import in_words
from hemei.engines.forms.told import in_english

Part = tuple[str, str, str]  # what about a question, how it was and how it is
Words = Sequence[Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True)
class Change:
    """One question that came, went or changed; `parts` names what about it, each with how it was and is.

    Of one that came, `parts` are those in which something stands. The names: label, kind, hint, choices, required (yes
    or no), relevant, constraint, calculation and picture. What is said in XPath is told in words: in Chinese in those
    of the plain sheet.
    """

    sort: str  # added, dropped or changed
    name: str
    label: str
    parts: tuple[tuple[str, str, str], ...] = ()


def changes(before: Form | None, after: Form, language: str = "zh") -> list[Change]:
    """What came first, in the order of the new form, then what was dropped; in that language where it has texts."""
    old = before.by_name if before else {}
    worded = in_words if language == "zh" else in_english
    words = [worded(form) if form else {} for form in (before, after)]
    found = []
    for question in after.everything:
        was = old.get(question.name)
        if was is None:
            nothing = replace(
                question, hints={}, required=False, choices=(), relevant=None, constraint=None, picture=""
            )
            new = _described(question, language), _described(replace(nothing, calculation=None), language)
            filled = ((part, "", said) for part, said in new[0].items() if part == "kind" or said != new[1][part])
            told = tuple(_in_words(question.name, words, filled))
            found.append(Change("added", question.name, called(question, language), told))
        elif parts := tuple(_in_words(question.name, words, _parts(was, question, language))):
            found.append(Change("changed", question.name, called(question, language), parts))
    gone = [question for name, question in old.items() if name not in after.by_name]
    return found + [Change("dropped", question.name, called(question, language)) for question in gone]


def _in_words(name: str, words: Words, parts: Iterable[Part]) -> Iterator[Part]:
    """Conditions, limits and calculations as the plain sheet has them, unless that hides what differs."""
    had, has = (said.get(name, {}) for said in words)
    for part, was, now in parts:
        shown = had.get(part, was), has.get(part, now)
        yield (part, *shown) if shown[0] != shown[1] else (part, was, now)


def called(question: Question, language: str) -> str:
    return _in(question.labels, language) or question.name


def _in(texts: Texts, language: str) -> str:
    return texts.get(language) or texts.get("zh") or next(iter(texts.values()), "")


def _parts(was: Question, now: Question, language: str) -> Iterator[tuple[str, str, str]]:
    """What differs in any language, as the one language has it; in all where that one does not show it."""
    (old, new), (had, has) = ([_described(one, said) for one in (was, now)] for said in ("", language))
    for part in old:
        if old[part] != new[part]:
            yield (part, old[part], new[part]) if had[part] == has[part] else (part, had[part], has[part])


def _described(question: Question, language: str) -> dict[str, str]:
    """The parts of a question; without a language with every text in all its languages."""

    def said(texts: Texts) -> str:
        return _in(texts, language) if language else " / ".join(texts.values())

    return {
        "label": said(question.labels),
        "kind": str(question.kind),
        "hint": said(question.hints),
        "choices": "；".join(
            f"{said(choice.labels)}（{' · '.join(filter(None, (choice.name, choice.picture)))}）"
            for choice in question.choices
        ),
        "required": "yes" if question.required else "no",
        "relevant": question.relevant.text if question.relevant else "",
        "constraint": question.constraint.text if question.constraint else "",
        "calculation": question.calculation.text if question.calculation else "",
        "picture": question.picture,
    }
