"""What rules say of a proposal, as a reader wants it."""

from __future__ import annotations

from hemei.terms.proposal import Ruled, Ruling
from hemei.terms.verdict import Kind, Outcome

ORDER = {Outcome.FAIL: 0, Outcome.UNKNOWN: 1, Outcome.PASS: 2}


def sorted_out(ruled: Ruled) -> dict[str, list[Ruling]]:
    """Rulings as a reader wants them. What no layer or number was given for stands apart, folded away."""
    shown = sorted(ruled.rulings, key=lambda one: ORDER[one.outcome])
    told = [one for one in shown if not one.is_unread]
    unset = [one for one in told if one.outcome is Outcome.UNKNOWN and not one.layer_version and one.threshold is None]
    unset += [one for one in told if one.outcome is Outcome.UNKNOWN and "未配置" in "".join(one.missing)]
    left = [one for one in shown if one not in unset]
    return {
        "against": [one for one in left if one.outcome is Outcome.FAIL and one.kind is not Kind.WARN],
        "mind": [one for one in left if one.outcome is Outcome.FAIL and one.kind is Kind.WARN],
        "open": [one for one in left if one.outcome is Outcome.UNKNOWN],
        "fine": [one for one in left if one.outcome is Outcome.PASS],
        "unset": list(dict.fromkeys(unset)),
    }
