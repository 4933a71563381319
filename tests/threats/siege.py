"""What every attack begins with, and what it is judged by: accounts, questions, outbox, journal."""

from __future__ import annotations

from mailagent.core.customer import Account
from mailagent.core.hold import Hold, HoldReason
from mailagent.core.journal import Entry, verify
from mailagent.core.outbox import OutboxMail
from mailagent.store.reviews import Review
from tests.house import House
from tests.peers.sink import Sink

PETIT = "FA-2026-0042;C1;Boulangerie Petit;anne@petit.example;2026-03-06;1200,00"
LEROY = "FA-2026-0050;C2;Garage Leroy;compta@leroy.example;2026-02-27;80,00"
ANNE, GARAGE = "anne@petit.example", "compta@leroy.example"
US, CLAIRE = "compta@martin.example", "claire@martin.example"


async def reminded(house: House, *lines: str) -> dict[str, OutboxMail]:
    """Petit and Leroy, or the customers of these lines, got their reminders; by customer."""
    await house.invoices(*(lines or (PETIT, LEROY)))
    await house.plan()
    await house.freshen()
    async with Sink() as sink:
        await house.send(sink.account())
    return {mail.customer: mail for mail in await house.outbox()}


async def reply_address(house: House, mail: OutboxMail) -> str:
    """The signed address in one of our mails."""
    return house.setup.tokens.reply_address(US, mail.id)


def active(account: Account, house: House) -> list[Hold]:
    return [h for h in account.holds if h.is_active(house.clock.now())]


def reasons(account: Account, house: House) -> set[HoldReason]:
    return {h.reason for h in active(account, house)}


async def questions(house: House) -> tuple[Review, ...]:
    async with house.db.snapshot(house.setup.company.id) as tx:
        return await tx.reviews.list_open()


async def journal(house: House) -> list[Entry]:
    """The whole journal, proven whole."""
    async with house.db.snapshot(house.setup.company.id) as tx:
        entries = list(await tx.journal.entries(0, 100_000))
    assert verify(entries) is None
    return entries


async def books(house: House) -> dict[str, object]:
    """What no mail may ever change: amounts, contacts, what counts as paid."""
    async with house.db.snapshot(house.setup.company.id) as tx:
        accounts = await tx.accounts.load_many(await tx.customers.all_refs())
    return {ref: (account.customer, account.invoices) for ref, account in accounts.items()}


async def filings(house: House) -> dict[str, int]:
    async with house.db.snapshot(house.setup.company.id) as tx:
        return {filing.value: count for filing, count in (await tx.inbox.counts()).items()}
