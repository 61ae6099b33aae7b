"""The report as a page and as a workbook: the same figures, the same map, both to be printed."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

import numpy as np
import openpyxl
import pytest
from PIL import Image

from hemei.law.columns import FAIL, PASS, UNKNOWN
from hemei.law.district import read_district
from hemei.law.map_picture import COLOURS, dots_of, frame_of
from hemei.law.report import HEADINGS, page, rows_of, write_workbook
from hemei.law.sample_district import write_sample
from hemei.law.screening import Screening


@pytest.fixture(scope="module")
def screening(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample") / "district"
    write_sample(folder)
    made = Screening(str(folder / "buildings.geojson"), read_district(folder), date(2026, 11, 26))
    list(made.tables())
    return made


def test_page_and_workbook_hold_the_same_figures_by_rule_and_township(screening, tmp_path):
    write_workbook(tmp_path / "report.xlsx", screening)
    table, _, about = openpyxl.load_workbook(tmp_path / "report.xlsx").worksheets
    rows = list(table.iter_rows(values_only=True))
    assert rows[0] == HEADINGS
    assert rows[1:] == [tuple(row) for row in rows_of(screening)]
    words = page(screening)
    for rule, _, _, _, township, *counts in rows[1:]:
        if counts[0] or counts[2]:
            assert "".join(f"<td>{cell}</td>" for cell in (township, *counts)) in words, rule
    assert "不等于违法" in "".join(str(row[0]) for row in about.iter_rows(values_only=True))


def test_every_sheet_prints_as_wide_as_the_paper_with_its_head_on_each_page(screening, tmp_path):
    write_workbook(tmp_path / "report.xlsx", screening)
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    assert book.sheetnames == ["管控核对", "分布图", "说明"]
    for sheet in book.worksheets:
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert book["管控核对"].print_title_rows == "$1:$1"


def test_the_workbook_s_map_shows_what_the_page_s_map_shows(screening, tmp_path):
    write_workbook(tmp_path / "report.xlsx", screening)
    with zipfile.ZipFile(tmp_path / "report.xlsx") as parts:
        image = Image.open(io.BytesIO(parts.read("xl/media/image1.png"))).convert("RGB")
    outcome = np.concatenate(screening.tally.worst)
    assert {FAIL, UNKNOWN, PASS} == set(outcome.tolist())
    middles = np.concatenate(screening.tally.middles)
    _, dots = dots_of(middles, outcome, frame_of(middles))
    words = page(screening)
    for x, y in dots[FAIL].tolist():  # drawn last: nothing covers them
        assert image.getpixel((x, y)) == tuple(bytes.fromhex(COLOURS[FAIL][1:]))
    circles = re.search(rf'<g fill="{COLOURS[FAIL]}">(.*?)</g>', words)[1]
    assert [(int(x), int(y)) for x, y in re.findall(r'cx="(-?\d+)" cy="(-?\d+)"', circles)] == [
        tuple(spot) for spot in dots[FAIL].tolist()
    ]


def test_a_file_without_buildings_has_a_report_without_a_map(tmp_path):
    write_sample(tmp_path / "d")
    (tmp_path / "none.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    screening = Screening(str(tmp_path / "none.geojson"), read_district(tmp_path / "d"), date(2026, 11, 26))
    list(screening.tables())
    assert "<svg" not in page(screening)
    write_workbook(tmp_path / "report.xlsx", screening)
    assert not openpyxl.load_workbook(tmp_path / "report.xlsx")["分布图"]._images
