"""What every register is judged by: the importer's reach, the regions there are, what stood in the rows before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from hemei.core.access import Actor, Scope, scope_of
from hemei.core.actions.register.layout import Sheet
from hemei.core.actions.register.naming import Instead, Unlike, alike, likely, nearest, ordinal
from hemei.core.actions.register.sheet import Line
from hemei.core.models import ChangeKind, Region, RegionChange, RowOutcome
from hemei.core.personal import fingerprint
from hemei.core.queries.regionchange import gone
from hemei.core.queries.regions import Bounds, bounds_of, groups_listed, names
from hemei.engines.tables import BadCell
from hemei.terms.personal import id_number_is_consistent, last_four, mask_id, mask_phone
from hemei.terms.region import BadRegionCode, Level, RegionCode, contains

PARTED, PARTED_CODE = re.compile(r"[-.·/]"), re.compile(r"\d{2,6}(?:[-.·/]\d{2,6})+")
WIDER = re.compile(r"[\u3400-\u9fff]+[省市州盟]")
Reference = int | str  # the key of a row that is there, or the register key of one that comes in this batch


@dataclass
class Judged:
    """What a row means: what it would do, and to which row."""

    outcome: str
    key: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    personal: dict[str, Any] = field(default_factory=dict)
    target: int | None = None
    before: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    remedy: str = ""


@dataclass
class Desk:
    """Where a batch is judged. Carries what later registers ask of earlier ones."""

    by: Actor
    district: str
    within: Scope
    regions: dict[str, str]
    groups: dict[str, list[str]] = field(default_factory=dict)  # village → its groups, where they are listed
    full: dict[str, list[str]] = field(default_factory=dict)  # names with what they lie in, as far as asked for
    guesses: dict[str, str | None] = field(default_factory=dict)  # a name that is none → the code it may mean
    bounds: Bounds | None = None  # the box around the district, where its boundary is known: west, south, east, north
    gone: dict[str, RegionChange] = field(default_factory=dict)  # code that is no more → what became of it
    references: dict[str, dict[str, Reference]] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    said: dict[str, int] = field(default_factory=dict)  # by key, the hash of the first row that has it
    sheet: Sheet = field(default_factory=lambda: Sheet("", ""))

    def reaches(self, code: str, matter: str = "") -> bool:
        """Whether the importer may write there: what belongs to `matter`, or what belongs to none."""
        matter = matter or self.within.matter_at(code)
        return contains(self.district, code) and self.within.covers(code, matter)

    def region(self, said: str, matter: str = "") -> str:
        """The code of a region named by code or by a name that stands once. Raises BadCell."""
        digits = PARTED.sub("", said) if PARTED_CODE.fullmatch(said) else said
        code = self.code(digits) if digits.isascii() and digits.isdigit() else self._named(said)
        if not self.reaches(code):
            raise BadCell(
                _("%(code)s 不在您可以导入的范围内。") % {"code": said}, _("请核对区划代码，或请上级导入这一行。")
            )
        if matter and not self.reaches(code, matter):
            raise BadCell(
                _("您在 %(code)s 的岗位不管这类对象或事项。") % {"code": said}, _("请交给负责这个事项的人导入。")
            )
        if code in self.gone:
            raise self._changed(said, code)
        if code not in self.regions:
            raise BadCell(
                _("区划里没有 %(code)s。") % {"code": said},
                _("请核对代码；如果是新设的村或网格，请先把它写进区划表一起导入。"),
            )
        return code

    def village(self, said: str, matter: str = "", *, least: Level = Level.VILLAGE) -> str:
        """The code of a village or a grid: whoever lives or stands somewhere does so in one. Raises BadCell.

        `least` is a wider level that will do: an old ledger may know no more than the township.
        """
        code = self.region(said, matter)
        if len(code) >= least:
            return code
        raise BadCell(
            _("“%(said)s”是%(name)s，没有写到村。") % {"said": said, "name": self.regions[code]},
            _("请填村的名称或 12 位代码；数字显示成 4.29E+11 的，后几位已经丢失，要重新填写。"),
        )

    def _former(self, said: str) -> str | None:
        """The old code of a village that had this name."""
        names = Region.objects.filter(code__in=self.gone, name=said).values_list("code", flat=True)
        return next(iter(names), None)

    def _changed(self, said: str, code: str) -> BadCell:
        """An old code: where one stands for it, a person may have it read as that."""
        change = self.gone[code]
        named = {"code": said, "on": change.on.isoformat(), "document": change.document, "new": change.new}
        reason = _("%(code)s 已于 %(on)s 变更（%(document)s）。") % named
        if change.kind == ChangeKind.SPLIT or change.new not in self.regions:
            return BadCell(reason, _("请改填现在的代码，例如 %(new)s。") % named)
        return Unlike(
            reason,
            _("请改填 %(new)s。") % named,
            Instead("region", said, change.new, f"{self.regions[change.new]}（{change.new}）"),
        )

    @staticmethod
    def code(said: str) -> str:
        try:
            return str(RegionCode.parse(said))
        except BadRegionCode as fault:
            raise BadCell(
                _("“%(code)s”不是区划代码。") % {"code": said},
                _("请填 6、9、12 或 15 位代码；统计用代码补零到 12 位也可以。"),
            ) from fault

    def _named(self, said: str) -> str:
        found = [code for code, name in self.regions.items() if name == said] or self._in_full(said)
        if len(found) == 1:
            return found[0]
        if found:
            raise BadCell(
                _("有 %(count)d 个地方叫“%(name)s”。") % {"count": len(found), "name": said},
                _("请改填代码：%(codes)s；或连乡镇一起写，例如“%(example)s”。")
                % {
                    "codes": "、".join(f"{code}（{self._township(code)}）" for code in sorted(found)[:5]),
                    "example": f"{self._township(min(found))}{said}",
                },
            )
        if code := self._former(said):
            raise self._changed(said, code)
        reason = _("区划里没有叫“%(name)s”的地方。") % {"name": said}
        if said not in self.guesses:
            self.guesses[said] = likely(said, self.regions)
        if (code := self.guesses[said]) is None:
            raise BadCell(reason, _("请填写村的区划代码。"))
        name = self.regions[code]
        hint = _("是不是“%(name)s”（%(code)s）？请改好后重新导入。") % {"name": name, "code": code}
        raise Unlike(reason, hint, Instead("region", said, code, name))

    def _township(self, code: str) -> str:
        return self.regions.get(code[: Level.TOWNSHIP], "")

    def _in_full(self, said: str) -> list[str]:
        """The regions whose name stands behind those of what they lie in: 青石镇上河村, with or without the district,
        and the province before that."""
        if not self.full:
            for code, name in self.regions.items():
                above = [
                    self.regions.get(code[:level], "")
                    for level in (Level.DISTRICT, Level.TOWNSHIP)
                    if level < len(code)
                ]
                for start in range(len(above)):
                    self.full.setdefault(alike("".join(above[start:]) + name), []).append(code)
                if len(above) > 1:
                    self.full.setdefault(alike(above[0] + name), []).append(code)
        plain, district = alike(said), alike(self.regions.get(self.district, ""))
        before, named, rest = plain.partition(district) if district else ("", "", "")
        if named and WIDER.fullmatch(before):
            plain = named + rest
        return list(dict.fromkeys(self.full.get(plain, ())))

    def group(self, region: str, said: str | None) -> str | None:
        """A villagers' group as the register of regions writes it, where it lists the village's groups. Raises BadCell.

        第1组, 1组 and 一组 are one group; any other difference is for a person.
        """
        listed = self.groups.get(region[: Level.VILLAGE], [])
        if not said or not listed or said in listed:
            return said
        same = [group for group in listed if ordinal(group) and ordinal(group) == ordinal(said)]
        if len(same) == 1:
            return same[0]
        named = {"village": self.regions.get(region, region), "group": said, "groups": "、".join(listed[:30])}
        reason, remedy = _("%(village)s没有“%(group)s”。") % named, _("这个村登记的组有：%(groups)s。") % named
        near = nearest(said, listed)
        raise Unlike(reason, remedy, Instead("group", said, near, near)) if near else BadCell(reason, remedy)

    def once(self, key: str, line: Line) -> None:
        """Raise BadCell where this key stood in an earlier row of the batch."""
        earlier = self.seen.setdefault(key, line.where)
        if earlier != line.where:
            file, _colon, number = earlier.rpartition(":")
            raise BadCell(
                _("与 %(file)s 第 %(row)s 行重复。") % {"file": file, "row": number},
                _("请保留一行，删去或改正另一行。"),
            )

    def said_again(self, key: str, line: Line) -> bool:
        """Whether an earlier row of the batch has said of this key just what this one says."""
        told = hash(tuple(sorted(line.values.items())))
        return self.said.setdefault(key, told) == told and key in self.seen

    def refer(self, register: str, key: str) -> Reference | None:
        return self.references.get(register, {}).get(key)

    def know(self, register: str, key: str, reference: Reference) -> None:
        self.references.setdefault(register, {})[key] = reference


def desk_for(by: Actor, district: str) -> Desk:
    """The desk of a person: what they may import, and in which regions."""
    within = reach_of(by, "register.import")
    inside = within.narrowed(district)
    known, listed = names(within=inside), groups_listed(within=inside)
    return Desk(by, district, within, known, listed, gone=gone(within=inside), bounds=bounds_of(within=inside))


def reach_of(by: Actor, verb: str) -> Scope:
    """Where `by` may do `verb`; the command line reaches everywhere."""
    return scope_of(by, verb)


def judge_each(lines: Sequence[Line], judge: Callable[[Line], Judged]) -> list[Judged]:
    """Judge rows one by one; what cannot stand is refused with its reason and remedy."""
    return [_judged(line, judge) for line in lines]


def _judged(line: Line, judge: Callable[[Line], Judged]) -> Judged:
    if line.faults:
        return refused(*line.faults)
    try:
        return judge(line)
    except BadCell as bad:
        return refused(bad)


def refused(*faults: BadCell) -> Judged:
    remedies = dict.fromkeys(fault.remedy for fault in faults if fault.remedy)
    instead = [asdict(fault.instead) for fault in faults if isinstance(fault, Unlike)]
    told = {"instead": instead} if instead else {}
    reason = strung(fault.reason for fault in faults)
    return Judged(RowOutcome.REFUSED, values=told, reason=reason, remedy=strung(remedies))


def strung(sentences: Iterable[str]) -> str:
    """Several sentences as one, with one full stop."""
    *first, last = [*sentences] or [""]
    return "；".join([*(said.rstrip("。") for said in first), last])


def compared(key: str, values: dict[str, Any], target: int, now: Mapping[str, Any], **more: Any) -> Judged:
    """A row for something that is there: CHANGED with what differs, else UNCHANGED. What is empty says nothing."""
    before = {name: now.get(name) for name, value in values.items() if value is not None and now.get(name) != value}
    if not before:
        return Judged(RowOutcome.UNCHANGED, key, target=target)
    return Judged(RowOutcome.CHANGED, key, values, target=target, before=before, **more)


def identity(number: str | None) -> dict[str, Any]:
    """What is kept of a citizen ID number: its fingerprint, its end, and whether it is doubtful (待核)."""
    if not number:
        return {}
    number = number.upper()
    return {
        "id_fingerprint": fingerprint(number),
        "id_last4": last_four(number),
        "id_doubtful": not id_number_is_consistent(number),
    }


def shown(number: str | None, phone: str | None) -> dict[str, str]:
    """How personal numbers appear in a preview."""
    last = mask_id(last_four(number.upper())) if number else ""
    masked = {"id_number": last, "phone": mask_phone(phone) if phone else ""}
    return {name: text for name, text in masked.items() if text}
