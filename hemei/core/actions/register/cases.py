"""旧隐患台账: past findings and cases. Open ones stay open; closed ones end as 历史台账, never as accepted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from hemei.core.actions.register.bench import Bench
from hemei.core.actions.register.holdings import places_of
from hemei.core.actions.register.households import VILLAGE
from hemei.core.actions.register.judging import Desk, Judged, Reference, judge_each
from hemei.core.actions.register.layout import Sheet
from hemei.core.actions.register.places import identifier_fields, kind_of
from hemei.core.actions.register.sheet import Field, Line, choice, held_to
from hemei.core.errors import Mistaken
from hemei.core.lifecycle import PRESSING
from hemei.core.models import SEVERITY_NAMES, Case, CaseStep, Finding, Place, RowOutcome, StagedRow
from hemei.core.queries.duty import responsible_unit
from hemei.core.registry import registry
from hemei.core.roles import ROLES
from hemei.core.stepwise import batched
from hemei.core.wording import stored
from hemei.engines.tables import BadCell, as_code, as_date
from hemei.terms.day import day_of, start_of, today
from hemei.terms.region import Level, contains

SEVERITIES = {str(int(severity)): name for severity, name in SEVERITY_NAMES.items()}
LONGEST_CODE, LONGEST_TITLE, LONGEST_ID = 20, 160, 80
CLOSED_WORDS = ("办结", "销号", "完成", "已整改", "已整治", "闭环", "completed", "closed")
CASE = (
    *("id", "matter", "place_id", "region", "code", "title", "severity", "state", "unit_id", "found_at"),
    *("found_recorded_at", "due_on", "ended_at", "ended_recorded_at", "remedied_by", "historical", "source_id"),
    "opened_at",
)
STEP = (
    *("case_id", "verb", "from_state", "to_state", "at", "recorded_at", "actor", "account_id", "unit_id", "note"),
    "data",
)
FINDING = ("place_id", "region", "code", "severity", "at", "recorded_at", "case_id")


def fields(sheet: Sheet) -> list[Field]:
    if sheet.matter not in registry.programmes:
        known = "、".join(f"{key}（{programme.title}）" for key, programme in registry.programmes.items())
        raise Mistaken(
            _("%(file)s：请用 matter 写明是哪个事项的台账，可以写：%(known)s。") % {"file": sheet.file, "known": known},
            field="files",
            code="unknown_matter",
        )
    own = [
        Field("source_id", (lazy("台账编号"), "编号", "隐患编号", "序号"), as_code),
        Field("region", VILLAGE, as_code),
        *(identifier_fields(kind_of(sheet), also=()) if sheet.kind else ()),
        Field("code", (lazy("问题编号"), "问题代码"), as_code),
        Field("title", (lazy("问题"), "隐患描述", "问题描述", "隐患", "主要问题")),
        Field("severity", (lazy("严重程度"), "等级", "隐患等级"), choice(SEVERITIES), choices=SEVERITIES),
        Field("found_at", (lazy("发现日期"), "排查日期", "登记日期", "上报日期"), as_date, needed=True),
        Field("due_on", (lazy("整改期限"), "期限", "整治期限"), as_date),
        Field("ended_at", (lazy("办结日期"), "销号日期", "完成日期", "整改完成日期"), as_date),
        Field("status", (lazy("办理状态"), "状态", "是否办结", "整改情况")),
        Field("note", (lazy("备注"), "处理情况", "整改措施")),
    ]
    return held_to(own, Case, source_id=LONGEST_ID - 6)


def judge(lines: Sequence[Line], desk: Desk) -> list[Judged]:
    matter = desk.sheet.matter
    places = places_of(lines, desk, _systems(desk.sheet)) if desk.sheet.kind else {}
    numbers = [_number(line, desk) for line in lines]
    there = {case.source_id: case for case in Case.objects.filter(matter=matter, source_id__in=numbers)}
    regions = dict(
        Place.objects.filter(pk__in=[p for p in places.values() if isinstance(p, int)]).values_list("pk", "region")
    )
    by_line = dict(zip((line.where for line in lines), numbers, strict=True))

    def one(line: Line) -> Judged:
        said, number, place = line.values, by_line[line.where], places.get(line.where)
        of_place = regions.get(place) if isinstance(place, int) else desk.refer("regions of places", place or "")
        region = _region(said, of_place, desk)
        _check_days(said)
        values = {"matter": matter, "region": region, "place": place, "source_id": number, **_problem(said, desk.sheet)}
        values |= {name: said[name] for name in ("found_at", "due_on", "ended_at", "note") if name in said}
        if old := there.get(number):
            return _against(old, values, desk)
        return Judged(RowOutcome.NEW, f"{matter}|{number}", values)

    return judge_each(lines, one)


def _systems(sheet: Sheet) -> list[str]:
    return [one.name for one in identifier_fields(kind_of(sheet))]


def _number(line: Line, desk: Desk) -> str:
    """The row's own number, or one made from what it says; the second row of a number is "12-7#2"."""
    said = str(line.values.get("source_id") or "")[: LONGEST_ID - 6]
    if not said:
        content = json.dumps([desk.sheet.matter, line.values], sort_keys=True, ensure_ascii=False)
        said = hashlib.sha256(content.encode()).hexdigest()[:20]
    times = int(desk.refer("ledger numbers", said) or 0) + 1
    desk.know("ledger numbers", said, times)
    return said if times == 1 else f"{said}#{times}"


