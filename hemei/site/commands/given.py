"""What a person types after a command: days and region codes, read and checked."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from hemei.core.access import Scope
from hemei.core.queries.regionchange import Then, leads_to
from hemei.core.queries.regions import regions
from hemei.site.speaking import _
from hemei.terms.day import read_day
from hemei.terms.region import BadRegionCode, RegionCode


class Day(click.ParamType[date]):
    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return read_day(value)
        except ValueError:
            self.fail(
                _("%(said)s 不是 1800 到 2199 年之间的日子；请写成 2026-11-01 这样。") % {"said": repr(value)},
                param,
                ctx,
            )


class Code(click.ParamType[str]):
    """A region code as statistics write it, with or without the zeros at its end."""

    name = "code"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return str(RegionCode.parse(value))
        except BadRegionCode as fault:
            self.fail(f"{fault}.", param, ctx)


DAY = Day()
CODE = Code()


def known_region(code: str, *, on: date | None = None) -> str:
    """The code, if this installation knows the region; else one line that says how to find one that it knows."""
    if now := leads_to(code):
        if on and Then(on).stands(code):
            return code
        click.echo(_("%(code)s 已经撤销，现在是 %(now)s。") % {"code": code, "now": now}, err=True)
        return now
    if not regions(within=Scope.all()).filter(code=code).exists():
        raise click.UsageError(_("这里没有 %(code)s 这个区域；`hemei export regions` 列出全部。") % {"code": code})
    return code
