"""The pictures beside questions: drawings that lie in the static folder of the form's programme."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders

from hemei.core.registry import Form
from hemei.engines.forms.values import FILE_NAME


def pictures_of(form: Form) -> dict[str, Path]:
    """File name → where it lies, in the order of the names; one that is not there is left out."""
    programme = form.id.partition(".")[0]
    return {name: path for name in sorted(form.read.pictures) if (path := lying(programme, name))}


@lru_cache(maxsize=1024)  # they came with the programme; phones ask for the list again and again
def lying(programme: str, name: str) -> Path | None:
    """Where the picture of that name lies, None where there is none."""
    lies = finders.find(f"{programme}/{name}") if FILE_NAME.fullmatch(name) and not name.startswith(".") else None
    return Path(lies) if isinstance(lies, str) else None
