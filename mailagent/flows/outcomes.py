"""What the server said about a mail, written down with all that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailagent.core.decisions import Cause, CauseKind
from mailagent.core.delivery import Delivery, Outcome
from mailagent.core.hold import HoldReason
from mailagent.core.outbox import OutboxMail, OutboxState
from mailagent.flows.account import account_changed
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup


@dataclass(frozen=True, slots=True)
class Attempt:
    """One mail, what the server said to it, and what becomes of it."""

    mail: OutboxMail
    outcome: Outcome
    delivery: Delivery

    @property
    def cause(self) -> Cause:
        return Cause(CauseKind.SERVER, str(self.outcome)[:200])


async def record_outcomes(
    attempts: Sequence[Attempt], fence: int, records: Records, setup: Setup
) -> None:
    """The ends of some attempts, in the caller's transaction; usually all were accepted."""
    results = [(a.mail.id, a.delivery, a.outcome) for a in attempts]
    await records.tx.outbox.record_all(results, fence, records.now)
    sent = [(a.mail, a.cause) for a in attempts if a.delivery.state is OutboxState.SENT]
    if sent:
        await records.reminders_sent(sent)
    for attempt in attempts:
        if attempt.delivery.state is not OutboxState.SENT:
            await _not_sent(attempt, records, setup)


async def _not_sent(attempt: Attempt, records: Records, setup: Setup) -> None:
    mail, delivery = attempt.mail, attempt.delivery
    records = replace(records, cause=attempt.cause)
    match delivery.state:
        case OutboxState.REFUSED:
            await _refused(mail, delivery, records, setup)
        case OutboxState.UNKNOWN:
            await records.note("reminder.in_doubt", mail.customer, {"outbox_id": mail.id})
    if delivery.stop_account:
        await stop_account(delivery.reason, records)
    elif delivery.ask_staff and delivery.state is not OutboxState.REFUSED:
        question = f"Mail {mail.id} ({mail.subject}): {delivery.reason}."
        await _ask(mail, question, records)


async def stop_account(reason: str, records: Records) -> None:
    """A refused login or sender is never tried again by itself: it would lock the account."""
    await records.tx.switches.pause(
        f"the SMTP server refuses us: {reason}", "mail server", records.now
    )
    question = "The SMTP server refuses our login or sender. Correct it, then: mailagent resume."
    await records.tx.reviews.open("login", None, (), question, reason, records.now)


async def _refused(mail: OutboxMail, delivery: Delivery, records: Records, setup: Setup) -> None:
    """Refused for good: the step is free, but the customer rests until somebody has looked."""
    await records.reminder_dropped(mail, "reminder.refused", delivery.reason)
    if delivery.suppress:
        await records.suppress(mail.recipient, delivery.reason)
    evidence = f"{mail.recipient}: {delivery.reason}"
    await records.hold(mail.customer, None, HoldReason.BOUNCED, None, evidence)
    question = (
        f"{mail.recipient} cannot be reached: {delivery.reason}. Please find another address."
    )
    await _ask(mail, question, records)
    await account_changed(mail.customer, records, setup)


async def _ask(mail: OutboxMail, question: str, records: Records) -> None:
    await records.tx.reviews.open(
        "delivery", mail.customer, mail.invoices, question, mail.recipient, records.now
    )
