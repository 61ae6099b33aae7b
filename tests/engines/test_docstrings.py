"""What a public function of the engines and of the law says of itself: its arrays' shapes or units, its errors."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import hemei

ROOT = Path(hemei.__file__).parent
FILES = sorted([*(ROOT / "engines").rglob("*.py"), *(ROOT / "law").rglob("*.py")])
ARRAYS = re.compile(r"\b(Floats|Ints|Codes|Bytes|ndarray|Footprints|Rings|Shapes)\b")
SAID = re.compile(
    r"metre|m²|\bm\b|\(m\)|degree|°|0 … 1|without unit|shape|"  # a unit, or the word itself
    r"\(\w+( \+ 1)?, ?\d?\)|\(\w+, \w+\)|\b(a|one a) row\b|\b(rings?|vertices|cells?|segments?|records?|bytes?)\b"
)
"""How a docstring tells what stands in an array: its shape, its unit, or of what it is a list."""


def functions(path: Path) -> list[ast.FunctionDef]:
    return [
        node
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


def signature(function: ast.FunctionDef) -> str:
    return f"{ast.unparse(function.args)} -> {ast.unparse(function.returns) if function.returns else ''}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_function_of_arrays_says_their_shapes_or_units(path):
    silent = [
        f.name for f in functions(path) if ARRAYS.search(signature(f)) and not SAID.search(ast.get_docstring(f) or "")
    ]
    assert silent == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_function_that_raises_says_what(path):
    """Errors that a function raises itself, for a caller to catch; not those that say that a program is wrong."""
    silent = []
    for function in functions(path):
        raised = {
            ast.unparse(node.exc.func)
            for node in ast.walk(function)
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
        }
        said = ast.get_docstring(function) or ""
        silent += [f"{function.name}: {name}" for name in sorted(raised) if name not in said]
    assert silent == []
