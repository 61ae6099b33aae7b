"""How texts are kept and put together: stored in the interface's source language, strung with the reader's marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

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
