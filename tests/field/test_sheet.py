"""A form as its page draws it."""

from __future__ import annotations

from hemei.engines.forms import Form, Kind, Question, Section
from hemei.field.sheet import Filled, parts


def test_a_heading_with_nothing_to_ask_below_it_is_left_out() -> None:
    """What is calculated is asked of nobody."""
    asked = Section("rooms", {"zh": "房间"}, (Question("rooms_n", Kind.INTEGER, {"zh": "几间"}),))
    reckoned = Section("sums", {"zh": "合计"}, (Question("twice", Kind.CALCULATE, {}),))
    again = Section("each", {"zh": "每间"}, (Question("area", Kind.CALCULATE, {}),), repeat=True)
    form = Form("wells.survey", "1", "排查", ("zh",), (reckoned, asked, again))
    assert [part.title for part in parts(form, Filled())] == ["房间"]
