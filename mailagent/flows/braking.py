"""The brakes of a sending pass: how many mails may leave now, and the stop of an unusual run."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from mailagent.core.brakes import BrakeKind, brake
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup

log = structlog.get_logger()

USUAL_DAYS = timedelta(days=30)  # what is usual is told by these


async def room(records: Records, setup: Setup) -> int:
    """How many mails may leave now; an unusual run pauses all sending and asks a person."""
    tx, policy = records.tx, setup.company.policy
    if await tx.switches.state() is not None:
        return 0
    due = await tx.outbox.to_send()
    if not due:
        return 0
    today = setup.calendar.local_date(records.now)
    sent_today = await tx.outbox.sent_since(setup.calendar.start_of(today))
    days = await tx.outbox.sent_per_day(today - USUAL_DAYS)
    days.pop(today, None)  # today's run is what is being judged
    usual = sum(days.values()) / len(days) if days else 0.0
    pulled = brake(0, sent_today, due, usual, policy)
    if pulled is not None and pulled.kind is BrakeKind.UNUSUAL:
        if not await _allowed_since(setup.calendar.start_of(today), records, setup):
            await _pull(pulled.reason, records, setup)
            return 0
        return min(due, policy.daily_ceiling - sent_today)
    return due if pulled is None else pulled.room


async def _allowed_since(moment: datetime, records: Records, setup: Setup) -> bool:
    """True when a person resumed sending since then: he has seen that the run is unusual."""
    entries = await records.tx.journal.for_subject(setup.company.id)
    return any(e.event == "sending.resumed" and e.at >= moment for e in entries)


async def _pull(reason: str, records: Records, setup: Setup) -> None:
    await records.tx.switches.pause(reason, "brake", records.now)
    question = f"{reason}. Look at `mailagent plan`; to go on today: mailagent resume."
    await records.tx.reviews.open("brake", None, (), question, "", records.now)
    await records.note("sending.paused", setup.company.id, {"reason": reason})
    log.warning("sending.paused", reason=reason)
