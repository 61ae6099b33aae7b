"""What stands in docs/dependencies.md is what is installed, and every package is pinned by its hash."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.metadata import metadata

import pytest

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
FRONT = json.loads((ROOT / "front" / "package.json").read_text("utf-8"))
LOCK = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
FRONT_LOCK = json.loads((ROOT / "front" / "package-lock.json").read_text("utf-8"))
RUNNING, BUILDING = (ROOT / "docs" / "dependencies.md").read_text("utf-8").split("## Only for building and testing")
ROW = re.compile(r"^\| `([^`]+)` \| (.+) \| (.+) \|$", re.MULTILINE)
# What a licence may be called by a package that names none of the SPDX list.
NPM = "https://registry.npmjs.org/"
FREE = {"MIT", "BSD", "Apache", "LGPL", "MPL", "PSF", "0BSD"}


def names(wanted: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~! ;]", one)[0].lower() for one in wanted}


def test_every_dependency_is_explained_and_nothing_else() -> None:
    running = {name for name, _why, _licence in ROW.findall(RUNNING)}
    building = {name for name, _why, _licence in ROW.findall(BUILDING)}
    assert running == names(PROJECT["project"]["dependencies"]) | set(FRONT["dependencies"])
    assert building == names(PROJECT["dependency-groups"]["dev"]) | set(FRONT["devDependencies"])


def licence_said(name: str) -> str:
    """The licence as the installed package tells it, in whichever of three places."""
    told = metadata(name)
    classified = [line for line in told.get_all("Classifier", []) if line.startswith("License ::")]
    short = (told.get("License-Expression") or told.get("License") or "").partition("\n")[0]
    return " ".join([short, *classified])


TOLD = [(name, licence) for name, _why, licence in ROW.findall(RUNNING + BUILDING)]
# How a few packages tell a licence without naming it.
OWN_WORDS = {"MIT": ("Permission is hereby", "Copyright 2023"), "PSF": ("Python Software",), "BSD": ("Enthought",)}


@pytest.mark.parametrize(("name", "licence"), TOLD)
def test_a_licence_is_the_one_the_package_has(name: str, licence: str) -> None:
    kind = re.split(r"[- ]", licence)[0]
    assert kind in FREE
    if name in {*FRONT["dependencies"], *FRONT["devDependencies"]}:
        locked = FRONT_LOCK["packages"][f"node_modules/{name}"].get("license", licence)
        assert re.split(r"[- ]", locked)[0] == kind
    elif said := licence_said(name).strip():
        assert any(word in said for word in (kind, *OWN_WORDS.get(kind, ()))), said


def test_every_python_package_is_pinned_by_its_hash() -> None:
    for package in LOCK["package"]:
        if package["source"] == {"editable": "."}:
            continue
        assert set(package["source"]) == {"registry"}, package["name"]
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        assert files, package["name"]
        assert all(file["hash"].startswith("sha256:") for file in files), package["name"]


def test_every_package_of_the_front_end_is_pinned_by_its_hash() -> None:
    for name, package in FRONT_LOCK["packages"].items():
        if name:
            assert package["integrity"].startswith("sha512-"), name
            assert package.get("resolved", NPM).startswith(NPM), name
