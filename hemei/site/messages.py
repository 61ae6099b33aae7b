"""The English catalogue: gather what the interface says in Chinese, keep what is translated, name what is missing.

`python -m hemei.site.messages` (`make messages`) rewrites hemei/locale/en/LC_MESSAGES/django.po. Babel stands in for
the gettext programs, which a machine with only git, make and Python does not have.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_javascript
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "hemei"
CATALOGUE = SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    **{f"{name}_lazy": DEFAULT_KEYWORDS[name] for name in ("gettext", "ngettext", "pgettext", "npgettext")},
    "gettext_noop": None,
    "lazy": None,  # how gettext_lazy is called where it stands in tables
}
METHODS = [("**.py", "python"), ("**/templates/**.html", "hemei.site.messages:extract_template")]


def extract_template(
    file: BinaryIO, keywords: Mapping[str, Any], comment_tags: Collection[str], options: Any
) -> Iterator[Any]:
    """Extract from a Django template, which `templatize` first turns into calls of gettext among filler.

    The filler is no valid Python, so the calls are read by Babel's JavaScript lexer, which minds only calls and quotes.
    """
    calls = templatize(file.read().decode("utf-8"))
    yield from extract_javascript(BytesIO(calls.encode()), keywords, comment_tags, {})


def gather() -> Catalog:
    """Every message in the code and the templates, in one order whatever the file system's."""
    found = Catalog(locale="en", domain="django", fuzzy=False)
    for path, _line, message, comments, context in extract_from_dir(str(SOURCE), METHODS, keywords=KEYWORDS):
        found.add(message, locations=[(f"hemei/{path}", 0)], auto_comments=comments, context=context)
    return found


def read_catalogue() -> Catalog:
    if not CATALOGUE.exists():
        return Catalog(
            locale="en",
            domain="django",
            project="Hemei",
            version="0.1",
            header_comment="# What the interface says, in English; Chinese is the source.",
            msgid_bugs_address="-",
            last_translator="-",
            language_team="-",
            fuzzy=False,
        )
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en", domain="django")


def updated() -> Catalog:
    """The catalogue with every message of today and none of yesterday; translations are kept."""
    catalogue, template = read_catalogue(), gather()
    template.creation_date = catalogue.creation_date  # the same messages give the same file
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    return catalogue


def written(catalogue: Catalog) -> bytes:
    out = BytesIO()
    write_po(out, catalogue, width=0, sort_output=True, include_lineno=False)
    return out.getvalue()


def missing(catalogue: Catalog) -> list[Message]:
    """The messages without an English text, or with one of two forms only."""

    def lacks(message: Message) -> bool:
        texts = message.string if isinstance(message.string, list | tuple) else [message.string]
        return not texts or not all(texts) or message.fuzzy

    return [message for message in catalogue if message.id and lacks(message)]


def main() -> int:
    catalogue = updated()
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_bytes(written(catalogue))
    untranslated = missing(catalogue)
    for message in untranslated:
        print(f"{message.locations[0][0] if message.locations else '?'}: {message.id!r}", file=sys.stderr)
    print(f"{len(catalogue)} messages, {len(untranslated)} without English")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
