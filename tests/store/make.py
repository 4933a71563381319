"""Values with good defaults, and a world to put them in."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from mailagent.core.customer import Contact, Customer
from mailagent.core.invoice import Invoice
from mailagent.core.money import Money
from mailagent.core.outbox import OutboxMail, OutboxState
from mailagent.store.database import Database
from mailagent.store.tables import ContentKind
from mailagent.store.transaction import Transaction

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def make_customer(ref: str = "C1", **fields: Any) -> Customer:
    contacts = fields.pop("contacts", (Contact("Anna@Example.com", "Anna", "fr"),))
    return Customer("acme", ref, fields.pop("name", "Dupont SARL"), contacts=contacts, **fields)


def make_invoice(number: str = "FA-1", customer: str = "C1", **fields: Any) -> Invoice:
    defaults: dict[str, Any] = {
        "company": "acme",
        "issued_on": date(2026, 1, 1),
        "due_on": date(2026, 1, 31),
        "total": Money(12_000, "EUR"),
    }
    return Invoice(number=number, customer=customer, **defaults | fields)


def make_mail(step: str = "d+3", cycle: int = 0, **fields: Any) -> OutboxMail:
    defaults: dict[str, Any] = {
        "id": 0,
        "company": "acme",
        "customer": "C1",
        "sender": "compta@acme.example",
        "recipient": "anna@example.com",
        "message_id": f"<{step}-{cycle}-{fields.get('customer', 'C1')}@acme.example>",
        "raw": hashlib.sha256(b"mail").hexdigest(),
        "invoices": ("FA-1",),
        "balances": (("FA-1", 12_000, "EUR"),),
        "subject": "Relance",
        "planned_for": NOW.date(),
        "state": OutboxState.QUEUED,
        "reason": "",
        "attempts": 0,
        "next_attempt_at": NOW,
        "fence": 0,
        "claimed_by": "",
        "lease_until": None,
        "reply": "",
        "created_at": NOW,
        "sent_at": None,
        "filed_in_sent": False,
    }
    return OutboxMail(step=step, cycle=cycle, **defaults | fields)


async def one_customer(tx: Transaction) -> None:
    """Customer C1 with invoices FA-1 and FA-2 of 120 euros."""
    await tx.customers.upsert(make_customer())
    await tx.invoices.upsert(make_invoice("FA-1"))
    await tx.invoices.upsert(make_invoice("FA-2", due_on=date(2026, 2, 28)))


async def queue(tx: Transaction, *mails: OutboxMail) -> list[int]:
    """Ids of new mails whose bytes are stored."""
    await tx.contents.put(b"mail", ContentKind.RAW_OUT)
    ids = count(await tx.outbox.next_id())
    queued = [replace(mail, id=given) for mail, given in zip(mails, ids, strict=False)]
    await tx.outbox.add_all(queued)
    return [mail.id for mail in queued]


class Undone(Exception):
    """Ends a transaction that must leave nothing."""


@asynccontextmanager
async def undone(database: Database) -> AsyncIterator[Transaction]:
    """A transaction that fails at its end."""
    with suppress(Undone):
        async with database.transaction("acme") as tx:
            yield tx
            raise Undone
