"""What a permit is held against, gate by gate, each with its clause. Pure: facts in, outcomes out.

Nothing is refused here. `unknown` never passes; what the district has not configured says so and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.law.book import NATIONAL
from hemei.law.clauses import read_clauses
from hemei.terms.clause import Clause
from hemei.terms.verdict import Outcome

Text = str | Promise
PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
OLD_HOUSE = frozenset({"rebuild", "extend", "storey", "dangerous", "relocate", "ecological"})
"""Kinds of work that concern a house which already stands."""
SETTLED_BY_STEPS = frozenset({"building.G11", "building.G12", "building.G15"})
"""Gates that open by themselves once meeting, notice and agreement are recorded."""
OPENED_BY_THE_NEXT = frozenset({"building.G15"})
"""Those of them that fail until then; the others are unknown until then, and where they fail somebody has to act."""


@cache
def clause(key: str) -> Clause:
    return read_clauses(NATIONAL / "clauses.yaml", Path(__file__).parent / "clauses.yaml")[key]


@dataclass(frozen=True, slots=True)
class Limit:
    """A number that the district set, or our own assumption; None where nobody has set it."""

    value: float | None
    ours: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the gates look at. None and "" mean that nobody knows."""

    work: str
    land: str
    plot_m2: float
    storeys: int
    design: str
    conversion: str = ""  # document numbers
    forest: str = ""  # yes, no or ""
    forest_consent: str = ""
    reserve: str = ""
    reserve_consent: str = ""
    old_house: bool = False  # whether the house that it concerns is named
    old_grade: str = ""
    old_protected: bool | None = None
    protection_known: bool = False  # whether anybody registers protected houses
    old_fate: str = ""
    other_homesteads: int | None = None  # None: the household cannot be looked up
    other_offices: tuple[str, ...] = ()  # where those are registered: whom to ask, no more
    other_permits: int = 0
    verdicts: tuple[tuple[str, Outcome], ...] | None = None  # what the control map says, rule by rule
    unset: frozenset[str] = frozenset()  # rules for which the district has no layer or number
    convened: str = ""
    entitled: int = 0
    present: int = 0
    in_favour: int = 0
    notice_worked_days: int | None = None  # None: not closed yet
    objections_open: bool = False
    relocation: frozenset[str] = frozenset()  # stages of an ecological relocation that are reached
    builder: str = ""  # craftsman, firm or ""
    builder_certified: bool | None = None
    area_farmland: Limit = Limit(None)
    area_other: Limit = Limit(None)
    storeys_max: Limit = Limit(None)
    style: str = ""  # of the place, "" where nobody has set one
    style_document: str = ""
    style_is_limit: bool = False
    style_apart: tuple[str, ...] = ()  # what departs from it
    style_unsaid: tuple[str, ...] = ()  # what it asks and nobody has filed
    notice_days: Limit = Limit(None)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a gate says: the outcome, in words, and whether an unknown must be settled on site first."""

    outcome: Outcome
    said: str
    decides: bool = True
    assumed: bool = False
    key: str = ""  # tells this answer from another of the gate, where its words do not


@dataclass(frozen=True, slots=True)
class Gate:
    id: str
    title: Text
    clause: str
    ask: Callable[[Facts], Answer | None]  # None: does not concern this kind of work
    before: str = "permit.approve"  # the step that it stands before


@dataclass(frozen=True, slots=True)
class Passage:
    """A gate with its answer for one permit."""

    gate: Gate
    answer: Answer

    @property
    def clause(self) -> Clause:
        return clause(self.gate.clause)


GATES: list[Gate] = []


def gate(key: str, title: Text, clause: str, before: str = "permit.approve") -> Callable[..., Callable[..., Answer]]:
    def declare(ask: Callable[..., Answer]) -> Callable[..., Answer]:
        GATES.append(Gate(key, title, clause, ask, before))
        return ask

    return declare


def passages(facts: Facts, before: str | None = None) -> list[Passage]:
    """Every gate that concerns this permit, or only those before a step."""
    asked = ((one, one.ask(facts)) for one in GATES if before in (None, one.before))
    return [Passage(one, answer) for one, answer in asked if answer is not None]


def _unset(what: str) -> Answer:
    return Answer(UNKNOWN, _("%(what)s：未配置") % {"what": what}, decides=False)


@gate("building.G01", gettext_lazy("一户一宅"), "land.62")
def one_homestead(facts: Facts) -> Answer:
    if facts.other_permits:
        return Answer(FAIL, _("这一户另有在办或已批准的建房申请 %(n)d 件") % {"n": facts.other_permits})
    if facts.other_homesteads is None:
        return Answer(UNKNOWN, _("这一户没有登记证件号，查不到在别村有没有住宅"))
    if facts.other_homesteads:
        said = {"n": facts.other_homesteads, "offices": _("、").join(facts.other_offices)}
        return Answer(FAIL, _("登记簿里这一户另有住宅 %(n)d 处，请问%(offices)s") % said)
    return Answer(PASS, _("登记簿里没有查到另外的住宅"))


@gate("building.G02", gettext_lazy("宅基地面积"), "land.62")
def area(facts: Facts) -> Answer:
    if not facts.land:
        return Answer(UNKNOWN, _("地类没有查明"))
    limit = facts.area_farmland if facts.land == "farmland" else facts.area_other
    if limit.value is None:
        return _unset(_("面积标准"))
    said = _("申请 %(asked)s 平方米，标准 %(limit)s 平方米") % {
        "asked": f"{facts.plot_m2:g}",
        "limit": f"{limit.value:g}",
    }
    return Answer(PASS if facts.plot_m2 <= limit.value else FAIL, said, assumed=limit.ours)


@gate("building.G03", gettext_lazy("层数"), "homestead.2019-6")
def storeys(facts: Facts) -> Answer:
    if facts.storeys_max.value is None:
        return _unset(_("层数上限"))
    said = _("申请 %(asked)d 层，上限 %(limit)d 层") % {"asked": facts.storeys, "limit": facts.storeys_max.value}
    return Answer(PASS if facts.storeys <= facts.storeys_max.value else FAIL, said, assumed=facts.storeys_max.ours)


@gate("building.G04", gettext_lazy("有设计"), "villages.21")
def design(facts: Facts) -> Answer:
    if facts.storeys < 2:
        return Answer(PASS, _("一层，不要求专门设计"))
    if facts.design in ("pattern", "unit"):
        return Answer(PASS, _("选用图集") if facts.design == "pattern" else _("有资质的单位设计"))
    return Answer(FAIL, _("二层以上没有选用图集，也没有写明设计单位"))


@gate("building.G05", gettext_lazy("农用地转用"), "land.44")
def conversion(facts: Facts) -> Answer:
    if not facts.land:
        return Answer(UNKNOWN, _("地类没有查明"))
    if facts.land != "farmland":
        return Answer(PASS, _("不占农用地"))
    if facts.conversion:
        return Answer(PASS, _("转用批文 %(number)s") % {"number": facts.conversion})
    return Answer(FAIL, _("占用农用地，没有转用批文"))


def _consent(inside: str, document: str, where: str) -> Answer:
    if inside == "no":
        return Answer(PASS, _("不在%(where)s范围内") % {"where": where})
    if inside == "yes" and document:
        return Answer(PASS, _("同意文件 %(number)s") % {"number": document})
    if inside == "yes":
        return Answer(FAIL, _("在%(where)s范围内，没有同意文件") % {"where": where})
    return Answer(UNKNOWN, _("是不是在%(where)s范围内没有查明") % {"where": where})


@gate("building.G06", gettext_lazy("占用林地同意"), "forest.37")
def forest(facts: Facts) -> Answer:
    return _consent(facts.forest, facts.forest_consent, _("林地"))


@gate("building.G07", gettext_lazy("国家公园、保护区同意"), "reserve.2026-830")
def reserve(facts: Facts) -> Answer:
    return _consent(facts.reserve, facts.reserve_consent, _("国家公园或自然保护区"))


def _some(rules: Sequence[str]) -> str:
    """The first three, and how many there are where there are more."""
    named = _("、").join(rules[:3])
    return _("%(rules)s 等 %(n)d 条") % {"rules": named, "n": len(rules)} if len(rules) > 3 else named


def _unclear(rules: Sequence[str], unset: frozenset[str]) -> str:
    """What is to be measured there first, then what nobody can measure against."""
    asked = [rule for rule in rules if rule not in unset]
    nowhere = [rule for rule in rules if rule in unset]
    said = [_("要到现场量：%(rules)s") % {"rules": _some(asked)}] if asked else []
    if nowhere:
        said.append(_("图层或数值未配置，要到现场看：%(rules)s") % {"rules": _some(nowhere)})
    return _("；").join(said)


@gate("building.G08", gettext_lazy("管控规则"), "planning.41")
def control(facts: Facts) -> Answer:
    if facts.verdicts is None:
        return Answer(UNKNOWN, _("管控图：未配置，要到现场量"))
    failed = [rule for rule, outcome in facts.verdicts if outcome is FAIL]
    unclear = [rule for rule, outcome in facts.verdicts if outcome is UNKNOWN]
    key = sha256("\n".join([*failed, "", *unclear]).encode()).hexdigest()[:16]
    if failed:
        return Answer(FAIL, _("不符合：%(rules)s") % {"rules": _some(failed)}, key=key)
    if unclear:
        return Answer(UNKNOWN, _unclear(unclear, facts.unset), key=key)
    return Answer(PASS, _("%(n)d 条规则都符合") % {"n": len(facts.verdicts)})


@gate("building.G09", gettext_lazy("危房属实"), "homestead.2019-6")
def dangerous(facts: Facts) -> Answer | None:
    if facts.work != "dangerous":
        return None
    if not facts.old_grade:
        return Answer(UNKNOWN, _("旧房没有登记鉴定等级"))
    said = _("旧房鉴定为 %(grade)s 级") % {"grade": facts.old_grade}
    return Answer(PASS if facts.old_grade in "CD" else FAIL, said)


@gate("building.G10", gettext_lazy("旧房怎么处置"), "land.62")
def old_house(facts: Facts) -> Answer | None:
    if facts.work not in OLD_HOUSE:
        return None
    if facts.old_protected and facts.old_fate == "demolish":
        return Answer(FAIL, _("旧房受保护，不能拆"))
    if not facts.old_house or not facts.old_fate:
        return Answer(FAIL, _("没有写明是哪一处旧房、怎么处置"))
    if facts.old_fate == "demolish" and facts.protection_known and facts.old_protected is None:
        return Answer(UNKNOWN, _("旧房是不是受保护没有查明"))
    return Answer(PASS, _("旧房和处置办法已写明"))


QUORUM = {"villagers": (1, 2, True), "delegates": (2, 3, False), "households": (2, 3, False), "group": (2, 3, False)}
"""Kind of meeting → the share of those entitled that must come, and whether it must be exceeded."""


@gate("building.G11", gettext_lazy("集体讨论"), "villagers.28")
def collective(facts: Facts) -> Answer:
    if not facts.convened or not facts.entitled:
        return Answer(UNKNOWN, _("还没有登记会议"))
    part, whole, exceeded = QUORUM[facts.convened]
    came, needed = facts.present * whole, facts.entitled * part
    said = _("应到 %(entitled)d，到会 %(present)d，同意 %(favour)d") % {
        "entitled": facts.entitled,
        "present": facts.present,
        "favour": facts.in_favour,
    }
    quorate = came > needed if exceeded else came >= needed
    return Answer(PASS if quorate and facts.in_favour * 2 > facts.present else FAIL, said)


@gate("building.G12", gettext_lazy("公示期满、没有未处理的异议"), "land_rules.34")
def notice(facts: Facts) -> Answer:
    if facts.notice_worked_days is None:
        return Answer(UNKNOWN, _("公示还没有结束"))
    if facts.objections_open:
        return Answer(FAIL, _("有异议还没有处理"))
    if facts.notice_days.value is None:
        return _unset(_("公示天数"))
    said = _("公示了 %(days)d 个工作日，要求 %(limit)d 个") % {
        "days": facts.notice_worked_days,
        "limit": facts.notice_days.value,
    }
    enough = facts.notice_worked_days >= facts.notice_days.value
    return Answer(PASS if enough else FAIL, said, assumed=facts.notice_days.ours)


@gate("building.G14", gettext_lazy("风貌"), "planning.41")
def style(facts: Facts) -> Answer:
    if not facts.style:
        return _unset(_("这个地方的风貌"))
    named, rests_on = {"style": facts.style}, _("（%(document)s）") % {"document": facts.style_document}
    key = sha256("\n".join([facts.style, *facts.style_apart, "", *facts.style_unsaid]).encode()).hexdigest()[:16]
    if facts.style_apart:
        said = _("和“%(style)s”不合：%(what)s") % (named | {"what": _some(facts.style_apart)}) + rests_on
        if facts.style_is_limit:
            return Answer(FAIL, said, key=key)
        return Answer(UNKNOWN, said + _("，只作提醒"), decides=False, key=key)
    if facts.style_unsaid:
        said = _("合不合“%(style)s”看不出，没有填：%(what)s") % (named | {"what": _some(facts.style_unsaid)}) + rests_on
        return Answer(UNKNOWN, said, decides=facts.style_is_limit, key=key)
    return Answer(PASS, _("合“%(style)s”") % named + rests_on)


@gate("building.G15", gettext_lazy("生态搬迁的资格和协议"), "land_rules.36")
def relocation(facts: Facts) -> Answer | None:
    if facts.work != "ecological":
        return None
    needed = {"eligible": _("资格认定"), "agreed": _("签订搬迁协议")}
    if lacking := [name for stage, name in needed.items() if stage not in facts.relocation]:
        return Answer(FAIL, _("还没有登记：%(stages)s") % {"stages": _("、").join(lacking)})
    return Answer(PASS, _("资格已认定，协议已签"))


@gate("building.G13", gettext_lazy("持证工匠或有资质的单位"), "craftsmen.2023-5", before="permit.set_out")
def builder(facts: Facts) -> Answer:
    if facts.builder == "firm":
        return Answer(PASS, _("有资质的施工单位"))
    if facts.builder != "craftsman":
        return Answer(FAIL, _("还没有写明由谁施工"))
    if facts.builder_certified is None:
        return Answer(UNKNOWN, _("工匠名册里查不到他能不能上岗"))
    return Answer(
        PASS if facts.builder_certified else FAIL, _("工匠能上岗") if facts.builder_certified else _("工匠现在不能上岗")
    )