def _region(said: dict[str, Any], of_place: Reference | None, desk: Desk) -> str:
    if of_place:
        return desk.region(str(of_place), desk.sheet.matter)
    if "region" in said:
        return desk.village(said["region"], desk.sheet.matter, least=Level.TOWNSHIP)
    raise BadCell(_("没有写在哪个村，也没有能认出的房屋编号。"), _("请填写村代码，或填写已登记的房屋编号。"))


def _check_days(said: dict[str, Any]) -> None:
    found, ended = said["found_at"], said.get("ended_at")
    if max(found, ended or found) > today().isoformat():
        raise BadCell(_("日期在将来。"), _("请核对发现日期和办结日期。"))
    if ended and ended < found:
        raise BadCell(_("办结日期早于发现日期。"), _("请核对两个日期。"))
    status = str(said.get("status") or "").lower()
    if not ended and any(word in status for word in CLOSED_WORDS) and not any(no in status for no in ("未", "没")):
        raise BadCell(_("写着“%(status)s”，但没有办结日期。") % {"status": said["status"]}, _("请补上办结日期。"))


def _problem(said: dict[str, Any], sheet: Sheet) -> dict[str, Any]:
    """Code, title and severity: as the row says, else as the programme declares the code, else as `district.yaml`."""
    code = said.get("code") or sheet.code or f"{sheet.matter}.ledger"[:LONGEST_CODE]
    kind = registry.findings.get(code)
    title = said.get("title") or (stored(kind.title) if kind else "") or sheet.title
    severity = said.get("severity") or (str(int(kind.severity)) if kind else "") or choice(SEVERITIES)(sheet.severity)
    if not title:
        raise BadCell(_("没有写是什么问题。"), _("请填写“问题”一列，或在 district.yaml 里写 title。"))
    if not severity:
        raise BadCell(
            _("没有写严重程度。"), _("请填：一般、较重或紧急；整张表都一样时可在 district.yaml 里写 severity。")
        )
    return {"code": str(code)[:LONGEST_CODE], "title": str(title)[:LONGEST_TITLE], "severity": severity}


def _against(old: Case, values: dict[str, Any], desk: Desk) -> Judged:
    """A case that came before: only its end can be news; what was imported is never rewritten."""
    if not old.historical or not desk.reaches(old.region):
        raise BadCell(_("这个台账编号已被占用。"), _("请核对编号。"))
    if old.found_at is None or day_of(old.found_at).isoformat() != values["found_at"]:
        found = day_of(old.found_at) if old.found_at else ""
        raise BadCell(
            _("这个编号以前导入过，发现日期是 %(day)s。") % {"day": found},
            _("请核对编号和日期；已导入的记录不会被改写。"),
        )
    key = f"{old.matter}|{old.source_id}"
    if old.ended_at is None and values.get("ended_at") and old.state in ("found", "assigned"):
        before = {"state": old.state, "unit": old.unit_id, "region": old.region, "place": old.place_id}
        return Judged(RowOutcome.CHANGED, key, values, target=old.pk, before=before)
    return Judged(RowOutcome.UNCHANGED, key, target=old.pk)


