from __future__ import annotations

from hemei.core.models import AuditSeal, Case


def test_a_sound_database_has_no_faults(hemei, three_cases) -> None:
    said = hemei("verify")
    assert said.status == 0
    head = AuditSeal.objects.latest("position").hash
    assert said.out == f"No faults. The audit chain ends with {head}.\n"


def test_a_case_moved_behind_our_back_is_a_fault(hemei, three_cases) -> None:
    case = Case.objects.filter(state="assigned").latest("id")
    Case.objects.filter(pk=case.pk).update(state="contained")
    said = hemei("verify")
    assert said.status == 1
    assert said.out == f"case {case.pk}: stands at contained, its steps say otherwise\n"
