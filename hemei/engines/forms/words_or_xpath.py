"""A cell of the plain sheet says something in words, or as XPath where there are no words for it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from hemei.engines.forms.checking import Gives, Names, compiled
from hemei.engines.forms.expressions import Ast, Expression, as_xpath
from hemei.engines.forms.parsing import Unreadable

MARK = "XPath："


def marked(ast: Ast) -> str:
    """The tree as XPath, said to be so where it asks for no answer and might be taken for words.

    >>> marked(("call", "today")), marked(("call", ">", ("answer", "n"), ("lit", 2)))
    ('XPath：today()', '${n} > 2')
    """
    text = as_xpath(ast)
    return text if "${" in text else MARK + text


def understood(
    text: str, words: Callable[[str], str], names: Names, wanted: Gives | None = None
) -> tuple[Expression, Gives]:
    """What a cell says and what that gives. `words` turns words into XPath and leaves what looks like XPath.

    What cannot be read as words is tried as XPath, which people write without saying so; a number or text alone is
    none. Raises Unreadable, with what is wrong with the words.
    """
    said = text.strip()
    if unicodedata.normalize("NFKC", said[: len(MARK)]).lower() == unicodedata.normalize("NFKC", MARK).lower():
        return compiled(said[len(MARK) :], names, wanted)
    try:
        return compiled(words(text), names, wanted)
    except Unreadable as unread:
        try:
            made, gives = compiled(text, names, wanted)
        except Unreadable:
            raise unread from None
        if made.ast[0] == "lit":
            raise
        return made, gives