@dataclass
class _Laying:
    """Cases on their way, and what the places they stand at will show."""

    bench: Bench
    units: dict[tuple[str, str], int | None] = field(default_factory=dict)
    states: dict[int, dict[int, str]] = field(default_factory=dict)  # place → case → state

    def unit(self, matter: str, region: str) -> int | None:
        """Who answers there: the unit with the nearest duty, those that come in this very batch included."""
        key = (matter, region)
        if key not in self.units:
            unit = responsible_unit(region=region, matter=matter, on=today())
            near = [(len(unit.region), unit.pk)] if unit else []
            for role, of_matter, where, answering in self.bench.duties:
                answers = "case.assign" in ROLES[role].rights and of_matter in ("*", matter)
                if answers and contains(where, region):
                    near.append((len(where), answering))
            self.units[key] = max(near, key=lambda one: one[0])[1] if near else None
        return self.units[key]

    def step(self, case: int, verb: str, before: str, after: str, at: datetime, unit: int | None, note: str) -> None:
        by = self.bench.by
        account = by.account.pk if by.account else None
        data = {"import": True}
        self.bench.insert(CaseStep, STEP).add(
            case, verb, before, after, at, self.bench.now, str(by), account, unit, note, data
        )


def lay(rows: Iterable[StagedRow], bench: Bench) -> None:
    laying = _Laying(bench)
    added, findings = bench.insert(Case, CASE), bench.insert(Finding, FINDING)
    bench.insert(CaseStep, STEP)
    ended = bench.update(Case, ["id", "state", "ended_at", "ended_recorded_at"])
    for row in rows:
        said = row.values
        ends = start_of(date.fromisoformat(said["ended_at"])) if said.get("ended_at") else None
        if row.outcome == RowOutcome.CHANGED:
            assert row.target is not None
            assert ends is not None
            laying.step(row.target, "case.file_away", row.before["state"], "imported", ends, row.before["unit"], "")
            ended.add(row.target, "imported", ends, bench.now)
            laying.states.setdefault(row.before["place"] or 0, {})[row.target] = "imported"
            continue
        place = bench.resolve("places", said["place"])
        found, severity = start_of(date.fromisoformat(said["found_at"])), int(said["severity"])
        unit = None if ends else laying.unit(said["matter"], said["region"])
        state = "imported" if ends else "assigned" if unit else "found"
        pk = bench.key(Case)
        due = date.fromisoformat(said["due_on"]) if said.get("due_on") else None
        added.add(
            *(pk, said["matter"], place, said["region"], said["code"], said["title"], severity, state, unit),
            *(found, bench.now, due, ends, bench.now if ends else None, "", True, said["source_id"], found),
        )
        findings.add(place, said["region"], said["code"], severity, found, bench.now, pk)
        note = said.get("note") or ""
        laying.step(pk, "case.open", "", "found", found, None, note)
        if ends:
            laying.step(pk, "case.file_away", "found", "imported", ends, None, "")
        elif unit:
            laying.step(pk, "case.assign", "found", "assigned", bench.now, unit, _("按区域自动交办"))
        laying.states.setdefault(place or 0, {})[pk] = state
    _colour(laying)


def _colour(laying: _Laying) -> None:
    """Each place shows its most pressing case, those on their way among them."""
    states = {place: cases for place, cases in laying.states.items() if place}
    for some in batched(states, 1_000):
        stored = Case.objects.filter(place__in=some).exclude(state="withdrawn")
        for place, case, state in stored.values_list("place", "id", "state"):
            states[place].setdefault(case, state)
        there = Place.objects.filter(pk__in=some).values_list("kind", "region")
        laying.bench.recount |= {(kind, region[: Level.DISTRICT]) for kind, region in there}
    shown = laying.bench.update(Place, ["id", "state"])
    for place, cases in states.items():
        shown.add(place, next(state for state in PRESSING if state in cases.values()))
