"""动态清零: the board of any region on any day, on the screen, on paper and as a file."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemei.core.access import Scope
from hemei.core.doors import found
from hemei.core.queries.zero import Board, Row, zero
from hemei.engines.tables import Sheet, write_csv, write_xlsx
from hemei.office.filters import FilterForm
from hemei.office.forms import DayField
from hemei.office.request import OfficeRequest, region_of, within
from hemei.office.tiles import MEASURES, OPEN, tiles, value
from hemei.terms.day import today
from hemei.terms.region import Level

FILE_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LEVELS = [("9", gettext_lazy("按乡镇")), ("12", gettext_lazy("按村"))]


class BoardForm(FilterForm):
    region = forms.ChoiceField(label=gettext_lazy("区域"), required=False)
    on = DayField(label=gettext_lazy("到哪一天"), required=False)
    known = DayField(label=gettext_lazy("只算这天以前登记的（选填）"), required=False)
    by = forms.ChoiceField(label=gettext_lazy("分到"), required=False, choices=[("", gettext_lazy("下一级")), *LEVELS])

    def __init__(self, data: QueryDict, *, within: Scope) -> None:
        shown = data.copy()
        shown["on"] = shown.get("on") or today().isoformat()  # the day stands in the field, not only in the heading
        super().__init__(shown, within=within)

    @property
    def narrows(self) -> bool:
        return any(value for name, value in self.chosen.items() if name != "on") or self.day("on") != today()

    def day(self, name: str) -> date | None:
        chosen = self.chosen[name]
        return chosen if isinstance(chosen, date) else None


Cells = list[tuple[str, Any]]  # the heading, written once for all lines, and the value; None is unknown


@dataclass(frozen=True)
class Line:
    row: Row
    name: str
    cells: Cells
    url: str  # one level down, "" at the bottom


def board(request: OfficeRequest) -> HttpResponse:
    scope = within(request, "case.view")
    form = BoardForm(request.GET, within=scope)
    shown = _computed(request, form)
    titles = [(str(measure.title), measure) for measure in MEASURES]
    context = {
        "form": form,
        "board": shown,
        "measures": MEASURES,
        "total": [(title, _written(value(shown.total, measure))) for title, measure in titles],
        "lines": [
            Line(row, row.name, [(title, _written(_cell(row, m))) for title, m in titles], _deeper(request, row))
            for row in shown.rows
        ],
        "tiles": tiles(shown.total),
        "past": shown.on < today(),
    }
    return render(request, "office/zero.html", context)


def download(request: OfficeRequest, kind: str) -> HttpResponse:
    """The same table as a file: one line a region, the total last, and where the audit chain ended."""
    shown = _computed(request, BoardForm(request.GET, within=within(request, "case.view")))
    found(FILE_TYPES.get(kind))
    header = [_("区划代码"), _("区域"), *(str(measure.title) for measure in MEASURES)]
    rows = [[row.region, row.name, *(_cell(row, m) for m in MEASURES)] for row in (*shown.rows, shown.total)]
    known = shown.known.isoformat() if shown.known else ""
    said: list[list[object]] = [
        [_("到哪一天"), shown.on],
        [_("只算这天以前登记的"), known],
        [_("审计链末端"), shown.seal],
    ]
    definitions = [[str(measure.title), str(measure.definition)] for measure in MEASURES]
    out = io.BytesIO()
    if kind == "csv":
        write_csv(out, header, [*rows, [], *said])
    else:
        write_xlsx(
            out, [Sheet(_("清零"), header, rows), Sheet(_("说明"), [_("项目"), _("内容")], [*said, *definitions])]
        )
    name = f"{_('清零')}-{shown.total.region}-{shown.on.isoformat()}.{kind}"
    return HttpResponse(
        out.getvalue(),
        content_type=FILE_TYPES[kind],
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"},
    )


def _computed(request: OfficeRequest, form: BoardForm) -> Board:
    scope = within(request, "case.view")
    level = int(form.chosen["by"] or 0)
    region = region_of(request, scope)
    return zero(
        within=scope,
        region=region,
        on=min(form.day("on") or today(), today()),
        known=form.day("known"),
        by=Level(level) if level >= len(region) and level else None,
    )


def _deeper(request: OfficeRequest, row: Row) -> str:
    """The board of a line's region, "" at the bottom."""
    if len(row.region) >= Level.VILLAGE:
        return ""
    query = request.GET.copy()
    query["region"] = row.region
    query.pop("by", None)
    return f"?{query.urlencode()}"


def _written(cell: Any) -> Any:
    return cell.isoformat() if isinstance(cell, date) else cell


def _cell(row: Row, measure: Any) -> Any:
    """A village where nobody has looked says so; it does not say 0."""
    if measure is OPEN and row.open == 0 and row.silent:
        return _("无人查看")
    return value(row, measure)
