"""The end of the demonstration: a table of customers, the promises, and what to look at next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mailagent.sandbox.acts import Author
from mailagent.sandbox.evidence import Evidence
from mailagent.sandbox.news import short_day
from mailagent.sandbox.selfcheck import Check
from mailagent.sandbox.story import PAY_IN_THE_END, ZONE, Character, Debtor, Story, amount_text
from mailagent.sandbox.view import LONGEST_STANDING, PLAIN_WIDTH, Row


def print_intro(console: Console, story: Story) -> None:
    """What is about to be seen."""
    bills = sum(len(debtor.bills) for debtor in story.debtors)
    console.print(
        f"[bold]mailagent demo[/]: {story.company.legal.name} (invented) has {len(story.debtors)} "
        f"customers and {bills} invoices,\nfrom {_long(story.begins)} to {_long(story.ends)}. "
        "Claire keeps the books; mailagent reminds, and listens.\n"
        "[dim]Real daemon, real mail: IMAP and SMTP servers inside this program. "
        f"Nothing leaves it. Seed {story.seed}.[/]\n",
        highlight=False,
    )


def print_report(
    console: Console,
    evidence: Evidence,
    rows: Mapping[str, Row],
    checks: tuple[Check, ...],
    seconds: float,
) -> None:
    """What became of everyone, and whether the promises were kept."""
    console.print()
    console.print(_customers(evidence, rows, wide=console.width >= PLAIN_WIDTH))
    console.print()
    console.print(_waiting(evidence))
    console.print()
    console.print(_promises(checks))
    console.print()
    broken = sum(not check.ok for check in checks)
    days = (evidence.story.ends - evidence.story.begins).days + 1
    verdict = (
        Text(f"{broken} of {len(checks)} promises broken", "bold red")
        if broken
        else Text(f"All {len(checks)} promises kept", "bold green")
    )
    console.print(verdict + Text(f" in {days} days, told in {seconds:.0f} seconds."))
    if others := [d.name for d in evidence.story.debtors if not _as_expected(d, rows[d.ref])]:
        told = f"Not as their characters make one expect: {', '.join(others)}."
        console.print(Text(told, "yellow"))


def print_hints(
    console: Console, story: Story, config: Path, imap: int, smtp: int, password: str
) -> None:
    """How to look into the mailbox with a mail client, and into the decisions with the command line."""
    address = story.company.address
    told = next(d for d in story.debtors if d.character is Character.BREAKS_WORD)
    console.print(
        "\n[bold]The servers stay up.[/] Claire's mailbox in Thunderbird: Account Settings, Account "
        "Actions,\nAdd Mail Account, Configure manually:\n"
        f"  your name        [bold]{story.company.sender_name}[/]\n"
        f"  address, user    [bold]{address}[/]\n"
        f"  password         [bold]{password}[/]   (normal password, connection security: none)\n"
        f"  incoming, IMAP   [bold]127.0.0.1[/]  port [bold]{imap}[/]\n"
        f"  outgoing, SMTP   [bold]127.0.0.1[/]  port [bold]{smtp}[/]\n\n"
        "Why it did what it did, from another terminal:\n"
        f"  [bold]mailagent --config {config} why {told.bills[0].number}[/]\n\n"
        "The daemon goes on in real time: answer somebody, and it shows here. "
        "Ctrl-C ends and deletes everything.\n",
        highlight=False,
        soft_wrap=True,
    )


def _long(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _customers(evidence: Evidence, rows: Mapping[str, Row], *, wide: bool) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column("")  # as expected?
    table.add_column("Customer", min_width=25, no_wrap=True)
    if wide:
        table.add_column("who", min_width=20, no_wrap=True, style="dim")
    table.add_column("sent", justify="right")
    table.add_column("heard", justify="right")
    table.add_column("owes €", justify="right", min_width=9)
    table.add_column("ends as", no_wrap=True, min_width=LONGEST_STANDING)
    for debtor in evidence.story.debtors:
        reminders = sum(sent.debtor == debtor for sent in evidence.reminded)
        answers = sum(
            post.customer == debtor.ref and post.author is not Author.STAFF
            for post in evidence.posts
        )
        row = rows[debtor.ref]
        table.add_row(
            _sign(_as_expected(debtor, row)),
            debtor.name,
            *((debtor.character,) if wide else ()),
            str(reminders),
            str(answers or "-"),
            amount_text(row.owed) if row.owed else "-",
            Text(row.standing, row.style),
        )
    return table


def _as_expected(debtor: Debtor, row: Row) -> bool:
    """True when somebody of that character ends so."""
    return (row.owed == 0) == (debtor.character in PAY_IN_THE_END)


def _waiting(evidence: Evidence) -> Table:
    """What only a person can decide, as the daily digest tells it."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column("since", no_wrap=True, style="dim")
    table.add_column("What waits for Claire")
    for review in evidence.books.waiting:
        since = short_day(review.opened_at.astimezone(ZONE))
        table.add_row(since, Text(review.question))
    return table


def _promises(checks: tuple[Check, ...]) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column("")
    table.add_column("Promise", no_wrap=True)
    table.add_column("")
    for check in checks:
        detail = Text(check.detail, "dim" if check.ok else "red")
        table.add_row(_sign(check.ok), f"{check.promise:<4}{check.says}", detail)
    return table


def _sign(ok: bool) -> Text:
    return Text("✓", "green") if ok else Text("✗", "bold red")
