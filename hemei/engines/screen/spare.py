"""Libraries that others load where they find them, and that nothing here needs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast


@contextmanager
def absent(module: str) -> Iterator[None]:
    """Within the block, `module` is as if it were not installed; one that is loaded already stays as it is.

    >>> with absent("antigravity"):
    ...     import antigravity
    Traceback (most recent call last):
    ModuleNotFoundError: import of antigravity halted; None in sys.modules
    """
    if module in sys.modules:
        yield
        return
    sys.modules[module] = cast(Any, None)  # what makes an import fail
    try:
        yield
    finally:
        del sys.modules[module]
