"""Forms that are documents: a placeholder may be split over runs, and takes the look of its first letter."""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator
from typing import Any

from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table, _Row
from docx.text.paragraph import Paragraph

from hemei.engines.filling.form import UNREADABLE, BadForm, Values
from hemei.engines.filling.marks import NAMED, list_named, lookup, written

MARK = "word/document.xml"


def opened(content: bytes) -> Any:
    """A text document from its bytes. Raises BadForm."""
    try:
        return Document(io.BytesIO(content))
    except (PackageNotFoundError, KeyError, ValueError):
        raise BadForm(UNREADABLE) from None


def texts_of(content: bytes) -> Iterator[str]:
    document = opened(content)
    for part in _parts(document):
        yield from (paragraph.text for paragraph in part.paragraphs)
        for table in part.tables:
            yield from _texts(table)


def _parts(document: Any) -> Iterator[Any]:
    """The body, and the headers and footers that are the section's own."""
    yield document
    for section in document.sections:
        for part in (section.header, section.footer):
            if not part.is_linked_to_previous:
                yield part


def _texts(table: Table) -> Iterator[str]:
    for row in table.rows:
        for cell in row.cells:
            yield from (paragraph.text for paragraph in cell.paragraphs)
            for inner in cell.tables:
                yield from _texts(inner)


def filled(content: bytes, values: Values) -> bytes:
    document = opened(content)
    for part in _parts(document):
        for paragraph in part.paragraphs:
            _fill_paragraph(paragraph, lookup(values.single, values.lists, None))
        for table in part.tables:
            _fill_table(table, values)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _fill_table(table: Table, values: Values) -> None:
    for row in list(table.rows):
        texts = [paragraph.text for cell in row.cells for paragraph in cell.paragraphs]
        of = list_named(texts, values.lists)
        items: list[Any] = [(of, item) for item in values.lists[of]] if of else [None]
        rows = [row]
        for _item in items[1:]:
            element = copy.deepcopy(row._tr)
            rows[-1]._tr.addnext(element)
            rows.append(_Row(element, table))
        for one, item in zip(rows, items or [None], strict=True):
            _fill_cells(one, values, item)


def _fill_cells(row: Any, values: Values, item: Any) -> None:
    find, done = lookup(values.single, values.lists, item), set()
    for cell in row.cells:
        if cell._tc in done:  # a merged cell is given for each column that it spans
            continue
        done.add(cell._tc)
        for paragraph in cell.paragraphs:
            _fill_paragraph(paragraph, find)
        for inner in cell.tables:
            _fill_table(inner, values)


def _fill_paragraph(paragraph: Paragraph, find: Any) -> None:
    runs = paragraph.runs
    for match in reversed(list(NAMED.finditer("".join(run.text for run in runs)))):
        start, said = 0, written(find(match[1]))
        for run in runs:
            text, end = run.text, start + len(run.text)
            if start < match.end() and end > match.start():
                left, right = max(match.start() - start, 0), min(match.end() - start, len(text))
                run.text = text[:left] + said + text[right:]
                said = ""  # the rest of the placeholder only goes
            start = end
