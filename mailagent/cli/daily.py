"""For whoever runs receivables: what will happen, what happened, and stop or go on."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from mailagent.cli.app import CompanyOption, JsonOption, app, with_setup, with_setups
from mailagent.cli.output import amount, console, print_json, safe, table
from mailagent.clock import SystemClock
from mailagent.core.decisions import Cause, CauseKind, Filing
from mailagent.core.money import Money
from mailagent.core.outbox import OutboxMail, OutboxState
from mailagent.flows import orders, preview
from mailagent.flows.explain import why as explain
from mailagent.flows.outgoing import approve
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup
from mailagent.flows.status import company_status, next_thing_to_do
from mailagent.store.database import Database

outbox_app = typer.Typer(
    help="Mails to send, and what became of them.", invoke_without_command=True
)
app.add_typer(outbox_app, name="outbox")
inbox_app = typer.Typer(
    help="Received mail, and where each was filed.", invoke_without_command=True
)
app.add_typer(inbox_app, name="inbox")

WhoOption = Annotated[str, typer.Option("--by", help="Your name, for the journal.")]
DEFAULT_WHO = "command line"


@app.command()
def plan(
    company: CompanyOption = "",
    days: Annotated[int, typer.Option(min=1, max=730, help="How far to look ahead.")] = 90,
    as_json: JsonOption = False,
) -> None:
    """The mails of the next days, as the daemon will plan them if nobody pays or answers."""
    now = SystemClock().now()

    async def work(db: Database, setup: Setup) -> list[dict[str, Any]]:
        return await preview.forecast_company(setup, db, now, days)

    coming = [entry for part in with_setups(company, work) for entry in part]
    if as_json:
        print_json({"from": now, "days": days, "planned": coming})
        return
    made = table(f"The next {days} days", "day", "customer", "step", "by", "invoices", "balance")
    for entry in coming:
        balances = ", ".join(amount(Money(b["amount"], b["currency"])) for b in entry["balances"])
        made.add_row(
            entry["day"].isoformat(), safe(entry["customer"]), entry["step"], entry["channel"],
            safe(", ".join(entry["invoices"])), balances,
        )  # fmt: skip
    console.print(made if coming else "Nothing is planned.")


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
    for title, key in (("invoices", "invoices"), ("outbox", "outbox"), ("inbox", "inbox")):
        told = ", ".join(f"{count} {name}" for name, count in one[key].items() if count)
        made.add_row(title, told or "none")
    read = one["inbox_read_at"]
    made.add_row("inbox read", f"{read:%Y-%m-%d %H:%M:%S} UTC" if read else "never")
    console.print(made)
    for matter in one["waiting_for_a_person"]:
        console.print(f"  [yellow]●[/] {matter['id']}: {safe(matter['question'])}", soft_wrap=True)
    console.print(f"[bold]{safe(next_thing_to_do(one))}[/]", soft_wrap=True)


@app.command()
def why(
    invoice: Annotated[str, typer.Argument(help="Invoice number.")],
    company: CompanyOption = "",
    as_json: JsonOption = False,
) -> None:
    """Why an invoice stands where it stands, and what happens next to it."""
    now = SystemClock().now()

    async def work(db: Database, setup: Setup) -> dict[str, Any]:
        return await explain(invoice, setup, db, now)

    told = with_setup(company, work)
    if as_json:
        print_json(told)
        return
    balance = amount(Money(told["balance_due"], told["currency"]))
    console.print(
        f"[bold]{safe(told['invoice'])}[/] of {safe(told['customer']['name'])}: {told['standing']}, "
        f"{balance} open, due {told['due_on']} ({told['days_past_due']} days past due)",
        soft_wrap=True,
    )
    for hold in told["holds"]:
        until = (
            f"until {hold['until']:%Y-%m-%d %H:%M}" if hold["until"] else "until a person lifts it"
        )
        state = "[yellow]active[/]" if hold["active"] else "over"
        console.print(
            f"  hold {hold['reason']} ({state}), {until}: {safe(hold['evidence'])}", soft_wrap=True
        )
    for reminder in told["reminders"]:
        sent = f"sent {reminder['sent_at']:%Y-%m-%d %H:%M}" if reminder["sent_at"] else "not sent"
        console.print(f"  reminder {reminder['step']} of {reminder['planned_for']}: {sent}")
    coming = told["next"]
    if coming["step"]:
        console.print(
            f"  next: {coming['step']} on {coming['on'] or 'a day not known yet'} ({coming['reason']})"
        )
    else:
        console.print(f"  next: nothing ({coming['reason']})")
    for entry in told["journal"]:
        console.print(
            f"  [dim]{entry['seq']:>5} {entry['at']:%Y-%m-%d %H:%M}[/] {entry['event']} "
            f"[dim]by {entry['cause']['kind']} {safe(entry['cause']['ref'][:40])}[/]",
            soft_wrap=True,
        )


@inbox_app.callback()
def inbox(
    company: CompanyOption = "",
    filing: Annotated[Filing | None, typer.Option(help="Only mail filed so.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    as_json: JsonOption = False,
) -> None:
    """Received mail, newest first: who, what was understood, where it was filed and why."""

    async def work(db: Database, setup: Setup) -> list[dict[str, Any]]:
        return await preview.inbox_of(setup, db, filing, limit)

    found = [entry for part in with_setups(company, work) for entry in part]
    if as_json:
        print_json({"mails": found})
        return
    made = table("Received mail", "received", "from", "filed", "understood", "why")
    for mail in found:
        made.add_row(
            f"{mail['received_at']:%m-%d %H:%M}", safe(mail["sender"]), mail["filing"],
            ", ".join(i["intent"] for i in mail["summary"].get("intents", ())) or "–",
            safe(mail["reason"]),
        )  # fmt: skip
    console.print(made if found else "No mail was received yet.")


@outbox_app.callback()
def outbox(
    context: typer.Context,
    company: CompanyOption = "",
    state: Annotated[OutboxState | None, typer.Option(help="Only mail in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    as_json: JsonOption = False,
) -> None:
    """Mails to send and sent."""
    if context.invoked_subcommand:
        return

    async def work(db: Database, setup: Setup) -> tuple[OutboxMail, ...]:
        states = (state,) if state else tuple(OutboxState)
        async with db.snapshot(setup.company.id) as tx:
            return await tx.outbox.list(states, limit)

    found = [mail for part in with_setups(company, work) for mail in part]
    if as_json:
        print_json({"mails": [_public(mail) for mail in found]})
        return
    made = table("Outbox", "id", "state", "day", "step", "to", "subject", "why")
    for mail in found:
        made.add_row(
            str(mail.id), mail.state.value, mail.planned_for.isoformat(), mail.step,
            safe(mail.recipient), safe(mail.subject), safe(mail.reason),
        )  # fmt: skip
    console.print(made if found else "The outbox is empty.")


def _public(mail: OutboxMail) -> dict[str, Any]:
    hidden = {"fence", "claimed_by", "lease_until"}
    return {key: value for key, value in asdict(mail).items() if key not in hidden}


@outbox_app.command("show")
def outbox_show(mail: int, company: CompanyOption = "") -> None:
    """One mail exactly as it leaves (RFC 5322)."""

    async def work(db: Database, setup: Setup) -> bytes:
        async with db.snapshot(setup.company.id) as tx:
            found = await tx.outbox.get(mail)
            raw = await tx.contents.get(found.raw) if found else None
        if raw is None:
            raise LookupError(f"there is no mail {mail}; see `mailagent outbox`")
        return raw

    typer.echo(with_setup(company, work), nl=False)


@outbox_app.command("approve")
def outbox_approve(
    mails: list[int], company: CompanyOption = "", by: WhoOption = DEFAULT_WHO
) -> None:
    """Let held mails leave: each is written anew with today's facts and queued."""

    async def work(db: Database, setup: Setup) -> None:
        async with db.transaction(setup.company.id) as tx:
            records = _by_person(tx, by)
            for mail in mails:
                await approve(mail, records, setup)

    with_setup(company, work)
    console.print(f"{len(mails)} mail(s) queued.")


