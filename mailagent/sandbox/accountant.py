"""What Claire does at her desk: approve mails that wait for her, and make the calls she is asked to make."""

from __future__ import annotations

from datetime import datetime

from mailagent.core.decisions import Cause, CauseKind
from mailagent.core.outbox import OutboxState
from mailagent.flows.outgoing import APPROVAL, approve
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup
from mailagent.sandbox.story import ACCOUNTANT
from mailagent.store.database import Database

MANY = 100


async def clear_the_desk(setup: Setup, db: Database, now: datetime) -> None:
    """Approve each mail that waits for approval; tick off calls and letters as done."""
    async with db.transaction(setup.company.id) as tx:
        records = Records(tx, Cause(CauseKind.PERSON, ACCOUNTANT.name), now)
        for mail in await tx.outbox.list((OutboxState.HELD,), MANY):
            if mail.reason == APPROVAL:
                await approve(mail.id, records, setup)
        for review in await tx.reviews.list_open():
            if review.kind in {"call", "letter"}:
                await tx.reviews.close(review.id, ACCOUNTANT.name, now)
