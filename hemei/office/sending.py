"""A list on its way out as a file."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.http import FileResponse, Http404

from hemei.core.access import At, Scope
from hemei.core.actions.export import MEDIA_TYPES, leave_export, write_listing
from hemei.core.errors import Mistaken
from hemei.core.queries.export import Listing
from hemei.office.request import OfficeRequest, region_of
from hemei.terms.day import today


def sent(
    request: OfficeRequest, listing: Listing, form: str, scope: Scope, verb: str = "register.export"
) -> FileResponse:
    """Leave the entry, write the file aside, send it."""
    if form not in MEDIA_TYPES:
        raise Http404
    where = At(region_of(request, scope))
    filters = {name: value for name, value in request.GET.items() if value and name != "cursor"}
    leave_export(where=where, title=listing.title, form=form, filters=filters, by=request.actor, verb=verb)
    name = f"{listing.title}-{where.region}-{today().isoformat()}.{form}"
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"list.{form}"
        try:
            write_listing(listing, form, target)
        except Mistaken as mistake:
            raise Http404 from mistake
        opened = target.open("rb")  # stays readable after its folder is gone; the response closes it
    return FileResponse(opened, as_attachment=True, filename=name, content_type=MEDIA_TYPES[form])
