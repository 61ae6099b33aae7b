"""What every page that changes a district's law ends in: a look at whose verdict would change, or keeping it."""

from __future__ import annotations

from datetime import date

from hemei.core.access import At
from hemei.core.models import Job
from hemei.office.request import OfficeRequest
from hemei.programmes.control.actions.law import About, ask_preview, change_law
from hemei.programmes.control.entries import Entries
from hemei.programmes.control.models import OwnLaw
from hemei.programmes.control.views.district import MATTER


def looked_at(
    request: OfficeRequest,
    code: str,
    law: OwnLaw | None,
    entries: Entries,
    about: About,
    said: str,
    on: date | None = None,
) -> Job:
    """Whose verdict the entries would change in the district of that code, on that day or today. `law` is the version
    that the person had before them, and `said` the document they rest on."""
    seen = law.pk if law else 0
    made: Job = ask_preview(
        where=At(code, MATTER), entries=entries, about=about, said=said, seen=seen, by=request.actor, on=on
    )
    return made


def kept(request: OfficeRequest, code: str, law: OwnLaw | None, entries: Entries, said: str) -> OwnLaw:
    """The entries are the district's law from now on."""
    seen = law.pk if law else 0
    made: OwnLaw = change_law(where=At(code, MATTER), entries=entries, said=said, seen=seen, by=request.actor)
    return made
