"""The workbooks that the houses programme ships."""

import re
from pathlib import Path

import pytest
from django.utils.translation import override

import hemei
from hemei.core.registry import registry
from hemei.engines.forms import Form, Kind, examine, read_form
from hemei.programmes.houses.programme import FORM_TITLES

FOLDER = Path(hemei.__file__).parent / "programmes" / "houses" / "forms"
DEGREES = ["none", "slight", "obvious", "severe", "unseen"]
URGENT = {"ground_crack", "wall_leaning", "corner_gap", "crack_growing", "roof_sag"}
MORE_SIGNS = {"wall_crack", "beam_rot", "floor_slab", "door_stuck", "electricity"}


@pytest.fixture(scope="module", params=["selfcheck", "survey", "patrol"])
def form(request: pytest.FixtureRequest) -> Form:
    return read_form(FOLDER / f"{request.param}.xlsx")


@pytest.fixture(scope="module")
def forms() -> dict[str, Form]:
    return {name: read_form(FOLDER / f"{name}.xlsx") for name in ("selfcheck", "survey", "patrol")}


def degrees(form: Form) -> set[str]:
    """The questions that grade a sign."""
    return {q.name for q in form.questions if [choice.name for choice in q.choices][:5] == DEGREES}


def test_everything_is_said_in_both_languages(form: Form) -> None:
    assert form.languages == ("zh", "en")
    for section in form.sections:
        assert set(section.labels) == {"zh", "en"}
    for question in form.questions:
        assert set(question.labels) == {"zh", "en"}, question.name
        assert set(question.hints) in (set(), {"zh", "en"}), question.name
        for choice in question.choices:
            assert set(choice.labels) == {"zh", "en"}, choice


def test_the_form_is_named_by_programme_and_file(forms: dict[str, Form]) -> None:
    assert {name: form.id for name, form in forms.items()} == {name: f"houses.{name}" for name in forms}


def test_a_household_taps_pictured_answers_and_never_sees_a_grade(forms: dict[str, Form]) -> None:
    form = forms["selfcheck"]
    taps = [question for question in form.questions if question.kind is Kind.SELECT_ONE]
    assert len([question for question in taps if not question.relevant]) <= 10
    for question in taps:
        assert question.picture == f"{question.name}.svg"
        assert (FOLDER.parent / "static" / "houses" / question.picture).is_file()
        assert [choice.name for choice in question.choices] == ["yes", "no", "unsure"]
    assert not any(question.required for question in form.questions)
    words = "".join(question.labels["zh"] + question.hints.get("zh", "") for question in form.questions)
    assert not any(word in words for word in ("级", "鉴定", "危房", "评"))


def test_the_same_sign_has_the_same_name_in_every_form(forms: dict[str, Form]) -> None:
    assert {q.name for q in forms["selfcheck"].questions} >= URGENT | MORE_SIGNS | {"altered"}
    assert degrees(forms["survey"]) == degrees(forms["patrol"]) >= (URGENT | MORE_SIGNS) - {"crack_growing"}
    for form in forms.values():
        assert URGENT | MORE_SIGNS | {"altered"} <= form.by_name.keys()


def test_survey_and_patrol_ask_for_the_same_signs_word_for_word(forms: dict[str, Form]) -> None:
    survey, patrol = forms["survey"].by_name, forms["patrol"].by_name
    for name in degrees(forms["survey"]) | {"crack_growing", "altered", "use_changed", "occupied"}:
        assert survey[name] == patrol[name]


def test_the_patrol_asks_of_every_sign_whether_it_must_have_been_visible_at_the_survey(forms: dict[str, Form]) -> None:
    seen = [question for question in forms["patrol"].questions if question.name.endswith("_seen")]
    named = [choice.name for question in seen for choice in question.choices]
    assert len(named) == len(set(named))
    assert set(named) == degrees(forms["survey"])
    for question in seen:
        for choice in question.choices:
            assert choice.labels == forms["survey"].by_name[choice.name].labels
        stands = next(section for section in forms["patrol"].sections if question in section.questions)
        assert question.choice_names <= {asked.name for asked in stands.questions}
        assert not question.required
    assert not any(name.endswith("_seen") for name in forms["survey"].by_name)


def test_an_earlier_version_keeps_its_questions_and_its_name() -> None:
    registered = registry.forms["houses.patrol"]
    assert list(registered.versions)[-1] == registered.read.version
    former = registered.versions["2026112301"]
    assert former.id == registered.id
    assert former.by_name["wall_visible"].choice_names == {"yes", "no", "unsure"}
    for form in registry.forms.values():
        for version, read in form.versions.items():
            assert (read.id, read.version) == (form.id, version)


@pytest.mark.parametrize("name", ["survey", "patrol"])
def test_it_ends_in_a_first_judgement_and_a_severe_one_asks_by_when_it_is_appraised(
    forms: dict[str, Form], name: str
) -> None:
    form = forms[name]
    judgement = form.by_name["first_judgement"]
    assert [choice.labels["zh"] for choice in judgement.choices] == [
        "存在严重安全隐患",
        "存在一定安全隐患",
        "未发现安全隐患",
    ]
    assert form.sections[-1].questions[0] == judgement
    relevant = form.by_name["appraise_by"].relevant
    assert relevant is not None
    assert relevant.text == "${first_judgement} = 'severe'"
    missing = {error.question for error in examine(form, {"first_judgement": "severe"})}
    assert {"appraise_by", "told_to_leave"} <= missing
    assert "appraise_by" not in {error.question for error in examine(form, {"first_judgement": "some"})}


def test_no_photo_and_no_position_is_ever_required(form: Form) -> None:
    assert not any(q.required for q in form.questions if q.kind in (Kind.IMAGE, Kind.GEOPOINT, Kind.TEXT))


def test_the_title_of_every_form_is_known_to_the_catalogue() -> None:
    titles = {form.read.title for form in registry.forms.values() if form.id.startswith("houses.")}
    assert titles == set(FORM_TITLES)
    with override("en"):
        assert not [form.title for form in registry.forms.values() if re.search("[\u4e00-\u9fff]", form.title)]
