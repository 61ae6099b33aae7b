"""A folder of registers, from preview to the tables, and the same folder again."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from hemei.core.access import SYSTEM
from hemei.core.actions.register.applying import STRAY_AFTER_S, forget_strays
from hemei.core.actions.register.folder import import_folder
from hemei.core.errors import Mistaken
from hemei.core.models import AuditEntry, Holding, Household, ImportBatch, Person, Place, PlaceTally, Region, StagedRow
from hemei.core.personal import decrypt
from hemei.programmes.houses.models import House
from tests.core.actions.register.folders import GOOD_ID, HOUSES, VILLAGE, make

pytestmark = pytest.mark.django_db


def test_a_preview_writes_nothing(tmp_path: Path) -> None:
    summary = import_folder(make(tmp_path / "台账"), by=SYSTEM, confirm=False)
    assert summary.state == "ready"
    assert summary.counts == {
        "regions": {"new": 4},
        "households": {"new": 3},
        "places": {"new": 3},
        "holdings": {"new": 3},
    }
    assert not Region.objects.exists()
    assert not Place.objects.exists()


def test_a_confirmed_folder_stands_in_the_register(tmp_path: Path) -> None:
    summary = import_folder(make(tmp_path / "台账"), by=SYSTEM, confirm=True)
    assert (summary.state, summary.rows, summary.message) == ("applied", 13, "")
    place = Place.objects.get(identifiers__value="F-001")
    assert (place.region, place.group, place.label) == (VILLAGE, "一组", "上河村一组1号")
    assert (place.lon, place.lat, place.position_source) == (110.5, 31.5, "register")
    house = House.objects.get(place=place)
    assert (house.structure, house.year_built, house.occupied, house.business_use) == (
        "brick_concrete",
        1998,
        True,
        False,
    )
    assert [str(h) for h in Household.objects.filter(holdings__place=place)] == ["0001 王小明"]
    assert Holding.objects.count() == 3


def test_a_house_without_coordinates_is_to_be_placed(tmp_path: Path) -> None:
    import_folder(make(tmp_path / "台账"), by=SYSTEM, confirm=True)
    place = Place.objects.get(identifiers__value="F-002")
    assert (place.lon, place.tile, place.position_source) == (None, None, "")
    assert sum(PlaceTally.objects.values_list("count", flat=True)) == 2


def test_the_same_folder_twice_changes_nothing(tmp_path: Path) -> None:
    import_folder(make(tmp_path / "台账"), by=SYSTEM, confirm=True)
    again = import_folder(tmp_path / "台账", by=SYSTEM, confirm=True)
    assert again.counts == {
        "regions": {"unchanged": 4},
        "households": {"unchanged": 3},
        "places": {"unchanged": 3},
        "holdings": {"unchanged": 3},
    }
    assert again.rows == 0
    assert Place.objects.count() == 3
    assert Person.objects.count() == 3


def test_one_audit_entry_carries_the_digest_of_the_rows(tmp_path: Path) -> None:
    summary = import_folder(make(tmp_path / "台账"), by=SYSTEM, confirm=True)
    entry = AuditEntry.objects.get(verb="register.import")
    batch = ImportBatch.objects.get(pk=summary.batch)
    assert entry.detail["rows_digest"] == batch.digest
    assert len(batch.digest) == 64
    assert GOOD_ID not in str(entry.detail)


def test_a_wrong_check_digit_is_a_mark_and_numbers_are_not_kept_whole(tmp_path: Path) -> None:
    import_folder(make(tmp_path / "台账"), by=SYSTEM, confirm=True)
    good, wrong = Person.objects.get(name="王小明"), Person.objects.get(name="李大山")
    assert (good.id_doubtful, good.id_last4, good.id_cipher) == (False, "002X", None)
    assert (wrong.id_doubtful, wrong.id_last4) == (True, "0021")
    assert decrypt(good.phone) == "13800001234"
    assert good.phone_masked == "138******34"


def test_a_whole_number_is_kept_only_with_a_reason(tmp_path: Path) -> None:
    layout = (
        "district: '429999'\nregisters:\n  regions: {file: 区划.xlsx}\n"
        "  households: {file: 农户.xlsx, keep_full_id: true"
    )
    with pytest.raises(Mistaken, match="reason"):
        import_folder(make(tmp_path / "甲", layout + "}\n"), by=SYSTEM, confirm=True)
    import_folder(make(tmp_path / "乙", layout + ", reason: 危房补助发放}\n"), by=SYSTEM, confirm=True)
    assert decrypt(Person.objects.get(name="王小明").id_cipher or b"") == GOOD_ID
    assert AuditEntry.objects.get(verb="register.import").detail["full_id_numbers"][0]["reason"] == "危房补助发放"


def test_nothing_personal_lies_in_clear_between_file_and_tables(tmp_path: Path) -> None:
    import_folder(make(tmp_path / "台账"), by=SYSTEM, confirm=False)
    for row in StagedRow.objects.all():
        clear = f"{row.values} {row.original} {row.before} {row.reason}"
        assert GOOD_ID not in clear
        assert "13800001234" not in clear


def test_what_changed_is_shown_and_applied_and_blanks_erase_nothing(tmp_path: Path) -> None:
    import_folder(make(tmp_path / "台账"), by=SYSTEM, confirm=True)
    row = [VILLAGE, None, "F-001", None, None, None, None, "框架", None, "否"]
    folder = make(
        tmp_path / "更新",
        "district: '429999'\ncrs: EPSG:4490\nregisters:\n  places: {file: 农房.xlsx, kind: house}\n",
        files={"农房.xlsx": [HOUSES[0], row]},
    )
    preview = import_folder(folder, by=SYSTEM, confirm=False)
    assert preview.counts == {"places": {"changed": 1}}
    staged = StagedRow.objects.get(batch=preview.batch)
    assert staged.before == {"structure": "brick_concrete", "occupied": True}
    import_folder(folder, by=SYSTEM, confirm=True)
    house = House.objects.get(place__identifiers__value="F-001")
    assert (house.structure, house.occupied, house.year_built) == ("frame", False, 1998)
    assert (house.place.group, house.place.lon) == ("一组", 110.5)


def test_without_a_layout_it_says_what_to_write(tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()
    with pytest.raises(Mistaken, match=r"(?s)district\.yaml.*registers:"):
        import_folder(tmp_path / "空", by=SYSTEM, confirm=False)


def test_uploads_that_no_batch_knows_are_forgotten(settings, tmp_path: Path) -> None:
    """They hold personal data in clear; one that is on its way, or still needed, stays."""
    settings.VAR = tmp_path
    long_ago = time.time() - 2 * STRAY_AFTER_S
    for name in ("stray", "needed", "applied", "coming"):
        (tmp_path / "imports" / name).mkdir(parents=True)
        (tmp_path / "imports" / name / "农户.csv").write_text("王小明")
        os.utime(tmp_path / "imports" / name, (long_ago, long_ago) if name != "coming" else None)
    for name, state in (("needed", "ready"), ("applied", "applied")):
        ImportBatch.objects.create(region="429999", name=name, folder=f"imports/{name}", state=state)
    assert forget_strays() == 2
    assert sorted(folder.name for folder in (tmp_path / "imports").iterdir()) == ["coming", "needed"]
