"""Whoever reads the pages in English is told in English what is wrong with a file, whoever had it read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from hemei.core.access import Scope
from hemei.core.actions.register.returning import write_returned
from hemei.core.english import english
from hemei.core.models import StagedRow
from hemei.engines.english import CHINESE
from hemei.engines.tables import read
from tests.conftest import People
from tests.core.actions.register.clerks import FILES
from tests.office.test_imports import officer
from tests.office.test_mapping import mapped, upload

__all__ = ["officer"]
QUOTED = re.compile("“[^”]*”|[（(][^）)]*[）)]|不详|是 [(]yes[)]")
REFUSING = [
    "names of district, township and village run together instead of codes",
    "years in words",
    "storeys in words",
    "degrees, minutes and seconds in every spelling",
    "two telephones in one cell, a telephone with its area code, too short, with a name",
    "two heads in one cell, remarks behind a name, an ID number as a number, of 15 digits, with a blank",
    "CSV with a comma at the end of each line, numbers in thousands without quotes",
    "a GeoPackage of points with heights, one of them nowhere",
]


def sent(name: str) -> dict[str, bytes]:
    return {called.replace(".", "_"): content for called, content in FILES[name]().items()}


@pytest.mark.parametrize("name", REFUSING)
def test_every_reason_and_remedy_has_its_words(officer: Client, name: str) -> None:
    batch = mapped(officer, upload(officer, **sent(name)), **{"t0.crs": "EPSG:4490"})
    rows = StagedRow.objects.filter(batch=batch, outcome="refused")
    headings = batch.understood["sheets"][0]["header"]
    assert rows
    for row in rows:
        for said in (row.reason, row.remedy):
            told = english().said(said)
            for heading in headings:
                told = told.replace(f"{heading}: ", "")
            assert not CHINESE.search(QUOTED.sub("", told)), told


def test_the_pages_and_the_file_that_goes_back_say_so(officer: Client, people: People, tmp_path: Path) -> None:
    batch = upload(officer, **sent("a table on its side: headings down the first column"))
    english_page = {"headers": {"accept-language": "en"}}
    asked = officer.get(f"/office/imports/{batch.pk}/mapping/", **english_page).content.decode()
    assert "The headings seem to stand below each other in the first column" in asked
    mapped(officer, batch)
    page = officer.get(f"/office/imports/{batch.pk}/", **english_page).content.decode()
    assert "The regions have no place called “户号”." in page
    with translation.override("en"):
        [table] = read(write_returned(batch=batch, folder=tmp_path, by=people.district, within=Scope.all()))
    assert "called “组”" in str(next(iter(table.rows)).values["Reason"])


def test_what_nobody_has_put_into_english_stays_as_it_was_said() -> None:
    assert english().said("一句没有见过的话。") == "一句没有见过的话。"
