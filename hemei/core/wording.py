"""Texts that are stored are in the interface's source language, whoever wrote them in whichever language."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation

from hemei.terms.finding import Text


def stored(text: Text) -> str:
    """A lazy text as it is kept in the database; pages translate it when they show it."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(text)
