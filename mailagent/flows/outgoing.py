"""OUTGOING, first half: from the schedule to exact bytes in the outbox.

    schedule -> plan -> render -> outbox          (here)
    outbox -> send -> record                      (flows/sending.py)

Planning only queues. Whether a queued mail is still wanted is asked again when it is claimed and once more
before its bytes leave.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from mailagent.clock import Clock
from mailagent.core.company import Mode
from mailagent.core.customer import Account, Contact
from mailagent.core.outbox import OutboxMail, OutboxState
from mailagent.core.plan import DueMail, DueTask, Silence, plan
from mailagent.core.sequence import Step
from mailagent.errors import TemplateError
from mailagent.flows.account import cancel
from mailagent.flows.deadlines import clock_cause
from mailagent.flows.records import Records
from mailagent.flows.rendering import Letter, write_letter
from mailagent.flows.setup import Setup
from mailagent.store.database import Database
from mailagent.store.fence import Lease

log = structlog.get_logger()

MANY = 100_000
BATCH = 20  # customers planned in one transaction
SHADOW = "shadow: this mail would have been sent"
APPROVAL = "waits for approval"

TASKS = {
    "call": "Please call {customer} about {invoices}.",
    "letter": "Please post the letter of step {step} to {customer} about {invoices}, registered.",
    "hand_over": "The sequence ended without payment. Please decide on handing {customer} over: {invoices}.",
}


async def plan_due(setup: Setup, db: Database, clock: Clock, lease: Lease | None) -> int:
    """Queue what is due now for every customer whose day has come; returns how many mails were queued."""
    queued = 0
    while True:
        now = clock.now()
        async with db.transaction(setup.company.id, lease) as tx:
            refs = await tx.customers.due(now, BATCH)
            records = Records(tx, clock_cause("the schedule"), now)
            accounts = await tx.accounts.load_many(refs)
            for ref in refs:
                queued += await plan_customer(ref, accounts.get(ref), records, setup)
        if len(refs) < BATCH:
            return queued


async def plan_customer(ref: str, account: Account | None, records: Records, setup: Setup) -> int:
    """Plan one customer: queue his mail, hand a task to a person, or note when to look again."""
    if account is None:
        await records.tx.customers.look_again(ref, None)
        return 0
    answer = plan(account, setup.sequence, setup.calendar, setup.company.policy, records.now)
    match answer:
        case Silence():
            look_at = setup.calendar.start_of(answer.until) if answer.until else None
            await records.tx.customers.look_again(ref, look_at)
            return 0
        case DueTask():
            await _record_reminder(answer, records, setup, outbox_id=None)
            await _open_task(answer.step.channel.value, answer, account, records)
            await records.tx.customers.look_again(ref, records.now)
            return 0
        case DueMail():
            return await _queue_or_ask(answer, account, records, setup)


async def _queue_or_ask(due: DueMail, account: Account, records: Records, setup: Setup) -> int:
    """Queue a mail; one that cannot be written goes to a person and stops nobody else's."""
    customers = records.tx.customers
    try:
        await _queue(due, account, records, setup)
    except (TemplateError, ValueError) as error:
        log.exception("reminder.not_written", customer=due.customer, step=due.step.id)
        question = (
            f"The mail of step {due.step.id} to {account.customer.name} cannot be written: {error}"
        )
        await records.tx.reviews.open(
            "template", due.customer, due.invoices, question, due.step.template, records.now
        )
        tomorrow = setup.calendar.local_date(records.now) + timedelta(days=1)
        await customers.look_again(due.customer, setup.calendar.start_of(tomorrow))
        return 0
    await customers.look_again(due.customer, records.now)
    return 1


async def _queue(due: DueMail, account: Account, records: Records, setup: Setup) -> None:
    """Write the mail, store its exact bytes, and put it in the outbox under its key."""
    contact = account.customer.recipient()
    assert contact is not None, "plan is silent without a contact"
    outbox_id = await records.tx.outbox.next_id()
    letter = await write_letter(due, account, contact, outbox_id, setup, records)
    state, reason = _first_state(due.step, letter, setup)
    await records.tx.outbox.add(
        _outbox_mail(outbox_id, due, contact, letter, state, reason, records, setup)
    )
    await _record_reminder(due, records, setup, outbox_id)
    if due.step.task is not None:
        await _open_task(due.step.task.value, due, account, records)
    if letter.leaks:
        question = f"Mail {outbox_id} was stopped because it may disclose what is not this customer's. Please look."
        await records.tx.reviews.open(
            "leak", due.customer, due.invoices, question, "; ".join(letter.leaks), records.now
        )
    log.info("reminder.queued", customer=due.customer, step=due.step.id, state=state.value)


def _first_state(step: Step, letter: Letter, setup: Setup) -> tuple[OutboxState, str]:
    """Where a new mail begins: only a clean mail in automatic mode goes out without a person."""
    if letter.leaks:
        return OutboxState.HELD, "leak guard: " + "; ".join(letter.leaks)
    match setup.company.mode:
        case Mode.SHADOW:
            return OutboxState.HELD, SHADOW
        case Mode.ASSISTED:
            return OutboxState.HELD, APPROVAL
        case Mode.AUTOMATIC:
            return (OutboxState.HELD, APPROVAL) if step.approval else (OutboxState.QUEUED, "")


