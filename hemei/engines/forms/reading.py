"""XLSForm workbook → form, for the subset that every client shows alike; everything else is refused by cell."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hemei.engines.forms import rules
from hemei.engines.forms.expressions import CHOICE_NAME
from hemei.engines.forms.faults import Fault, FormRefused
from hemei.engines.forms.form import MOST_CHOICES, Choice, Form
from hemei.engines.forms.languages import COLUMNS as SPOKEN_COLUMNS
from hemei.engines.forms.languages import Languages, tag_of
from hemei.engines.forms.survey import Survey, not_fixed
from hemei.engines.forms.words import plain
from hemei.engines.forms.workbook import SHEETS, Row, Sheet, not_a_day, not_merged, read_sheets

COLUMNS = {
    "survey": (
        *("type", "name", "label", "hint", "required", "relevant", "image", "media::image"),
        *("constraint", "constraint_message", "calculation"),
    ),
    "choices": ("list_name", "name", "label", "image", "media::image"),
    "settings": ("form_title", "form_id", "version", "default_language"),
    "findings": rules.COLUMNS,
}
NEEDED: dict[str, tuple[str, ...]] = {
    "survey": ("type", "name"),
    "choices": ("list_name", "name"),
    "settings": ("form_id", "version"),
}
NEEDED |= {"findings": (rules.FINDING,)}
VERSION, LONGEST_TITLE = re.compile(r"[^\s/<>\"'&]{1,40}"), 80
TWICE = ("这个选项和同一个选项表里前面的一个文字一样。", "请改成不同的文字，抄重了的删去。")
A_LANGUAGE = re.compile(r"(label|hint|constraint_message)[:_(（]([^:].*?)[)）]?")  # label:中文, label_zh
OF_XLSFORM = ("required_message", "guidance_hint", "readonly", "read_only", "default", "note", "parameters")
FORM_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


def read_form(source: bytes | Path) -> Form:
    """Read an XLSForm workbook. Raises FormRefused with every fault found, by sheet, row and cell, in Chinese.

    The subset: select_one, select_multiple, text, integer, decimal, date, image, note, geopoint, calculate, one level
    of groups and repeats; labels and hints in several languages, required, pictures; relevant, constraint and
    calculation in the part of XPath that `checking` knows.
    """
    reading = with_faults(source)
    if reading.faults:
        raise FormRefused(reading.faults)
    return reading.form


def read_published(source: bytes | Path) -> Form:
    """Read a version that was accepted once: what is refused only since then stays as it was, for the answers to it.

    Raises FormRefused where the workbook can no longer be opened or has lost its sheets.
    """
    return with_faults(source).form


@dataclass
class Reading:
    """A form as far as it could be read, and what is wrong with it."""

    form: Form
    faults: list[Fault]
    doubts: rules.Doubts  # what later checks do not tell once more
    findings: Sequence[str] | None = None  # those that its sheet names, also in rows that were refused


def with_faults(source: bytes | Path) -> Reading:
    """The form as far as it could be read, and every fault found. Raises FormRefused where there is no telling rows."""
    sheets = read_sheets(source)
    faults = [missing_sheet(name) for name in ("survey", "settings") if name not in sheets]
    misnamed = set[str]()
    for name, sheet in sheets.items():
        columns = faults_of_columns(sheet) if name in COLUMNS else list(not_obeyed(sheet))
        faults += columns
        misnamed |= {name} if columns or sheet.unheaded else set()
        faults += not_merged(sheet, ("type",))
        faults += not_a_day(sheet) if name in ("survey", "choices") else ()
        faults += sheet.faults
    if any(fault.sheet in ("survey", "choices") and fault.row < 2 for fault in faults):
        raise FormRefused(faults)  # without these sheets and headings the rows mean nothing
    languages = languages_of(sheets, faults)
    lists, unsound = choice_lists(sheets.get("choices"), languages, faults)
    survey = Survey(languages, lists, faults, unsound, "survey" in misnamed)
    sections = survey.sections_of(sheets["survey"])
    form_id, version, title = settings_of(sheets.get("settings"), faults)
    doubts = rules.Doubts(frozenset(survey.doubtful - {""}), frozenset(survey.called), survey.nameless)
    ruled = sheets.get("findings")
    said = rules.read_rules(ruled, sections, faults, doubts) if ruled else None
    form = Form(form_id, version, title, tuple(dict.fromkeys(languages.tags.values())), sections, said)
    faults.sort(key=lambda fault: SHEETS.index(fault.sheet) if fault.sheet in SHEETS else len(SHEETS))
    return Reading(form, without_repeats(faults), doubts, rules.findings_of(ruled) if ruled else None)


def without_repeats(faults: Sequence[Fault]) -> list[Fault]:
    """Of a cell that says nothing, that alone is told."""
    unread = {(fault.sheet, fault.cell) for fault in faults if "这一格的公式" in fault.problem}
    return [f for f in faults if (f.sheet, f.cell) not in unread or "这一格的公式" in f.problem]


def missing_sheet(name: str) -> Fault:
    remedy = f"请把写有{'题目' if name == 'survey' else '表单编号'}的工作表命名为 {name}。"
    plain = "用中文表格的，列名“题目”“类型”要写在前 10 行的同一行里。" if name == "survey" else ""
    return Fault(name, 0, "", "没有这个工作表。", remedy + plain)


def not_obeyed(sheet: Sheet) -> Iterable[Fault]:
    """A sheet of XLSForm that none of our clients would go by."""
    if sheet.rows:
        yield Fault(sheet.name, sheet.rows[0].number, "", f"还不支持工作表“{sheet.name}”。", "请删去这个工作表。")


def faults_of_columns(sheet: Sheet) -> list[Fault]:
    """Columns that are needed and missing, and columns with content that no client would obey."""
    faults = [
        Fault(sheet.name, 1, "", f"缺少“{heading}”列。", f"请在第 1 行加上列名 {heading}。")
        for heading in NEEDED[sheet.name]
        if heading not in sheet.letters
    ]
    if sheet.name in ("survey", "choices") and not any(
        heading.partition("::")[0] == "label" for heading in sheet.letters
    ):
        faults.append(Fault(sheet.name, 1, "", "缺少题目文字的列。", "请在第 1 行加上列名 label::中文 (zh)。"))
    unknown = []  # a column that is missing may be one of them, called otherwise
    for heading in sheet.letters:
        filled = [row for row in sheet.rows if row.get(heading)]
        base, _, language = heading.partition("::")
        allowed = heading in COLUMNS[sheet.name] or (
            language and base in SPOKEN_COLUMNS and base in COLUMNS[sheet.name]
        )
        if filled and not allowed:
            unknown.append(filled[0].fault(heading, f"还不支持“{heading}”列。", meant(heading, sheet)))
    return faults or unknown


def meant(heading: str, sheet: Sheet) -> str:
    """What to do about a column that nobody obeys: the name that it should have, where that is a slip."""
    if spoken := A_LANGUAGE.fullmatch(heading):
        return f"语言前面要写两个冒号，请改为 {spoken[1]}::{spoken[2]}。"
    base, colons, language = heading.partition("::")
    free = SPOKEN_COLUMNS if colons else [one for one in COLUMNS[sheet.name] if one not in sheet.letters]
    near = difflib.get_close_matches(base, free, 1, 0.75) if base not in (*OF_XLSFORM, *COLUMNS[sheet.name]) else []
    return f"请改为 {near[0]}{colons}{language}，或清空这一列的内容。" if near else "请清空这一列的内容。"


def languages_of(sheets: dict[str, Sheet], faults: list[Fault]) -> Languages:
    row = next(iter(sheets["settings"].rows), None) if "settings" in sheets else None
    default = row.get("default_language") if row else ""
    languages = Languages.of([heading for sheet in sheets.values() for heading in sheet.letters], default)
    if row and default and languages.default != tag_of(default):
        remedy = f"请加上 label::{default} 列。"
        faults.append(row.fault("default_language", f"没有“{default}”的题目文字。", remedy))
    for sheet in sheets.values():
        faults += twice_in_one_language(sheet, languages)
    return languages


def twice_in_one_language(sheet: Sheet, languages: Languages) -> Iterable[Fault]:
    """Two columns of the same text in the same language: one of them would be lost without a word."""
    first: dict[tuple[str, str], str] = {}
    for heading in sheet.letters:
        base, _, language = heading.partition("::")
        if base not in SPOKEN_COLUMNS or language not in languages.tags:
            continue
        other = first.setdefault((base, languages.tags[language]), heading)
        row = next((row for row in sheet.rows if row.get(heading) and row.get(other)), None)
        if other != heading and row:
            yield row.fault(heading, f"“{heading}”和“{other}”是同一种语言。", "请只留一列，另一列清空。")


def choice_lists(
    sheet: Sheet | None, languages: Languages, faults: list[Fault]
) -> tuple[dict[str, tuple[Choice, ...]], set[str]]:
    """List name → its choices, and the lists whose choices are not all known; what is wrong is added to `faults`."""
    lists: dict[str, dict[str, Choice]] = {}
    unsound, called = set[str](), set[tuple[str, str]]()
    heading = languages.heading("label")
    texts = [languages.texts(row, "label") for row in sheet.rows] if sheet else []
    wordless = bool(texts) and not any(languages.default in one for one in texts)
    if sheet and (wordless := wordless and heading not in sheet.letters):
        faults.append(sheet.fault("", f"缺少“{heading}”列。", f"请在第 1 行加上列名 {heading}。"))
    for row in sheet.rows if sheet else ():
        choice = Choice(row.get("name"), languages.texts(row, "label"), row.get("image") or row.get("media::image"))
        choices = lists.setdefault(row.get("list_name"), {})
        if not CHOICE_NAME.fullmatch(choice.name) or choice.name in choices or row.dated or row.unread:
            unsound.add(row.get("list_name"))
        faults += faults_of_choice(row, choice, choices, None if wordless else languages)
        faults += not_fixed(row)
        if len(choices) == MOST_CHOICES:
            faults.append(row.fault("name", f"一道题的选项最多 {MOST_CHOICES} 个。", "请减少选项，或改成 text 题。"))
        choices[choice.name] = choice
        alike = (row.get("list_name"), plain(choice.labels.get(languages.default, "")))
        if alike[1] and alike in called:
            faults.append(row.fault(heading, *TWICE))
        called.add(alike)
    if "" in lists:  # any of them may lack what is in no list
        unsound |= lists.keys()
    return {name: tuple(choices.values()) for name, choices in lists.items()}, unsound


def faults_of_choice(
    row: Row, choice: Choice, others: dict[str, Choice], languages: Languages | None
) -> Iterable[Fault]:
    if not row.get("list_name"):
        yield row.fault("list_name", "没有写选项表的名称。", "请填写 survey 表中 select_one 后面的那个名称。")
    if not CHOICE_NAME.fullmatch(choice.name):
        yield row.fault("name", f"选项代码“{choice.name}”不能用。", "请用英文字母、数字、“_”“-”“.”，不含空格和中文。")
    if choice.name in others:
        yield row.fault(
            "name", f"选项代码“{choice.name}”在同一个选项表里出现了两次。", "请改成不同的代码，抄重了的删去。"
        )
    if languages and languages.default not in choice.labels:
        heading = languages.heading("label")
        yield row.fault(heading, f"选项“{choice.name}”没有文字。", f"请填写 {heading} 列。")


def settings_of(sheet: Sheet | None, faults: list[Fault]) -> tuple[str, str, str]:
    """Form id, version and title from the one row of the settings sheet; what it lacks was named before."""
    if sheet is None or any(heading not in sheet.letters for heading in NEEDED["settings"]):
        return "", "", ""
    if len(sheet.rows) != 1:
        faults.append(
            Fault("settings", 2, "", "应当正好有一行设置。", "请在第 2 行填写 form_id 和 version，其余行删去。")
        )
        return "", "", ""
    row = sheet.rows[0]
    if not FORM_ID.fullmatch(row.get("form_id")):
        faults.append(
            row.fault("form_id", f"表单编号“{row.get('form_id')}”不能用。", "请用英文字母开头，不含空格和中文。")
        )
    if not VERSION.fullmatch(row.get("version")):
        wrong = f"版本“{row.get('version')[:40]}”不能用。" if row.get("version") else "没有写版本。"
        remedy = "请填写日期加序号，例如 2026110101，最多 40 个字；每次改动都要换。"
        faults.append(row.fault("version", wrong, remedy))
    if len(row.get("form_title")) > LONGEST_TITLE:
        faults.append(row.fault("form_title", f"表名超过 {LONGEST_TITLE} 字。", "请写短一些。"))
    return row.get("form_id"), row.get("version"), row.get("form_title") or row.get("form_id")
