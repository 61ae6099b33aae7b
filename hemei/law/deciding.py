"""From measures to verdicts. What is missing, or would flip within the position error, is unknown and never pass."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from hemei.terms.measure import Measure
from hemei.terms.verdict import Kind, Outcome, Verdict

from .parameters import Parameter
from .rules import EVERYWHERE, Rule
from .subject import InLayer, Subject

ON_SITE = "到现场测量：位置误差内结论会变"
NO_USE = "未写明用途（住房、公共建筑、生产建筑……）"
NO_WORK = "未写明是哪一种建设（新建、改建、扩建……）"
THERE = InLayer(share=1.0, depth_m=math.inf)
"""Every subject against the whole district, for rules that hold everywhere."""


def decide(
    rules: Iterable[Rule], subject: Subject, parameters: Mapping[str, Parameter], on: date
) -> tuple[Verdict, ...]:
    """The verdicts of all rules that hold on a day and speak of such a subject, in the rules' order."""
    return tuple(
        verdict for rule in rules if rule.holds(on) and (verdict := judge(rule, subject, parameters, on)) is not None
    )


def judge(rule: Rule, subject: Subject, parameters: Mapping[str, Parameter], on: date) -> Verdict | None:
    """One rule's verdict; None where the rule does not speak of this use or kind of work."""
    said = _judge(rule, subject, parameters, on)
    for zone, tier in subject.may_be if said is not None else ():
        other = _judge(rule, replace(subject, zone=zone, tier=tier), parameters, on)
        if other is not None and said is not None and other.outcome is not said.outcome:
            return replace(said, outcome=Outcome.UNKNOWN, missing=(ON_SITE,))
    return said


def _judge(rule: Rule, subject: Subject, parameters: Mapping[str, Parameter], on: date) -> Verdict | None:
    if rule.uses and subject.use and subject.use not in rule.uses:
        return None
    if rule.works and subject.work and subject.work not in rule.works:
        return None
    found = THERE if rule.layer == EVERYWHERE else subject.layers.get((rule.layer, rule.of))
    if rule.uses and not subject.use:
        return _verdict(rule, subject, Outcome.UNKNOWN, None, None, found, (NO_USE,))
    if rule.works and not subject.work:
        return _verdict(rule, subject, Outcome.UNKNOWN, None, None, found, (NO_WORK,))
    threshold = threshold_of(rule, subject, parameters, on)
    if found is None:
        return _verdict(rule, subject, Outcome.UNKNOWN, None, threshold, missing=(no_layer(rule),))
    if found.missing:
        return _verdict(rule, subject, Outcome.UNKNOWN, None, threshold, found, (found.missing,))
    if found.lines_only and rule.needs_ground:
        return _verdict(rule, subject, Outcome.UNKNOWN, None, threshold, found, (no_ground(rule),))
    if threshold is None:
        return _unset(rule, subject, found)
    if rule.kind is Kind.ALLOW_ONLY:
        return _allow_only(rule, subject, found)
    if rule.measure is Measure.DISTANCE:
        return _distance(rule, subject, found, threshold)
    if rule.measure in (Measure.AREA, Measure.SHARE):
        return _inside(rule, subject, found, threshold)
    return _limit(rule, subject, found, threshold)


def no_layer(rule: Rule) -> str:
    """What is missing where the district has no such layer."""
    return f"图层 {rule.layer}{f'（{rule.of}）' if rule.of else ''} 未配置"


def no_ground(rule: Rule) -> str:
    """What is missing where the layer has lines and the rule asks for ground."""
    return f"图层 {rule.layer} 只有线或点，量不出里外：请换成面"


def no_limit(rule: Rule) -> str:
    """What is missing where the number is 未配置."""
    return f"限值 {rule.threshold} 未配置"


def no_measure(rule: Rule) -> str:
    """What is missing where the building does not tell its height, storeys and the like."""
    return f"缺少{rule.measure.label}"


def threshold_of(rule: Rule, subject: Subject, parameters: Mapping[str, Parameter], on: date) -> float | None:
    """The number that holds on a day where the subject stands; None where it is 未配置."""
    if isinstance(rule.threshold, float):
        return rule.threshold
    return parameters[rule.threshold].on(on, of=rule.of, zone=subject.zone, tier=subject.tier)


def _verdict(
    rule: Rule,
    subject: Subject,
    outcome: Outcome,
    measured: float | None,
    threshold: float | None,
    found: InLayer | None = None,
    missing: tuple[str, ...] = (),
) -> Verdict:
    return Verdict(
        rule=rule.id,
        subject=subject.id,
        kind=rule.kind,
        outcome=outcome,
        measure=rule.measure,
        measured=measured,
        threshold=threshold,
        clause=rule.clause,
        layer=rule.layer,
        layer_version=found.version if found else "",
        share=found.share if found and rule.layer != EVERYWHERE else None,
        part=found.part if found and outcome is not Outcome.PASS else None,
        missing=missing,
        assumed_m=found.uncertain_m if found else 0.0,
        looked_m=found.reach_m if found else 0.0,
    )


