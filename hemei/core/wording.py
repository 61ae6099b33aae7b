"""How texts are kept and put together: stored in the interface's source language, strung with the reader's marks."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from hemei.terms.finding import Text


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
