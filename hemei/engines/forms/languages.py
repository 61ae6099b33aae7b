"""Which column speaks which language: "label::中文 (zh)" is the label in zh, plain "label" in the default language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from hemei.engines.forms.form import Texts
from hemei.engines.forms.workbook import Row

IN_BRACKETS = re.compile(r".*\(([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)\)")
NAMES = {"中文": "zh", "chinese": "zh", "英文": "en", "english": "en"}
COLUMNS = ("label", "hint", "constraint_message")


@dataclass(frozen=True)
class Languages:
    """What stands after "::" in a heading ("" for none) → language tag, the default language first."""

    tags: dict[str, str]

    @classmethod
    def of(cls, headings: Iterable[str], default: str) -> Languages:
        """The languages of all headings; `default` is the setting default_language, "" where it is not set."""
        parts = [heading.partition("::") for heading in headings]
        suffixes = list(dict.fromkeys(suffix for column, _, suffix in parts if column in COLUMNS))
        named = [suffix for suffix in suffixes if suffix]
        chinese = "" in suffixes and "zh" not in map(tag_of, named)  # nobody says which: ours
        first = default or ("zh" if chinese else next(iter(named), "zh"))
        tags = {suffix: tag_of(suffix or first) for suffix in suffixes}
        return cls(dict(sorted(tags.items(), key=lambda pair: pair[1] != tag_of(first))))

    @property
    def default(self) -> str:
        return next(iter(self.tags.values()))

    def heading(self, column: str) -> str:
        """The heading of that column in the default language."""
        suffix = next(iter(self.tags))
        return f"{column}::{suffix}" if suffix else column

    def texts(self, row: Row, column: str) -> Texts:
        """The row's labels or hints by language tag, without the empty ones."""
        headings = {f"{column}::{suffix}" if suffix else column: tag for suffix, tag in self.tags.items()}
        return {tag: row.get(heading) for heading, tag in headings.items() if row.get(heading)}


def tag_of(language: str) -> str:
    """The tag in brackets, else that of a known name, else the name itself in small letters.

    >>> tag_of("中文 (zh)"), tag_of("English"), tag_of("土家语")
    ('zh', 'en', '土家语')
    """
    found = IN_BRACKETS.fullmatch(language)
    return found[1].lower() if found else NAMES.get(language.lower(), language.lower())
