"""Rows on standard output: a table to look at, JSON or CSV for a program; none waits for the last row."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, TypeVar

import click
from django.core.serializers.json import DjangoJSONEncoder

from hemei.engines.tables.writing import neutral
from hemei.site.speaking import _, columns

Command = TypeVar("Command", bound=Callable[..., Any])
Row = Mapping[str, Any]
STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What a terminal would obey, or turn round, instead of showing it."""
MEASURED = 200  # rows by which the widths of a table's columns are judged


def format_option(command: Command) -> Command:
    return click.option(
        "--format",
        "form",
        type=click.Choice(["table", "json", "csv"]),
        default="table",
        show_default=True,
        help=_("怎样打印：表格给人看，JSON、CSV 给程序用。"),
    )(command)


def show(rows: Iterable[Row], keys: Sequence[str], form: str) -> None:
    """Print rows of the same keys."""
    {"table": _table, "json": _json, "csv": _csv}[form](rows, keys)


def show_json(value: Any) -> None:
    click.echo(_dumped(value, indent=2))


def _dumped(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=indent)


def _json(rows: Iterable[Row], keys: Sequence[str]) -> None:
    lead = "[\n"
    for row in rows:
        click.echo(lead + _dumped(row), nl=False)
        lead = ",\n"
    click.echo("\n]" if lead == ",\n" else "[]")


def _csv(rows: Iterable[Row], keys: Sequence[str]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(keys)
    cells = ([row.get(key) for key in keys] for row in rows)
    writer.writerows([neutral(value) if isinstance(value, str) else _text(value) for value in line] for line in cells)


def _table(rows: Iterable[Row], keys: Sequence[str]) -> None:
    lines: Iterator[list[str]] = ([STEERING.sub(" ", _text(row.get(key))) for key in keys] for row in rows)
    first = [list(keys), *islice(lines, MEASURED)]
    widths = [max(columns(line[column]) for line in first) for column in range(len(keys))]
    for line in chain(first, lines):
        click.echo("  ".join(_padded(text, width) for text, width in zip(line, widths, strict=True)).rstrip())


def _text(value: Any) -> str:
    """A value in one cell: nothing for unknown, JSON for whatever has parts."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool() | list() | dict():
            return _dumped(value)
        case float():
            return f"{value:.6g}" if abs(value) < 1e6 else str(value)
    return _dumped(value).strip('"')


def _padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))
