"""Rules: one clause made computable, declared in YAML; an author's mistake is refused with file and line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hemei.terms.clause import Clause
from hemei.terms.day import meet
from hemei.terms.measure import Measure
from hemei.terms.verdict import Kind

from .parameters import Parameter
from .yaml_lines import Entry, LawError, meant, read_entries

KEYS = (
    "id", "title", "kind", "clause", "also", "layer", "class", "within_m", "measure", "unit", "threshold", "uses",
    "works", "allows", "approvals", "priority", "from", "to", "note",
)  # fmt: skip
PRIORITIES = ("baseline", "zone", "list")
WORK_TITLES = {
    "existing": "现状建筑",
    "new": "新建",
    "rebuild": "改建、翻建",
    "extend": "扩建",
    "repair": "维修加固",
    "necessary_in_place": "原有居民不扩大规模的必要住房",
    "public_project": "公共项目",
    "linear_works": "无法避让的线性基础设施",
    "water_works": "供水和保护水源的设施",
    "flood_works": "防洪设施",
    "scenic_support": "参观旅游的必要配套设施",
    "settlement": "新建村镇、学校、集市等公共场所",
}
"""Kinds of work, in words. Lists name these: public projects as well as houses."""
WORKS = tuple(WORK_TITLES)
USE_TITLES = {"house": "住房", "public": "公共建筑", "production": "生产建筑", "ancillary": "附属用房"}
USES = tuple(USE_TITLES)
APPROVALS = {
    "farmland_conversion": "农用地转用审批",
    "forest_land_use": "使用林地审核同意",
    "river_authority": "河道主管机关同意",
    "redline_opinion": "符合生态保护红线内允许有限人为活动的认定意见",
}
"""Approvals in words. A district's own is written by its Chinese name."""
EVERYWHERE = "everywhere"
"""The layer of a rule that holds in the whole district."""
PLACED = (Measure.AREA, Measure.SHARE, Measure.DISTANCE)
"""Measures of a building against a layer; all others are the building's own."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What `kind` does where `layer` (and `class`) is, for some uses and kinds of work.

    `threshold` is the id of a parameter or a number. `within_m` is the distance from the layer inside which a limit on
    density, height or the like applies (0: only on the layer itself). `allows` and `approvals` are what an `allow-only`
    rule lets through. Rules of an earlier `priority` are shown first and win a tie in what binds.
    """

    id: str
    title: str
    kind: Kind
    clause: str
    also: tuple[str, ...]
    layer: str
    of: str
    within_m: float
    measure: Measure
    threshold: str | float
    uses: frozenset[str]
    works: frozenset[str]
    allows: frozenset[str]
    approvals: frozenset[str]
    priority: str
    start: date
    end: date | None
    note: str

    def holds(self, on: date) -> bool:
        """Whether the rule holds on a day; both ends count."""
        return self.start <= on and (self.end is None or on <= self.end)

    @property
    def needs_ground(self) -> bool:
        """Whether it asks what lies inside the layer, which lines and points cannot tell."""
        return self.measure is not Measure.DISTANCE and self.within_m == 0.0


@dataclass(frozen=True, slots=True)
class Known:
    """What a rule may speak of: clauses, numbers, and the classes of each layer."""

    clauses: Mapping[str, Clause]
    parameters: Mapping[str, Parameter]
    classes: Mapping[str, tuple[str, ...]]


def read_rules(paths: Sequence[Path], known: Known) -> tuple[Rule, ...]:
    """The rules of some files, baseline before zone before list. Raises LawError.

    Two versions of one id are allowed where their dates neither overlap nor leave a gap.
    """
    made: list[tuple[Rule, Entry]] = []
    for path in paths:
        for entry in read_entries(path):
            rule = _rule(entry, known)
            for other, _ in made:
                if other.id == rule.id and meet((other.start, other.end), (rule.start, rule.end)):
                    raise LawError(entry, f"规则 {rule.id} 的两个版本在同一天都有效：请给旧版写 to，或换一个 id")
            made.append((rule, entry))
    _refuse_gaps(made)
    _refuse_numbers_without_a_rule([rule for rule, _ in made], known)
    return tuple(sorted((rule for rule, _ in made), key=lambda rule: (PRIORITIES.index(rule.priority), rule.id)))


def approvals_of(rules: Iterable[Rule]) -> dict[str, str]:
    """The approvals that some rules ask for, by name and by title."""
    names = sorted({name for rule in rules for name in rule.approvals})
    return {name: name for name in names} | {APPROVALS[name]: name for name in names if name in APPROVALS}


def approvals_in(cell: str) -> list[str]:
    """The approvals named in one cell, divided by blanks, commas or 、.

    >>> approvals_in("forest_land_use，河道主管机关同意")
    ['forest_land_use', '河道主管机关同意']
    """
    return [word for word in re.split(r"[\s,，、;；]+", cell) if word]


