"""Documents that ceased to hold, as a district records it before the law's own files say so.

A repeal changes nothing for the days up to it. After it the clauses of the document are marked by what took its place.
The rules that rest on them either end with it, or are judged on, marked, until somebody has written what now holds:
a prohibition does not fall away because its successor has not been entered yet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from hemei.terms.clause import Clause

from .book import Book
from .rules import Rule


@dataclass(frozen=True, slots=True)
class Repeal:
    """A document holds up to and on the day `last`; `by` is what repealed or replaced it, with its number.

    `ends_rules`: what rests on it is no longer judged from the next day on.
    """

    document: str
    last: date
    by: str
    ends_rules: bool = False


def repealed(book: Book, repeals: Iterable[Repeal]) -> Book:
    """The law with its repeals. A clause that ended by itself earlier stays as it is."""
    by_document = {one.document: one for one in repeals}
    if not by_document:
        return book
    clauses = {key: _clause(clause, by_document.get(clause.document)) for key, clause in book.clauses.items()}
    rules = [(rule, by_document.get(book.clauses[rule.clause].document)) for rule in book.rules]
    kept = (_rule(rule, repeal) for rule, repeal in rules)
    return replace(book, clauses=clauses, rules=tuple(rule for rule in kept if rule is not None))


def resting_on(book: Book, documents: Collection[str]) -> set[str]:
    """The rules whose first clause is of one of the documents: these end with it."""
    return {rule.id for rule in book.rules if book.clauses[rule.clause].document in documents}


def _clause(clause: Clause, repeal: Repeal | None) -> Clause:
    if repeal is None or (clause.valid_to is not None and clause.valid_to <= repeal.last):
        return clause
    return replace(clause, valid_to=repeal.last, repealed_by=repeal.by, still_judged=not repeal.ends_rules)


def _rule(rule: Rule, repeal: Repeal | None) -> Rule | None:
    """The rule up to the last day; None where it would begin after it."""
    if repeal is None or not repeal.ends_rules or (rule.end is not None and rule.end <= repeal.last):
        return rule
    return None if rule.start > repeal.last else replace(rule, end=repeal.last)
