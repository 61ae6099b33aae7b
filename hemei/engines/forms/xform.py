"""A form as the XForm that ODK Collect fills in offline: our subset, and before it the question which place this is.

The conversion is pyxform's; its input is made from the form as we read it, so that a client never asks what the pages
do not, and sends nothing that they would refuse.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hemei.engines.forms.form import Choice, Form, Kind, Question, Section, Texts

PLACES = "places.csv"
PLACE = "hemei_place"
"""Name of the question whose answer is the place: the `name` column of PLACES."""
PLACE_ON_MAP = "hemei_place_on_map"
"""The same question, answered on a map: by the `geometry` column of PLACES."""
WAY, BY_LIST, BY_MAP = "hemei_way", "list", "map"
NAMED = {"zh": "中文 (zh)", "en": "English (en)"}
CLOCKS: tuple[Mapping[str, str], ...] = (
    {"type": "start", "name": "hemei_start"},
    {"type": "end", "name": "hemei_end"},
    {"type": "deviceid", "name": "hemei_device"},
)
Row = dict[str, str]


@dataclass(frozen=True)
class WhichPlace:
    """What the questions for the place say, by language: which it is, and whether to find it in a list or on a map."""

    which: Texts
    way: Texts
    by_list: Texts
    by_map: Texts


class NoXForm(ValueError):
    """pyxform refuses the form, which our own reader did not."""


def xform(form: Form, *, place: WhichPlace, before: Sequence[Question] = (), pictures: Collection[str] = ()) -> bytes:
    """The XForm as UTF-8 bytes: the same form gives the same bytes, so that their MD5 tells a client what is new.

    Parameters: `before` are questions asked after the one for the place and before the form's own (for whom somebody
    answers), `pictures` those of its pictures that go with it. The list of places is a file of its own, PLACES.
    Raises NoXForm.
    """
    way = Question(
        WAY,
        Kind.SELECT_ONE,
        place.way,
        required=True,
        choices=(Choice(BY_LIST, place.by_list), Choice(BY_MAP, place.by_map)),
    )
    rows = [*map(dict, CLOCKS), *_place(form, place, way)]
    rows += [_question(form, question) for question in before]
    for section in form.sections:
        rows.extend(_section(form, section, pictures))
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert  # takes a second to load, which only whoever fetches a form need wait for

    settings = {
        "form_id": form.id,
        "form_title": form.title,
        "version": form.version,
        "default_language": _language(form.languages[0]),
    }
    sheets = {
        "survey": [_said(row) for row in rows],
        "choices": list(_choices(form, [way, *before, *form.everything], pictures)),
        "settings": [settings],
    }
    try:  # what pyxform does not expect breaks it in other ways too
        made: str = convert(sheets, validate=False).xform
    except (PyXFormError, LookupError, AttributeError, TypeError, ValueError) as why:
        raise NoXForm(str(why)) from why
    return made.encode()


def _said(row: Row) -> Row:
    """What a row says; pyxform makes an empty condition of an empty cell, and no phone reads such a form."""
    return {column: text for column, text in row.items() if text}


def _place(form: Form, place: WhichPlace, way: Question) -> Iterator[Row]:
    """In a list, searched by typing, or on a map, which leaves out what has no position: so the list comes first."""
    yield _question(form, way) | {"default": BY_LIST, "appearance": "quick"}
    in_list = _row(form, f"select_one_from_file {PLACES}", PLACE, place.which, required=True)
    yield in_list | {"appearance": "minimal autocomplete", "relevant": f"${{{WAY}}} != '{BY_MAP}'"}
    on_map = _row(form, f"select_one_from_file {PLACES}", PLACE_ON_MAP, place.which, required=True)
    yield on_map | {"appearance": "map", "relevant": f"${{{WAY}}} = '{BY_MAP}'"}


def _language(tag: str) -> str:
    return NAMED.get(tag, tag)


def _texts(form: Form, column: str, texts: Texts) -> Row:
    """A text in every language of the form: where one is missing the first stands in, instead of pyxform's “-”."""
    said = {tag: form.text(texts, tag) for tag in form.languages}
    return {f"{column}::{_language(tag)}": text for tag, text in said.items() if text}


def _row(form: Form, kind: str, name: str, labels: Texts, *, required: bool = False) -> Row:
    return {"type": kind, "name": name, "required": "yes" if required else "", **_texts(form, "label", labels)}


def _pictured(form: Form, picture: str, pictures: Collection[str]) -> Row:
    """The same picture in every language, as pyxform would have it."""
    return {f"media::image::{_language(tag)}": picture for tag in form.languages} if picture in pictures else {}


def _section(form: Form, section: Section, pictures: Collection[str]) -> Iterator[Row]:
    word = "repeat" if section.repeat else "group"
    if section.name:
        begun = _row(form, f"begin {word}", section.name, section.labels)
        yield begun | {"relevant": section.relevant.text if section.repeat and section.relevant else ""}
    for question in section.questions:
        yield _question(form, question) | _pictured(form, question.picture, pictures)
    if section.name:
        yield {"type": f"end {word}"}


def _question(form: Form, question: Question) -> Row:
    kind = f"{question.kind} of_{question.name}" if question.choices else str(question.kind)
    row = _row(form, kind, question.name, question.labels, required=question.required)
    row |= _texts(form, "hint", question.hints)
    row["relevant"] = question.relevant.text if question.relevant else ""
    if question.constraint:
        row["constraint"] = question.constraint.text
        row |= _texts(form, "constraint_message", question.constraint_messages)
    if question.calculation:
        row["calculation"] = question.calculation.text
        row["bind::type"] = "date" if question.gives == "day" else "string"
    if question.kind is Kind.IMAGE:
        row["parameters"] = "max-pixels=1280"
    return row


def _choices(form: Form, questions: Sequence[Question], pictures: Collection[str]) -> Iterator[Row]:
    for question in questions:
        for choice in question.choices:
            row = {"list_name": f"of_{question.name}", "name": choice.name, **_texts(form, "label", choice.labels)}
            yield row | _pictured(form, choice.picture, pictures)
