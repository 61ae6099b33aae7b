"""The grade of a house by its parts: 《农村住房安全性鉴定技术导则》 建村函〔2019〕200号, as published by counties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

GRADES = "ABCD"


@dataclass(frozen=True)
class BadGrade(ValueError):
    why: str


def worst_grade(site_safe: bool, parts: Mapping[str, str]) -> str:
    """D where the site is dangerous, else the grade of the worst part.

    Raises BadGrade where a part's grade is none of a, b, c, d, or nothing was graded on a safe site.

    >>> worst_grade(True, {"foundation": "a", "roof_floor": "c"}), worst_grade(False, {})
    ('C', 'D')
    """
    if not site_safe:
        return "D"
    grades = [grade.upper() for grade in parts.values() if grade]
    if not grades:
        raise BadGrade("no part is graded")
    if unknown := [grade for grade in grades if grade not in GRADES]:
        raise BadGrade(f"no such grade: {unknown[0]}")
    return max(grades)


def may_override(worst: str, grade: str) -> bool:
    """The overall judgement may move the grade by one step, with a written reason. Raises BadGrade for no grade.

    >>> may_override("C", "B"), may_override("C", "A")
    (True, False)
    """
    if grade not in tuple(GRADES):
        raise BadGrade(f"no such grade: {grade}")
    return abs(GRADES.index(worst) - GRADES.index(grade)) <= 1
