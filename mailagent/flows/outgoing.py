"""OUTGOING, first half: from the schedule to exact bytes in the outbox.

    schedule -> plan -> render -> outbox          (here)
    outbox -> send -> record                      (flows/sending.py)

Planning only queues. Whether a queued mail is still wanted is asked again when it is claimed and once more
before its bytes leave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import structlog

from mailagent.clock import Clock
from mailagent.core.company import Mode
from mailagent.core.customer import Account
from mailagent.core.outbox import OutboxMail, OutboxState
from mailagent.core.plan import DueMail, DueTask, Silence, plan
from mailagent.errors import TemplateError
from mailagent.flows.account import cancel
from mailagent.flows.deadlines import clock_cause
from mailagent.flows.records import Records
from mailagent.flows.rendering import Draft, Letter, draft, keep
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
            queued += await _plan_all(refs, accounts, records, setup)
        if len(refs) < BATCH:
            return queued


async def _plan_all(
    refs: Sequence[str], accounts: Mapping[str, Account], records: Records, setup: Setup
) -> int:
    """Queue mails, hand tasks to persons, note when to look again; returns how many mails were queued."""
    look_at: dict[str, datetime | None] = {}
    mails: list[tuple[DueMail, Account]] = []
    for ref in refs:
        account = accounts.get(ref)
        answer = _ask(account, records, setup) if account else None
        look_at[ref] = _next_look(answer, records, setup)
        match answer, account:
            case DueTask(), Account():
                await records.reminders_queued(((answer, None),), _today(records, setup))
                await _open_task(answer.step.channel.value, answer, account, records)
            case DueMail(), Account():
                mails.append((answer, account))
    letters, unwritten = await _write(mails, records, setup)
    await _queue(letters, records, setup)
    tomorrow = setup.calendar.start_of(_today(records, setup) + timedelta(days=1))
    await records.tx.customers.look_again_at(look_at | dict.fromkeys(unwritten, tomorrow))
    return len(letters)


def _ask(account: Account, records: Records, setup: Setup) -> DueMail | DueTask | Silence:
    return plan(account, setup.sequence, setup.calendar, setup.company.policy, records.now)


def _next_look(
    answer: DueMail | DueTask | Silence | None, records: Records, setup: Setup
) -> datetime | None:
    """When to plan a customer again: once more after something was due; None without a customer."""
    match answer:
        case Silence():
            return setup.calendar.start_of(answer.until) if answer.until else None
        case DueMail() | DueTask():
            return records.now
    return None


async def _write(
    mails: Sequence[tuple[DueMail, Account]], records: Records, setup: Setup
) -> tuple[list[Letter], list[str]]:
    """The letters, and the customers whose mail cannot be written: it goes to a person and stops nobody else's."""
    first_id = await records.tx.outbox.next_id() if mails else 0
    drafts: list[Draft] = []
    unwritten: list[str] = []
    for due, account in mails:
        try:
            drafts.append(await draft(due, account, first_id + len(drafts), setup, records))
        except (TemplateError, ValueError) as error:
            log.exception("reminder.not_written", customer=due.customer, step=due.step.id)
            question = f"The mail of step {due.step.id} to {account.customer.name} cannot be written: {error}"
            await records.tx.reviews.open(
                "template", due.customer, due.invoices, question, due.step.template, records.now
            )
            unwritten.append(due.customer)
    return await keep(drafts, records) if drafts else [], unwritten


async def _queue(letters: Sequence[Letter], records: Records, setup: Setup) -> None:
    """Put the mails in the outbox, each under its key."""
    if not letters:
        return
    mails = [_outbox_mail(letter, records, setup) for letter in letters]
    await records.tx.outbox.add_all(mails)
    queued = [(letter.due, letter.outbox_id) for letter in letters]
    await records.reminders_queued(queued, _today(records, setup))
    for letter, mail in zip(letters, mails, strict=True):
        await _hand_over(letter, records)
        log.info("reminder.queued", customer=mail.customer, step=mail.step, state=mail.state.value)


async def _hand_over(letter: Letter, records: Records) -> None:
    """What a person has to do about a new mail: its task, or a look at what the leak guard found."""
    due = letter.due
    if due.step.task is not None:
        await _open_task(due.step.task.value, due, letter.account, records)
    if letter.leaks:
        question = f"Mail {letter.outbox_id} was stopped because it may disclose what is not this customer's. Please look."
        await records.tx.reviews.open(
            "leak", due.customer, due.invoices, question, "; ".join(letter.leaks), records.now
        )


def _today(records: Records, setup: Setup) -> date:
    return setup.calendar.local_date(records.now)


def _first_state(letter: Letter, setup: Setup) -> tuple[OutboxState, str]:
    """Where a new mail begins: only a clean mail in automatic mode goes out without a person."""
    if letter.leaks:
        return OutboxState.HELD, "leak guard: " + "; ".join(letter.leaks)
    match setup.company.mode:
        case Mode.SHADOW:
            return OutboxState.HELD, SHADOW
        case Mode.ASSISTED:
            return OutboxState.HELD, APPROVAL
        case Mode.AUTOMATIC:
            return (
                (OutboxState.HELD, APPROVAL)
                if letter.due.step.approval
                else (OutboxState.QUEUED, "")
            )


def _outbox_mail(letter: Letter, records: Records, setup: Setup) -> OutboxMail:
    state, reason = _first_state(letter, setup)
    return OutboxMail(
        id=letter.outbox_id,
        company=setup.company.id,
        customer=letter.due.customer,
        step=letter.due.step.id,
        cycle=letter.due.cycle,
        sender=setup.company.address,
        recipient=letter.recipient,
        message_id=letter.message_id,
        raw=letter.digest,
        invoices=letter.due.invoices,
        balances=letter.balances,
        subject=letter.subject,
        planned_for=_today(records, setup),
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
        raise LookupError(f"There is no mail {outbox_id}; see `mailagent outbox`.")
    if mail.state is not OutboxState.HELD or mail.reason not in {APPROVAL, SHADOW}:
        why = f" ({mail.reason})" if mail.reason else ""
        raise ValueError(
            f"mail {outbox_id} is {mail.state.value}{why}; only a mail that waits for approval can be approved"
        )
    account = await records.tx.accounts.load(mail.customer)
    step = setup.sequence.step(mail.step)
    if account is None or step is None or account.customer.recipient() is None:
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
    (letter,) = await keep((await draft(due, account, outbox_id, setup, records),), records)
    if letter.leaks:
        raise ValueError(
            f"mail {outbox_id} was stopped by the leak guard: {'; '.join(letter.leaks)}"
        )
    fresh = replace(
        _outbox_mail(letter, records, setup),
        state=OutboxState.QUEUED,
        reason="",
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
