"""Whatever is taken out as a file: no cell of it is a formula, whoever named what."""

from __future__ import annotations

import csv
import io
import re
import zipfile

import pytest
from django.test import Client

from hemei.core.models import Account, Case, Household, Person, Place, Region, Round, Unit
from tests.conftest import People
from tests.site.test_addresses import ADDRESSES, NUMBER, Address, all_of, village_records

__all__ = ["village_records"]

FILES = [one for one in ADDRESSES if {"form", "kind"} & set(one.converters) or one.pattern.endswith(("xlsx", "csv"))]
STARTS = ("=", "+", "-", "@", "\t", "\r")
FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "\r=1+1", '=HYPERLINK("http://elsewhere")']
NUMBER_WRITTEN = re.compile(r"[+-]?\d+(\.\d+)?")


def name_everything(text: str) -> None:
    """Every text of the village's records that somebody may have chosen, called by a formula."""
    Place.objects.filter(pk=NUMBER).update(label=text, address=text, group=text[:40])
    Person.objects.filter(pk=NUMBER).update(name=text)
    Household.objects.filter(pk=NUMBER).update(number=text[:40])
    Case.objects.filter(pk=NUMBER).update(title=text, source_id=text)
    Unit.objects.filter(pk=NUMBER).update(name=text, seal_name=text, phone=text[:30])
    Round.objects.filter(pk=NUMBER).update(name=text)
    Account.objects.update(name=text)
    Region.objects.update(name=text)


def written(address: Address, form: str) -> str:
    path = address()
    return (
        path
        if path.endswith(("xlsx", "refused.xlsx")) and "<slug" not in address.pattern
        else (f"{path.rpartition('.')[0]}.{form}")
    )


def cells_of_csv(content: bytes) -> list[str]:
    return [cell for line in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in line]


def formulas_of_xlsx(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/")]
    return [found for part in parts for found in re.findall(r"<f[ >].*?</f>|<hyperlink .*?>", part)]


@pytest.mark.parametrize("text", FORMULAS, ids=range(len(FORMULAS)))
def test_no_cell_of_any_export_is_a_formula(village_records: People, text: str) -> None:
    name_everything(text)
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(village_records.district.account, "django.contrib.auth.backends.ModelBackend")
    seen = 0
    for address in FILES:
        for form in ("csv", "xlsx"):
            answer = client.get(written(address, form))
            content = all_of(answer)
            if answer.status_code != 200:
                continue
            seen += 1
            if content.startswith(b"PK"):
                assert formulas_of_xlsx(content) == [], address.pattern
            elif form == "csv":
                running = [
                    cell for cell in cells_of_csv(content)
                    if cell.startswith(STARTS) and not NUMBER_WRITTEN.fullmatch(cell)
                ]  # fmt: skip
                assert running == [], address.pattern
    assert seen >= 8
