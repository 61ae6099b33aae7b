"""Where an answer of a repeat stands: its field has the number of its instance, and empty ones close up."""

from __future__ import annotations

import pytest

from hemei.engines.forms import AnswerError, Form, clean, read_form
from hemei.engines.forms.answers import closed_up, field_name, fields_of, of_field, order_of

from .conftest import SETTINGS, Rows, Write

SURVEY: Rows = [
    ["type", "name", "label", "relevant"],
    ["image", "front", "正面", None],
    ["begin repeat", "rooms", "房间", None],
    ["text", "room", "哪一间？", None],
    ["image", "crack", "裂缝", "${room} != '猪圈'"],
    ["end repeat", None, None, None],
    ["text", "remark", "别的", None],
]
CHOICES: Rows = [["list_name", "name", "label"]]


@pytest.fixture
def form(write: Write) -> Form:
    return read_form(write(SURVEY, CHOICES, [*SETTINGS[:1], ["检查", "rooms.check", "1", None]]))


@pytest.mark.parametrize(("question", "instance"), [("crack", 0), ("crack", 1), ("q", 200)])
def test_a_field_leads_back_to_its_question(question: str, instance: int) -> None:
    assert of_field(field_name(question, instance)) == (question, instance)


def test_what_is_no_number_is_no_instance() -> None:
    assert [of_field(field) for field in ("crack.x", "crack.", "crack.²", "")] == [("crack", 0)] * 3 + [("", 0)]


def test_what_was_posted_is_found_where_it_is_stored(form: Form) -> None:
    """Whatever numbers a page used, and whichever instances nobody filled in or that lost a photo nobody asked for."""
    posted = {"front": ["f.jpg"], "room.2": ["堂屋"], "crack.2": ["2.jpg"], "crack.5": ["5.jpg"], "room.6": [""]}
    posted |= {"room.9": ["猪圈"], "crack.9": ["9.jpg"], "crack.0": ["0.jpg"], "crack.007": ["7.jpg"]}
    answers, errors = clean(form, posted)
    assert errors == []
    now = closed_up(form, posted)
    told = {field: answer for field, _question, answer in fields_of(form, answers)}
    assert told == {"front": "f.jpg", "room.1": "堂屋", "crack.1": "2.jpg", "crack.2": "5.jpg", "room.3": "猪圈"}
    assert {field: now.get(field) for field in posted} == {
        "front": "front",
        "crack.0": None,
        "room.2": "room.1",
        "crack.2": "crack.1",
        "crack.5": "crack.2",
        "room.6": None,
        "room.9": "room.3",
        "crack.9": "crack.3",
        "crack.007": None,
    }


def test_instance_by_instance_in_the_form_s_order(form: Form) -> None:
    fields = ["remark", "crack.10", "room.10", "crack.2", "front", "gone"]
    assert sorted(fields, key=lambda field: order_of(form, *of_field(field))) == [
        *("front", "crack.2", "room.10", "crack.10", "remark", "gone"),
    ]
    errors = [AnswerError("crack", "", 2), AnswerError("room", "", 10)]
    assert sorted(errors, key=lambda error: order_of(form, error.question, error.instance)) == errors


def test_photos_of_a_section_are_known(form: Form) -> None:
    assert [[question.name for question in section.photos] for section in form.sections] == [["front"], ["crack"], []]
