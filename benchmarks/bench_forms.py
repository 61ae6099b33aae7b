"""A workbook of 200 questions read and judged, as it is uploaded: `python -m benchmarks.bench_forms [QUESTIONS]`.

Each question asks for others: conditions, constraints and calculations. Beside it what pyxform takes for the same
workbook, which finds none of the faults that the reading here looks for, and for its XForm that phones are given.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable

from benchmarks import site

QUESTIONS, SECONDS, TIMES = 200, 1.5, 5


def book(questions: int) -> bytes:
    """A form whose every tenth question is a number, and the others choices that depend on the one before."""
    from hemei.engines.forms.writing import workbook

    survey: list[dict[str, str]] = [
        {"type": "begin group", "name": "all", "label::中文 (zh)": "全部", "label::English (en)": "All"}
    ]
    for n in range(questions):
        row = {"name": f"q{n}", "label::中文 (zh)": f"第 {n} 题怎么样？", "label::English (en)": f"Question {n}?"}
        if n % 10 == 9:
            row |= {
                "type": "integer",
                "constraint": ". >= 0 and . <= 100",
                "constraint_message::中文 (zh)": "0 到 100。",
            }
        elif n % 10 == 8 and n > 10:
            row |= {
                "type": "calculate",
                "calculation": f"coalesce(${{q{n - 9}}}, 0) * 2 + if(${{q{n - 1}}} = 'yes', 1, 0)",
            }
        else:
            row |= {"type": "select_one degree", "required": "yes" if n % 3 else ""}
            if n % 10 and (n % 10 != 9):
                row["relevant"] = f"${{q{n - 1}}} = 'yes' or selected(${{q{n - n % 10}}}, 'no')"
        survey.append(row)
    survey.append({"type": "end group"})
    choices = [{"list_name": "degree", "name": name, "label::中文 (zh)": name} for name in ("yes", "no", "unsure")]
    settings = [{"form_title": "大表", "form_id": "bench.big", "version": "1", "default_language": "中文 (zh)"}]
    sheets = {"survey": survey, "choices": choices, "settings": settings}
    headings = {name: tuple(dict.fromkeys(key for row in rows for key in row)) for name, rows in sheets.items()}
    return workbook(sheets, headings)


def timed(act: Callable[[], object]) -> tuple[float, float]:
    """The best wall and processor time of some."""
    taken = []
    for _ in range(TIMES):
        wall, cpu = time.perf_counter(), time.process_time()
        act()
        taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    return min(taken)


def main(questions: int) -> None:
    from io import BytesIO

    from pyxform.xls2xform import convert

    from hemei.engines.forms import read_form
    from hemei.engines.forms.plainsheet import read_plain
    from hemei.engines.forms.plainwriting import as_plain
    from hemei.engines.forms.workbook import read_cells
    from hemei.engines.forms.writing import as_xlsform
    from hemei.engines.forms.xform import WhichPlace, xform

    content = book(questions)
    form = read_form(content)
    simple = read_form(book_of_choices(questions))
    plain = as_plain(simple)
    named = {"id": simple.id, "version": "2", "title": simple.title, "present": simple}
    read, cpu = timed(lambda: as_xlsform(read_form(content)))
    plain_read, _ = timed(lambda: read_plain(read_cells(plain), **named))  # type: ignore[arg-type]
    made, _ = timed(lambda: xform(form, place=WhichPlace(*[{"zh": "哪一处"}] * 4)))
    theirs, _ = timed(lambda: convert(BytesIO(content), validate=False))
    peer = f"pyxform alone {theirs:.2f} s"
    site.tell(f"Forms: a workbook of {questions} questions", "sqlite", [
        site.Line("read, judged and written as it is kept", f"{read:.2f} s", f"≤ {SECONDS} s", peer, read <= SECONDS),
        site.Line("  processor time", f"{cpu:.2f} s"),
        site.Line("the plain Chinese sheet", f"{plain_read:.2f} s", f"≤ {SECONDS} s", "", plain_read <= SECONDS),
        site.Line("as the XForm that phones are given (by pyxform)", f"{made:.2f} s"),
    ])  # fmt: skip


def book_of_choices(questions: int) -> bytes:
    """The same without what the plain sheet has no words for."""
    from dataclasses import replace

    from hemei.engines.forms import read_form
    from hemei.engines.forms.writing import as_xlsform

    form = read_form(book(questions))
    sections = tuple(replace(s, questions=tuple(q for q in s.questions if q.is_shown)) for s in form.sections)
    return as_xlsform(replace(form, sections=sections))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemei.site.settings")
    with tempfile.TemporaryDirectory() as var:
        os.environ["HEMEI_VAR"] = var
        main(int(sys.argv[1]) if len(sys.argv) > 1 else QUESTIONS)
