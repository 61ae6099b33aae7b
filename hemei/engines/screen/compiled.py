"""How the kernels are compiled: machine code kept beside the source, no interpreter lock while it runs."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from .spare import absent

with absent("scipy"), absent("scipy.linalg"), absent("cffi"):  # numba loads them to look for BLAS, and for C functions
    import numba

    importlib.import_module("numba.np.arraymath")
    importlib.import_module("numba.core.typing.cffi_utils")

F = TypeVar("F", bound=Callable[..., Any])

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.int32]


def kernel(function: F) -> F:
    """Compile `function` on its first call; its types are those numpy gives, division by zero gives inf as in numpy."""
    return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def is_cold() -> bool:
    """Whether kernels have still to be compiled: no machine code is kept yet."""
    return next((Path(__file__).parent / "__pycache__").glob("inside.*.nbc"), None) is None


def forget_stale(folder: Path) -> None:
    """Delete machine code older than a source: numba looks at the file a kernel stands in, not at those it calls."""
    sources = sorted(folder.glob("*.py"))
    state = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    cache = folder / "__pycache__"
    stamp = cache / "kernels.sha256"
    with contextlib.suppress(OSError):
        if stamp.is_file() and stamp.read_text() == state:
            return
        for code in cache.glob("*.nb[ic]"):
            code.unlink(missing_ok=True)
        cache.mkdir(exist_ok=True)
        stamp.write_text(state)


forget_stale(Path(__file__).parent)
