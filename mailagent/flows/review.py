"""What waits for a person: shown, and closed once somebody has dealt with it."""

from __future__ import annotations

from typing import Any

from mailagent.flows.records import Records
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


async def close(number: int, records: Records) -> None:
    """A person has dealt with it; holds stay. Raises LookupError when it does not wait."""
    waiting = {one.id: one for one in await records.tx.reviews.list_open()}
    if number not in waiting:
        raise LookupError(f"Nothing waits under number {number}; see `mailagent review`.")
    await records.tx.reviews.close(number, records.cause.ref, records.now)
    about = waiting[number].customer or records.tx.company
    await records.note("review.closed", about, {"review": number, "kind": waiting[number].kind})
