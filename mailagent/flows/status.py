"""How a company stands right now: for `mailagent status`, `doctor` and the service's status line."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from mailagent.core.company import Mode
from mailagent.core.customer import Account
from mailagent.core.money import sum_by_currency
from mailagent.core.standing import standing
from mailagent.flows.freshness import freshness
from mailagent.flows.setup import Setup
from mailagent.store.database import Database
from mailagent.store.transaction import Transaction

CHUNK = 200  # accounts loaded together


async def company_status(setup: Setup, db: Database, now: datetime) -> dict[str, Any]:
    """Counts, balances, freshness, brakes and what waits for a person."""
    async with db.snapshot(setup.company.id) as tx:
        fresh = await freshness(tx)
        paused = await tx.switches.state()
        outbox = await tx.outbox.counts()
        inbox = await tx.inbox.counts()
        reviews = await tx.reviews.list_open()
        standings, balance = await _standings(setup, tx, now)
    return {
        "company": setup.company.id,
        "mode": setup.company.mode.value,
        "paused": paused.reason if paused else None,
        "inbox_read_at": fresh.inbox_read_at,
        "sent_read_at": fresh.sent_read_at,
        "fresh": _is_fresh(setup, fresh.inbox_read_at, now)
        and _is_fresh(setup, fresh.sent_read_at, now),
        "outbox": {state.value: count for state, count in outbox.items()},
        "inbox": {filing.value: count for filing, count in inbox.items()},
        "invoices": dict(standings),
        "open_balances": [{"amount": m.amount, "currency": m.currency} for m in balance],
        "waiting_for_a_person": [
            {
                "id": r.id,
                "kind": r.kind,
                "customer": r.customer,
                "invoices": list(r.invoices),
                "question": r.question,
                "since": r.opened_at,
            }
            for r in reviews
        ],
    }


def next_thing_to_do(status: dict[str, Any]) -> str:
    """The one sentence an administrator wants to read first."""
    if status["paused"]:
        return f"Sending is paused ({status['paused']}). To go on: mailagent resume."
    if status["mode"] == Mode.SHADOW.value:
        return "Shadow mode: nothing leaves unless you approve it. See `mailagent outbox` for what would have left."
    if not status["fresh"]:
        return "The mailbox has not been read to its end lately, so nothing is sent. Is `mailagent run` up?"
    if status["waiting_for_a_person"]:
        return f"{len(status['waiting_for_a_person'])} matter(s) wait for a person, listed above."
    return "All is well."


async def _standings(
    setup: Setup, tx: Transaction, now: datetime
) -> tuple[Counter[str], tuple[Any, ...]]:
    counts: Counter[str] = Counter()
    balances = []
    refs = await tx.customers.all_refs()
    for start in range(0, len(refs), CHUNK):
        for account in (await tx.accounts.load_many(refs[start : start + CHUNK])).values():
            for kind, balance in standings_of(account, setup, now):
                counts[kind] += 1
                balances.append(balance)
    return counts, sum_by_currency(b for b in balances if b.amount > 0)


def standings_of(account: Account, setup: Setup, now: datetime) -> list[tuple[str, Any]]:
    """Each invoice's standing and balance."""
    local = setup.calendar.local(now)
    return [
        (standing(invoice, account, setup.sequence, local).kind.value, invoice.balance_due)
        for invoice in account.invoices
    ]


def _is_fresh(setup: Setup, read_at: datetime | None, now: datetime) -> bool:
    return read_at is not None and now - read_at <= setup.company.policy.freshness