def _error(subject: Subject, found: InLayer) -> float:
    return subject.position_error_m + found.uncertain_m


def presence(subject: Subject, found: InLayer, within_m: float = 0.0) -> Outcome:
    """Whether a subject surely meets a layer or its surroundings (pass: surely not, fail: surely, unknown: may)."""
    if found is THERE:
        return Outcome.FAIL
    error = _error(subject, found)
    if within_m > 0.0:
        metres = 0.0 if found.area_m2 > 0.0 else found.distance_m
        if metres is None or metres - error > within_m:
            return Outcome.PASS
        return Outcome.FAIL if metres - (found.depth_m or 0.0) + error <= within_m else Outcome.UNKNOWN
    if found.area_m2 > 0.0:
        return Outcome.FAIL if error == 0.0 or (found.depth_m or 0.0) > error else Outcome.UNKNOWN
    near = found.distance_m is not None and found.distance_m < error
    return Outcome.UNKNOWN if near else Outcome.PASS


def _unset(rule: Rule, subject: Subject, found: InLayer) -> Verdict:
    """A number that the district has not set decides nothing, and nobody passes by it."""
    if presence(subject, found, rule.within_m) is Outcome.PASS and rule.measure is not Measure.DISTANCE:
        return _verdict(rule, subject, Outcome.PASS, None, None, found)
    return _verdict(rule, subject, Outcome.UNKNOWN, None, None, found, (no_limit(rule),))


def _distance(rule: Rule, subject: Subject, found: InLayer, threshold: float) -> Verdict:
    """At least the threshold; on the line itself is far enough."""
    metres = 0.0 if found.area_m2 > 0.0 else found.distance_m
    if metres is None:
        return _verdict(rule, subject, Outcome.PASS, None, threshold, found)
    error = _error(subject, found)
    inside_depth = found.depth_m or 0.0
    if metres - error >= threshold:
        return _verdict(rule, subject, Outcome.PASS, metres, threshold, found)
    if (metres - inside_depth) + error < threshold:
        return _verdict(rule, subject, Outcome.FAIL, metres, threshold, found)
    return _verdict(rule, subject, Outcome.UNKNOWN, metres, threshold, found, (ON_SITE,))


def _inside(rule: Rule, subject: Subject, found: InLayer, threshold: float) -> Verdict:
    measured = found.area_m2 if rule.measure is Measure.AREA else found.share
    sure = presence(subject, found)
    if sure is Outcome.UNKNOWN:
        return _verdict(rule, subject, Outcome.UNKNOWN, measured, threshold, found, (ON_SITE,))
    error = _error(subject, found)
    if threshold > 0.0 and sure is Outcome.FAIL and error > 0.0 and error >= (found.edge_m or 0.0):
        return _verdict(rule, subject, Outcome.UNKNOWN, measured, threshold, found, (ON_SITE,))
    outcome = Outcome.FAIL if measured > threshold else Outcome.PASS
    return _verdict(rule, subject, outcome, measured, threshold, found)


def _allow_only(rule: Rule, subject: Subject, found: InLayer) -> Verdict:
    """A positive list: inside, only what is listed (or already approved) passes."""
    sure = presence(subject, found)
    measured = found.area_m2 if rule.measure is Measure.AREA else found.share
    listed = subject.work in rule.allows or bool(rule.approvals & subject.approvals)
    if sure is Outcome.PASS:
        return _verdict(rule, subject, Outcome.PASS, measured, 0.0, found)
    if listed:  # it may lie inside: nothing is compared
        return _verdict(rule, subject, Outcome.PASS, measured, None, found)
    if not subject.work:
        return _verdict(rule, subject, Outcome.UNKNOWN, measured, 0.0, found, (NO_WORK,))
    if sure is Outcome.UNKNOWN:
        return _verdict(rule, subject, Outcome.UNKNOWN, measured, 0.0, found, (ON_SITE,))
    return _verdict(rule, subject, Outcome.FAIL, measured, 0.0, found)


def _limit(rule: Rule, subject: Subject, found: InLayer, threshold: float) -> Verdict:
    """A ceiling on height, storeys, density and the like, in and around a layer."""
    sure = presence(subject, found, rule.within_m)
    measured = subject.attributes.get(rule.measure)
    if sure is Outcome.PASS:  # beyond its reach the limit asks nothing
        return _verdict(rule, subject, Outcome.PASS, measured, None, found)
    if measured is None or math.isnan(measured):
        return _verdict(rule, subject, Outcome.UNKNOWN, None, threshold, found, (no_measure(rule),))
    low, high = subject.could_be.get(rule.measure, (measured, measured))
    if measured <= threshold and high <= threshold:
        return _verdict(rule, subject, Outcome.PASS, measured, threshold, found)
    if sure is Outcome.UNKNOWN or not (measured > threshold and low > threshold):
        return _verdict(rule, subject, Outcome.UNKNOWN, measured, threshold, found, (ON_SITE,))
    return _verdict(rule, subject, Outcome.FAIL, measured, threshold, found)
