"""Regular expressions that mean the same to every client and cannot keep one busy."""

from __future__ import annotations

import re

from hemei.engines.forms.parsing import Unreadable

LONGEST = 200
OPEN = 5_000  # an answer's most letters: what a quantifier without an upper end may run over
MOST_WAYS = 50_000_000
QUANTIFIER = r"(?P<times>[*+?]|\{\d{1,4}(?:,\d{0,4})?\})?"
ATOM = re.compile(
    r"(?:(?P<class>\[\^?(?:\\[dwnr\\\]\[^-]|\\u[0-9a-fA-F]{4}|[^\\\]\[])+\])"
    r"|(?P<escape>\\(?:[dw^$\\.*+?()\[\]{}|]|u[0-9a-fA-F]{4}))"
    r"|(?P<open>\((?:\?:)?)|(?P<close>\))|(?P<bar>\|)|(?P<dot>\.)|(?P<letter>[^\\^$.*+?()\[\]{}|]))" + QUANTIFIER
)
ADVICE = "可用 [0-9]、\\d、\\w、汉字、{次数}、? 和 (甲|乙)，并以 ^ 开头、以 $ 结尾，例如 ^1[3-9][0-9]{9}$。"


def checked(pattern: str) -> str:
    """The pattern as all clients read it. Raises Unreadable for what they read differently or what may take long.

    Anchored at both ends, since some clients match the whole answer and some look for a part of it; `.` is written out.
    Repeated groups and quantifiers that could be tried against each other in more than MOST_WAYS ways are refused.

    >>> checked("^1[3-9]\\\\d{9}$")
    '^1[3-9]\\\\d{9}$'
    """
    if len(pattern) > LONGEST or len(pattern) < 2 or pattern[0] != "^" or pattern[-1] != "$":
        raise Unreadable(f"regex 的格式“{pattern[:30]}”不能用。", ADVICE)
    parts, ways, depth, at, inside = [], 1, 0, 1, pattern[:-1]
    while at < len(inside):
        found = ATOM.match(inside, at)
        if found is None:
            raise Unreadable(f"regex 的格式在“{inside[at : at + 10]}”处读不懂。", ADVICE)
        at, times = found.end(), found["times"] or ""
        depth += bool(found["open"]) - bool(found["close"])
        ways *= _ways(times)
        repeated_group = bool(found["close"]) and times not in ("", "?")
        if depth < 0 or (found["bar"] and not depth) or (times and (found["open"] or found["bar"])) or repeated_group:
            raise Unreadable(f"regex 的格式在“{found[0]}”处不能用。", ADVICE)
        parts.append(r"[^\n\r\u2028\u2029]" + times if found["dot"] else found[0])
    if depth or ways > MOST_WAYS:
        raise Unreadable(f"regex 的格式“{pattern[:30]}”{'括号没有成对' if depth else '太宽'}。", ADVICE)
    made = "^" + "".join(parts) + "$"
    try:
        re.compile(made)
    except (re.error, OverflowError):
        raise Unreadable(f"regex 的格式“{pattern[:30]}”读不懂。", ADVICE) from None
    return made


def _ways(times: str) -> int:
    """Between how many lengths the quantifier may choose."""
    if times in ("*", "+"):
        return OPEN
    if times == "?":
        return 2
    least, comma, most = times.strip("{}").partition(",")
    if not comma:
        return 1
    return max(1, int(most) - int(least) + 1) if most else OPEN


def matches(text: str, pattern: str) -> bool:
    """Whether the whole text has the form of a checked pattern."""
    return len(text) <= OPEN and re.fullmatch(pattern.removesuffix("$"), text, re.ASCII) is not None
