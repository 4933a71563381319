"""How recently a mailbox was read to its end (promise P1)."""

from __future__ import annotations

from mailagent.core.wanted import Freshness
from mailagent.store.transaction import Transaction

INBOX = "inbox"  # our names for the two folders, whatever the server calls them
SENT = "sent"


async def freshness(tx: Transaction) -> Freshness:
    """When the inbox and the Sent folder were last read to their ends."""
    read_at = await tx.mailboxes.freshness()
    return Freshness(inbox_read_at=read_at.get(INBOX), sent_read_at=read_at.get(SENT))
