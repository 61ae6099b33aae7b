"""How pages show a craftsman's papers."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from hemei.core.models import Evidence
from hemei.programmes.craftsmen.models import Scan

register = template.Library()


@register.filter
def files_of(scans: Iterable[Scan]) -> list[Evidence]:
    """The files of scans, as they were added."""
    return sorted((one.evidence for one in scans), key=lambda file: file.pk)
