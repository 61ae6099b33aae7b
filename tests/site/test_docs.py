"""What can be set, run or called stands in docs/."""

from __future__ import annotations

import re

import click
import pytest

from hemei.api.urls import api
from hemei.site.commands.group import cli
from tests.conftest import ROOT
from tests.site.test_cli import commands

SETTINGS = (ROOT / "hemei" / "site" / "settings.py").read_text("utf-8")
DEPLOYMENT = (ROOT / "docs" / "deployment.md").read_text("utf-8")
CLI = (ROOT / "docs" / "cli.md").read_text("utf-8")
API = (ROOT / "docs" / "api.md").read_text("utf-8")


def test_every_setting_is_documented_and_nothing_else() -> None:
    read = set(re.findall(r'(?:env|env_bool|env_list|env_limit|kept_secret)\("([A-Z_]+)"', SETTINGS))
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", DEPLOYMENT, re.MULTILINE))
    assert read == told


def test_every_command_is_documented_and_nothing_else() -> None:
    leaves = {" ".join(path) for path in commands(cli) if not isinstance(_command(path), click.Group)}
    assert leaves == set(re.findall(r"^\| `hemei ([a-z ]+)` \|", CLI, re.MULTILINE))


def _command(path: tuple[str, ...]) -> click.Command:
    found: click.Command = cli
    for name in path:
        assert isinstance(found, click.Group)
        found = found.commands[name]
    return found


@pytest.mark.parametrize("address", sorted(api.get_openapi_schema()["paths"]))
def test_every_call_is_documented(address: str) -> None:
    general = re.sub(r"/steps/\w+", "/steps/{verb}", re.sub(r"/(places|persons|records)/\w+", r"/\1/{kind}", address))
    assert f" {general}`" in API or f" {general}?" in API
