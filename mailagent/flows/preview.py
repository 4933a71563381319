"""What will happen, what came in and what leaves, for people to look at; nothing is changed here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mailagent.core.customer import Account
from mailagent.core.decisions import Filing
from mailagent.core.money import sum_by_currency
from mailagent.core.outbox import OutboxMail, OutboxState
from mailagent.core.plan import Forecast, forecast
from mailagent.flows.setup import Setup
from mailagent.store.database import Database

CHUNK = 200  # accounts loaded together
MAILS = 500  # looked at together


async def forecast_company(
    setup: Setup, db: Database, now: datetime, days: int
) -> list[dict[str, Any]]:
    """Every mail and task of the next days, by day and customer."""
    coming: list[dict[str, Any]] = []
    async with db.snapshot(setup.company.id) as tx:
        refs = await tx.customers.all_refs()
        for start in range(0, len(refs), CHUNK):
            for account in (await tx.accounts.load_many(refs[start : start + CHUNK])).values():
                coming += [
                    _planned(item, account, setup)
                    for item in forecast(
                        account, setup.sequence, setup.calendar, setup.company.policy, now, days
                    )
                ]
    return sorted(coming, key=lambda entry: (entry["day"], entry["customer"]))


def _planned(item: Forecast, account: Account, setup: Setup) -> dict[str, Any]:
    due = item.due
    balances = sum_by_currency(i.balance_due for i in account.invoices if i.number in due.invoices)
    return {
        "company": setup.company.id,
        "day": item.day,
        "customer": account.customer.ref,
        "name": account.customer.name,
        "step": due.step.id,
        "channel": due.step.channel.value,
        "invoices": list(due.invoices),
        "advanced": [{"invoice": invoice, "step": step} for invoice, step in due.advanced],
        "balances": [{"amount": b.amount, "currency": b.currency} for b in balances],
    }


async def inbox_of(
    setup: Setup, db: Database, filing: Filing | None, limit: int
) -> list[dict[str, Any]]:
    """Received mail, newest first."""
    async with db.snapshot(setup.company.id) as tx:
        filings = (filing,) if filing else tuple(Filing)
        mails = [m for f in filings for m in await tx.inbox.list(f, limit)]
    mails = sorted(mails, key=lambda m: m.id, reverse=True)[:limit]
    return [
        {
            "company": setup.company.id,
            "id": mail.id,
            "mailbox": mail.mailbox,
            "uid": mail.uid,
            "received_at": mail.received_at,
            "sender": mail.sender,
            "subject": mail.subject,
            "filing": mail.filing.value,
            "reason": mail.reason,
            "customer": mail.customer,
            "mail": mail.digest,
            "summary": mail.summary,
        }
        for mail in mails
    ]


async def outbox_of(
    setup: Setup, db: Database, state: OutboxState | None, limit: int
) -> list[OutboxMail]:
    """Mails to send and sent, in that state or in any, newest first: ids are given in order."""
    found: list[OutboxMail] = []
    async with db.snapshot(setup.company.id) as tx:
        end = await tx.outbox.next_id()
        while end > 1 and len(found) < limit:
            start = max(1, end - MAILS)
            part = await tx.outbox.by_ids(range(start, end))
            found += [mail for mail in reversed(part) if state in {None, mail.state}]
            end = start
    return found[:limit]
