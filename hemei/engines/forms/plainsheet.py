"""The plain Chinese sheet of officials, read: where its headings stand, its rows, and what counts as a finding."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from hemei.engines.forms import rules
from hemei.engines.forms.faults import Fault, FormRefused
from hemei.engines.forms.form import MOST_ROWS, Form
from hemei.engines.forms.plainrows import Plain, clean
from hemei.engines.forms.plainwords import COLUMNS, FINDINGS, QUESTION, REMARKS, SHEET, TYPE, in_one_spelling
from hemei.engines.forms.reading import Reading, without_repeats
from hemei.engines.forms.workbook import Cells, Sheets, sheet_of, text_of

TOP = 10  # rows in which headings are looked for
FROM_OURS = f"请从“下载中文表格”得到的表格改起；列名“题目”“类型”要写在前 {TOP} 行的同一行里。"


def is_plain(sheets: Mapping[str, Cells]) -> bool:
    """Whether the workbook is a plain sheet: one of its sheets has the headings, and none is called survey."""
    return "survey" not in {name.strip().lower() for name in sheets} and any(
        _heading_row(cells) is not None for cells in sheets.values()
    )


def _heading_row(cells: Cells) -> int | None:
    """Where the headings stand: clerks write a title above them."""
    for number, line in enumerate(cells[:TOP]):
        if {QUESTION, TYPE} <= {in_one_spelling(text_of(cell)) for cell in line}:
            return number
    return None


def _second(sheet: str, row: int, read: str) -> Fault:
    """Another sheet of questions, which nobody would read."""
    problem = f"这里也有“{QUESTION}”“{TYPE}”两列，但只读工作表“{read}”。"
    return Fault(sheet, row, "", problem, "请把要用的题目放到一张工作表里，删去另一张，或者把它隐藏起来。")


def _unread_findings(called: Mapping[str, Cells], seen: Collection[str]) -> Iterator[Fault]:
    """Sheets that say which answers mean a finding, under another name: nobody would read them."""
    for name in (one for one in called if one in seen and one != FINDINGS):
        for row, line in enumerate(called[name][:10], 1):
            if {rules.QUESTION, rules.FINDING} <= set(map(text_of, line)):
                problem = f"这里有“{rules.FINDING}”一列，但只读工作表“{FINDINGS}”。"
                yield Fault(name, row, "", problem, f"请把这张工作表改名为“{FINDINGS}”，或者删去、隐藏起来。")


def require_questions(sheets: Mapping[str, Cells]) -> None:
    """Raise FormRefused for a workbook that is neither a plain sheet nor an XLSForm, with what a plain one lacks."""
    if is_plain(sheets) or {"survey", "choices", "settings"} & {name.strip().lower() for name in sheets}:
        return
    best, shared = Fault(next(iter(sheets), ""), 0, "", "没有“题目”和“类型”这两列。", FROM_OURS), 1
    for name, cells in sheets.items():
        for row, line in enumerate(cells[:50], 1):
            said = {in_one_spelling(text_of(cell)) for cell in line} & set(COLUMNS)
            if len(said) > shared or {QUESTION, TYPE} <= said:
                lacks = [one for one in (QUESTION, TYPE) if one not in said]
                problem = f"缺少“{'”和“'.join(lacks)}”列。" if lacks else f"列名在第 {row} 行，太靠下了。"
                remedy = "请在这一行加上。" if lacks else f"请删去上面的行，让列名在前 {TOP} 行。"
                best, shared = Fault(name, row, "", problem, remedy), len(said)
    raise FormRefused([best])


def read_plain(
    sheets: Mapping[str, Cells],
    *,
    id: str,
    version: str,
    title: str,
    present: Form | None = None,
    others: Sequence[Form] = (),
) -> Form:
    """The form that a plain sheet describes. Raises FormRefused with every fault found."""
    reading = plain_with_faults(sheets, id=id, version=version, title=title, present=present, others=others)
    if reading.faults:
        raise FormRefused(reading.faults)
    return reading.form


def plain_with_faults(
    sheets: Mapping[str, Cells],
    *,
    id: str,
    version: str,
    title: str,
    present: Form | None = None,
    others: Sequence[Form] = (),
) -> Reading:
    """The form as far as it could be read, and every fault found. Raises FormRefused where there is no telling rows.

    Parameters: `present` is the form that it was edited from, from which codes, translations and pictures go on;
    `others` are forms of the same sort, in which the same answers have codes already.
    """
    called: dict[str, Cells] = {}
    for name, cells in sheets.items():
        called.setdefault(clean(name), cells)  # of two called alike, the one that is in sight
    top = {name: row for name, cells in called.items() if (row := _heading_row(cells)) is not None}
    name = SHEET if SHEET in top else next(iter(top))
    hidden = sheets.hidden if isinstance(sheets, Sheets) else frozenset[str]()
    seen = {clean(one) for one in sheets if one not in hidden}
    faults = [_second(other, top[other] + 1, name) for other in top if other != name and other in seen]
    faults += _unread_findings(called, seen)
    sheet = sheet_of(name, called[name], top[name], in_one_spelling, REMARKS)
    if len(sheet.rows) > MOST_ROWS:
        over = sheet.rows[MOST_ROWS]
        raise FormRefused([over.fault(QUESTION, f"题目太多，最多 {MOST_ROWS} 行。", "请拆成几张表。")])
    rows = Plain(present, others, faults)
    sections = rows.sections_of(sheet)
    doubts = rules.Doubts(frozenset(rows.doubtful), frozenset(rows.words.doubtful), rows.words.nameless)
    said, named = None, None
    if cells := called.get(FINDINGS, ()):
        at = next((k for k, line in enumerate(cells[:10]) if rules.FINDING in map(text_of, line)), 0)
        ruled = sheet_of(FINDINGS, cells, at, in_one_spelling, REMARKS)
        wrong = [*rules.of_columns(ruled), *ruled.faults]
        said = () if wrong else rules.read_rules(ruled, sections, wrong, doubts)
        faults += wrong
        named = rules.findings_of(ruled)
    form = Form(id, version, title, present.languages if present else ("zh",), sections, said or None)
    return Reading(form, without_repeats(faults), doubts, named or None)