def _outbox_mail(
    outbox_id: int,
    due: DueMail,
    contact: Contact,
    letter: Letter,
    state: OutboxState,
    reason: str,
    records: Records,
    setup: Setup,
) -> OutboxMail:
    return OutboxMail(
        id=outbox_id,
        company=setup.company.id,
        customer=due.customer,
        step=due.step.id,
        cycle=due.cycle,
        sender=setup.company.address,
        recipient=contact.address,
        message_id=letter.message_id,
        raw=letter.digest,
        invoices=due.invoices,
        balances=letter.balances,
        subject=letter.subject,
        planned_for=setup.calendar.local_date(records.now),
        state=state,
        reason=reason,
        attempts=0,
        next_attempt_at=records.now,
        fence=0,
        claimed_by="",
        lease_until=None,
        reply="",
        created_at=records.now,
        sent_at=None,
        filed_in_sent=False,
    )


async def _record_reminder(
    due: DueMail | DueTask, records: Records, setup: Setup, outbox_id: int | None
) -> None:
    planned_for = setup.calendar.local_date(records.now)
    await records.reminder_queued(due, planned_for, outbox_id)
    for invoice, step in due.skipped:
        await records.note(
            "reminder.skipped",
            invoice,
            {"customer": due.customer, "invoice": invoice, "step": step},
        )


async def _open_task(kind: str, due: DueMail | DueTask, account: Account, records: Records) -> None:
    question = TASKS[kind].format(
        customer=account.customer.name, invoices=", ".join(due.invoices), step=due.step.id
    )
    await records.tx.reviews.open(
        kind, due.customer, due.invoices, question, f"step {due.step.id}", records.now
    )


async def approve(outbox_id: int, records: Records, setup: Setup) -> OutboxMail:
    """A person approves a held mail: it is written anew with today's date and queued.

    Raises LookupError when there is no such mail, ValueError when it does not wait for approval.
    """
    mail = await records.tx.outbox.get(outbox_id)
    if mail is None:
        raise LookupError(f"there is no mail {outbox_id}")
    if mail.state is not OutboxState.HELD or mail.reason not in {APPROVAL, SHADOW}:
        why = f" ({mail.reason})" if mail.reason else ""
        raise ValueError(
            f"mail {outbox_id} is {mail.state.value}{why}; only a mail that waits for approval can be approved"
        )
    account = await records.tx.accounts.load(mail.customer)
    step = setup.sequence.step(mail.step)
    contact = account.customer.recipient() if account else None
    if account is None or step is None or contact is None:
        raise ValueError(f"mail {outbox_id} cannot be written again: its customer or step is gone")
    due = DueMail(
        customer=mail.customer,
        step=step,
        invoices=mail.invoices,
        advanced=(),
        skipped=(),
        cycle=mail.cycle,
        promise_broken=(),
    )
    letter = await write_letter(due, account, contact, outbox_id, setup, records)
    if letter.leaks:
        raise ValueError(
            f"mail {outbox_id} was stopped by the leak guard: {'; '.join(letter.leaks)}"
        )
    fresh = replace(
        _outbox_mail(outbox_id, due, contact, letter, OutboxState.QUEUED, "", records, setup),
        created_at=mail.created_at,
    )
    await records.tx.outbox.rewrite(fresh)
    await records.note("reminder.approved", mail.customer, {"outbox_id": outbox_id})
    return fresh


async def leave_shadow(setup: Setup, db: Database, now: datetime) -> int:
    """Drop what shadow mode only rehearsed, once the mode has changed; returns how many mails."""
    if setup.company.mode is Mode.SHADOW:
        return 0
    async with db.transaction(setup.company.id) as tx:
        records = Records(tx, clock_cause("the mode changed"), now)
        rehearsed = [
            m for m in await tx.outbox.list((OutboxState.HELD,), MANY) if m.reason == SHADOW
        ]
        for mail in rehearsed:
            await cancel(mail, "it was only a rehearsal in shadow mode", records)
            await tx.customers.look_again(mail.customer, now)
    return len(rehearsed)


async def renew_held(setup: Setup, db: Database, now: datetime, lease: Lease | None) -> int:
    """Replace mails that waited for a person until another became due; returns how many."""
    today = setup.calendar.local_date(now)
    async with db.snapshot(setup.company.id) as tx:
        held = await tx.outbox.list((OutboxState.HELD,), MANY)
    renewed = 0
    for mail in held:
        if mail.planned_for >= today or mail.reason not in {SHADOW, APPROVAL}:
            continue
        async with db.transaction(setup.company.id, lease) as tx:
            account = await tx.accounts.load(mail.customer)
            if account is not None and _is_outdated(mail, account, setup, now):
                records = Records(tx, clock_cause("another mail became due"), now)
                await cancel(mail, "another mail became due while it waited", records)
                await tx.customers.look_again(mail.customer, now)
                renewed += 1
    return renewed


def _is_outdated(mail: OutboxMail, account: Account, setup: Setup, now: datetime) -> bool:
    """True when without this mail a different one would be due today."""
    others = tuple(r for r in account.reminders if (r.step, r.cycle) != (mail.step, mail.cycle))
    without = replace(account, reminders=others)
    answer = plan(without, setup.sequence, setup.calendar, setup.company.policy, now)
    return isinstance(answer, DueMail) and (
        (answer.step.id, answer.invoices) != (mail.step, mail.invoices)
    )
