"""What a person types after a command: days and region codes, read and checked."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from hemei.core.access import Scope
from hemei.core.queries.regionchange import Then, leads_to
from hemei.core.queries.regions import regions
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
            self.fail(f"{value!r} is not a day between 1800 and 2199; write it like 2026-11-01.", param, ctx)


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
        click.echo(f"{code} is no more; {now} stands for it.", err=True)
        return now
    if not regions(within=Scope.all()).filter(code=code).exists():
        raise click.UsageError(f"{code} is not among the regions here; `hemei export regions` lists them.")
    return code
