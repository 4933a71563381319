"""A shop for tests with daemons in processes of their own: database, mailbox, sink, and the stations around them."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from mailagent.core.outbox import OutboxMail, OutboxState
from mailagent.daemon import make_setups
from mailagent.flows.intake import import_invoices
from mailagent.flows.setup import Setup
from mailagent.store.database import Database
from mailagent.store.tables import leases
from tests.house import START
from tests.peers.mail_host import MailUser
from tests.peers.sink import Saw, Sink
from tests.system.invariants import Quiet, Witnesses, check, hear
from tests.system.running import make_settings
from tests.system.station import Orders, Station, station

BEFORE_ANY_STEP = timedelta(minutes=1)


def address(customer: int) -> str:
    return f"anne@client{customer}.example"


@dataclass
class Shop:
    """Everything around the daemons."""

    db: Database
    setup: Setup
    user: MailUser
    sink: Sink
    orders: Orders
    folder: Path
    names: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(
        cls, url: str, user: MailUser, folder: Path, customers: int, **how: Any
    ) -> AsyncIterator[Shop]:
        """Each customer has one invoice with a reminder due today."""
        async with Database(url) as db, Sink(folder / "sink.jsonl") as sink:
            await db.migrate()
            orders = replace(Orders.at(url, folder, user, sink), **how)
            (setup,) = await make_setups(make_settings(url, orders.setup(), folder), db)
            shop = cls(db, setup, user, sink, orders, folder)
            await shop.invoice(range(customers), START - BEFORE_ANY_STEP)
            yield shop

    async def invoice(self, customers: Iterable[int], now: datetime) -> None:
        """Each of these customers gets one invoice with a reminder due today."""
        lines = ["number;customer;customer_name;email;due;amount"]
        lines += [
            f"FA-2026-{i:04d};C{i};Client {i};{address(i)};2026-03-06;{100 + i},00"
            for i in customers
        ]
        data = "\n".join(lines).encode()
        await import_invoices("f.csv", data, {}, {}, self.setup, self.db, now)

    def station(self) -> contextlib.AbstractAsyncContextManager[Station]:
        """One more daemon."""
        return station(self.orders, self.folder / f"station{next(self.names)}.log")

    async def outbox(self, *states: OutboxState) -> tuple[OutboxMail, ...]:
        async with self.db.snapshot(self.setup.company.id) as tx:
            return await tx.outbox.list(states or tuple(OutboxState), 10_000)

    async def holders(self) -> dict[str, int]:
        """Which process holds each lease: "mailbox" and "sender"."""
        async with self.db.writing() as connection:
            rows = (await connection.execute(select(leases.c.name, leases.c.owner))).all()
        return {
            row.name.partition(":")[0]: int(row.owner.split(":")[-2]) for row in rows if row.owner
        }

    async def until(
        self, done: Callable[[], Awaitable[Any]], what: str, seconds: float = 60
    ) -> Any:
        """Wait for a state."""
        try:
            async with asyncio.timeout(seconds):
                while not (answer := await done()):  # noqa: ASYNC110 - other processes tell nobody
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"never came true: {what}\n{self._said()}") from None
        return answer

    async def until_settled(self, mails: int) -> None:
        """Every mail has left, or nobody knows."""
        ends = (OutboxState.SENT, OutboxState.UNKNOWN, OutboxState.REFUSED)

        async def done() -> bool:
            return len(await self.outbox(*ends)) == mails

        await self.until(done, f"{mails} mails are out")

    async def until_filed(self, mails: int) -> None:
        """So many mails, copies in Sent included, have been taken in."""

        async def done() -> bool:
            async with self.db.snapshot(self.setup.company.id) as tx:
                return sum((await tx.inbox.counts()).values()) >= mails

        await self.until(done, f"{mails} mails are filed")

    async def until_held_by(self, pid: int, seconds: float = 60) -> None:
        """That process does all the work."""

        async def done() -> bool:
            return await self.holders() == {"mailbox": pid, "sender": pid}

        await self.until(done, f"process {pid} holds both leases", seconds)

    async def until_it_is(self, moment: datetime) -> None:
        """So late on the common clock."""

        async def done() -> bool:
            return self.orders.clock().now() >= moment

        await self.until(done, f"it is {moment}")

    async def until_seen(self, saw: Saw, count: int) -> None:
        await self.sink.until(lambda sink: sum(e.saw is saw for e in sink.log) >= count, 60)

    async def check(self, *quiet: Quiet) -> Witnesses:
        """I1 to I6 hold."""
        now = self.orders.clock().now()
        found = await hear(self.db, self.setup, self.sink.log, self.user, now)
        check(found, quiet)
        return found

    def _said(self) -> str:
        logs = sorted(self.folder.glob("station*.log"))
        return "\n".join(f"{log.name}: {log.read_text()[-2000:]}" for log in logs)
