"""For whoever steers: be silent, go on, and deal with what waits for a person."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from mailagent.cli.companies import by_person, with_setup, with_setups
from mailagent.cli.options import DEFAULT_WHO, CompanyOption, JsonOption, WhoOption
from mailagent.cli.output import console, print_json, safe, table
from mailagent.clock import SystemClock
from mailagent.flows import orders, review
from mailagent.flows.setup import Setup
from mailagent.store.database import Database

app = typer.Typer()
review_app = typer.Typer(help="What waits for a person.", invoke_without_command=True)
app.add_typer(review_app, name="review")


@app.command()
def hold(
    target: Annotated[str, typer.Argument(help="Invoice number or customer number.")],
    until: Annotated[
        str, typer.Option(help="Last day of silence, 2026-03-15; without it: until resumed.")
    ] = "",
    reason: Annotated[
        str, typer.Option(help="Why, for the journal.")
    ] = "ordered on the command line",
    company: CompanyOption = "",
    by: WhoOption = DEFAULT_WHO,
) -> None:
    """Be silent about an invoice, or towards a customer."""

    async def work(db: Database, setup: Setup) -> str:
        end = _end_of(until, setup) if until else None
        async with db.transaction(setup.company.id) as tx:
            return await orders.hold(target, end, reason, by_person(tx, by), setup)

    console.print(safe(with_setup(company, work)))


def _end_of(day: str, setup: Setup) -> datetime:
    """The end of a local day, which must not be over."""
    try:
        last = date.fromisoformat(day)
    except ValueError:
        raise typer.BadParameter(f"{day!r} is not a date; write it as 2026-03-15") from None
    end = datetime.combine(last, time.max, ZoneInfo(setup.company.timezone))
    if end <= SystemClock().now():
        raise typer.BadParameter(f"{day} is over: a hold until then would hold nothing")
    return end


@app.command()
def resume(
    target: Annotated[
        str, typer.Argument(help="Invoice or customer number; without it: all sending.")
    ] = "",
    company: CompanyOption = "",
    by: WhoOption = DEFAULT_WHO,
) -> None:
    """Lift every hold on an invoice or customer; without a target, go on after `pause` or a brake."""

    async def work(db: Database, setup: Setup) -> str:
        async with db.transaction(setup.company.id) as tx:
            records = by_person(tx, by)
            if target:
                return await orders.resume(target, records, setup)
            return await orders.resume_sending(records, setup)

    told = [with_setup(company, work)] if target else with_setups(company, work)
    for sentence in told:
        console.print(safe(sentence), soft_wrap=True)


@app.command()
def pause(
    reason: Annotated[
        str, typer.Option(help="Why, for the journal.")
    ] = "paused on the command line",
    company: CompanyOption = "",
    by: WhoOption = DEFAULT_WHO,
) -> None:
    """Stop all sending until `mailagent resume`; mail is still read."""

    async def work(db: Database, setup: Setup) -> str:
        async with db.transaction(setup.company.id) as tx:
            return await orders.pause_sending(reason, by_person(tx, by), setup)

    for sentence in with_setups(company, work):
        console.print(safe(sentence), soft_wrap=True)


@review_app.callback()
def reviews(
    context: typer.Context, company: CompanyOption = "", as_json: JsonOption = False
) -> None:
    """What waits for a person: each question with its evidence, oldest first."""
    if context.invoked_subcommand:
        return

    async def work(db: Database, setup: Setup) -> list[dict[str, Any]]:
        return await review.open_reviews(setup, db)

    found = [one for part in with_setups(company, work) for one in part]
    if as_json:
        print_json({"reviews": found})
        return
    made = table("Waiting for a person", "number", "since", "kind", "customer", "question")
    for one in found:
        made.add_row(
            str(one["id"]), f"{one['since']:%Y-%m-%d}", one["kind"], safe(one["customer"] or ""),
            safe(one["question"]),
        )  # fmt: skip
    console.print(made if found else "Nothing waits for a person.")


@review_app.command("close")
def review_close(
    numbers: Annotated[list[int], typer.Argument(help="As `mailagent review` shows them.")],
    company: CompanyOption = "",
    by: WhoOption = DEFAULT_WHO,
) -> None:
    """Say that a person has dealt with it. Holds stay: end one with `mailagent resume`."""

    async def work(db: Database, setup: Setup) -> list[str]:
        async with db.transaction(setup.company.id) as tx:
            return [await orders.answer(number, by_person(tx, by)) for number in numbers]

    for sentence in with_setup(company, work):
        console.print(safe(sentence), soft_wrap=True)
