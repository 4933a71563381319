"""What the person at the terminal sees: a live table with the latest news, or plain lines without one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from textwrap import wrap
from typing import Protocol
from zoneinfo import ZoneInfo

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from mailagent.sandbox.news import Kind, News, short_day
from mailagent.sandbox.story import Story, amount_text

PLAIN_WIDTH = 100
LONGEST_STANDING = len("unreachable until 31 Mar")
NBSP = "\N{NO-BREAK SPACE}"

STYLES: dict[Kind, str] = {
    Kind.SENT: "blue",
    Kind.RECEIVED: "cyan",
    Kind.STAFF: "magenta",
    Kind.STRANGER: "dim",
    Kind.MONEY: "green",
    Kind.WITHDRAWN: "yellow",
    Kind.KEPT: "green",
    Kind.BROKEN: "red",
    Kind.TASK: "magenta",
    Kind.ALERT: "bold red",
}


@dataclass(frozen=True, slots=True)
class Row:
    """How a customer stands."""

    owed: int  # cents, open invoices
    standing: str
    style: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts for the first line."""

    sent: int = 0
    received: int = 0
    waiting: int = 0  # for a person


class View(Protocol):
    """Where the demonstration shows itself."""

    def news(self, item: News) -> None:
        """Something happened."""
        ...

    def state(self, now: datetime, rows: Mapping[str, Row], tally: Tally) -> None:
        """How everything stands."""
        ...

    def close(self) -> None:
        """The end: give the terminal back."""
        ...


class PlainView:
    """One line per item, for pipes and logs."""

    def __init__(self, console: Console, story: Story) -> None:
        self._console = console
        self._story = story
        self._zone = ZoneInfo(story.company.timezone)

    def news(self, item: News) -> None:
        other = "mailagent" if item.kind is Kind.ALERT else "someone else"
        name = self._story.debtor(item.customer).name if item.customer else other
        local = item.at.astimezone(self._zone)
        when = f"{local:%a} {local.day:2} {local:%b %H:%M}"
        self._tell(f"{when}  {item.kind} {name:<26} ", item.headline)
        if item.quote:
            self._tell(" " * 20, f"«{NBSP}{item.quote}{NBSP}»")
        if item.effects:
            self._tell(f"{'':20}so: ", "; ".join(item.effects))

    def _tell(self, start: str, text: str) -> None:
        """At most two lines of 100 columns, the second under the first."""
        for number, line in enumerate(
            wrap(text, PLAIN_WIDTH - len(start), max_lines=2, placeholder=" …")
        ):
            shown = (" " * len(start) if number else start) + line.replace(NBSP, " ")
            self._console.print(shown, markup=False, highlight=False, soft_wrap=True)

    def state(self, now: datetime, rows: Mapping[str, Row], tally: Tally) -> None:
        """Plain lines tell changes only."""

    def close(self) -> None:
        """Nothing to give back."""


class LiveView:
    """A table that changes in place, and under it what was last understood, and why."""

    def __init__(self, console: Console, story: Story) -> None:
        self._console = console
        self._story = story
        self._zone = ZoneInfo(story.company.timezone)
        self._now = story.begins
        self._rows: Mapping[str, Row] = {}
        self._tally = Tally()
        self._last: dict[str, News] = {}
        self._understood: News | None = None
        self._live = Live(self._picture(), console=console, auto_refresh=False, transient=True)
        self._live.start()

    def news(self, item: News) -> None:
        if item.customer:
            self._last[item.customer] = item
        if item.kind in {Kind.RECEIVED, Kind.STAFF, Kind.WITHDRAWN}:
            self._understood = item
        self._live.update(self._picture(), refresh=True)

    def state(self, now: datetime, rows: Mapping[str, Row], tally: Tally) -> None:
        self._now, self._rows, self._tally = now, rows, tally
        self._live.update(self._picture(), refresh=True)

    def close(self) -> None:
        self._live.stop()

    def _picture(self) -> Group:
        return Group(self._head(), self._customers(), self._latest())

    def _head(self) -> Table:
        days = (self._story.ends - self._story.begins).days
        day = min((self._now - self._story.begins).days, days)
        local = self._now.astimezone(self._zone)
        head = Table.grid(expand=True, padding=(0, 1))
        head.add_column(width=26)
        head.add_column(ratio=1)
        head.add_column(justify="right")
        counts = Text.assemble(
            (f"{self._tally.sent}", "bold blue"), " sent  ",
            (f"{self._tally.received}", "bold cyan"), " read  ",
            (f"{self._tally.waiting}", "bold magenta"), " for Claire",
        )  # fmt: skip
        when = Text(f"{local:%A} {local.day} {local:%B}", "bold")
        head.add_row(when, ProgressBar(total=days, completed=day, width=None), counts)
        return head

    def _customers(self) -> Table:
        table = Table(box=SIMPLE_HEAD, expand=True, padding=0, pad_edge=False, show_edge=False)
        table.add_column("Customer", width=25, no_wrap=True)
        wide = self._console.width >= PLAIN_WIDTH
        if wide:
            table.add_column("who", width=20, no_wrap=True, style="dim")
        table.add_column("Owes €", width=9, justify="right")
        table.add_column("Standing", width=LONGEST_STANDING, no_wrap=True)
        table.add_column("Last", ratio=1, no_wrap=True, overflow="ellipsis")
        for debtor in self._story.debtors:
            row = self._rows.get(debtor.ref, Row(0, "", "dim"))
            owed = Text(amount_text(row.owed) if row.owed else "-", "" if row.owed else "dim")
            standing = Text(row.standing, row.style)
            who = (debtor.character,) if wide else ()
            table.add_row(debtor.name, *who, owed, standing, self._last_of(debtor.ref))
        return table

    def _last_of(self, ref: str) -> Text:
        last = self._last.get(ref)
        if last is None:
            return Text()
        is_today = last.at.astimezone(self._zone).date() == self._now.astimezone(self._zone).date()
        told = f"{last.kind} {short_day(last.at.astimezone(self._zone))} {last.brief}"
        return Text(told, STYLES[last.kind] if is_today else "dim")

    def _latest(self) -> Padding:
        """Who wrote what, how we know whose it is, and what follows."""
        item = self._understood
        if item is None:
            return Padding(Text("Nobody has answered yet.", "dim"), (1, 0))
        name = self._story.debtor(item.customer).name if item.customer else ""
        lines = Table.grid(padding=(0, 1), expand=True)
        lines.add_column(width=10, justify="right", style="dim")
        lines.add_column(ratio=1, no_wrap=self._console.height < 28, overflow="ellipsis")
        when = f"{item.at.astimezone(self._zone):%H:%M}"
        sure = f"  ({item.sure:.0%} sure)" if item.sure else ""
        told = Text.assemble((name, "bold"), " ", (item.headline, STYLES[item.kind]), (sure, "dim"))
        lines.add_row(when, told)
        if item.quote:
            lines.add_row("said", f"«{NBSP}{item.quote}{NBSP}»")
        if item.whose:
            lines.add_row("because", Text(item.whose, "dim"))
        if item.effects:
            lines.add_row("so", Text("; ".join(item.effects), "green"))
        return Padding(lines, (1, 0, 0, 0))
