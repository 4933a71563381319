import hashlib
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from mailagent.core.decisions import Filing
from mailagent.store.database import Database
from mailagent.store.tables import ContentKind
from mailagent.store.transaction import Transaction
from tests.store.make import NOW

DAY = timedelta(days=1)


async def file(tx: Transaction, uid: int, mailbox: str = "INBOX", **fields: Any) -> int:
    defaults: dict[str, Any] = {
        "digest": f"digest {uid}",
        "message_id": f"<{uid}@example.com>",
        "sender": "anna@example.com",
        "subject": "Re: relance",
        "received_at": NOW,
        "filing": Filing.APPLIED,
        "reason": "paid",
    }
    return await tx.inbox.add(mailbox, 1, uid, **defaults | fields)


async def test_a_filed_mail_is_seen_at_its_position_and_by_its_content(database: Database) -> None:
    async with database.transaction("acme") as tx:
        mail = await file(tx, 4_000_000_000, customer="C1", summary={"intents": ["paid"], "n": 1})
        assert await tx.inbox.seen("INBOX", 1, 4_000_000_000) is True
        assert await tx.inbox.seen("INBOX", 2, 4_000_000_000) is False
        assert await tx.inbox.seen("Sent", 1, 4_000_000_000) is False
        assert await tx.inbox.seen_of("INBOX", 1, range(4_000_000_000, 4_000_000_003)) == {
            4_000_000_000
        }
        found = await tx.inbox.get(mail)
        assert found is not None
        assert await tx.inbox.digests(["digest 4000000000", "other"]) == {"digest 4000000000"}
        assert (found.uid, found.customer, found.filing) == (4_000_000_000, "C1", Filing.APPLIED)
        assert found.summary == {"intents": ["paid"], "n": 1}
        assert found.received_at == NOW
        assert await tx.inbox.get(99) is None
    async with database.snapshot("other") as tx:
        assert await tx.inbox.seen("INBOX", 1, 4_000_000_000) is False
        assert await tx.inbox.digests(["digest 4000000000"]) == frozenset()


async def test_a_position_is_filed_once(database: Database) -> None:
    async with database.transaction("acme") as tx:
        await file(tx, 1)
    with pytest.raises(IntegrityError):
        async with database.transaction("acme") as tx:
            await file(tx, 1, digest="other")


async def test_counts_add_up(database: Database) -> None:
    async with database.transaction("acme") as tx:
        first, second = await file(tx, 1), await file(tx, 2, filing=Filing.WAITING)
        third = await file(tx, 3, filing=Filing.WAITING)
        assert await tx.inbox.counts() == {
            Filing.APPLIED: 1,
            Filing.WAITING: 2,
            Filing.NOT_OURS: 0,
            Filing.QUARANTINED: 0,
        }
        assert [m.id for m in await tx.inbox.list(Filing.WAITING, 10)] == [third, second]
        assert [m.id for m in await tx.inbox.list(Filing.WAITING, 1)] == [third]
        assert [m.id for m in await tx.inbox.list(Filing.APPLIED, 10)] == [first]


async def test_failures_are_counted_per_position(database: Database) -> None:
    for attempt in (1, 2, 3):
        async with database.transaction("acme") as tx:
            assert await tx.inbox.record_failure("INBOX", 1, 7, "RecursionError") == attempt
    async with database.transaction("acme") as tx:
        assert await tx.inbox.record_failure("INBOX", 1, 8, "RecursionError") == 1
        assert await tx.inbox.record_failure("Sent", 1, 7, "RecursionError") == 1


async def test_no_other_filing(database: Database) -> None:
    async with database.transaction("acme") as tx:
        await file(tx, 1)
    with pytest.raises(IntegrityError):
        async with database.writing() as connection:
            await connection.execute(text("UPDATE inbox SET filing = 'deleted'"))


async def test_contents_are_kept_whole_and_once(database: Database) -> None:
    raw = bytes(range(256)) * 4000
    async with database.transaction("acme") as tx:
        digest = await tx.contents.put(raw, ContentKind.RAW_IN)
        assert digest == hashlib.sha256(raw).hexdigest()
        assert await tx.contents.put(raw, ContentKind.DOCUMENT) == digest
        assert await tx.contents.put(b"", ContentKind.RAW_IN) == hashlib.sha256().hexdigest()
    async with database.snapshot("acme") as tx:
        assert await tx.contents.get(digest) == raw
        assert await tx.contents.get("nothing") is None
    async with database.snapshot("other") as tx:
        assert await tx.contents.get(digest) is None


async def test_a_folder_keeps_the_day_it_was_first_seen(database: Database) -> None:
    async with database.transaction("acme") as tx:
        assert await tx.mailboxes.get("INBOX") is None
        await tx.mailboxes.save("INBOX", 1, 10, NOW)
        cursor = await tx.mailboxes.get("INBOX")
        assert cursor is not None
        assert (cursor.first_seen_at, cursor.read_at) == (NOW, None)
        assert await tx.mailboxes.freshness() == {"INBOX": None}
        await tx.mailboxes.mark_read("INBOX", NOW + DAY)
        await tx.mailboxes.save("INBOX", 4_294_967_295, 20, NOW + DAY)
        cursor = await tx.mailboxes.get("INBOX")
        assert cursor is not None
        assert (cursor.uidvalidity, cursor.last_uid) == (4_294_967_295, 20)
        assert (cursor.first_seen_at, cursor.read_at) == (NOW, NOW + DAY)
        await tx.mailboxes.save("Envoyés", 1, 1, NOW)
        assert await tx.mailboxes.freshness() == {"INBOX": NOW + DAY, "Envoyés": None}
