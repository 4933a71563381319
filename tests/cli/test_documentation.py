"""docs/commands.md names every command and every option there is, and none that there is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from mailagent.cli.commands import app
from tests.cli.conftest import run_main

MANUAL = (Path(__file__).parents[2] / "docs" / "commands.md").read_text("utf-8")
EVERYWHERE = {"--help"}


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its full name."""
    inner = getattr(command, "commands", {})
    if not inner or command.invoke_without_command:
        yield name, command
    for child in inner.values():
        yield from commands(child, f"{name} {child.name}")


COMMANDS = dict(commands(typer.main.get_command(app), "mailagent"))
SECTIONS = {
    match[1]: match[2]
    for match in re.finditer(r"^### `([^`]+)`\n(.*?)(?=^##|\Z)", MANUAL, re.MULTILINE | re.DOTALL)
}


def test_every_command_is_documented() -> None:
    assert SECTIONS.keys() == COMMANDS.keys()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_is_documented(name: str) -> None:
    options = {o for p in COMMANDS[name].params for o in p.opts if o.startswith("--")} - EVERYWHERE
    told = set(re.findall(r"`(--[a-z-]+)", SECTIONS[name]))

    assert told == options


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")

    answer = run_main("--show-completion", shell)

    assert answer.code == 0
    assert "_MAILAGENT_COMPLETE" in answer.out


def test_help_names_every_command() -> None:
    answer = run_main("--help")

    assert answer.code == 0
    for name in COMMANDS:
        assert name.split()[1] in answer.out
