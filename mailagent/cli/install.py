"""For whoever installs it: set up, check, run, bring in invoices and payments."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Self

import typer
from rich.progress import Progress

from mailagent import log
from mailagent.cli.companies import load_checked, with_setup
from mailagent.cli.findings import print_findings
from mailagent.cli.options import CompanyOption, JsonOption, options
from mailagent.cli.output import (
    console,
    errors,
    print_json,
    print_problem,
    print_problems,
    safe,
)
from mailagent.cli.wizard import ask_and_write
from mailagent.clock import SystemClock
from mailagent.config import Settings, default_folder
from mailagent.core.invoice import normalise_number
from mailagent.daemon import run_daemon
from mailagent.errors import ConfigError, StoreUnavailable
from mailagent.flows.checkup import Finding, check_servers
from mailagent.flows.intake import Imported, import_invoices, import_payments
from mailagent.flows.setup import Setup
from mailagent.store.database import Database

app = typer.Typer()
import_app = typer.Typer(help="Read invoices or payments from a file.", no_args_is_help=True)
app.add_typer(import_app, name="import")

MapOption = Annotated[
    list[str],
    typer.Option("--map", help="Which header is which column: --map number='N° facture'."),
]
FileArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]


@app.command()
def init() -> None:
    """Ask what is needed, test the login, write the files. It begins in shadow: nothing is sent."""
    ask_and_write(options.config or default_folder(os.environ))


@app.command()
def check(
    login: Annotated[
        bool, typer.Option("--login", help="Also log in to the mail servers.")
    ] = False,
) -> None:
    """Read the whole configuration, render every template, and list everything that is wrong."""
    try:
        settings = load_checked()
    except ConfigError as error:
        print_problems(error.problems)
        raise typer.Exit(1) from None
    names = ", ".join(c.company.id for c in settings.companies)
    console.print(f"The configuration in {settings.folder} is sound: {names}.", soft_wrap=True)
    if login:
        findings = asyncio.run(_log_in(settings))
        print_findings(findings)
        raise typer.Exit(0 if all(f.ok for f in findings) else 1)


async def _log_in(settings: Settings) -> list[Finding]:
    """What every mail server answers; nothing is sent and nothing is marked."""
    found: list[Finding] = []
    for one in settings.companies:
        found += await check_servers(one.company.id, one.imap, one.smtp)
    return found


@app.command("run")
def run_forever() -> None:
    """Run the daemon, as systemd does."""
    settings = load_checked()
    log.set_up(settings.log_level, as_json=settings.log_json)
    try:
        asyncio.run(run_daemon(settings, load_checked))
    except StoreUnavailable as error:
        # Not "cannot run": the database may be back in a minute, and systemd starts us again.
        print_problem(str(error))
        raise typer.Exit(1) from None


@import_app.command("invoices")
def invoices(
    file: FileArgument,
    mapping: MapOption = [],  # noqa: B006 - typer reads the default, nobody changes it
    documents: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Folder with the PDFs, NUMBER.pdf."),
    ] = None,
    company: CompanyOption = "",
    as_json: JsonOption = False,
) -> None:
    """Import invoices and their customers from a CSV file; importing again changes nothing."""
    data, pdfs = file.read_bytes(), _Documents(documents)

    async def work(db: Database, setup: Setup) -> Imported:
        with _Bar(data, as_json) as step:
            return await import_invoices(
                file.name, data, _mapping(mapping), pdfs, setup, db, SystemClock().now(), step
            )

    _tell(with_setup(company, work), "invoice", as_json=as_json)


@import_app.command("payments")
def payments(
    file: FileArgument,
    mapping: MapOption = [],  # noqa: B006 - same
    company: CompanyOption = "",
    as_json: JsonOption = False,
) -> None:
    """Import payments and credit notes from a CSV file; a paid invoice ends its sequence at once."""
    data = file.read_bytes()

    async def work(db: Database, setup: Setup) -> Imported:
        with _Bar(data, as_json) as step:
            return await import_payments(
                file.name, data, _mapping(mapping), setup, db, SystemClock().now(), step
            )

    _tell(with_setup(company, work), "payment", as_json=as_json)


class _Bar:
    """A progress bar on stderr, when a person is watching."""

    def __init__(self, data: bytes, as_json: bool) -> None:
        shown = errors.is_terminal and not as_json
        self._progress = Progress(console=errors, transient=True, disable=not shown)
        self._task = self._progress.add_task("importing", total=max(1, data.count(b"\n") - 1))

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __call__(self, done: int) -> None:
        self._progress.update(self._task, completed=done)

    def __exit__(self, *_: object) -> None:
        self._progress.stop()


def _mapping(given: list[str]) -> dict[str, str]:
    pairs = {}
    for item in given:
        column, equals, header = item.partition("=")
        if not equals:
            raise typer.BadParameter(f"{item!r}: write --map COLUMN=HEADER")
        pairs[column.strip()] = header.strip()
    return pairs


class _Documents(Mapping[str, bytes]):
    """The PDFs of a folder by normalised invoice number; each is read when its invoice comes."""

    def __init__(self, folder: Path | None) -> None:
        files = folder.glob("*.[pP][dD][fF]") if folder else ()
        self._files = {normalise_number(file.stem): file for file in sorted(files)}

    def __getitem__(self, number: str) -> bytes:
        return self._files[number].read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def _tell(imported: Imported, noun: str, *, as_json: bool) -> None:
    if as_json:
        print_json(imported)
    else:
        console.print(
            f"New {noun}s: {imported.new}, changed: {imported.changed}, "
            f"already known: {imported.same}, problems: {len(imported.problems)}."
        )
        if imported.ignored:
            console.print(f"Columns not used: {safe(', '.join(imported.ignored))}.", soft_wrap=True)
        for problem in imported.problems:
            print_problem(str(problem))
    raise typer.Exit(1 if imported.problems else 0)
