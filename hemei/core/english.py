"""What is wrong with files and what is remarked of them, in the language of the page or of the command line.

It is found by jobs and by engines, kept in Chinese, and read by people of both languages.
"""

from __future__ import annotations

import re
from functools import cache
from gettext import translation
from pathlib import Path

from hemei.engines.english import CHINESE, IN_ENGLISH, English, Pair, pairs_of

HEMEI = Path(__file__).parents[1]
LOCALES = HEMEI / "locale"
TABLES = [HEMEI / room / "english.tsv" for room in ("engines/forms", "engines/tables", "engines/screen", "law")]
NAMED = re.compile(r"%\((\w+)\)[\d.]*[sdfg]")
MOST_NAMES = 10


def in_language(said: str) -> str:
    """A sentence that is kept in Chinese, as whoever looks reads it."""
    from django.utils.translation import get_language  # `hemei screen` comes here too, and does without Django

    return english().said(said) if (get_language() or "").startswith("en") else said


@cache
def english() -> English:
    return English([*of_the_catalogue(), *(pair for table in TABLES for pair in pairs_of(table))])


def of_the_catalogue() -> list[Pair]:
    """The sentences that pages and actions say in both languages, their names made spots."""
    known = vars(translation("django", LOCALES, ["en"]))["_catalog"]
    found = []
    for chinese, said in known.items():
        if isinstance(chinese, str) and chinese.endswith(("。", "？", "：%(fault)s")) and CHINESE.search(chinese):
            names = NAMED.findall(chinese)
            if (
                len(names) <= MOST_NAMES
                and not IN_ENGLISH.search(chinese + said)
                and set(names) >= set(NAMED.findall(said))
            ):
                spots = NAMED.sub(lambda one, names=names: f"{{{names.index(one[1])}}}", said)  # type: ignore[misc]
                found.append((NAMED.sub("{}", chinese).replace("%%", "%"), spots.replace("%%", "%")))
    return found
