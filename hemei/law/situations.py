"""Situations: rules tested by examples that a lawyer can read (`given … on … expect`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from hemei.terms.measure import Measure
from hemei.terms.verdict import Verdict

from .book import Book
from .deciding import judge
from .parameters import Dated
from .rules import USES, WORKS
from .subject import GPS_ERROR_M, InLayer, Subject
from .yaml_lines import Entry, LawError, read_entries

BUILDING = ("use", "work", "approvals", "position_error_m", "zone", "tier")
PLACE = ("class", "m", "m2", "share", "depth_m", "uncertain_m", "lines_only")
EXPECT = ("rule", "outcome", "measured", "threshold", "margin", "clause", "missing")


@dataclass(frozen=True, slots=True)
class Situation:
    """One example: a subject, a day, and what a rule is to say.

    `numbers`: what a district is supposed to have set for numbers that the book leaves empty, by parameter.
    """

    name: str
    subject: Subject
    on: date
    expect: Entry
    numbers: Mapping[str, float] = field(default_factory=dict)

    @property
    def rule(self) -> str:
        """The id of the rule it is about."""
        return str(self.expect["rule"])


def read_situations(path: Path) -> list[Situation]:
    """The situations of a file. Raises LawError with file and line for anything that is not understood."""
    return [_situation(entry) for entry in read_entries(path)]


def differences(situation: Situation, book: Book) -> list[str]:
    """What the rule says otherwise than expected, in words; nothing where it agrees.

    Raises LawError for a rule or a layer that the book does not know: an example of nothing proves nothing.
    """
    said = verdict_of(situation, book)
    expect = situation.expect
    if said is None:
        return [] if expect["outcome"] == "none" else [f"规则不适用，应为 {expect['outcome']}"]
    got: dict[str, Any] = {
        "outcome": said.outcome.value,
        "measured": said.measured,
        "threshold": said.threshold,
        "margin": said.margin,
        "clause": book.clauses[said.clause].citation.replace("《", "").replace("》", " "),
    }
    wrong = [
        f"{key}：得到 {got[key]}，应为 {expect[key]}"
        for key in got
        if key in expect and not _same(got[key], expect[key])
    ]
    if "missing" in expect and not any(expect["missing"] in missing for missing in said.missing):
        wrong.append(f"missing：得到 {said.missing}，应含 {expect['missing']}")
    return wrong


def verdict_of(situation: Situation, book: Book) -> Verdict | None:
    """What the situation's rule says; None where it does not hold on that day or does not speak of such a subject.

    Raises LawError, see `differences`.
    """
    _refuse_strange(situation, book)
    rules = [rule for rule in book.rules if rule.id == situation.rule and rule.holds(situation.on)]
    supposed = {
        name: replace(book.parameters[name], values=(Dated(situation.on, None, value, ("", "", "")),))
        for name, value in situation.numbers.items()
    }
    return judge(rules[0], situation.subject, {**book.parameters, **supposed}, situation.on) if rules else None


def _refuse_strange(situation: Situation, book: Book) -> None:
    if not any(rule.id == situation.rule for rule in book.rules):
        raise LawError(situation.expect, f"没有规则 {situation.rule}", "rule")
    for name in situation.numbers:
        if name not in book.parameters or book.parameters[name].values:
            raise LawError(situation.expect, f"numbers: {name} 不是留空的参数")
    for layer, of in situation.subject.layers:
        if layer not in book.layers or of not in ("", *book.layers[layer].classes):
            raise LawError(situation.expect, f"没有图层或类别：{layer} {of}".rstrip())


def _same(got: Any, expected: Any) -> bool:
    if isinstance(got, float) and isinstance(expected, int | float):
        return abs(got - expected) < 1e-9
    return bool(got == expected)


def _situation(entry: Entry) -> Situation:
    entry.only("name", "given", "on", "expect")
    entry.need("given")
    given = entry.table("given")
    given.only("building", "near", "inside", "measured", "numbers")
    on = entry.day("on")
    if on is None:
        raise LawError(entry, "缺少 on：哪一天")
    entry.need("expect")
    expect = entry.table("expect")
    expect.only(*EXPECT)
    expect.need_text("rule")
    expect.need("outcome")
    expect.one_of("outcome", ("pass", "fail", "unknown", "none"))
    numbers = given.table("numbers")
    said = {name: _number(numbers, name) for name in numbers}
    return Situation(entry.need_text("name"), _subject(given), on, expect, said)


def _number(entry: Entry, key: str) -> float:
    """The number under a key; an empty one is no 0."""
    entry.need(key)
    return entry.number(key) or 0.0


def _subject(given: Entry) -> Subject:
    building = given.table("building")
    known = {measure.value: measure for measure in Measure}
    building.only(*BUILDING, *known)
    error = building.number("position_error_m", GPS_ERROR_M)
    return Subject(
        id="situation",
        use=building.one_of("use", [*USES, ""], "house"),
        work=building.one_of("work", [*WORKS, ""]),
        approvals=frozenset(building.words("approvals")),
        position_error_m=GPS_ERROR_M if error is None else error,
        attributes={known[key]: _number(building, key) for key in building if key in known},
        layers=_layers(given),
        zone=building.text("zone"),
        tier=building.text("tier"),
    )


def _layers(given: Entry) -> dict[tuple[str, str], InLayer]:
    """`near: {layer: {class, m}}`, `inside: {layer: {m2, share, depth_m}}`; `measured: [layer]` for one that is far."""
    layers: dict[tuple[str, str], InLayer] = {(name, ""): InLayer() for name in given.words("measured")}
    for key in ("near", "inside"):
        for name in given.table(key):
            place = given.table(key).table(name)
            place.only(*PLACE)
            area = place.number("m2") or 0.0
            layers[name, place.text("class")] = InLayer(
                area_m2=area,
                share=place.number("share", 1.0 if area else 0.0) or 0.0,
                distance_m=place.number("m"),
                depth_m=place.number("depth_m"),
                uncertain_m=place.number("uncertain_m") or 0.0,
                version="situation",
                lines_only=place.truth("lines_only"),
            )
    return layers
