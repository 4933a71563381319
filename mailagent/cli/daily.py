"""For whoever runs receivables: how things stand, what will happen, and why."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mailagent.cli.amounts import amount
from mailagent.cli.companies import with_setup, with_setups
from mailagent.cli.options import CompanyOption, JsonOption
from mailagent.cli.output import console, moment, print_json, safe, table
from mailagent.clock import SystemClock
from mailagent.core.money import Money
from mailagent.core.plan import SilenceReason
from mailagent.flows import preview
from mailagent.flows.explain import why as explain
from mailagent.flows.setup import Setup
from mailagent.flows.status import company_status, next_thing_to_do
from mailagent.store.database import Database

app = typer.Typer()

_SILENCE: dict[str, str] = {
    SilenceReason.NOTHING_OPEN: "nothing is open",
    SilenceReason.HELD: "a hold is active",
    SilenceReason.BEFORE_NEXT_STEP: "its day has not come",
    SilenceReason.NOT_WORKING_DAY: "today is no working day",
    SilenceReason.WINDOW_CLOSED: "the sending window is over for today",
    SilenceReason.NO_CONTACT: "no address is left to write to: import one",
    SilenceReason.WAITING: "a mail to this customer is in the outbox",
    SilenceReason.MIN_GAP: "too soon after the last mail",
    SilenceReason.CUSTOMER_LIMIT: "this customer has had as many mails as he may",
    SilenceReason.EXHAUSTED: "the last step is done: a person decides",
}


@app.command()
def status(company: CompanyOption = "", as_json: JsonOption = False) -> None:
    """How things stand: freshness, queue, invoices, what waits for a person."""
    now = SystemClock().now()

    async def work(db: Database, setup: Setup) -> dict[str, Any]:
        return await company_status(setup, db, now)

    found = with_setups(company, work)
    if as_json:
        print_json({"at": now, "companies": found})
        return
    for one in found:
        _print_status(one)


def _print_status(one: dict[str, Any]) -> None:
    balances = ", ".join(amount(Money(b["amount"], b["currency"])) for b in one["open_balances"])
    made = table(f"{one['company']} ({one['mode']})", "", "")
    made.add_row("open", balances or "nothing")
    for key in ("invoices", "outbox", "inbox"):
        told = ", ".join(f"{count} {name}" for name, count in one[key].items() if count)
        made.add_row(key, told or "none")
    for title, key in (("inbox read", "inbox_read_at"), ("Sent folder read", "sent_read_at")):
        made.add_row(title, moment(one[key]) if one[key] else "never")
    console.print(made)
    for matter in one["waiting_for_a_person"]:
        console.print(f"  [yellow]●[/] {matter['id']}: {safe(matter['question'])}", soft_wrap=True)
    if one["waiting_for_a_person"]:
        console.print("  Done with one: mailagent review close NUMBER", style="dim")
    console.print(f"[bold]{safe(next_thing_to_do(one))}[/]", soft_wrap=True)


@app.command()
def plan(
    company: CompanyOption = "",
    days: Annotated[int, typer.Option(min=1, max=730, help="How far to look ahead.")] = 90,
    as_json: JsonOption = False,
) -> None:
    """The mails and tasks of the next days, if nobody pays and nobody answers."""
    now = SystemClock().now()

    async def work(db: Database, setup: Setup) -> list[dict[str, Any]]:
        return await preview.forecast_company(setup, db, now, days)

    coming = [entry for part in with_setups(company, work) for entry in part]
    if as_json:
        print_json({"from": now, "days": days, "planned": coming})
        return
    several = len({entry["company"] for entry in coming}) > 1
    columns = ("day", "customer", "step", "by", "invoices", "balance")
    made = table(f"The next {days} days", *(["company"] if several else []), *columns)
    for entry in coming:
        balances = ", ".join(amount(Money(b["amount"], b["currency"])) for b in entry["balances"])
        made.add_row(
            *([entry["company"]] if several else []),
            entry["day"].isoformat(), safe(entry["customer"]), entry["step"], entry["channel"],
            safe(", ".join(entry["invoices"])), balances,
        )  # fmt: skip
    console.print(made if coming else f"Nothing is planned for the next {days} days.")


@app.command()
def why(
    invoice: Annotated[str, typer.Argument(help="Invoice number.")],
    company: CompanyOption = "",
    as_json: JsonOption = False,
) -> None:
    """Why an invoice stands where it stands, and what happens next to it."""
    now = SystemClock().now()

    async def work(db: Database, setup: Setup) -> tuple[dict[str, Any], str]:
        return await explain(invoice, setup, db, now), setup.company.timezone

    told, zone = with_setup(company, work)
    if as_json:
        print_json(told)
        return
    _print_reasons(told, zone)
    for entry in told["journal"]:
        who = f"{entry['cause']['kind']} {safe(entry['cause']['ref'][:40])}"
        console.print(
            f"  [dim]{entry['seq']:>5} {moment(entry['at'], zone)}[/] {entry['event']} [dim]by {who}[/]",
            soft_wrap=True,
        )


def _print_reasons(told: dict[str, Any], zone: str) -> None:
    """The standing, and each thing that made it."""
    console.print(
        f"[bold]{safe(told['invoice'])}[/] of {safe(told['customer']['name'])}: {told['standing'].replace('_', ' ')}, "
        f"{_balance(told)}",
        soft_wrap=True,
    )
    for hold in told["holds"]:
        end = f"until {moment(hold['until'], zone)}" if hold["until"] else "until a person lifts it"
        state = f"[yellow]active[/], {end}" if hold["active"] else "over"
        said = f"hold {hold['reason']} ({state}): {safe(hold['evidence'])}"
        console.print(f"  {said}", soft_wrap=True)
    for reminder in told["reminders"]:
        done = f"sent {moment(reminder['sent_at'], zone)}" if reminder["sent_at"] else "not sent"
        kept = "" if reminder["live"] else ", given up"
        console.print(f"  reminder {reminder['step']} of {reminder['planned_for']}: {done}{kept}")
    coming, reason = told["next"], told["next"]["reason"]
    why_so = _SILENCE.get(reason, reason)
    if coming["step"]:
        day = coming["on"] or "a day not known yet"
        console.print(f"  next: {coming['step']} on {day} ({why_so})")
    else:
        console.print(f"  next: nothing ({why_so})")


def _balance(told: dict[str, Any]) -> str:
    """What is still owed, and since when; or what was paid too much."""
    balance, past = told["balance_due"], told["days_past_due"]
    if balance <= 0:
        over = amount(Money(-balance, told["currency"]))
        return f"{over} more than owed, due {told['due_on']}" if balance else "nothing open"
    when = f"{past} days past due" if past > 0 else "not due yet"
    return f"{amount(Money(balance, told['currency']))} open, due {told['due_on']} ({when})"