def _refuse_gaps(made: Sequence[tuple[Rule, Entry]]) -> None:
    for rule, entry in made:
        earlier = [other for other, _ in made if other.id == rule.id and other.start < rule.start]
        if earlier and not any(other.end and (rule.start - other.end).days == 1 for other in earlier):
            last = max(other.end for other in earlier if other.end)
            raise LawError(entry, f"规则 {rule.id} 的两个版本之间有空档（前一版到 {last}）：请把 from 接上")


def _refuse_numbers_without_a_rule(rules: Sequence[Rule], known: Known) -> None:
    """A number that begins before the rules that ask for it, or after them, has a slip of the pen in its day."""
    for number in known.parameters.values():
        for dated in number.values:
            users = [rule for rule in rules if rule.threshold == number.id and dated.of[0] in ("", rule.of)]
            if not users:
                continue
            named = "、".join(dict.fromkeys(rule.id for rule in users))
            first, ends = min(rule.start for rule in users), [rule.end for rule in users]
            if dated.start < first:
                said = (
                    f"from: {dated.start} 早于规则 {named} 的第一天 {first}：请改成 from: {first}，或把规则的 from 提前"
                )
                raise LawError(dated.place, said)
            last = max((end for end in ends if end is not None), default=first)
            if None not in ends and dated.start > last:
                said = f"from: {dated.start} 晚于规则 {named} 的最后一天 {last}：请删去这一条，或把规则的 to 推后"
                raise LawError(dated.place, said)


def _rule(entry: Entry, known: Known) -> Rule:
    entry.only(*KEYS)
    kind = Kind(entry.one_of("kind", [*Kind]))
    measure = Measure(entry.one_of("measure", [*Measure]))
    if entry.need_text("unit") != measure.unit:
        said = (
            f"{measure.label}的单位是 {measure.unit}，这里写的是 {entry['unit']}：请写成 unit: {_quoted(measure.unit)}"
        )
        raise LawError(entry, said, "unit")
    also = entry.words("also")
    if entry.get("clause") in also:
        raise LawError(entry, f"also: {entry['clause']} 已经写在 clause 里，请删去一个", "also")
    for key, clause in (("clause", entry.need_text("clause")), *(("also", clause) for clause in also)):
        if clause not in known.clauses:
            said = f"没有登记过的条款：{clause}；请先写进 clauses.yaml{meant(clause, known.clauses)}"
            raise LawError(entry, said, key)
    start, end = _dates(entry, known.clauses[entry.text("clause")])
    layer, of = _layer(entry, known)
    made = Rule(
        id=entry.name(),
        title=entry.need_text("title"),
        kind=kind,
        clause=entry.text("clause"),
        also=also,
        layer=layer,
        of=of,
        within_m=entry.number("within_m", 0.0) or 0.0,
        measure=measure,
        threshold=_threshold(entry, measure, of, known),
        uses=frozenset(entry.words("uses", USES)),
        works=frozenset(entry.words("works", WORKS)),
        allows=frozenset(entry.words("allows", WORKS)),
        approvals=frozenset(_approvals(entry)),
        priority=entry.one_of("priority", PRIORITIES, "baseline"),
        start=start,
        end=end,
        note=entry.text("note"),
    )
    _refuse_nonsense(entry, made)
    _refuse_what_is_no_number(entry, made, known)
    return made


def _approvals(entry: Entry) -> tuple[str, ...]:
    words = entry.words("approvals")
    strange = [word for word in words if word not in APPROVALS and word.isascii()]
    if strange:
        said = f"approvals: {'、'.join(strange)} 不认识，可用：{'、'.join(APPROVALS)}"
        raise LawError(entry, f"{said}；区里自己的审批请直接写中文名称", "approvals")
    return words


def _quoted(unit: str) -> str:
    return f'"{unit}"' if unit.isdigit() else unit


def _dates(entry: Entry, clause: Clause) -> tuple[date, date | None]:
    start, end = entry.day("from") or clause.valid_from, entry.day("to")
    if end is not None and end < start:
        raise LawError(entry, "to 早于 from", "to")
    if start < clause.valid_from:
        raise LawError(entry, f"from 早于条款 {clause.id} 的生效日 {clause.valid_from}", "from")
    if clause.valid_to is not None and (end is None or end > clause.valid_to):
        raise LawError(entry, f"条款 {clause.id} 到 {clause.valid_to} 为止，规则请写 to: {clause.valid_to}", "to")
    return start, end


