"""Constraints, calculations and repeats: what a form asks for beyond single answers."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree

import pytest

from hemei.engines.forms import Form, FormRefused, answers_of, as_data, clean, examine, read_form, read_submission
from hemei.engines.forms.answers import complete, relevant_answers
from hemei.engines.forms.writing import as_xlsform
from hemei.engines.forms.xform import WhichPlace, xform

from .conftest import SETTINGS, Rows, Write

SURVEY: Rows = [
    ["type", "name", "label", "required", "relevant", "constraint", "constraint_message", "calculation"],
    ["integer", "storeys", "几层？", "yes", None, ". >= 1 and . <= 9", "一到九层。", None],
    ["date", "built", "哪天建成？", None, None, ". <= today()", None, None],
    ["calculate", "days", None, None, None, None, None, "today() - ${built}"],
    ["calculate", "old", None, None, None, None, None, "${days} > 10"],
    ["select_one tap", "leaks", "漏不漏？", None, "${old}", None, None, None],
    ["begin repeat", "rooms", "每一间房", None, None, None, None, None],
    ["text", "room", "哪一间？", "yes", None, None, None, None],
    ["decimal", "width", "多宽？", None, None, ". > 0", None, None],
    ["calculate", "area", None, None, None, None, None, "${width} * 4"],
    ["select_one tap", "damp", "潮不潮？", None, "${width} > 2 and ${storeys} > 1", None, None, None],
    ["end repeat", None, None, None, None, None, None, None],
    ["calculate", "total", None, None, None, None, None, "round(sum(${area}), 1)"],
    ["text", "why", "为什么这么小？", "yes", "count(${rooms}) > 0 and ${total} < 20", None, None, None],
]
CHOICES: Rows = [["list_name", "name", "label"], ["tap", "yes", "是"], ["tap", "no", "否"]]
DAY = date(2026, 11, 26)


@pytest.fixture
def form(write: Write) -> Form:
    return read_form(write(SURVEY, CHOICES, [*SETTINGS[:1], ["检查", "rooms.check", "1", None]]))


def test_what_follows_is_calculated_and_not_asked(form: Form) -> None:
    given = {
        "storeys": 2,
        "built": "2026-11-01",
        "rooms": [{"room": "堂屋", "width": 3}, {"room": "灶房", "width": 2.5}],
    }
    assert examine(form, given, DAY) == []
    made = complete(form, given, DAY)
    assert (made["days"], made["old"], made["total"]) == (25, 1, 22)
    assert [room["area"] for room in made["rooms"]] == [12, 10]
    assert [q.name for q in form.questions] == ["storeys", "built", "leaks", "why"]


def test_an_answer_outside_its_constraint_is_told_in_its_own_words(form: Form) -> None:
    errors = {error.question: error.problem for error in examine(form, {"storeys": 12, "built": "2027-01-01"}, DAY)}
    assert errors["storeys"] == "一到九层。"
    assert "不合要求" in errors["built"]


def test_what_a_calculation_asks_for_is_asked(form: Form) -> None:
    small = {"storeys": 1, "rooms": [{"room": "灶房", "width": 1.0}]}
    assert [error.question for error in examine(form, small, DAY)] == ["why"]
    young = {"storeys": 1, "built": "2026-11-25", "leaks": "yes"}
    assert [(e.question, e.problem[:5]) for e in examine(form, young, DAY)] == [("leaks", "按前面的回")]


def test_each_instance_of_a_repeat_is_held_to_its_questions(form: Form) -> None:
    given = {
        "storeys": 2,
        "why": "小",
        "rooms": [{"width": 3, "damp": "yes"}, {"room": "灶房", "width": -1, "damp": "no", "x": 1}],
    }
    found = {(error.question, error.instance) for error in examine(form, given, DAY)}
    assert found == {("room", 1), ("width", 2), ("damp", 2), ("x", 2)}
    for nonsense in ("x", [1], {"a": 1}, [{"room": "a"}] * 201):
        assert "rooms" in {error.question for error in examine(form, {"storeys": 1, "rooms": nonsense}, DAY)}


def test_fields_of_a_page_carry_the_number_of_their_instance(form: Form) -> None:
    posted = {
        "storeys": ["２"],
        "room.1": ["堂屋"],
        "width.1": ["３"],
        "damp.1": ["yes"],
        "room.3": ["灶房"],
        "width.3": ["x"],
    }
    answers, errors = clean(form, posted, DAY)
    assert answers["rooms"][0] | {"area": 12} == {"room": "堂屋", "width": 3.0, "damp": "yes", "area": 12}
    assert [(error.question, error.instance) for error in errors] == [("width", 2)]


def test_what_a_phone_sends_is_read_and_calculated_anew(form: Form) -> None:
    rooms = "".join(f"<rooms><room>{n}间</room><width>{n}</width><area>999</area></rooms>" for n in (3, 4))
    answered = f"<storeys>1</storeys>{rooms}<total>1</total><meta><instanceID>u</instanceID></meta>"
    xml = f'<data id="rooms.check" version="1">{answered}</data>'
    answers, errors = answers_of(form, read_submission(xml.encode()), DAY)
    assert errors == []
    assert [room["area"] for room in answers["rooms"]] == [12, 16]
    assert answers["total"] == 28
    assert relevant_answers(form, answers, DAY) == answers


def test_the_xform_says_the_same(form: Form) -> None:
    root = ElementTree.fromstring(xform(form, place=WhichPlace(*[{"zh": "哪一处"}] * 4)))
    binds = {
        e.get("nodeset", "").rpartition("/")[2]: e.attrib for e in root.iter("{http://www.w3.org/2002/xforms}bind")
    }
    assert binds["storeys"]["constraint"] == ". >= 1 and . <= 9"
    assert "today()" in binds["days"]["calculate"]
    assert root.find(".//{http://www.w3.org/2002/xforms}repeat") is not None


def test_it_is_written_and_read_back_as_it_was(form: Form) -> None:
    again = read_form(as_xlsform(form))
    assert again == form
    data = as_data(form)
    rooms = next(section for section in data["sections"] if section["repeat"])
    assert rooms["questions"][2]["calculation"] == ["call", "*", ["answer", "width"], ["lit", 4]]


@pytest.mark.parametrize(
    ("row", "heading", "text", "said"),
    [
        (3, 7, "${old} + 1", "不是前面的题目"),
        (3, 7, "${days} + 1", "引用了它自己"),
        (3, 7, None, "没有写怎样计算"),
        (3, 7, "''", "总是空的"),
        (12, 7, "${area} + 1", "有好几个答案"),
        (12, 7, "sum(${room})", "不能用 sum 汇总"),
        (12, 7, "position(..)", "只能用在 begin repeat"),
        (1, 5, "regex(., 'a+')", "regex 的格式"),
        (1, 5, "regex(., '^(a+)+$')", "regex 的格式"),
        (1, 7, "1 + 1", "只有题型 calculate"),
        (3, 5, ". > 1", "没有人来回答"),
        (1, 5, "if(1 = 1, 2)", "要有 3 个参数"),
        (2, 5, ". <= '昨天'", "是日期"),
        (2, 5, "../built > 1", "看不懂"),
    ],
)
def test_what_cannot_be_reckoned_is_refused_by_its_cell(
    write: Write, row: int, heading: int, text: str | None, said: str
) -> None:
    rows = [list(line) for line in SURVEY]
    rows[row][heading] = text
    with pytest.raises(FormRefused) as refusal:
        read_form(write(rows, CHOICES, [*SETTINGS[:1], ["检查", "rooms.check", "1", None]]))
    fault = next(fault for fault in refusal.value.errors if said in fault.problem)
    assert (fault.row, fault.cell[:1]) == (row + 1, chr(65 + heading))
    assert fault.remedy
