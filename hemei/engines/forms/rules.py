"""Which answers mean which finding: a sheet of the form's own workbook."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hemei.engines.forms.checking import Follows, Gives, Names, compiled
from hemei.engines.forms.expressions import Ast, Expression
from hemei.engines.forms.faults import Fault, listed
from hemei.engines.forms.form import Question, Rule, Section
from hemei.engines.forms.parsing import TALLEST, Unknown, Unreadable, height
from hemei.engines.forms.reckoning import in_sheet_words
from hemei.engines.forms.senseless import senseless
from hemei.engines.forms.words import Words, plain
from hemei.engines.forms.words_or_xpath import marked, understood
from hemei.engines.forms.workbook import Row, Sheet, not_merged

QUESTION, ANSWER, CONDITION, FINDING = "题目", "答案", "条件", "问题编号"
COLUMNS = (QUESTION, ANSWER, CONDITION, FINDING)
BETWEEN = re.compile(r"[;；、\n]+")


def names_of(sections: Sequence[Section], language: str = "zh") -> tuple[Names, Words]:
    """What a rule may ask for: every question, and those of repeats all together or, choices, in any instance."""
    asked = {question.name: question for section in sections for question in section.questions}
    repeat_of = {q.name: s.name if s.repeat else "" for s in sections for q in s.questions}
    names = Names(asked, repeat_of, repeats=frozenset(repeat_of.values()) - {""}, in_any=True)
    taking = [question for question in asked.values() if question.takes_answer]
    words = Words({question.name: question for question in taking if not repeat_of[question.name]}, language)
    for question in taking:
        told_once = words.knows(words.label(question))  # that one is meant, then
        if repeat_of[question.name] and not told_once:
            words.add(question)
    return names, words


@dataclass(frozen=True)
class Doubts:
    """What of a workbook was refused: what only follows from that is not told once more."""

    names: frozenset[str] = frozenset()  # of questions and repeats
    words: frozenset[str] = frozenset()  # how they are called
    unnamed: bool = False  # whether a row was refused of which neither is known


def read_rules(
    sheet: Sheet, sections: Sequence[Section], faults: list[Fault], doubts: Doubts = Doubts()
) -> tuple[Rule, ...]:
    """The rules of the sheet; rows of one finding are ways to find it. What is wrong is added to `faults`."""
    names, words = names_of(sections)
    names.doubtful = doubts.names
    words.doubtful |= doubts.words | {
        plain(words.label(names.asked[one])) for one in doubts.names if one in names.asked
    }
    repeats = {section.labels.get("zh", section.name): section.name for section in sections if section.repeat}
    found: dict[str, Expression] = {}
    for row in sheet.rows:
        finding = row.get(FINDING)
        if not finding:
            faults.append(row.fault(FINDING, "没有写问题编号。", "请填写，例如 houses.F12。"))
            continue
        known = words.knows(row.get(QUESTION))
        heading = CONDITION if row.get(CONDITION) else ANSWER if row.get(ANSWER) and known else QUESTION
        if not row.get(CONDITION) and not row.get(QUESTION):
            faults.append(row.fault(QUESTION, "没有写哪道题答成什么算这个问题。", "请填写题目和答案，或者写条件。"))
            continue
        if row.get(CONDITION) and (row.get(QUESTION) or row.get(ANSWER)):
            problem = "这一行既写了题目、答案，又写了条件。"
            faults.append(
                row.fault(CONDITION, problem, "请只留一样；都要符合的，都写进条件，例如：墙体裂缝 = 明显 且 层数 > 2。")
            )
            continue
        try:
            if row.get(CONDITION):
                when = understood(row.get(CONDITION), words.xpath, names, Gives.TRUTH)[0]
            else:
                when = compiled(_chosen_ones(row, words), names, Gives.TRUTH)[0]
        except Follows:
            continue
        except Unreadable as unread:
            if isinstance(unread, Unknown) and doubts.unnamed:
                continue
            said = unread if "${" in row.get(heading) else in_sheet_words(unread, words, repeats, condition=True)
            faults.append(row.fault(heading, said.problem, said.remedy))
            continue
        if (refused := senseless(when.ast, names.asked)) and row.get(CONDITION):
            said = refused if "${" in row.get(CONDITION) else in_sheet_words(refused, words, repeats, condition=True)
            faults.append(row.fault(CONDITION, said.problem, said.remedy))
        found[finding] = Expression(("call", "or", found[finding].ast, when.ast)) if finding in found else when
        if height(found[finding].ast) > TALLEST:
            problem = f"“{finding}”超过 {TALLEST} 行。"
            faults.append(row.fault(FINDING, problem, "请先用一道自动计算的题算出来，这里只写那道题。"))
            break
    return tuple(Rule(finding, when) for finding, when in found.items())


def findings_of(sheet: Sheet) -> list[str]:
    """The findings that the sheet names, each once."""
    return list(dict.fromkeys(filter(None, (row.get(FINDING) for row in sheet.rows))))


def of_columns(sheet: Sheet) -> Iterator[Fault]:
    """A heading that is missing, one with a slip and cells that are merged: what stands there would be lost."""
    if sheet.rows and FINDING not in sheet.letters:
        yield sheet.fault("", f"缺少“{FINDING}”列。", f"请在第 1 行写上列名：{'、'.join(COLUMNS)}。")
    for heading in (one for one in sheet.letters if one not in (*COLUMNS, "序号", "备注")):
        if row := next((row for row in sheet.rows if row.get(heading)), None):
            remedy = f"请清空这一列，或把列名改为“备注”。可用的列：{'、'.join(COLUMNS)}。"
            yield row.fault(heading, f"不认识“{heading}”这一列。", remedy)
    yield from not_merged(sheet, ("序号", "备注"))


def _chosen_ones(row: Row, words: Words) -> str:
    """That one of the row's answers was given, as XPath. Raises Unreadable."""
    question = words.question_named(row.get(QUESTION))
    parts = []
    for said in filter(None, map(str.strip, BETWEEN.split(row.get(ANSWER)))):
        choice = words.choice_named(question, said)
        if choice is None:
            if not question.choices:
                remedy = "请清空题目和答案两格，改在条件列写，例如：层数 > 2。"
                raise Unreadable(f"“{words.label(question)}”没有选项。", remedy)
            shown = listed(one.labels.get("zh") or one.name for one in question.choices)
            raise Unreadable(f"“{words.label(question)}”没有选项“{said}”。", f"可用的：{shown}。")
        parts.append(f"selected(${{{question.name}}}, '{choice}')")
    if not parts:
        raise Unreadable(f"没有写“{words.label(question)}”答成什么算有问题。", "请填写答案，几个答案用“；”隔开。")
    return " or ".join(parts)


