"""Every command says what it does, and says in one line what a person got wrong."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from hemei.site.commands.group import cli


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize("command", list(commands(cli)), ids=" ".join)
def test_every_command_explains_itself(hemei, command: tuple[str, ...]) -> None:
    said = hemei(*command, "--help")
    assert said.status == 0
    assert said.err == ""
    explained = said.out.split("\n\n")[1].strip()
    assert len(explained) >= 12
    described = click.Context(cli)
    for name in command:
        parent = described.command
        assert isinstance(parent, click.Group)
        described = click.Context(parent.commands[name])
    for parameter in described.command.params:
        assert isinstance(parameter, click.Argument) or getattr(parameter, "help", ""), f"{parameter.name} has no help"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["zero"], "Missing option '--region'."),
        (["zero", "--region", "429999", "--on", "yesterday"], "write it like 2026-11-01"),
        (["zero", "--region", "12345"], "6, 9, 12 or 15 digits"),
        (["zero", "--region", "999999"], "999999 is not among the regions here"),
        (["zero", "--region", "429999103200", "--by", "township"], "429999103200 is not wider than a township"),
        (["export", "regions", "--format", "xml"], "'xml' is not one of"),
        (["export", "places", "--kind", "castle"], "say which --kind: house"),
        (["serve", "--port", "0"], "--port"),
        (["import", "/nowhere"], "'/nowhere' does not exist"),
        (["draw", "hold", "7", "--seed", "1"], "there is no draw 7"),
        (["draw", "again", "/nowhere"], "No such file"),
        (["user", "password", "zhang"], "there is nobody called zhang"),
        (["user", "revoke", "7"], "there is no key 7"),
        (["dance"], "No such command 'dance'."),
    ],
)
def test_a_mistake_is_one_line_and_status_2(db, hemei, arguments: list[str], message: str) -> None:
    said = hemei(*arguments)
    assert said.status == 2
    assert said.out == ""
    assert message in said.err
    assert said.err.startswith("hemei: ")
    assert said.err.count("\n") == 1


def test_without_a_command_it_says_which_there_are(hemei) -> None:
    said = hemei()
    assert said.status == 2
    assert "zero" in said.out
