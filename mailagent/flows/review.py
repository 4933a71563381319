"""What waits for a person, to be shown."""

from __future__ import annotations

from typing import Any

from mailagent.flows.setup import Setup
from mailagent.store.database import Database


async def open_reviews(setup: Setup, db: Database) -> list[dict[str, Any]]:
    """Every open question with its evidence, oldest first."""
    async with db.snapshot(setup.company.id) as tx:
        found = await tx.reviews.list_open()
    return [
        {
            "company": setup.company.id,
            "id": one.id,
            "kind": one.kind,
            "customer": one.customer,
            "invoices": list(one.invoices),
            "question": one.question,
            "evidence": one.evidence,
            "since": one.opened_at,
        }
        for one in found
    ]
