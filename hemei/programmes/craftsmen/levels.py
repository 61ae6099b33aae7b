"""The levels of skill as the district calls them; an empty list while it has not said."""

from __future__ import annotations

import re

from hemei.core.queries.parameter import parameter
from hemei.terms.day import today


def levels_of(region: str) -> list[str]:
    said = str(parameter("craftsmen.levels", region=region, on=today()).value or "")
    return [word for word in re.split(r"[、，,;；\s]+", said) if word]
