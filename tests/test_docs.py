"""What the code declares, the documentation names."""

from __future__ import annotations

import re

import pytest

from hemei.core.lifecycle import LIFE
from hemei.core.registry import registry
from tests.conftest import ROOT


@pytest.mark.parametrize("key", sorted(registry.programmes))
def test_every_programme_has_its_page(key: str) -> None:
    programme = registry.programmes[key]
    text = (ROOT / "docs" / "programmes" / f"{key}.md").read_text()
    names = [
        *(form.id for form in programme.forms),
        *(kind.id for kind in programme.findings),
        *(fact.name for fact in (*programme.facts, *programme.person_facts)),
        *(indicator.name for indicator in programme.indicators),
        *programme.parameters.defaults,
    ]
    assert [name for name in names if f"`{name}`" not in text] == []
    for kind in programme.findings:
        assert str(kind.title) in text, kind.id


def test_the_glossary_names_every_state() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text()
    for state in LIFE.states:
        assert f"`{state.key}`" in text
        assert str(state.name) in text


def test_links_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} → {target}"


def test_the_rooms_that_the_architecture_names_are_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    named = set(re.findall(r"`((?:[\w-]+/)+(?:[\w.-]+)?)`", text))
    assert len(named) > 25
    floors = [ROOT, ROOT / "hemei", ROOT / "hemei" / "core" / "models"]
    assert sorted(name for name in named if not any((floor / name).exists() for floor in floors)) == []
