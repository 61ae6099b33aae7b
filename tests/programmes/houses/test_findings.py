"""Which answers show which danger."""

from __future__ import annotations

from typing import Any

import pytest

from hemei.core.registry import registry
from hemei.programmes.houses.findings import FINDINGS
from hemei.terms.finding import Severity


def found(**answers: Any) -> list[str]:
    return [kind.id for kind in FINDINGS if kind.applies and kind.applies(answers)]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, []),
        ({"wall_leaning": "no", "roof_sag": "no", "beam_rot": "no"}, []),
        ({"wall_leaning": "yes"}, ["houses.F03"]),
        ({"corner_gap": "severe"}, ["houses.F03"]),
        ({"corner_gap": "obvious"}, ["houses.F13"]),
        ({"wall_crack": "yes", "crack_growing": "no"}, ["houses.F12"]),
        ({"wall_crack": "yes", "crack_growing": "yes"}, ["houses.F02"]),
        ({"wall_crack": "none", "crack_growing": "yes"}, []),
        ({"roof_leak": "slight"}, ["houses.F31"]),
        ({"wall_crack": "unsure"}, ["houses.F32"]),
        ({"wall_crack": "no", "remark": "屋后落石"}, ["houses.F33"]),
        ({"photo": "墙.jpg"}, ["houses.F33"]),
        ({"photo": "墙.jpg", "wall_crack": "yes", "remark": "东墙"}, ["houses.F12"]),
        ({"first_judgement": "none", "remark": "门锁着"}, []),
        ({"altered": "yes", "alteration": ["extension"]}, []),
        ({"altered": "yes", "alteration": ["wall_cut"]}, ["houses.F18"]),
        ({"altered": "yes"}, ["houses.F18"]),
        ({"first_judgement": "severe"}, ["houses.F05"]),
        ({"beam_rot": "absent", "floor_slab": "unseen"}, []),
    ],
)
def test_answers_show_findings(answers: dict[str, str], expected: list[str]) -> None:
    assert found(**answers) == expected


@pytest.mark.parametrize("sign", ["ground_crack", "wall_leaning", "corner_gap", "roof_sag"])
def test_a_deadly_sign_reported_by_the_household_is_urgent(sign: str) -> None:
    kinds = [kind for kind in FINDINGS if kind.applies and kind.applies({sign: "yes"})]
    assert max(kind.severity for kind in kinds) is Severity.URGENT


def test_ids_are_unique() -> None:
    assert len({kind.id for kind in FINDINGS}) == len(FINDINGS)


def test_every_graded_sign_of_the_survey_leads_to_a_finding() -> None:
    form = registry.forms["houses.survey"].read
    graded = [q.name for q in form.questions if "severe" in q.choice_names and "slight" in q.choice_names]
    assert graded
    for sign in graded:
        assert found(**{sign: "severe"}), sign


def test_the_self_check_never_speaks_of_grades() -> None:
    form = registry.forms["houses.selfcheck"].read
    words = " ".join(text for q in form.questions for text in (*q.labels.values(), *q.hints.values()))
    assert "级" not in words
