"""The rows below a header: what is data, and what only looks like it (totals, notes, printed headers, examples)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hemei.engines.tables.header import is_header_of, shown, squeezed
from hemei.engines.tables.table import Aside, Row, value_of

TOTAL = re.compile(
    r"(?:[^\d\s]{0,10}(?:合计|小计|总计)"
    r"|(?:本页|本表|本村|本组|全村|全镇|全乡|全区|各村|以上)?(?:共计|累计|总数))[（(]?.{0,4}[）)]?[：:]?"
)
NOTE = re.compile(
    r"(?:备?注|说明|填表说明|填报说明|填表人|填报人|制表人?|经办人|审核人?|复核人?|审批人?|负责人|单位负责人|主要领导"
    r"|分管领导|村主任|村支书|村书记|支部书记|填表日期|填报日期|填报时间|填报单位|填表单位|盖章|单位[（(]盖章[）)]|联系人)[（(]?[^：:]{0,6}[）)]?[：:]"
)
SIGNED = re.compile(r"[^\d\s]{0,12}[（(](?:签字|签名|签章|盖章|公章|章)[）)][：:]?.{0,12}")
EXAMPLE = re.compile(r"[（(【]?(?:示例|样例|填写示例|例如|举例)[）)】]?[：:]?.{0,6}")
PAGE = re.compile(r"第?[\d一二三四五六七八九十]{1,4}页[，,/]?(?:共[\d一二三四五六七八九十]{1,4}页)?|共\d{1,4}页")
STEMS = "甲乙丙丁戊己庚辛壬癸"
REPEATED = "重复的表头"
NARROW = 3
"""A table of at most this many columns may well have a row with a single filled cell."""


@dataclass(frozen=True)
class Marks:
    """What a sheet says of its rows beside what stands in them: which are hidden, which columns of them are struck out,
    and whether such rows are left out."""

    hidden: Collection[int] = ()
    struck: Mapping[int, Collection[int]] = field(default_factory=dict)
    skip_hidden: bool = False
    skip_struck: bool = False
    known: Collection[str] = ()  # headings, squeezed, by which another table further down is known

    def crossed(self, number: int, values: Sequence[object]) -> list[int] | None:
        """The filled columns that are struck out; None where all are."""
        filled = [k for k, value in enumerate(values) if value is not None]
        crossed = [k for k in filled if k in self.struck.get(number, ())]
        return None if crossed and crossed == filled else crossed


def rows_below(
    header: Sequence[str],
    numbered: Iterable[tuple[int, Sequence[object]]],
    aside: Aside,
    marks: Marks | None = None,
) -> Iterator[Row]:
    """The rows of data from (number, cells); the others are noted aside with the reason."""
    marks = marks or Marks()
    elsewhere = 0  # where another table has begun
    squeezed_header, first = [squeezed(heading) for heading in header], True
    for number, cells in numbered:
        values = [value_of(cell) for cell in cells]
        filled = [value for value in values if value is not None]
        if not filled:
            continue
        hidden, crossed = number in marks.hidden, marks.crossed(number, values)
        if hidden and marks.skip_hidden:
            why = "这一行在表里是隐藏的"
        elif crossed is None and marks.skip_struck:
            why = "这一行划了删除线"
        else:
            why = reason_to_pass(values, squeezed_header, first)
        if why == REPEATED:
            elsewhere = 0
        elif is_header_of(values, marks.known):
            elsewhere = number
            aside.others.append(number)
        if elsewhere:
            why = f"从第 {elsewhere} 行起是另一张表"
        if why:
            aside.leave(number, " ".join(shown(cell) for cell in filled[:4])[:60], why)
            continue
        if hidden:
            aside.note_hidden(number)
        if crossed is None:
            aside.note_struck(number)
        elif crossed:
            aside.note_partly(number, "、".join(header[k] for k in crossed if k < len(header)))
        first = False
        yield row_of(number, header, values)


def row_of(number: int, header: Sequence[str], values: list[object]) -> Row:
    surplus = [value for value in values[len(header) :] if value is not None]
    values += [None] * (len(header) - len(values))
    fault = (
        f"这一行比表头多出 {len(surplus)} 格。内容里有逗号的，请用英文引号括起来，或改成工作簿（.xlsx）再传。"
        if surplus
        else ""
    )
    return Row(number, dict(zip(header, values, strict=False)), fault=fault)


def reason_to_pass(values: Sequence[object], header: Sequence[str], first: bool) -> str:
    """Why this row is none of the table's data, or ""."""
    filled = [value for value in values if value is not None]
    begins = [shown(value) for value in filled[:3]]
    if any(TOTAL.fullmatch(text) for text in begins):
        return "合计行"
    if NOTE.match(begins[0]) or SIGNED.fullmatch(begins[0]):
        return "表外的说明或签字"
    if PAGE.fullmatch(begins[0]):
        return "页码"
    if EXAMPLE.fullmatch(begins[0]):
        return "填写示例"
    if first and _counts(filled):
        return "栏次（列的编号）"
    pairs = [(squeezed(shown(v)), h) for v, h in zip(values, header, strict=False) if v is not None]
    if len(pairs) > 1 and all(text and (text == h or h.endswith(text)) for text, h in pairs):
        return REPEATED
    if len(filled) == 1 and len(header) > NARROW:
        return "只有一格有内容，看作小标题或说明"
    return ""


def _counts(filled: Sequence[object]) -> bool:
    """Whether the cells number the columns: 1 2 3 …, or 甲 乙 1 2 …, as printed forms have it."""
    texts = [shown(cell) for cell in filled]
    stems = 0
    while stems < min(len(texts), len(STEMS)) and texts[stems] == STEMS[stems]:
        stems += 1
    numbers = [text.strip("（）()") for text in texts[stems:]]
    return len(texts) > 2 and numbers == [str(k) for k in range(1, len(numbers) + 1)]
