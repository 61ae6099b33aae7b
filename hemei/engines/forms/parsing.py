"""XPath as ODK's users write it → tree; what is no sentence of that language is refused with the spot and a remedy."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

from hemei.engines.forms.expressions import BINDING, UNARY, Ast, half_width

LONGEST, DEEPEST = 2_000, 40
TALLEST = 200  # of a tree: what asks for its branches, and theirs, would run out of room
TOKEN = re.compile(
    r"""\s*(?:
    \$\{\s*(?P<answer>[A-Za-z][A-Za-z0-9_]*)\s*\}
    | (?P<number>\d+(?:\.\d*)?|\.\d+)
    | (?P<text>'[^']*'|"[^"]*")
    | (?P<parent>\.\.)
    | (?P<self>\.)
    | (?P<word>[A-Za-z][A-Za-z0-9_:-]*)
    | (?P<sign><=|>=|!=|[=<>+*(),-])
    )""",
    re.VERBOSE,
)
SLIPS = (
    (re.compile(r">>+"), ">"),
    (re.compile(r"<<+"), "<"),
    (re.compile(r"==+"), "="),
    (re.compile(r"=>|≥"), ">="),
    (re.compile(r"=<|≤"), "<="),
    (re.compile(r"<>|≠"), "!="),
    (re.compile(r"&&?|\band\b|\bAnd\b|\bAND\b|并且|且"), " and "),
    (re.compile(r"\|\|?|\bOr\b|\bOR\b|或者|或"), " or "),
    (re.compile(r"×"), " * "),
    (re.compile(r"[–—−]"), " - "),
    (re.compile(r"÷|/"), " div "),
)
TRAILING = " ;,.…"
LIKE = "${题目代码} = '选项代码'、${题目代码} > 3、selected(${题目代码}, '选项代码')"
QUOTED = re.compile(r"""('[^']*'|"[^"]*"|\$\{[^}]*\})""")


