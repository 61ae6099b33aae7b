"""A state's word and class, for badges, lists and the map's legend: the words are those of the case graph."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext_lazy as _

from hemei.core.lifecycle import LIFE, Text

register = template.Library()

# A place can also have no case, or never have been looked at.
WORDS: dict[str, Text] = {
    **{state.key: state.name for state in LIFE.states},
    "none": _("没有登记隐患"),
    "unknown": _("未查看"),
}


@register.filter
def state_word(key: str) -> Text:
    """`{{ case.state|state_word }}`; a key nobody knows is unknown, never fine."""
    return WORDS.get(key, WORDS["unknown"])


@register.filter
def state_class(key: str) -> str:
    return f"is-{key}" if key in WORDS else "is-unknown"
