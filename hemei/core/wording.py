"""How texts are kept and put together: stored in the interface's source language, strung with the reader's marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from hemei.engines.tables.coordinates import shifted_by
from hemei.terms.finding import Text
from hemei.terms.region import Level


def stored(text: Text) -> str:
    """A lazy text as it is kept in the database; pages translate it when they show it."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(text)


def listed(words: Iterable[object]) -> str:
    """One after the other, with the comma of the reader's language."""
    return _("、").join(str(word) for word in words)


def bracketed(what: object) -> str:
    """In the brackets of the reader's language, to stand behind something."""
    return _("（%(what)s）") % {"what": what}


def in_words(known: Mapping[str, str], code: str) -> str:
    """A region by its names from the township down, as far as they are known: a group alone says little."""
    above = [code[:level] for level in Level if Level.TOWNSHIP <= level <= len(code)] or [code]
    return "".join(known.get(part, "") for part in above) or known.get(code, "")


def doubted(row: Any, place: Any) -> str:
    """Why the position of a check is not believed: it differs from the register's just as the Chinese maps do."""
    if place.lon is None or place.lat is None or row.lon is None or row.lat is None:
        return ""
    metres = shifted_by(place.lon, place.lat, row.lon, row.lat)
    if metres is None or (row.accuracy_m or 0) > metres / 4:
        return ""
    return _(
        "离登记位置约 %(metres)d 米，正是高德、腾讯地图的偏移：两者之一可能是 GCJ-02 坐标，请到现场或在地图上核对"
    ) % {"metres": metres}
