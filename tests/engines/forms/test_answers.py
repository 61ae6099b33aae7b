import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemei.engines.forms import Choice, Expression, Form, Kind, Question, Section, clean, examine, relevant_answers

TAP = (Choice("yes", {"zh": "是"}), Choice("no", {"zh": "否"}))
PARTS = (Choice("front", {"zh": "前墙"}), Choice("back", {"zh": "后墙"}))


def ask(name: str, kind: Kind, *, required: bool = False, when: tuple[str, str] | None = None) -> Question:
    choices = {Kind.SELECT_ONE: TAP, Kind.SELECT_MULTIPLE: PARTS}.get(kind, ())
    relevant = Expression(("call", "=", ("answer", when[0]), ("lit", when[1]))) if when else None
    return Question(name, kind, {"zh": name}, required=required, choices=choices, relevant=relevant)


FORM = Form(
    "walls",
    "1",
    "墙体检查",
    ("zh",),
    (
        Section(
            "",
            {},
            (
                ask("welcome", Kind.NOTE),
                ask("wall_crack", Kind.SELECT_ONE, required=True),
                ask("crack_growing", Kind.SELECT_ONE, required=True, when=("wall_crack", "yes")),
                ask("crack_mm", Kind.INTEGER, when=("crack_growing", "yes")),
                ask("parts", Kind.SELECT_MULTIPLE),
                ask("area", Kind.DECIMAL),
                ask("appraise_by", Kind.DATE),
                ask("photo", Kind.IMAGE),
                ask("place", Kind.GEOPOINT),
                ask("remark", Kind.TEXT),
            ),
        ),
    ),
)
GOOD = {
    "wall_crack": "yes",
    "crack_growing": "yes",
    "crack_mm": 3,
    "parts": ["front", "back"],
    "area": 120.5,
    "appraise_by": "2026-11-03",
    "photo": "墙角.jpg",
    "place": "31.744 110.68 1810 6",
    "remark": "雨后发现",
}


def wrong(answers: dict[str, object]) -> list[str]:
    return [error.question for error in examine(FORM, answers)]


def test_good_answers_have_no_errors_and_survive_json() -> None:
    assert examine(FORM, json.loads(json.dumps(GOOD))) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("wall_crack", "maybe"),
        ("wall_crack", ["yes"]),
        ("crack_mm", "3"),
        ("crack_mm", True),
        ("crack_mm", 3.0),
        ("crack_mm", 10**12),
        ("parts", "front"),
        ("parts", ["roof"]),
        ("parts", ["front", "front"]),
        ("area", "120"),
        ("area", float("nan")),
        ("area", False),
        ("area", 1e300),
        ("appraise_by", "2026-02-30"),
        ("appraise_by", "20261103"),
        ("appraise_by", "0026-11-03"),
        ("appraise_by", 20261103),
        ("photo", "../../etc/passwd"),
        ("place", "110.68"),
        ("place", "110.68 31.744"),
        ("place", "nan nan"),
        ("place", "北 东"),
        ("place", 31.7),
        ("remark", 7),
        ("remark", "a\x00b"),
        ("remark", "长" * 5001),
        ("welcome", "hello"),
        ("roof_sag", "yes"),
    ],
)
def test_what_cannot_be_an_answer_is_named_by_its_question(name: str, value: object) -> None:
    assert wrong({**GOOD, name: value})[0] == name


def test_a_required_question_is_missed_only_where_it_is_asked() -> None:
    assert wrong({}) == ["wall_crack"]
    assert wrong({"wall_crack": "yes"}) == ["crack_growing"]
    assert wrong({"wall_crack": "no"}) == []
    assert wrong({"wall_crack": "yes", "crack_growing": ""}) == ["crack_growing"]


def test_answers_to_questions_that_were_not_asked_are_reported_and_dropped_with_what_hangs_on_them() -> None:
    answers = {**GOOD, "wall_crack": "no"}
    assert wrong(answers) == ["crack_growing", "crack_mm"]
    kept = relevant_answers(FORM, answers)
    assert set(GOOD) - set(kept) == {"crack_growing", "crack_mm"}
    assert examine(FORM, kept) == []


def test_a_posted_page_is_cleaned() -> None:
    posted = {
        "csrfmiddlewaretoken": ["x"],
        "wall_crack": ["yes"],
        "crack_growing": ["yes"],
        "crack_mm": [" １２ "],
        "parts": ["front", "back", "front", ""],
        "area": ["1，200．5"],
        "appraise_by": ["２０２６年11月3日"],
        "photo": [""],
        "place": ["31.744，110.68"],
        "remark": ["  雨后发现\x07\r\n再看  "],
    }
    assert clean(FORM, posted) == (
        {
            "wall_crack": "yes",
            "crack_growing": "yes",
            "crack_mm": 12,
            "parts": ["front", "back"],
            "area": 1200.5,
            "appraise_by": "2026-11-03",
            "place": "31.744 110.68",
            "remark": "雨后发现\n再看",
        },
        [],
    )


@pytest.mark.parametrize("text", ["2026-11-03", "2026/11/3", "2026.11.3", "2026年11月03日", "20261103", "2026－11－3"])
def test_dates_as_people_write_them(text: str) -> None:
    answers, errors = clean(FORM, {"wall_crack": ["no"], "appraise_by": [text]})
    assert (answers.get("appraise_by"), errors) == ("2026-11-03", [])


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("crack_mm", "三", "整数"),
        ("crack_mm", "1.5", "整数"),
        ("crack_mm", "9999999999", "太大"),
        ("area", "1e500", "数字"),
        ("appraise_by", "明天", "日期"),
        ("appraise_by", "2026-13-01", "日期"),
        ("wall_crack", "<script>", "选项"),
        ("parts", "roof", "选项"),
    ],
)
def test_what_cannot_be_read_comes_back_beside_its_question(name: str, text: str, said: str) -> None:
    posted = {"wall_crack": ["yes"], "crack_growing": ["yes"], name: [text]}
    answers, errors = clean(FORM, posted)
    (error,) = [error for error in errors if error.question == name]
    assert said in error.problem
    assert name not in answers


def test_hidden_questions_answered_on_a_page_without_scripts_are_left_out_silently() -> None:
    assert clean(FORM, {"wall_crack": ["no"], "crack_growing": ["yes"], "crack_mm": ["x"]}) == (
        {"wall_crack": "no"},
        [],
    )


names = st.sampled_from([*GOOD, "welcome", "roof_sag"])
values = st.one_of(
    st.sampled_from([*map(str, GOOD.values()), "", "no", "１２"]),
    st.text("是否<&'\x00\r\n　ａ１.-", max_size=12),
    st.text("0123456789.-年月日 ", max_size=12),
)


@given(st.dictionaries(names, st.lists(values, max_size=3)))
def test_whatever_is_posted_what_is_kept_is_sound(posted: dict[str, list[str]]) -> None:
    answers, errors = clean(FORM, posted)
    assert json.loads(json.dumps(answers)) == answers
    missing = {error.question for error in errors}
    assert {error.question for error in examine(FORM, answers)} <= missing
    assert relevant_answers(FORM, answers).keys() | missing >= answers.keys()
