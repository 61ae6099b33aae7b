"""The life of a permit, declared on the graph of the core and refused at import if malformed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemei.core.lifecycle import Life, Need, State, Step

UNDECIDED = frozenset({"applied", "agreed", "publicised", "village_reviewed", "town_reviewed"})
OPEN_TO_RULES = UNDECIDED | {"returned"}
"""States in which new layers and rules still count. What was approved stands as it was approved."""
BEFORE_WORK = frozenset({"approved", "set_out"})
AT_WORK = frozenset({"building"})
NOTE, EVIDENCE, ANOTHER = frozenset({Need.NOTE}), frozenset({Need.EVIDENCE}), frozenset({Need.ANOTHER_PERSON})

LIFE = Life(
    states=(
        State("applied", _("已申请")),
        State("agreed", _("集体讨论通过")),
        State("publicised", _("公示中")),
        State("village_reviewed", _("村级已审查")),
        State("town_reviewed", _("乡镇已审查")),
        State("returned", _("退回补正")),
        State("approved", _("已批准")),
        State("set_out", _("已放线")),
        State("building", _("施工中")),
        State("accepted", _("验收合格")),
        State("registered", _("已入册"), open=False, ending=True),
        State("refused", _("不予批准"), open=False, ending=True),
        State("withdrawn", _("已撤回"), open=False, ending=True),
        State("lapsed", _("批准失效"), open=False, ending=True),
    ),
    steps=(
        Step("permit.agree", _("登记集体讨论"), frozenset({"applied"}), "agreed", EVIDENCE),
        Step("permit.publicise", _("张榜公示"), frozenset({"agreed"}), "publicised", EVIDENCE),
        Step("permit.close_notice", _("登记公示结果"), frozenset({"publicised"}), None, EVIDENCE),
        Step("permit.village_review", _("村级审查通过"), frozenset({"publicised"}), "village_reviewed", NOTE),
        Step("permit.town_review", _("乡镇审查通过"), frozenset({"village_reviewed"}), "town_reviewed", NOTE | ANOTHER),
        Step("permit.approve", _("批准"), frozenset({"town_reviewed"}), "approved", ANOTHER),
        Step("permit.set_out", _("放线验线"), frozenset({"approved"}), "set_out", EVIDENCE),
        Step("permit.start", _("开工"), frozenset({"set_out"}), "building", EVIDENCE),
        Step("permit.inspect", _("施工检查"), AT_WORK, None, NOTE | EVIDENCE),
        Step("permit.mend", _("要求整改"), AT_WORK, None, NOTE | EVIDENCE),
        Step("permit.accept", _("验收合格"), AT_WORK, "accepted", EVIDENCE | ANOTHER),
        Step("permit.register", _("新房入册"), frozenset({"accepted"}), "registered"),
        Step("permit.return", _("退回补正"), UNDECIDED, "returned", NOTE),
        Step("permit.resubmit", _("补正后重报"), frozenset({"returned"}), "applied", NOTE),
        Step("permit.refuse", _("不予批准"), UNDECIDED, "refused", NOTE),
        Step("permit.withdraw", _("农户撤回"), UNDECIDED | BEFORE_WORK | {"returned"}, "withdrawn", NOTE | EVIDENCE),
        Step("permit.lapse", _("批准失效"), BEFORE_WORK, "lapsed", NOTE),
    ),
    beginnings=frozenset({"applied"}),
)

LOOKS = {
    "applied": "found", "agreed": "found", "publicised": "assigned", "village_reviewed": "assigned",
    "town_reviewed": "assigned", "returned": "contained", "approved": "remedied", "set_out": "remedied",
    "building": "remedied", "accepted": "accepted", "registered": "accepted", "refused": "withdrawn",
    "withdrawn": "withdrawn", "lapsed": "withdrawn",
}  # fmt: skip
"""State → its colour in the one colour language."""

STAGES = [state.key for state in LIFE.states if not state.ending and state.key != "returned"]

FILING = ("permit.apply", "permit.resubmit")
NOT_BY_WHOEVER = {
    "permit.town_review": (*FILING, "permit.village_review"),
    "permit.approve": (*FILING, "permit.village_review"),
    "permit.accept": FILING,
}
"""Step → the steps whoever took them may not take it after."""
