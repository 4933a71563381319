"""A whole house for flow tests: a real database, a company, its setup, and a clock that the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mailagent.core.calendar import Calendar
from mailagent.core.company import Company, Mode, Policy, SendingWindow
from mailagent.core.customer import Account
from mailagent.core.decisions import Cause, CauseKind, Filing
from mailagent.core.journal import Entry, verify
from mailagent.core.outbox import OutboxMail, OutboxState
from mailagent.core.replay import replay
from mailagent.core.sequence import Channel, Sequence, Step
from mailagent.core.server import ImapAccount, Security, Server, SmtpAccount
from mailagent.flows.gathering import Position
from mailagent.flows.incoming import take_in
from mailagent.flows.intake import Imported, import_invoices, import_payments
from mailagent.flows.outgoing import plan_due
from mailagent.flows.reader import Reader
from mailagent.flows.records import Records
from mailagent.flows.sending import Sender
from mailagent.flows.setup import Setup
from mailagent.message.render import Templates
from mailagent.message.tokens import Tokens
from mailagent.resources import resource_folder
from mailagent.sandbox.fast_clock import FastClock
from mailagent.store.database import Database
from mailagent.store.fence import Lease
from mailagent.store.leases import Leases
from mailagent.transport.smtp import SmtpPool
from tests.core.make import make_company

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Paris
NOWHERE = Server("127.0.0.1", 9, Security.NONE, None)


def make_sequence() -> Sequence:
    """The shipped French sequence, with its real templates."""

    def mail(step_id: str, offset: int, template: str, **more: Any) -> Step:
        return Step(step_id, offset, Channel.EMAIL, template, **more)

    return Sequence(
        "fr",
        (
            mail("d-3", -3, "before_due"),
            mail("d+3", 3, "first_reminder", attach_invoices=True),
            mail("d+10", 10, "second_reminder", attach_invoices=True),
            mail("d+20", 20, "firm_reminder"),
            Step("d+30", 30, Channel.CALL, ""),
            mail("d+40", 40, "formal_notice", deadline_days=8, task=Channel.LETTER),
            Step("d+55", 55, Channel.HAND_OVER, ""),
        ),
    )


def make_setup(key: bytes, **changes: Any) -> Setup:
    """Martin Conseil, in automatic mode, sending at any hour of a working day."""
    company_changes = changes.pop("company", {})
    facts: dict[str, Any] = {
        "mode": Mode.AUTOMATIC,
        "plus_addressing": True,
        "policy": Policy(unusual_minimum=1000),
        "window": SendingWindow(),
    }
    company: Company = make_company(**facts | company_changes)
    setup = Setup(
        company=company,
        sequence=make_sequence(),
        calendar=Calendar(company.legal.country, company.region, company.window, company.timezone),
        templates=Templates(resource_folder("templates")),
        tokens=Tokens(key),
        imap=ImapAccount(NOWHERE),
        smtp=SmtpAccount(NOWHERE),
    )
    return replace(setup, **changes)


@dataclass
class House:
    """The parts, and short ways to use them."""

    db: Database
    setup: Setup
    clock: FastClock
    reader: Reader
    lease: Lease
    uids: dict[str, int] = field(default_factory=dict)

    @classmethod
    async def build(cls, db: Database, **changes: Any) -> House:
        clock = FastClock(START, rate=1)
        clock.pause()
        setup = make_setup(await db.signing_key(), **changes)
        async with db.transaction(setup.company.id) as tx:
            await tx.companies.upsert(setup.company.id, setup.company.legal.name)
        lease = await Leases(db).acquire("sender:test", "house", timedelta(days=999), START)
        assert lease is not None
        return cls(db, setup, clock, Reader(), lease)

    async def close(self) -> None:
        await self.reader.close()
        await self.db.close()

    def go_to(self, moment: datetime) -> None:
        self.clock.leap_to(moment)

    def pass_days(self, days: float) -> None:
        self.clock.leap_to(self.clock.now() + timedelta(days=days))

    async def invoices(self, *lines: str) -> Imported:
        """Import lines of number;customer;name;email;due;amount."""
        data = "\n".join(("number;customer;customer_name;email;due;amount", *lines))
        return await import_invoices(
            "f.csv", data.encode(), {}, {}, self.setup, self.db, self.clock.now()
        )

    async def payments(self, *lines: str) -> Imported:
        """Import lines of invoice;amount;date."""
        data = "\n".join(("invoice;amount;date", *lines))
        return await import_payments(
            "p.csv", data.encode(), {}, self.setup, self.db, self.clock.now()
        )

    async def plan(self) -> int:
        return await plan_due(self.setup, self.db, self.clock, self.lease)

    async def freshen(self) -> None:
        """Both folders were just read to their ends."""
        async with self.db.transaction(self.setup.company.id) as tx:
            for folder in ("inbox", "sent"):
                await tx.mailboxes.save(folder, 1, 0, self.clock.now())
                await tx.mailboxes.mark_read(folder, self.clock.now())

    async def send(self, account: SmtpAccount) -> int:
        """One sending pass against a server."""
        self.setup = replace(self.setup, smtp=account)
        pool = SmtpPool(account)
        try:
            return await self.sender(pool).send_queued(asyncio.Event())
        finally:
            await pool.close()

    def sender(self, pool: SmtpPool) -> Sender:
        return Sender(self.setup, self.db, pool, self.clock, self.lease)

    async def receive(self, raw: bytes, mailbox: str = "inbox") -> Filing | None:
        """A mail arrives now."""
        self.uids[mailbox] = uid = self.uids.get(mailbox, 0) + 1
        return await take_in(
            raw, Position(mailbox, 1, uid), self.clock.now(), self.setup, self.db, self.reader,
            self.clock, None,
        )  # fmt: skip

    async def account(self, ref: str) -> Account:
        async with self.db.snapshot(self.setup.company.id) as tx:
            account = await tx.accounts.load(ref)
        assert account is not None
        return account

    async def is_replayed(self) -> bool:
        """The journal is whole, and replaying it from empty gives the accounts of the database."""
        return await journal_replays(self.db, self.setup.company.id)

    async def outbox(self, *states: OutboxState) -> tuple[OutboxMail, ...]:
        async with self.db.snapshot(self.setup.company.id) as tx:
            return await tx.outbox.list(states or tuple(OutboxState), 1000)

    async def raw(self, mail: OutboxMail) -> bytes:
        async with self.db.snapshot(self.setup.company.id) as tx:
            raw = await tx.contents.get(mail.raw)
        assert raw is not None
        return raw

    async def change(self, work: Callable[[Records], Any]) -> Any:
        """A person does something."""
        async with self.db.transaction(self.setup.company.id) as tx:
            return await work(Records(tx, Cause(CauseKind.PERSON, "tester"), self.clock.now()))


async def journal_replays(db: Database, company: str) -> bool:
    """True when the chain holds and its replay equals the accounts."""
    entries: list[Entry] = []
    async with db.snapshot(company) as tx:
        while page := await tx.journal.entries(entries[-1].seq if entries else 0, 1000):
            entries += page
        accounts = await tx.accounts.load_many(await tx.customers.all_refs())
    assert verify(entries) is None
    replayed = replay(entries)
    for ref, account in accounts.items():
        assert replayed[ref] == account, ref
    return replayed.keys() == accounts.keys()
