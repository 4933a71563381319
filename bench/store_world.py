"""Databases with many rows, made by copying a few."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mailagent.core.customer import Contact, Customer
from mailagent.core.invoice import Invoice
from mailagent.core.money import Money
from mailagent.core.outbox import OutboxMail, OutboxState
from mailagent.store.database import Database
from mailagent.store.tables import ContentKind, customers, invoices, outbox

COMPANY = "acme"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
RAW = b"Message-ID: <1@acme.test>\r\n\r\nBonjour\r\n"


@contextmanager
def sqlite_url() -> Iterator[str]:
    """The address of a new SQLite file on disk."""
    with tempfile.TemporaryDirectory(prefix="mailagent-bench-") as folder:
        yield f"sqlite:///{Path(folder) / 'mailagent.db'}"


async def receivables(db: Database, invoice_count: int, due: int, per_customer: int = 10) -> None:
    """So many open invoices; `due` of the customers are to be looked at now, the others tomorrow."""
    await db.migrate()
    async with db.transaction(COMPANY) as tx:
        await tx.companies.upsert(COMPANY, "Acme")
        for ref, at in (("DUE", NOW), ("LATER", NOW + timedelta(days=1))):
            await tx.customers.upsert(
                Customer(COMPANY, ref, "Dupont SARL", contacts=(Contact("a@b.test"),))
            )
            await tx.customers.look_again(ref, at)
        await tx.invoices.upsert(
            Invoice(COMPANY, "FA", "DUE", date(2026, 1, 1), date(2026, 1, 31), Money(12_000, "EUR"))
        )
    customer_count = invoice_count // per_customer
    due_ones, others = {"ref": "'C' || i"}, {"ref": f"'C' || (i + {due})"}
    async with db.writing() as connection:
        await copies(connection, customers, "ref = 'DUE'", due_ones, due)
        await copies(connection, customers, "ref = 'LATER'", others, customer_count - due)
        owner = f"'C' || (1 + i % {customer_count})"
        numbered = {"number": "'FA-' || i", "normalised": "'FA' || i", "customer": owner}
        await copies(connection, invoices, "number = 'FA'", numbered, invoice_count)
        await connection.execute(text("UPDATE customers SET next_look_at = NULL WHERE ref = 'DUE'"))
        await connection.execute(text("ANALYZE"))


async def queued_mails(db: Database, count: int) -> None:
    """So many mails ready to be claimed, on top of a year of sent ones."""
    await receivables(db, 10, 1)
    async with db.transaction(COMPANY) as tx:
        digest = await tx.contents.put(RAW, ContentKind.RAW_OUT)
        await tx.outbox.add_all((_mail(digest),))
    numbered = {"id": "i + 1", "cycle": "i", "message_id": "'<' || i || '@acme.test>'"}
    sent = {"id": f"i + {count + 1}", "cycle": f"i + {count}", "state": "'sent'", "sent_at": "next_attempt_at"}  # fmt: skip
    sent["message_id"] = f"'<' || (i + {count}) || '@acme.test>'"
    async with db.writing() as connection:
        await copies(connection, outbox, "id = 1", numbered, count - 1)
        await copies(connection, outbox, "id = 1", sent, 50_000)
        await connection.execute(text("ANALYZE"))


async def copies(
    connection: AsyncConnection, table: Table, of: str, changed: dict[str, str], count: int
) -> None:
    """Copy one row so many times; `changed` are columns as SQL over the copy's number `i`."""
    names = [column.name for column in table.columns]
    values = ", ".join(changed.get(name, f"t.{name}") for name in names)
    await connection.execute(
        text(
            f"INSERT INTO {table.name} ({', '.join(names)}) "
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) "
            f"SELECT {values} FROM n, {table.name} t WHERE t.{of}"
        ),
        {"count": count},
    )


def _mail(digest: str) -> OutboxMail:
    return OutboxMail(
        id=1, company=COMPANY, customer="DUE", step="d+3", cycle=0, sender="a@acme.test",
        recipient="a@b.test", message_id="<0@acme.test>", raw=digest, invoices=("FA",),
        balances=(("FA", 12_000, "EUR"),), subject="Relance", planned_for=NOW.date(),
        state=OutboxState.QUEUED, reason="", attempts=0, next_attempt_at=NOW, fence=0,
        claimed_by="", lease_until=None, reply="", created_at=NOW, sent_at=None,
        filed_in_sent=False,
    )  # fmt: skip