def compiled_rules(
    texts: Mapping[str, str], sections: Sequence[Section], doubts: Doubts = Doubts()
) -> Iterable[tuple[str, Expression | Unreadable]]:
    """Finding → its condition for these questions, or why it cannot be one; without those in doubt."""
    names, _words = names_of(sections)
    names.doubtful = doubts.names
    for finding, text in texts.items():
        try:
            yield finding, compiled(text, names, Gives.TRUTH)[0]
        except Follows:
            continue
        except Unreadable as unread:
            if not (isinstance(unread, Unknown) and doubts.unnamed):
                yield finding, unread


def rows_of(rules: Sequence[Rule], sections: Sequence[Section]) -> list[dict[str, str]]:
    """The rules as rows of the sheet: by question and answers as far as they are that plain, else as conditions."""
    _names, words = names_of(sections)
    rows = []
    for rule in rules:
        chosen: dict[str, list[str]] = {}
        conditions = []
        for way in _ways(rule.when.ast):
            if plain := _chosen(way, words.asked):
                chosen.setdefault(plain[0], []).append(plain[1])
            else:
                conditions.append(words.words(way) or marked(way))
        for name, values in chosen.items():
            question = words.asked[name]
            labels = {choice.name: choice.labels.get("zh", choice.name) for choice in question.choices}
            shown = words.name(name)
            rows.append({QUESTION: shown, ANSWER: "；".join(labels[v] for v in values), FINDING: rule.finding})
        rows += [{CONDITION: condition, FINDING: rule.finding} for condition in conditions]
    return rows


def _ways(ast: Ast) -> Iterable[Ast]:
    if ast[:2] == ("call", "or"):
        yield from _ways(ast[2])
        yield from _ways(ast[3])
    else:
        yield ast


def _chosen(ast: Ast, asked: Mapping[str, Question]) -> tuple[str, str] | None:
    match ast:
        case ("call", ("=" | "selected"), ("answer", name) | ("all", _, name), ("lit", str(value))):
            if name in asked and value in asked[name].choice_names:
                return name, value
    return None
