"""Every command in the order of `mailagent --help`, and the file it is in.

A file is loaded when one of its commands is used: all of them take more than a second, which `--help`,
completion in the shell, `parse` and `classify` would pay for nothing.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from mailagent import __version__
from mailagent.cli.options import options


class Listed(TyperCommand):
    """A command as the list shows it; whoever uses it gets the one in the file."""

    def __init__(self, panel: str, file: str, name: str, sentence: str) -> None:
        super().__init__(name, help=sentence, rich_help_panel=panel)
        self.file = file

    def loaded(self) -> Any:
        """The command itself."""
        return get_group(import_module(f"mailagent.cli.{self.file}").app).commands[str(self.name)]

    def make_context(self, *args: Any, **rest: Any) -> Any:
        """Where a command takes over: it reads its own options, and is run with them."""
        return self.loaded().make_context(*args, **rest)


DAILY, DIAGNOSIS = "Every day", "When something is wrong"
SET_UP, TOOLS = "Setting up", "Tools"

COMMANDS = (
    Listed(DAILY, "daily", "status", "How things stand: freshness, queue, invoices, what waits for a person."),
    Listed(DAILY, "daily", "plan", "The mails and tasks of the next days, if nobody pays and nobody answers."),
    Listed(DAILY, "daily", "why", "Why an invoice stands where it stands, and what happens next to it."),
    Listed(DAILY, "steering", "hold", "Be silent about an invoice, or towards a customer."),
    Listed(DAILY, "steering", "resume",
           "Lift every hold on an invoice or customer; without a target, go on after `pause` or a brake."),
    Listed(DAILY, "steering", "pause", "Stop all sending until `mailagent resume`; mail is still read."),
    Listed(DAILY, "mails", "inbox",
           "Received mail, newest first: who, what was understood, where it was filed and why."),
    Listed(DAILY, "steering", "review", "What waits for a person."),
    Listed(DAILY, "mails", "outbox", "Mails to send, and what became of them."),
    Listed(DIAGNOSIS, "diagnosis", "doctor",
           "Look for everything that could stop reminders or make them wrong, and say what to do."),
    Listed(DIAGNOSIS, "diagnosis", "journal", "Everything that ever changed, and why."),
    Listed(SET_UP, "install", "init",
           "Ask what is needed, test the login, write the files. It begins in shadow: nothing is sent."),
    Listed(SET_UP, "install", "check",
           "Read the whole configuration, render every template, and list everything that is wrong."),
    Listed(SET_UP, "install", "run", "Run the daemon, as systemd does."),
    Listed(SET_UP, "install", "import", "Read invoices or payments from a file."),
    Listed(TOOLS, "tools", "parse",
           "What a mail contains: who, to whom, the new text apart from quotes, attachments, bounces."),
    Listed(TOOLS, "tools", "classify",
           "What a mail says: intents with their quotes, dates, amounts, and what would be done about it."),
    Listed(TOOLS, "model", "model", "Train and measure the reading model."),
    Listed(TOOLS, "tools", "demo",
           "Two months of receivables in a minute, on real servers inside this program; nothing leaves it."),
)  # fmt: skip


class Tree(TyperGroup):
    """The whole command line."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(**rest)
        self.commands.update({str(command.name): command for command in COMMANDS})


app = typer.Typer(
    name="mailagent",
    cls=Tree,
    help="Gets invoices paid without making enemies.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mailagent {__version__}")
        raise typer.Exit


@app.callback()
def _before(
    config_folder: Annotated[
        Path | None,
        typer.Option("--config", help="Folder with mailagent.toml, sequences.toml and companies/."),
    ] = None,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    options.config = config_folder
