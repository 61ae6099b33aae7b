"""Taking a list out as a file: who took what, with which filter, is left behind before the first row is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from hemei.core.access import Actor, At
from hemei.core.errors import Mistaken
from hemei.core.queries.export import Listing
from hemei.core.writing import action, audit
from hemei.engines.tables import Sheet, write_csv, write_gpkg, write_xlsx

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "gpkg": "application/geopackage+sqlite3",
}


@action(verb=lambda told: told.get("verb", "register.export"), on="where")
def leave_export(
    *, where: At, title: str, form: str, filters: Mapping[str, Any], by: Actor, verb: str = "register.export"
) -> None:
    """The entry of an export; the rows are read after it, outside any transaction. `verb` is the right that it takes:
    whoever may view the audit may take it out."""
    detail = {"list": title, "form": form, "filters": dict(filters)}
    audit(by, "register.export", f"list:{where.region}", where.region, values=detail, detail=detail)


def write_listing(listing: Listing, form: str, target: Path) -> None:
    """Write the file, row by row. Raises Mistaken for a form there is not."""
    writers: dict[str, Callable[[Listing, Path], Any]] = {"xlsx": _xlsx, "csv": _csv}
    if listing.located:
        writers["gpkg"] = _gpkg
    if form not in writers:
        raise Mistaken(_("这个列表不能导出为 %(form)s。") % {"form": form}, field="form")
    writers[form](listing, target)


def _xlsx(listing: Listing, target: Path) -> None:
    write_xlsx(target, [Sheet(listing.title, list(listing.columns), (row for _wkb, row in listing.features))])


def _csv(listing: Listing, target: Path) -> None:
    write_csv(target, list(listing.columns), (row for _wkb, row in listing.features))


def _gpkg(listing: Listing, target: Path) -> None:
    features = ((wkb, [None if v == "" else v for v in row]) for wkb, row in listing.features)
    write_gpkg(target, listing.title, listing.columns, features)
