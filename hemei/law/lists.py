"""The positive and negative lists (正负面清单): what their rows say of a piece of work, by its zone and its kind.

A row takes part only where it names kinds of work; what it says in words is for people to read. Only a row with a
clause stands in the way: without one it is a hint. Lists are about what is begun: of what stands already only the rows
are asked that name it (现状建筑).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from hemei.terms.proposal import Ruling
from hemei.terms.verdict import Kind, Outcome

from .book import Book
from .disclosure import AT_THE_WINDOW
from .plan import PLAN_TITLES, Row
from .rules import WORK_TITLES

POSITIVE, NEGATIVE = "positive_list", "negative_list"
EXISTING = "existing"
STANDING = "这是现状建筑，不等于违法：请核实建成时间和手续，怎样处理由主管部门依法定"
Plan = Mapping[str, tuple[Row, ...]]


class Work(Protocol):
    """What the lists go by: a kind of work, the zone it is in, and the zones and tiers in which it could be."""

    @property
    def work(self) -> str: ...
    @property
    def zone(self) -> str: ...
    @property
    def may_be(self) -> tuple[tuple[str, str], ...]: ...


def by_lists(
    plan: Plan, book: Book, subject: Work, on: date, *, version: str = "", public: bool = False
) -> tuple[Ruling, ...]:
    """What the rows say of a subject on a day, negative before positive.

    `version` is that of the zones' layer, "" where it is 未配置. `public`: that layer is internal, and nothing that
    depends on it is said.
    """
    asked = _Asked(book, subject, on, version, public)
    negative, positive = (_judged(plan, table, book, on) for table in (NEGATIVE, POSITIVE))
    if subject.work == EXISTING:
        negative, positive = ([row for row in rows if EXISTING in row.works] for rows in (negative, positive))
    return (*asked.forbidden(negative), *asked.allowed(positive))


def forbidding(plan: Plan, book: Book, zone: str, work: str, on: date) -> Iterator[Row]:
    """The rows that stand in the way of some work in a zone."""
    for row in _judged(plan, NEGATIVE, book, on):
        if row.clause and work in row.works and row.zone in ("", zone):
            yield row


def rule_id(row: Row) -> str:
    """What a ruling by a row is called: plan.negative_list.3."""
    return f"plan.{row.table}.{row.number}"


def of_what_stands(plan: Plan) -> bool:
    """Whether any row speaks of what stands already."""
    return any(EXISTING in row.works for table in (POSITIVE, NEGATIVE) for row in plan.get(table, ()))


def row_of(rule: str, plan: Plan) -> Row | None:
    """The row that a ruling is called after."""
    rows = (row for table in (POSITIVE, NEGATIVE) for row in plan.get(table, ()))
    return next((row for row in rows if rule_id(row) == rule), None)


def title_of(rule: str, plan: Plan) -> str:
    """The title of a row by its id, or of a list whose hint is called after no row of it; "" where there is none."""
    row = row_of(rule, plan)
    return _title(row) if row else PLAN_TITLES.get(rule.removeprefix("plan."), "")


def kind_of(row: Row) -> Kind:
    """What a row does: without a clause a negative one only warns."""
    if row.table == POSITIVE:
        return Kind.ALLOW_ONLY
    return Kind.DENY if row.clause else Kind.WARN


def _title(row: Row) -> str:
    return f"{PLAN_TITLES[row.table]}第 {row.number} 行：{row.shown}"


def _judged(plan: Plan, table: str, book: Book, on: date) -> list[Row]:
    """The rows that can be judged by on a day: named, with kinds of work, and no clause that is not in force."""

    def holds(row: Row) -> bool:
        clause = book.clauses.get(row.clause)
        return row.holds(on) and (clause is None or clause.holds(on))

    return [row for row in plan.get(table, ()) if row.name is not None and row.works and holds(row)]


class _Asked:
    """One subject before the lists."""

    def __init__(self, book: Book, subject: Work, on: date, version: str, public: bool) -> None:
        self.book, self.work, self.on = book, subject.work, on
        self.version, self.public = version, public
        self.zones = {subject.zone, *(zone for zone, _tier in subject.may_be)}

    def forbidden(self, rows: Sequence[Row]) -> Iterator[Ruling]:
        for row in rows:
            here = self._lies_in(row)
            if here is False:
                continue
            if self.work and self.work not in row.works:
                if here:
                    yield self._ruling(row, Outcome.PASS, f"{self._where(row)}，{WORK_TITLES[self.work]}不在这一行里")
            elif here is None or not self.work:
                yield self._open(row, here)
            else:
                said = f"{self._where(row)}，{WORK_TITLES[self.work]}列在负面清单第 {row.number} 行"
                help_ = "另选地方，或改做清单以外的建设；这一行管不管得到，由经办人按文件核对"
                help_ = STANDING if self.work == EXISTING else help_
                yield self._ruling(row, Outcome.FAIL, said, remedy=help_ if row.clause else "")

    def allowed(self, rows: Sequence[Row]) -> Iterator[Ruling]:
        """Each row that has the work; one hint where the zone has rows and none has it."""
        beside: list[Row] = []
        settled = False
        for row in rows:
            here = self._lies_in(row)
            if here is False:
                continue
            if here is None or not self.work:
                settled = True
                yield self._open(row, here)
            elif self.work in row.works:
                settled = True
                yield self._ruling(row, Outcome.PASS, f"{self._where(row)}，{WORK_TITLES[self.work]}列在正面清单上")
            else:
                beside.append(row)
        if beside and not settled:
            said = f"{WORK_TITLES[self.work]}不在这里的正面清单上（{_numbers(beside)}）"
            said += "；清单以外的能不能建，由经办人按规划文本定"
            yield self._ruling(beside[0], Outcome.FAIL, said, hint=True, title=PLAN_TITLES[POSITIVE])

    def _lies_in(self, row: Row) -> bool | None:
        """Whether a row holds here; None: nobody knows."""
        if not row.zone:
            return True
        if self.public or not self.version:
            return None
        return None if row.zone in self.zones and len(self.zones) > 1 else row.zone in self.zones

    def _where(self, row: Row) -> str:
        return f"管控分区“{row.zone}”" if row.zone else "各个分区"

    def _open(self, row: Row, here: bool | None) -> Ruling:
        if here is not None:
            lacking = "没有写明要做什么"
        elif self.public:
            lacking = AT_THE_WINDOW
        else:
            lacking = "位置误差内可能在另一个分区，要到现场量" if self.version else "“管控分区”图层未配置"
        return self._ruling(row, Outcome.UNKNOWN, lacking, missing=(lacking,))

    def _ruling(
        self, row: Row, outcome: Outcome, said: str, *, remedy: str = "", missing: tuple[str, ...] = (),
        hint: bool = False, title: str = "",
    ) -> Ruling:  # fmt: skip
        clause, kind = self.book.clauses.get(row.clause), kind_of(row)
        if kind is Kind.WARN:
            said = f"{said}（这一行没有写明依据的条款，只作提示）"
        return Ruling(
            rule="plan.positive_list" if title else rule_id(row),
            title=title or ("清单" if self.public and row.zone else _title(row)),
            kind=Kind.WARN if hint else kind,
            outcome=outcome,
            said=said,
            remedy=remedy,
            measured=None,
            threshold=None,
            margin=None,
            unit="",
            clause=clause.citation if clause else "",
            text=clause.text if clause else "",
            marks=clause.marks(self.on) if clause else (),
            missing=missing,
            layer="zones" if row.zone else "",
            layer_version=("" if self.public else self.version) if row.zone else PLAN_TITLES[row.table],
            note=row.text if not (self.public and row.zone) else "",
        )


def _numbers(rows: Sequence[Row]) -> str:
    return "第 " + "、".join(str(row.number) for row in rows) + " 行"
