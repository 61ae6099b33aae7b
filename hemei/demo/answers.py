"""What stands in the forms: the answers of each check, the troubles it saw among them."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from hemei.demo.district import District
from hemei.demo.troubles import ALL_TROUBLES, CONCRETE, SELF_QUESTIONS, SURVEY_QUESTIONS, TIMBERED
from hemei.demo.year import Year
from hemei.terms.day import SHANGHAI

TIMBER_QUESTIONS = ("beam_rot", "beam_sag", "joint_pulled")
CONCRETE_QUESTIONS = ("concrete_crack", "floor_slab")
NOTHING_WRONG = dict.fromkeys(SELF_QUESTIONS, "no")
PART_OF = {  # of the patrol's form, which asks there what the survey must have seen
    **dict.fromkeys(("ground_crack", "settlement", "door_stuck"), "ground"),
    **dict.fromkeys(("wall_leaning", "corner_gap", "wall_crack", "wall_erosion"), "wall"),
    **dict.fromkeys(TIMBER_QUESTIONS, "timber"),
    **dict.fromkeys(CONCRETE_QUESTIONS, "concrete"),
    **dict.fromkeys(("roof_sag", "roof_leak", "enclosure_wall"), "roof"),
    "electricity": "use",
}
APPRAISE_WITHIN = timedelta(days=15)


class Answers:
    """The answers of every check of a year."""

    def __init__(self, district: District, year: Year) -> None:
        self.houses, self.checks = district.houses, year.checks
        self.seen: dict[int, list[int]] = defaultdict(list)
        for finding in year.findings:
            self.seen[finding.check].append(finding.trouble)
        self.left, self.standing = year.vacated, year.standing

    def of(self, row: int) -> dict[str, Any]:
        """The answers of a check as its form wants them."""
        if self.checks.tier[row] == "self":
            return self.selfcheck(row)
        return self.visit(row)

    def selfcheck(self, row: int) -> dict[str, Any]:
        answers: dict[str, Any] = dict(NOTHING_WRONG)
        for trouble in self.seen.get(row, ()):
            answers.update(ALL_TROUBLES[trouble].selfcheck)
        return answers

    def visit(self, row: int) -> dict[str, Any]:
        house = int(self.checks.house[row])
        answers = self.about(house, int(self.checks.at[row]), register=self.checks.tier[row] == "survey")
        answers |= dict.fromkeys(SURVEY_QUESTIONS, "none")
        structure = self.houses.structure[house]
        if structure not in TIMBERED:
            answers |= dict.fromkeys(TIMBER_QUESTIONS, "absent")
        if structure not in CONCRETE:
            answers |= dict.fromkeys(CONCRETE_QUESTIONS, "absent")
        answers |= {"altered": "no", "crack_growing": "no", "first_judgement": "none"}
        for trouble in self.seen.get(row, ()):
            answers.update(ALL_TROUBLES[trouble].survey)
            if self.checks.tier[row] == "patrol" and (row, trouble) in self.standing:
                for sign in ALL_TROUBLES[trouble].survey:
                    if sign in PART_OF:
                        answers.setdefault(f"{PART_OF[sign]}_seen", []).append(sign)
        if answers["first_judgement"] == "severe":
            day = datetime.fromtimestamp(int(self.checks.at[row]), SHANGHAI).date()
            answers |= {"told_to_leave": "yes", "appraise_by": (day + APPRAISE_WITHIN).isoformat()}
        return answers

    def about(self, house: int, at: int, *, register: bool) -> dict[str, Any]:
        """What the visitor notes of the house itself; `register` where the form asks for structure and size."""
        houses = self.houses
        empty = bool(houses.long_empty[house])
        occupied = not empty and not (house in self.left and self.left[house] <= at)
        business = houses.business[house]
        answers: dict[str, Any] = {"occupied": "yes" if occupied else "no"}
        if register:
            answers |= {
                "structure": houses.structure[house],
                "year_built": int(houses.built[house]),
                "storeys": int(houses.storeys[house]),
                "floor_area_m2": float(houses.area[house]),
            }
        if not occupied:
            answers["long_empty"] = "yes" if empty else "no"
        answers["business_use"] = "yes" if business else "no"
        if business:
            answers["business_kind"] = [business]
        answers |= {"use_changed": "no", "cut_slope": "yes" if houses.cut_slope[house] else "no"}
        answers["risky_ground"] = "yes" if houses.cut_slope[house] and houses.slope[house] > 0.4 else "no"
        return answers
