"""For when something is wrong, or somebody asks for proof."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mailagent.cli.app import CompanyOption, JsonOption, app, load_settings, with_setup, with_setups
from mailagent.cli.output import console, print_findings, print_json, safe
from mailagent.core.journal import Entry, verify
from mailagent.errors import ConfigError, Problem
from mailagent.flows.checkup import Finding, check_up
from mailagent.flows.setup import Setup
from mailagent.store.database import Database

journal_app = typer.Typer(help="Everything that ever changed, and why.", no_args_is_help=True)
app.add_typer(journal_app, name="journal")

CHUNK = 5000  # entries read together


async def _entries(db: Database, setup: Setup) -> list[Entry]:
    found: list[Entry] = []
    async with db.snapshot(setup.company.id) as tx:
        while part := await tx.journal.entries(found[-1].seq if found else 0, CHUNK):
            found += part
    return found


@journal_app.command("show")
def journal_show(
    company: CompanyOption = "",
    last: Annotated[int, typer.Option(min=1, help="How many entries.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """The newest entries."""
    found = with_setup(company, _entries)[-last:]
    if as_json:
        print_json({"entries": found})
        return
    for entry in found:
        console.print(
            f"{entry.seq:>6} {entry.at:%Y-%m-%d %H:%M:%S} {entry.event} {safe(entry.subject)} "
            f"[dim]{entry.cause.kind.value} {safe(entry.cause.ref[:60])}[/]",
            soft_wrap=True,
        )


@journal_app.command("verify")
def journal_verify(company: CompanyOption = "", as_json: JsonOption = False) -> None:
    """Prove that no entry is missing or was changed: numbers without gaps, hashes that chain."""

    async def work(db: Database, setup: Setup) -> dict[str, Any]:
        entries = await _entries(db, setup)
        problem = verify(entries)
        return {
            "company": setup.company.id, "entries": len(entries),
            "last_hash": entries[-1].hash if entries else None,
            "problem": str(problem) if problem else None,
        }  # fmt: skip

    found = with_setups(company, work)
    if as_json:
        print_json({"companies": found})
    for one in found if not as_json else ():
        told = f"[bold red]✗[/] {safe(one['problem'])}" if one["problem"] else "[green]✓[/] whole"
        console.print(f"{one['company']}: {one['entries']} entries, {told}", soft_wrap=True)
    raise typer.Exit(1 if any(one["problem"] for one in found) else 0)


@app.command()
def doctor(company: CompanyOption = "", as_json: JsonOption = False) -> None:
    """Look for everything that could stop reminders or make them wrong, and say what to do."""
    try:
        load_settings()
    except ConfigError as error:
        _print([_of_problem(p) for p in error.problems], as_json=as_json)
        raise typer.Exit(1) from None

    async def work(db: Database, setup: Setup) -> list[Finding]:
        return await check_up(setup, db)

    findings = [f for part in with_setups(company, work) for f in part]
    _print(findings, as_json=as_json)
    raise typer.Exit(1 if any(not f.ok for f in findings) else 0)


def _of_problem(problem: Problem) -> Finding:
    return Finding(problem.where, problem.what, ok=False, detail=problem.why, hint=problem.hint)


def _print(findings: list[Finding], *, as_json: bool) -> None:
    if as_json:
        print_json({"ok": all(f.ok for f in findings), "findings": findings})
    else:
        print_findings(findings)