def _layer(entry: Entry, known: Known) -> tuple[str, str]:
    layer, of = entry.need_text("layer"), entry.text("class")
    if layer not in known.classes:
        raise LawError(
            entry,
            f"没有声明过的图层：{layer}，有：{'、'.join(sorted(known.classes))}{meant(layer, known.classes)}",
            "layer",
        )
    if of and of not in known.classes[layer]:
        said = "、".join(known.classes[layer]) or "（没有分类）"
        raise LawError(entry, f"图层 {layer} 没有类别“{of}”，有：{said}", "class")
    return layer, of


def _threshold(entry: Entry, measure: Measure, of: str, known: Known) -> str | float:
    value = entry.get("threshold")
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value != 0:
            raise LawError(entry, "规则里不写数值：请在参数文件中按日期登记，这里写参数的 id（0 除外）", "threshold")
        if measure not in (Measure.AREA, Measure.SHARE):
            raise LawError(entry, f"{measure.label}的限值不能是 0：请登记一个参数，这里写它的 id", "threshold")
        return 0.0
    if value is None:
        raise LawError(entry, "缺少 threshold：请写参数的 id（图层内面积、占比可以写 0）", "threshold")
    name = entry.text("threshold")
    if name not in known.parameters:
        number = "；数值不写在规则里，请在参数文件中按日期登记，这里写参数的 id" if name[:1].isdigit() else ""
        said = f"没有这个参数：{name}；请先写进 parameters.yaml{number}{meant(name, known.parameters)}"
        raise LawError(entry, said, "threshold")
    value = name
    parameter = known.parameters[value]
    if parameter.unit != measure.unit:
        said = f"参数 {value} 的单位是 {parameter.unit}，{measure.label}要用 {measure.unit}"
        raise LawError(entry, said, "threshold")
    if parameter.values and not any(dated.of[0] in ("", of) for dated in parameter.values):
        said = "、".join(dict.fromkeys(dated.of[0] for dated in parameter.values))
        asked = f"没有类别“{of}”的数值" if of else "按类别登记，规则要写 class"
        raise LawError(entry, f"参数 {value} {asked}，有：{said}", "threshold")
    return value


def _refuse_what_is_no_number(entry: Entry, rule: Rule, known: Known) -> None:
    """A rule whose number ends earlier than itself would become 未配置 one day, in silence; a distance of 0 is none.

    A number may begin later than its rule: the district set it then, and of the days before nothing is said.
    """
    if isinstance(rule.threshold, float):
        return
    number = known.parameters[rule.threshold]
    values = [dated for dated in number.values if dated.of[0] in ("", rule.of)]
    if not values:
        return
    for dated in values:
        if rule.measure is Measure.DISTANCE and dated.value == 0:
            said = f"value: 规则 {rule.id} 的距离是 0 米，等于没有限值：请写大于 0 的米数；还没有数值的，不写这一条"
            raise LawError(dated.place, said)
    ends = [dated.end for dated in values]
    last = max((end for end in ends if end is not None), default=None)
    if last is not None and None not in ends and (rule.end is None or rule.end > last):
        said = f"参数 {number.id} 的数值到 {last} 为止，此后没有：请补一条，或给规则写 to: {last}"
        raise LawError(entry, said, "threshold")


def _refuse_nonsense(entry: Entry, rule: Rule) -> None:
    """What can be written and means nothing."""
    if rule.kind is Kind.ALLOW_ONLY and not (rule.allows or rule.approvals):
        raise LawError(entry, "allow-only 要写明允许什么（allows 或 approvals）", "kind")
    if rule.kind is not Kind.ALLOW_ONLY and (rule.allows or rule.approvals):
        raise LawError(entry, f"allows 和 approvals 只用于 allow-only，这里是 {rule.kind}", "kind")
    if rule.kind is Kind.ALLOW_ONLY and rule.measure not in (Measure.AREA, Measure.SHARE):
        raise LawError(entry, "allow-only 按图层内的面积或占比判定，measure 请写 area 或 share", "measure")
    if rule.kind is Kind.LIMIT and rule.measure in PLACED:
        said = f"limit 只用于建筑自己的量（高度、层数、密度等）；{rule.measure.label}请用 deny 或 warn"
        raise LawError(entry, said, "kind")
    if rule.kind is Kind.DENY and rule.measure not in PLACED:
        said = f"deny 按面积、占比或距离判定；{rule.measure.label}的上限请用 limit（只作提示用 warn）"
        raise LawError(entry, said, "kind")
    if rule.layer == EVERYWHERE and rule.measure in PLACED:
        raise LawError(entry, f"layer: everywhere 不能量{rule.measure.label}，请写明是哪个图层", "measure")
    if rule.within_m > 0.0 and (rule.measure in PLACED or rule.layer == EVERYWHERE):
        raise LawError(entry, f"within_m 只用于图层周围的限值（高度、密度等），不用于{rule.measure.label}", "within_m")
