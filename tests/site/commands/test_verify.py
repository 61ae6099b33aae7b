from __future__ import annotations

import re

from hemei.core.files import path_of
from hemei.core.models import AuditSeal, Case, Evidence, Place


def digest(out: str) -> str:
    found = re.search(
        r"^Digest of everything: ([0-9a-f]{64}) \(\d+ rows, \d+ files of evidence, \d+ bytes\)\.$", out, re.M
    )
    assert found, out
    return found[1]


def test_a_sound_database_has_no_faults(hemei, three_cases) -> None:
    said = hemei("verify")
    assert said.status == 0
    head = AuditSeal.objects.latest("position").hash
    assert said.out.startswith(f"No faults. The audit chain ends with {head}.\n")


def test_a_case_moved_behind_our_back_is_a_fault(hemei, three_cases) -> None:
    case = Case.objects.filter(state="assigned").latest("id")
    Case.objects.filter(pk=case.pk).update(state="contained")
    said = hemei("verify")
    assert said.status == 1
    assert said.out.startswith(f"case {case.pk}: stands at contained, its steps say otherwise\n")
    assert "No faults" not in said.out


def test_missing_and_altered_evidence_is_a_fault(hemei, three_cases) -> None:
    first, second = Evidence.objects.order_by("sha256").values_list("sha256", flat=True).distinct()
    path_of(first).unlink()
    path_of(second).write_bytes(path_of(second).read_bytes()[:-1] + b"!")
    said = hemei("verify")
    assert said.status == 1
    assert said.out.splitlines()[:2] == [
        f"evidence {first}: its file is missing",
        f"evidence {second}: its file is not what was stored",
    ]
    assert "Digest of the database: " in hemei("verify", "--no-evidence").out
    assert hemei("verify", "--no-evidence").status == 0


def test_the_digest_changes_with_any_row_and_any_file(hemei, three_cases) -> None:
    before = digest(hemei("verify").out)
    assert digest(hemei("verify").out) == before
    place = Place.objects.latest("pk")
    Place.objects.filter(pk=place.pk).update(label="改了一个字")
    changed = digest(hemei("verify").out)
    assert changed != before
    Place.objects.filter(pk=place.pk).update(label=place.label)
    assert digest(hemei("verify").out) == before
    path = path_of(Evidence.objects.latest("pk").sha256)
    path.write_bytes(path.read_bytes() + b" ")
    assert digest(hemei("verify").out) not in (before, changed)
