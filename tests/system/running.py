"""The real daemon in the test's loop, with a clock that the test moves; and ways to wait for a state."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from mailagent.config import CompanyConfig, Settings
from mailagent.core.customer import Account
from mailagent.core.outbox import OutboxMail, OutboxState
from mailagent.core.server import ImapAccount, SmtpAccount
from mailagent.daemon import Daemon, make_setups
from mailagent.flows.setup import Setup
from mailagent.resources import resource_folder
from mailagent.sandbox.fast_clock import FastClock
from mailagent.store.database import Database
from tests.house import START, make_sequence, make_setup


@dataclass
class Running:
    """A daemon at work."""

    db: Database
    setup: Setup
    clock: FastClock
    daemon: Daemon

    def pass_time(self, **parts: float) -> None:
        self.clock.leap_to(self.clock.now() + timedelta(**parts))

    async def account(self, ref: str) -> Account:
        async with self.db.snapshot(self.setup.company.id) as tx:
            account = await tx.accounts.load(ref)
        assert account is not None, ref
        return account

    async def outbox(self, *states: OutboxState) -> tuple[OutboxMail, ...]:
        async with self.db.snapshot(self.setup.company.id) as tx:
            return await tx.outbox.list(states or tuple(OutboxState), 10_000)

    async def filed(self) -> int:
        """How many mails were taken in."""
        async with self.db.snapshot(self.setup.company.id) as tx:
            return sum((await tx.inbox.counts()).values())

    async def until(
        self, done: Callable[[], Awaitable[Any]], what: str, seconds: float = 30
    ) -> Any:
        """Wait for a state; the daemon's own clock stands still meanwhile."""
        try:
            async with asyncio.timeout(seconds):
                while not (answer := await done()):  # noqa: ASYNC110 - the state is in a database
                    await asyncio.sleep(0.02)  # between two looks at a state, never instead of one
        except TimeoutError:
            raise AssertionError(f"never came true: {what}") from None
        return answer

    async def until_sent(self, count: int) -> tuple[OutboxMail, ...]:
        async def done() -> tuple[OutboxMail, ...] | None:
            sent = await self.outbox(OutboxState.SENT)
            return sent if len(sent) >= count else None

        return await self.until(done, f"{count} mails sent")

    async def turn(self) -> None:
        """Let the sender look at the schedule once more: half a minute passes."""
        self.pass_time(seconds=31)


def make_settings(url: str, setup: Setup, folder: Path | None = None) -> Settings:
    """For one company; without a folder its state lies beside its SQLite file."""
    return Settings(
        folder=Path(),
        database=url,
        state_folder=folder or Path(url.removeprefix("sqlite:///")).parent,
        log_level="info",
        log_json=False,
        companies=(CompanyConfig(company=setup.company, imap=setup.imap, smtp=setup.smtp),),
        sequences={setup.company.sequence: make_sequence()},
        templates=resource_folder("templates"),
    )


@asynccontextmanager
async def running(
    url: str,
    folder: Path,
    imap: ImapAccount,
    smtp: SmtpAccount,
    address: str,
    clock: FastClock | None = None,
    **company: Any,
) -> AsyncIterator[Running]:
    """A daemon for one company whose mailbox is `address`; stopped cleanly at the end."""
    clock = clock or FastClock(START, rate=1)
    clock.pause()
    db = Database(url)
    stop = asyncio.Event()
    try:
        await db.migrate()
        wished = make_setup(
            b"x" * 32, company={"address": address, **company}, imap=imap, smtp=smtp
        )
        settings = make_settings(url, wished, folder)
        (setup,) = await make_setups(settings, db)
        daemon = Daemon(settings, db, clock)
        task = asyncio.create_task(daemon.run(stop))
        try:
            house = Running(db, setup, clock, daemon)
            await house.until(lambda: ready(daemon, task), "the daemon looked at its mailbox")
            yield house
        finally:
            stop.set()
            async with asyncio.timeout(60):
                await task
    finally:
        await db.close()


async def ready(daemon: Daemon, task: asyncio.Task[None]) -> bool:
    if task.done():
        await task
    return bool(daemon.duties) and all(d.first_look.is_set() for d in daemon.duties)