@outbox_app.command("release")
def outbox_release(mail: int, company: CompanyOption = "", by: WhoOption = DEFAULT_WHO) -> None:
    """Send a mail in doubt, or one stopped by the leak guard, after you have looked at it."""

    async def work(db: Database, setup: Setup) -> None:
        async with db.transaction(setup.company.id) as tx:
            await orders.release(mail, _by_person(tx, by))

    with_setup(company, work)
    console.print(f"Mail {mail} is queued again.")


@outbox_app.command("discard")
def outbox_discard(mail: int, company: CompanyOption = "", by: WhoOption = DEFAULT_WHO) -> None:
    """Give a mail up: it is never sent, and its step may be planned again."""

    async def work(db: Database, setup: Setup) -> None:
        async with db.transaction(setup.company.id) as tx:
            await orders.discard(mail, _by_person(tx, by), setup)

    with_setup(company, work)
    console.print(f"Mail {mail} is cancelled.")


@app.command()
def hold(
    target: Annotated[str, typer.Argument(help="Invoice number or customer number.")],
    until: Annotated[
        str, typer.Option(help="Last day of silence, 2026-03-15; empty: until lifted.")
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
            return await orders.hold(target, end, reason, _by_person(tx, by), setup)

    console.print(safe(with_setup(company, work)))


@app.command()
def resume(
    target: Annotated[
        str, typer.Argument(help="Invoice or customer number; none: all sending.")
    ] = "",
    company: CompanyOption = "",
    by: WhoOption = DEFAULT_WHO,
) -> None:
    """Lift every hold on an invoice or customer; without a target, go on after `pause`."""

    async def work(db: Database, setup: Setup) -> str:
        async with db.transaction(setup.company.id) as tx:
            records = _by_person(tx, by)
            if target:
                return await orders.resume(target, records, setup)
            return await orders.resume_sending(records, setup)

    told = [with_setup(company, work)] if target else with_setups(company, work)
    console.print(safe("\n".join(told)))


@app.command()
def done(
    matter: Annotated[int, typer.Argument(help="Its number in `mailagent status`.")],
    company: CompanyOption = "",
    by: WhoOption = DEFAULT_WHO,
) -> None:
    """Say that a matter which waited for a person has been dealt with."""

    async def work(db: Database, setup: Setup) -> str:
        async with db.transaction(setup.company.id) as tx:
            return await orders.answer(matter, _by_person(tx, by))

    console.print(safe(with_setup(company, work)), soft_wrap=True)


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
            return await orders.pause_sending(reason, _by_person(tx, by), setup)

    console.print(safe("\n".join(with_setups(company, work))))


def _by_person(tx: Any, who: str) -> Records:
    return Records(tx, Cause(CauseKind.PERSON, who), SystemClock().now())


def _end_of(day: str, setup: Setup) -> datetime:
    """The end of a local day."""
    try:
        last = date.fromisoformat(day)
    except ValueError:
        raise typer.BadParameter(f"{day!r} is not a date; write it as 2026-03-15") from None
    return datetime.combine(last, time.max, ZoneInfo(setup.company.timezone))
