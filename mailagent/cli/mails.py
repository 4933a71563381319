"""For whoever looks at single mails: what was received and why it was filed so, what leaves and what left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, Any

import typer

from mailagent.cli.companies import by_person, with_setup, with_setups
from mailagent.cli.options import DEFAULT_WHO, CompanyOption, JsonOption, WhoOption
from mailagent.cli.output import console, moment, print_json, safe, table
from mailagent.core.decisions import Filing
from mailagent.core.outbox import OutboxMail, OutboxState
from mailagent.flows import orders, preview
from mailagent.flows.outgoing import approve
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup
from mailagent.message.parse import parse
from mailagent.store.database import Database

LimitOption = Annotated[int, typer.Option(min=1, max=10_000, help="How many mails at most.")]
MAX_ID = 2**63 - 1  # of a database
MailArgument = Annotated[
    int, typer.Argument(min=1, max=MAX_ID, help="Its id, as `mailagent outbox` shows it.")
]
MailArguments = Annotated[
    list[int], typer.Argument(min=1, max=MAX_ID, help="Ids, as `mailagent outbox` shows them.")
]

app = typer.Typer()
outbox_app = typer.Typer(
    help="Mails to send, and what became of them.", invoke_without_command=True
)
app.add_typer(outbox_app, name="outbox")


@app.command()
def inbox(
    company: CompanyOption = "",
    filing: Annotated[Filing | None, typer.Option(help="Only mail filed so.")] = None,
    limit: LimitOption = 50,
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
            moment(mail["received_at"]), safe(mail["sender"]), mail["filing"],
            ", ".join(i["intent"] for i in mail["summary"].get("intents", ())) or "–",
            safe(mail["reason"]),
        )  # fmt: skip
    console.print(made if found else "There is no such mail yet.")


@outbox_app.callback()
def outbox(
    context: typer.Context,
    company: CompanyOption = "",
    state: Annotated[OutboxState | None, typer.Option(help="Only mail in this state.")] = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """Mails to send and sent, newest first."""
    if context.invoked_subcommand:
        return

    async def work(db: Database, setup: Setup) -> list[OutboxMail]:
        return await preview.outbox_of(setup, db, state, limit)

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
    console.print(made if found else "There is no such mail yet.")


def _public(mail: OutboxMail) -> dict[str, Any]:
    """A mail for other programs: without what only senders tell each other."""
    hidden = {"fence", "claimed_by", "lease_until"}
    told = {key: value for key, value in asdict(mail).items() if key not in hidden}
    told["balances"] = [
        {"invoice": invoice, "amount": minor_units, "currency": currency}
        for invoice, minor_units, currency in mail.balances
    ]
    return told


@outbox_app.command("show")
def outbox_show(
    mail: MailArgument,
    company: CompanyOption = "",
    as_sent: Annotated[
        bool, typer.Option("--raw", help="The exact bytes instead (RFC 5322).")
    ] = False,
) -> None:
    """One mail as the customer reads it."""

    async def work(db: Database, setup: Setup) -> bytes:
        async with db.snapshot(setup.company.id) as tx:
            found = await tx.outbox.get(mail)
            raw = await tx.contents.get(found.raw) if found else None
        if raw is None:
            raise LookupError(f"There is no mail {mail}; see `mailagent outbox`.")
        return raw

    raw = with_setup(company, work)
    if as_sent:
        typer.echo(raw, nl=False)
    else:
        _print_mail(raw)


def _print_mail(raw: bytes) -> None:
    mail = parse(raw)
    for title, people in (("From", mail.from_), ("To", mail.to), ("Reply-To", mail.reply_to)):
        if people:
            told = ", ".join(f"{p.name} <{p.address}>" if p.name else p.address for p in people)
            console.print(f"[bold]{title}:[/] {safe(told)}", soft_wrap=True)
    console.print(f"[bold]Subject:[/] {safe(mail.subject)}\n", soft_wrap=True)
    for line in mail.text.splitlines():
        console.print(safe(line), soft_wrap=True)
    for file in mail.attachments:
        told = f"{file.filename} ({file.content_type}, {file.size} bytes)"
        console.print(f"[bold]Attached:[/] {safe(told)}", soft_wrap=True)


@outbox_app.command("approve")
def outbox_approve(
    mails: MailArguments, company: CompanyOption = "", by: WhoOption = DEFAULT_WHO
) -> None:
    """Let held mails leave: each is written anew with today's facts and queued."""

    async def work(mail: int, records: Records, setup: Setup) -> None:
        await approve(mail, records, setup)

    _for_each(mails, work, company, by)
    console.print(f"{_mails(mails)} queued.")


@outbox_app.command("release")
def outbox_release(
    mails: MailArguments, company: CompanyOption = "", by: WhoOption = DEFAULT_WHO
) -> None:
    """Send mails in doubt again, or what the leak guard stopped: exactly as they are."""

    async def work(mail: int, records: Records, _: Setup) -> None:
        await orders.release(mail, records)

    _for_each(mails, work, company, by)
    console.print(f"{_mails(mails)} queued again.")


@outbox_app.command("discard")
def outbox_discard(
    mails: MailArguments, company: CompanyOption = "", by: WhoOption = DEFAULT_WHO
) -> None:
    """Never send these mails. One in doubt counts as sent; the step of any other may be planned again."""
    _for_each(mails, orders.discard, company, by)
    console.print(f"{_mails(mails)} given up.")


def _for_each(
    mails: list[int], work: Callable[[int, Records, Setup], Awaitable[None]], company: str, by: str
) -> None:
    """Do it to every mail, or to none when one of them cannot be dealt with so."""

    async def body(db: Database, setup: Setup) -> None:
        async with db.transaction(setup.company.id) as tx:
            for mail in mails:
                await work(mail, by_person(tx, by), setup)

    with_setup(company, body)


def _mails(mails: list[int]) -> str:
    return "1 mail" if len(mails) == 1 else f"{len(mails)} mails"
