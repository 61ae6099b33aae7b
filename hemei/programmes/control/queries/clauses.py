"""The clauses that rules and lists rest on, document by document, and who cites each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from hemei.law.book import Book, national
from hemei.law.plan import PLAN_TITLES, Row
from hemei.law.rules import Rule
from hemei.terms.clause import Clause, Limit


@dataclass(frozen=True)
class ShownClause:
    """A clause with the rules (of whatever day) and the rows of lists that rest on it."""

    clause: Clause
    is_own: bool
    rules: tuple[Rule, ...]
    rows: tuple[str, ...]
    is_over: bool

    @property
    def is_assumed(self) -> bool:
        return self.clause.limit is Limit.ASSUMED

    @property
    def is_district(self) -> bool:
        return self.clause.limit is Limit.DISTRICT


@dataclass(frozen=True)
class Document:
    """A document with its clauses; `ended` (the last day) and `by` where it ceased to hold by a day."""

    title: str
    clauses: tuple[ShownClause, ...]
    ended: date | None
    by: str

    @property
    def anchor(self) -> str:
        return quote(self.title)

    @property
    def cited(self) -> int:
        return len({rule.id for one in self.clauses for rule in one.rules})

    @property
    def unseen(self) -> int:
        return sum(one.clause.seen is None for one in self.clauses)

    @property
    def still_judged(self) -> bool:
        return any(one.clause.still_judged for one in self.clauses)


def register(book: Book, plan: Mapping[str, tuple[Row, ...]], on: date, text: str = "") -> list[Document]:
    """The documents that have a clause in which all words of a text stand, by their names; all of them without one."""
    known = national().clauses
    shown: dict[str, list[ShownClause]] = {}
    for clause in book.clauses.values():
        if matches(clause, text):
            rules = {rule.id: rule for rule in book.rules if clause.id in (rule.clause, *rule.also)}
            rows = tuple(
                f"{PLAN_TITLES[row.table]}第 {row.number} 行"
                for rows in plan.values()
                for row in rows
                if row.clause == clause.id
            )
            over = clause.valid_to is not None and on > clause.valid_to
            one = ShownClause(clause, clause.id not in known, tuple(rules.values()), rows, over)
            shown.setdefault(clause.document, []).append(one)
    return [_document(title, clauses) for title, clauses in sorted(shown.items())]


def _document(title: str, clauses: list[ShownClause]) -> Document:
    ends = [one.clause for one in clauses if one.clause.valid_to is not None]
    last = max(ends, key=lambda clause: clause.valid_to or date.min, default=None)
    whole = last if last is not None and len(ends) == len(clauses) else None
    return Document(title, tuple(clauses), whole.valid_to if whole else None, whole.repealed_by if whole else "")


def matches(clause: Clause, text: str) -> bool:
    """Whether all words of a text stand in a clause: document, number, article or wording."""
    said = f"{clause.document} {clause.number} {clause.article} {clause.text} {clause.issuer} {clause.note}"
    return all(word in said for word in text.split())
