"""docs/commands.md names every command and every option there is, and none that there is not."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_group

from mailagent.cli.commands import COMMANDS as LISTED
from mailagent.cli.commands import Listed
from tests.cli.conftest import run_main

MANUAL = (Path(__file__).parents[2] / "docs" / "commands.md").read_text("utf-8")
MAIL = Path(__file__).parents[1] / "data" / "mail" / "reply-outlook-desktop-fr.eml"
EVERYWHERE = {"--help"}


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its full name."""
    inner = getattr(command, "commands", {})
    if not inner or command.invoke_without_command:
        yield name, command
    for child in inner.values():
        yield from commands(child, f"{name} {child.name}")


COMMANDS = dict(
    entry for listed in LISTED for entry in commands(listed.loaded(), f"mailagent {listed.name}")
)
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


@pytest.mark.parametrize("listed", LISTED, ids=lambda listed: listed.name)
def test_the_list_of_commands_says_what_each_says_of_itself(listed: Listed) -> None:
    assert listed.help == listed.loaded().help


def test_no_command_is_missing_in_the_list() -> None:
    files = {listed.file for listed in LISTED}
    found = {
        name
        for file in files
        for name in get_group(import_module(f"mailagent.cli.{file}").app).commands
    }

    assert found == {listed.name for listed in LISTED}


@pytest.mark.parametrize(
    "command", [("--help",), ("parse", str(MAIL)), ("classify", str(MAIL))], ids=lambda c: c[0]
)
def test_what_needs_no_database_does_not_load_it(command: tuple[str, ...]) -> None:
    program = "import mailagent.cli, sys\ntry: mailagent.cli.main()\nfinally: print(*sys.modules, file=sys.stderr)"
    loaded = subprocess.run(
        [sys.executable, "-c", program, *command], check=True, capture_output=True, text=True
    ).stderr.split()

    assert "mailagent.cli.commands" in loaded
    assert not {"sqlalchemy", "aiosmtplib", "aioimaplib"} & set(loaded)


def test_help_names_every_command() -> None:
    answer = run_main("--help")

    assert answer.code == 0
    for name in COMMANDS:
        assert name.split()[1] in answer.out
