"""Which version of a form holds: what the district has published, before what came with the programme."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.conf import settings

from hemei.core.models import FormVersion
from hemei.core.prepared import Prepared
from hemei.engines.forms import Form, read_published
from hemei.terms.day import today


@dataclass(frozen=True)
class Edition:
    """A published version of a form: what it is and from which day it holds, without its workbook."""

    pk: int
    form: str
    version: str
    digest: str
    starts: date
    tier: str
    kind: str
    ends: date | None  # from that day on the form is not filled in

    @property
    def read(self) -> Form:
        return _read(self.pk, self.digest)


PUBLISHED = Prepared(
    lambda: (
        FormVersion.objects.filter(starts__isnull=False, withdrawn_at=None)
        .order_by("starts", "id")
        .values_list("id", "form", "version", "digest", "starts", "tier", "kind", "ends")
    )
)


class Editions:
    """Those of all forms, by form in their order; read again after `settings.FORMS_FRESH_S` seconds.

    Another process that has published one is heard of that much later: until then the version before still holds, which
    is taken in as long as anybody sends it.
    """

    def __init__(self) -> None:
        self._known: Mapping[str, Sequence[Edition]] = {}
        self._until = 0.0

    def of(self, form: str) -> Sequence[Edition]:
        return self.all().get(form, ())

    def all(self) -> Mapping[str, Sequence[Edition]]:
        if not settings.DISTRICT_FORMS:
            return {}
        now = time.monotonic()
        if now >= self._until:
            found: dict[str, list[Edition]] = {}
            for row in PUBLISHED():
                edition = Edition(*row)  # type: ignore[arg-type]  # only those that have a day are asked for
                found.setdefault(edition.form, []).append(edition)
            self._known, self._until = found, now + settings.FORMS_FRESH_S
        return self._known

    def holding(self, form: str) -> Edition | None:
        """The one that holds today."""
        begun = [edition for edition in self.of(form) if edition.starts <= today()]
        return begun[-1] if begun else None

    def forget(self) -> None:
        self._until = 0.0


editions = Editions()


@lru_cache(maxsize=256)
def _read(pk: int, digest: str) -> Form:
    """A version never changes, so that it is read once; the digest tells it from one that was rolled back."""
    return read_published(bytes(FormVersion.objects.only("workbook").get(pk=pk, digest=digest).workbook))
