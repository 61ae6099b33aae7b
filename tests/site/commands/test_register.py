from __future__ import annotations

import json
from pathlib import Path

from hemei.core.models import Place
from tests.core.actions.register.folders import HOUSEHOLDS, HOUSES, REGIONS, make


def test_without_yes_nothing_is_written(db, hemei, tmp_path: Path) -> None:
    said = hemei("import", str(make(tmp_path / "台账")))
    assert said.status == 0, said.err
    assert said.out.splitlines()[0].split() == ["register", "new", "changed", "unchanged", "match", "refused"]
    assert "Nothing has been written" in said.out
    assert not Place.objects.exists()


def test_with_yes_the_rows_are_there_and_the_next_time_nothing_changes(db, hemei, tmp_path: Path) -> None:
    folder = str(make(tmp_path / "台账"))
    first = json.loads(hemei("import", folder, "--yes", "--format", "json").out)
    assert (first["state"], first["counts"]["places"]) == ("applied", {"new": 3})
    again = json.loads(hemei("import", folder, "--yes", "--format", "json").out)
    assert (again["rows"], again["counts"]["places"]) == (0, {"unchanged": 3})
    assert Place.objects.count() == 3


def test_refused_rows_are_named_and_end_with_1(db, hemei, tmp_path: Path) -> None:
    bad = [*HOUSES, ["429999999999", "一组", "F-009", "0001", "无此村", 110.5, 31.5, "砖木", None, None]]
    files = {"区划.xlsx": REGIONS, "农户.xlsx": HOUSEHOLDS, "农房.xlsx": bad}
    said = hemei("import", str(make(tmp_path / "台账", files=files)), "--yes")
    assert said.status == 1
    assert "农房.xlsx, row 5:" in said.out


def test_a_file_that_cannot_be_read_is_one_line(db, hemei, tmp_path: Path) -> None:
    folder = make(tmp_path / "台账")
    (folder / "区划.xlsx").write_bytes(b"no workbook")
    said = hemei("import", str(folder))
    assert said.status == 2
    assert "区划.xlsx" in said.err
    assert said.err.count("\n") == 1


def test_a_folder_that_says_nothing_of_itself_is_one_line(db, hemei, tmp_path: Path) -> None:
    said = hemei("import", str(tmp_path))
    assert said.status == 2
    assert "district.yaml" in said.err
    assert said.err.count("\n") == 1
