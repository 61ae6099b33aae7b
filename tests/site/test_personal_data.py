"""docs/personal-data.md: every field that could hold something about a person is written down there."""

from __future__ import annotations

import re

from django.apps import apps
from django.db import models

from hemei.core.roles import VERBS
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "personal-data.md").read_text("utf-8")
ABOUT, REST = PAGE.split("## Not personal")
PERSONAL = set(re.findall(r"^\| `(\w+\.\w+\.\w+)` \|", ABOUT, re.MULTILINE))
OTHER = {
    f"{model}.{name}"
    for model, names in re.findall(r"^\| `(\w+\.\w+)` \| (.+) \|$", REST, re.MULTILINE)
    for name in re.findall(r"`(\w+)`", names)
}
HOLDS = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.FloatField)


def fields() -> set[str]:
    """The fields of our own models that hold texts, numbers with a fraction, or bytes."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("hemei.")]
    return {
        f"{model._meta.label}.{field.name}"
        for model in ours
        for field in model._meta.concrete_fields
        if isinstance(field, HOLDS)
    }


def test_every_field_is_on_one_side_or_the_other() -> None:
    assert fields() - PERSONAL - OTHER == set(), "say in docs/personal-data.md what these are"
    assert (PERSONAL | OTHER) - fields() == set(), "these are gone"
    assert set() == PERSONAL & OTHER


def test_each_line_says_all_five_things() -> None:
    for line in ABOUT.splitlines():
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            assert len(cells) == 5, line
            assert all(cells), line
            assert cells[2] in {"P", "C"}, line


def test_who_sees_it_names_rights_that_there_are() -> None:
    for line in ABOUT.splitlines():
        if line.startswith("| `"):
            for verb in re.findall(r"`(\w+\.\w+)`", line.rpartition("| ")[2]):
                assert verb in VERBS, line
