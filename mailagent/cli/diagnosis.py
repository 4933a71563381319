"""For when something is wrong, or somebody asks for proof."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Annotated, Any

import typer

from mailagent.cli.companies import (
    chosen,
    load_checked,
    opened,
    with_setup,
    with_setups,
)
from mailagent.cli.findings import print_findings
from mailagent.cli.options import CompanyOption, JsonOption
from mailagent.cli.output import console, moment, print_json, safe
from mailagent.config import Settings
from mailagent.core.journal import Entry, verify
from mailagent.errors import ConfigError, Problem, StoreUnavailable
from mailagent.flows.checkup import Finding, check_servers, check_up
from mailagent.flows.setup import Setup
from mailagent.store.database import Database

app = typer.Typer()
journal_app = typer.Typer(help="Everything that ever changed, and why.", no_args_is_help=True)
app.add_typer(journal_app, name="journal")

CHUNK = 5000  # entries read together


@app.command()
def doctor(company: CompanyOption = "", as_json: JsonOption = False) -> None:
    """Look for everything that could stop reminders or make them wrong, and say what to do."""
    try:
        settings = load_checked()
    except ConfigError as error:
        findings = [_of_problem(problem) for problem in error.problems]
    else:
        findings = asyncio.run(_look(settings, company))
    if as_json:
        print_json({"ok": all(f.ok for f in findings), "findings": findings})
    else:
        print_findings(findings)
    raise typer.Exit(1 if any(not f.ok for f in findings) else 0)


def _of_problem(problem: Problem) -> Finding:
    return Finding(problem.where, problem.what, ok=False, detail=problem.why, hint=problem.hint)


async def _look(settings: Settings, company: str) -> list[Finding]:
    """Everything about every company asked for; of the mail servers alone when the database is away."""
    found = [Finding(str(settings.folder), "configuration", ok=True, detail="it is sound")]
    try:
        async with opened() as (db, setups):
            detail = "it can be used, its tables are of this version"
            found.append(Finding("database", "tables", ok=True, detail=detail))
            for setup in chosen(setups, company):
                found += await check_up(setup, db)
    except StoreUnavailable as error:
        hint = "Nothing is read or sent without it; docs/operations.md says what to do."
        found.append(Finding("database", "tables", ok=False, detail=str(error), hint=hint))
        for one in settings.companies:
            if company in {"", one.company.id}:
                found += await check_servers(one.company.id, one.imap, one.smtp)
    return found


async def _pages(db: Database, setup: Setup) -> AsyncIterator[tuple[Entry, ...]]:
    """The whole journal of a company in order, as one moment saw it."""
    last = 0
    async with db.snapshot(setup.company.id) as tx:
        while page := await tx.journal.entries(last, CHUNK):
            yield page
            last = page[-1].seq


@journal_app.command("show")
def journal_show(
    company: CompanyOption = "",
    last: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many entries.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """The newest entries."""

    async def work(db: Database, setup: Setup) -> tuple[list[Entry], str]:
        newest: deque[Entry] = deque(maxlen=last)
        async for page in _pages(db, setup):
            newest.extend(page)
        return list(newest), setup.company.timezone

    found, zone = with_setup(company, work)
    if as_json:
        print_json({"entries": found})
        return
    for entry in found:
        console.print(
            f"{entry.seq:>6} {moment(entry.at, zone)} {entry.event} {safe(entry.subject)} "
            f"[dim]{entry.cause.kind.value} {safe(entry.cause.ref[:60])}[/]",
            soft_wrap=True,
        )
    if not found:
        console.print("The journal is empty.")


@journal_app.command("verify")
def journal_verify(company: CompanyOption = "", as_json: JsonOption = False) -> None:
    """Prove that no entry is missing or was changed: numbers without gaps, hashes that chain."""
    found = with_setups(company, _verified)
    if as_json:
        print_json({"companies": found})
    for one in found if not as_json else ():
        told = f"[bold red]✗[/] {safe(one['problem'])}" if one["problem"] else "[green]✓[/] whole"
        console.print(f"{one['company']}: {one['entries']} entries, {told}", soft_wrap=True)
    raise typer.Exit(1 if any(one["problem"] for one in found) else 0)


async def _verified(db: Database, setup: Setup) -> dict[str, Any]:
    """How far the chain of one company holds."""
    last: Entry | None = None
    entries, problem = 0, None
    async for page in _pages(db, setup):
        problem = problem or verify(page, after=last)
        entries += len(page)
        last = page[-1]
    return {
        "company": setup.company.id,
        "entries": entries,
        "last_hash": last.hash if last else None,
        "problem": str(problem) if problem else None,
    }
