"""Situations: rules tested by examples that a lawyer can read (`given … on … expect`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from hemei.terms.measure import Measure
from hemei.terms.verdict import Verdict

from .book import Book
from .deciding import judge
from .subject import GPS_ERROR_M, InLayer, Subject
from .yaml_lines import Entry, LawError, read_entries

BUILDING = ("use", "work", "approvals", "position_error_m", "zone", "tier")
PLACE = ("class", "m", "m2", "share", "depth_m", "uncertain_m")
EXPECT = ("rule", "outcome", "measured", "threshold", "margin", "clause", "missing")


@dataclass(frozen=True, slots=True)
class Situation:
    """One example: a subject, a day, and what a rule is to say."""

    name: str
    subject: Subject
    on: date
    expect: Entry

    @property
    def rule(self) -> str:
        return str(self.expect["rule"])


def read_situations(path: Path) -> list[Situation]:
    """The situations of a file. Raises LawError with file and line for anything that is not understood."""
    return [_situation(entry) for entry in read_entries(path)]


def differences(situation: Situation, book: Book) -> list[str]:
    """What the rule says otherwise than expected, in words; nothing where it agrees."""
    rules = [rule for rule in book.rules if rule.id == situation.rule and rule.holds(situation.on)]
    if not rules:
        said: Verdict | None = None
    else:
        said = judge(rules[0], situation.subject, book.parameters, situation.on)
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


def _same(got: Any, expected: Any) -> bool:
    if isinstance(got, float) and isinstance(expected, int | float):
        return abs(got - expected) < 1e-9
    return bool(got == expected)


def _situation(entry: Entry) -> Situation:
    entry.only("name", "given", "on", "expect")
    given = entry.need("given")
    given.only("building", "near", "inside", "measured")
    on = entry.day("on")
    if on is None:
        raise LawError(entry, "缺少 on：哪一天")
    expect = entry.need("expect")
    expect.only(*EXPECT)
    expect.need("rule")
    expect.need("outcome")
    return Situation(entry.need("name"), _subject(given), on, expect)


def _subject(given: Entry) -> Subject:
    building = given.get("building") or {}
    known = {measure.value: measure for measure in Measure}
    attributes = {}
    for key, value in building.items():
        if key in known:
            attributes[known[key]] = float(value)
        elif key not in BUILDING:
            raise LawError(given, f"building: 不认识的项“{key}”")
    return Subject(
        id="situation",
        use=building.get("use", "house"),
        work=building.get("work", ""),
        approvals=frozenset(building.get("approvals") or ()),
        position_error_m=float(building.get("position_error_m", GPS_ERROR_M)),
        attributes=attributes,
        layers=_layers(given),
        zone=building.get("zone", ""),
        tier=building.get("tier", ""),
    )


def _layers(given: Entry) -> dict[tuple[str, str], InLayer]:
    """`near: {layer: {class, m}}`, `inside: {layer: {m2, share, depth_m}}`; `measured: [layer]` for one that is far."""
    layers: dict[tuple[str, str], InLayer] = {(name, ""): InLayer() for name in given.get("measured") or ()}
    for key in ("near", "inside"):
        for name, place in (given.get(key) or {}).items():
            place.only(*PLACE)
            metres = place.get("m")
            layers[name, str(place.get("class") or "")] = InLayer(
                area_m2=float(place.get("m2") or 0.0),
                share=float(place.get("share") or (1.0 if place.get("m2") else 0.0)),
                distance_m=None if metres is None else float(metres),
                depth_m=None if place.get("depth_m") is None else float(place["depth_m"]),
                uncertain_m=float(place.get("uncertain_m") or 0.0),
                version="situation",
            )
    return layers