class Unreadable(ValueError):
    """No sentence of the language: what is wrong, and what to type instead."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem + remedy)
        self.problem, self.remedy = problem, remedy


class Unknown(Unreadable):
    """No such question: one that was refused may be meant."""


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int


def parse(text: str) -> Ast:
    """The tree of an expression, its names not yet looked at. Raises Unreadable.

    >>> parse("${n} > 2 and ${wall}")
    ('call', 'and', ('call', '>', ('answer', 'n'), ('lit', 2)), ('answer', 'wall'))
    """
    try:
        return _parsed(text)
    except Unreadable as unread:
        if mended := _mended(text):
            kind = "标点应为英文半角" if _plain(text) == mended else "写法不对"
            raise Unreadable(unread.problem, f"{kind}，请改为 {mended}") from None
        raise


def _parsed(text: str) -> Ast:
    if len(text) > LONGEST:
        raise too_long(text)
    ast = _Parser(text).whole()
    if height(ast) > TALLEST:
        raise too_long(text)
    return ast


def too_long(text: str) -> Unreadable:
    """More than a cell may say: in letters, or joined one to the next."""
    said = f"最多 {LONGEST} 字" if len(text) > LONGEST else f"一连最多 {TALLEST} 项"
    return Unreadable(f"“{text[:20]}…”太长，{said}。", "请拆成几道 calculate 题。")


def height(ast: Ast) -> int:
    """How many branches stand one upon the other.

    >>> height(parse("1 + 2 + 3"))
    3
    """
    tall, level = 0, [ast]
    while level:
        tall, level = tall + 1, [part for one in level for part in one if isinstance(part, tuple)]
    return tall


def _mended(text: str) -> str:
    """The sentence that was probably meant, or ""."""
    plain = _plain(text)
    parts = QUOTED.split(plain)
    for k in range(0, len(parts), 2):
        for slip, meant in SLIPS:
            parts[k] = slip.sub(meant, parts[k])
    spaced = re.sub(r" {2,}", " ", "".join(parts)).strip()
    for candidate in dict.fromkeys((plain, spaced, spaced.rstrip(TRAILING))):
        try:
            _parsed(candidate)
        except Unreadable:
            continue
        return candidate
    return ""


def _plain(text: str) -> str:
    """ASCII punctuation, but for what stands in quotes already."""
    parts = QUOTED.split(text)
    parts[::2] = [half_width(part) for part in parts[::2]]
    parts = [unicodedata.normalize("NFKC", part) if part.startswith("${") else part for part in parts]
    return "".join(parts).strip()


class _Parser:
    """Operators by how tightly they bind."""

    def __init__(self, text: str) -> None:
        self.text, self.depth, self.next = text, 0, 0
        self.tokens = self.read()

    def read(self) -> list[Token]:
        tokens, at, end = [], 0, len(self.text.rstrip())
        while at < end:
            found = TOKEN.match(self.text, at)
            if found is None or found.lastgroup is None:
                rest = self.text[at:].lstrip()
                raise self.unreadable(end - len(rest.rstrip()))
            tokens.append(Token(found.lastgroup, found[found.lastgroup], found.start(found.lastgroup)))
            at = found.end()
        return [*tokens, Token("end", "", end)]

    def unreadable(self, at: int) -> Unreadable:
        rest = self.text[at : at + 12].strip()
        where = f"从第 {at + 1} 个字“{rest}”起读不下去。" if rest else "后面好像少写了什么。"
        remedy = f"请对照这样的写法：{LIKE}，标点用英文半角。"
        if rest.startswith("/") or ".." in rest:
            remedy = "不支持路径：请用 ${题目代码} 引用别的题，除法写 div。"
        return Unreadable(f"看不懂“{self.text}”：{where}", remedy)

    @property
    def token(self) -> Token:
        return self.tokens[self.next]

    def take(self, text: str) -> bool:
        found = self.token.kind in ("sign", "word") and self.token.text == text
        self.next += found
        return found

    def whole(self) -> Ast:
        ast = self.operation(0)
        if self.token.kind != "end":
            raise self.unreadable(self.token.start)
        return ast

    def operation(self, around: int) -> Ast:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable(f"“{self.text[:20]}…”套得太深，最多 {DEEPEST} 层。", "请拆成几道 calculate 题。")
        left = self.operand()
        while self.token.kind in ("sign", "word") and BINDING.get(self.token.text, 0) > around:
            operator = self.token.text
            self.next += 1
            left = ("call", operator, left, self.operation(BINDING[operator]))
        self.depth -= 1
        return left

    def operand(self) -> Ast:
        token = self.token
        self.next += 1
        match token.kind:
            case "number":
                number = float(token.text)
                if math.isinf(number):
                    raise Unreadable(f"“{token.text[:20]}…”太大，算不了。", "请改为小一些的数。")
                return ("lit", int(number) if number == int(number) else number)
            case "text":
                return ("lit", token.text[1:-1])
            case "answer":
                return ("answer", token.text)
            case "self":
                return ("self",)
            case "word" if self.take("("):
                return self.call(token)
            case "sign" if token.text == "-":
                return ("call", "neg", self.operation(UNARY - 1))
            case "sign" if token.text == "(":
                inner = self.operation(0)
                self.close()
                return inner
        raise self.unreadable(token.start)

    def call(self, name: Token) -> Ast:
        if name.text == "position" and self.token.kind == "parent":
            self.next += 1
            self.close()
            return ("position",)
        if name.text in BINDING:
            raise self.unreadable(name.start)
        arguments = []
        if not self.take(")"):
            arguments.append(self.operation(0))
            while self.take(","):
                arguments.append(self.operation(0))
            self.close()
        return ("call", name.text, *arguments)

    def close(self) -> None:
        if not self.take(")"):
            raise self.unreadable(self.token.start)
