"""What is due to a customer today, or why nothing is. `mailagent plan` and the daemon call the same function.

Days are local days of the company. A mail may be planned before the sending window opens; whether it may
leave this minute is asked again at the claim (`wanted.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from mailagent.core.calendar import Calendar
from mailagent.core.company import Policy
from mailagent.core.customer import Account, Reminder
from mailagent.core.hold import Hold
from mailagent.core.invoice import Invoice
from mailagent.core.progress import Move, next_move
from mailagent.core.sequence import Channel, Sequence, Step

_DAY = timedelta(days=1)


class SilenceReason(StrEnum):
    """Why nothing is due."""

    NOTHING_OPEN = "nothing_open"
    HELD = "held"
    BEFORE_NEXT_STEP = "before_next_step"
    NOT_WORKING_DAY = "not_working_day"
    WINDOW_CLOSED = "window_closed"  # past today's closing time
    NO_CONTACT = "no_contact"  # no address left to write to
    WAITING = "waiting"  # a mail to this customer is in the outbox
    MIN_GAP = "min_gap"
    CUSTOMER_LIMIT = "customer_limit"
    EXHAUSTED = "exhausted"  # the last step is done


@dataclass(frozen=True, slots=True)
class InvoiceSilence:
    """Why one invoice is not reminded today."""

    invoice: str
    reason: SilenceReason
    until: date | None  # when the reason ends; None: only facts end it
    hold: Hold | None = None  # the active hold that lasts longest
    next_step: str = ""  # what comes then, if nothing changes; empty after the last step
    next_on: date | None = None  # and on which day at the earliest; None: not known


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing is due, and why."""

    reason: SilenceReason
    until: date | None  # when to look again, after today; None: only a change of facts
    per_invoice: tuple[InvoiceSilence, ...] = ()  # open invoices, oldest due first


@dataclass(frozen=True, slots=True)
class Due:
    """One reminder to one customer about all his invoices with a due step."""

    customer: str
    step: Step  # the most advanced one: it words the reminder
    invoices: tuple[str, ...]  # oldest due first
    advanced: tuple[tuple[str, str], ...]  # (invoice, its own step)
    skipped: tuple[tuple[str, str], ...]  # (invoice, step passed over)
    cycle: int  # how many reminders of this step the customer had before
    promise_broken: tuple[str, ...]  # invoices that moved because a promise was not kept


@dataclass(frozen=True, slots=True)
class DueMail(Due):
    """A reminder by mail."""


@dataclass(frozen=True, slots=True)
class DueTask(Due):
    """A letter, a call or a hand-over: a person does it."""


AnyDue = TypeVar("AnyDue", bound=Due)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What will be due on a day to come, if nobody pays and nobody answers."""

    day: date
    due: DueMail | DueTask


@dataclass(frozen=True, slots=True)
class _Block:
    """What keeps a due step from leaving today."""

    reason: SilenceReason
    until: date | None


def plan(
    account: Account, sequence: Sequence, calendar: Calendar, policy: Policy, now: datetime
) -> DueMail | DueTask | Silence:
    """The mail due today, else the task due today, else the reason for silence.

    Mail and tasks may fall on one day: the task is returned once the mail's reminder is in the account.
    """
    today = calendar.local_date(now)
    closed = _closed(calendar, now)
    mail_block = closed or _mail_block(account, sequence, calendar, policy, today)
    silent: list[InvoiceSilence] = []
    tasks_ahead: list[date] = []
    mails: list[tuple[Invoice, Move]] = []
    tasks: list[tuple[Invoice, Move]] = []
    for invoice in account.open_invoices(sequence.tolerance):
        hold = _longest_hold(account, invoice, now)
        move = next_move(invoice, account, sequence, today, calendar.next_working_day)
        if hold is not None:
            silent.append(_held(invoice, hold, account, sequence, calendar, today))
        elif move is None:
            silent.append(InvoiceSilence(invoice.number, SilenceReason.EXHAUSTED, None))
        elif move.on > today:
            silent.append(_blocked(invoice, move, _Block(SilenceReason.BEFORE_NEXT_STEP, move.on)))
        elif block := (mail_block if move.step.channel is Channel.EMAIL else closed):
            then = block.until or today  # by which time a later step may be due
            later = next_move(invoice, account, sequence, then, calendar.next_working_day)
            silent.append(_blocked(invoice, later or move, block))
            tasks_ahead += [move.overtaken_on] if move.overtaken_on else []
        else:
            (mails if move.step.channel is Channel.EMAIL else tasks).append((invoice, move))

    if mails:
        return _due(DueMail, mails, account, sequence)
    if tasks:
        channel = _most_advanced(tasks, sequence).channel
        same_way = [(i, move) for i, move in tasks if move.step.channel is channel]
        return _due(DueTask, same_way, account, sequence)
    return _silence(silent, tasks_ahead, today)


def forecast(
    account: Account,
    sequence: Sequence,
    calendar: Calendar,
    policy: Policy,
    now: datetime,
    days: int = 90,
) -> tuple[Forecast, ...]:
    """What `plan` will say from now on, if every reminder goes out and nothing else happens."""
    today = day = calendar.local_date(now)
    account = _outbox_sent(account, calendar.next_opening(now))
    coming: list[Forecast] = []
    while day < today + days * _DAY:
        moment = max(now, calendar.last_minute(day))
        due = plan(account, sequence, calendar, policy, moment)
        if not isinstance(due, Silence):
            coming.append(Forecast(day, due))
            account = _as_done(account, due, day, moment)
        elif due.until is None:
            break
        else:
            day = due.until
    return tuple(coming)


def _closed(calendar: Calendar, now: datetime) -> _Block | None:
    """Nothing leaves any more today."""
    today = calendar.local_date(now)
    if not calendar.is_working_day(today):
        return _Block(SilenceReason.NOT_WORKING_DAY, calendar.next_working_day(today))
    if calendar.has_closed(now):
        return _Block(SilenceReason.WINDOW_CLOSED, calendar.next_working_day(today + _DAY))
    return None


def _mail_block(
    account: Account, sequence: Sequence, calendar: Calendar, policy: Policy, today: date
) -> _Block | None:
    """No mail to this customer today, whatever is due."""
    if account.customer.recipient() is None:
        return _Block(SilenceReason.NO_CONTACT, None)
    mails = [r for r in account.reminders if r.live and r.channel == Channel.EMAIL]
    if any(r.sent_at is None for r in mails):
        return _Block(SilenceReason.WAITING, None)
    # A mail that was put off counts from the day it really left.
    sent = sorted(max(r.planned_for, calendar.local_date(r.sent_at)) for r in mails if r.sent_at)
    blocks = []
    if sent:
        # At least the next day, even without a gap: one mail per customer and day.
        until = calendar.add_working_days(sent[-1], max(sequence.min_gap, 1))
        blocks.append(_Block(SilenceReason.MIN_GAP, until))
    if 0 < policy.customer_limit <= len(sent):  # zero: no limit
        free_on = sent[-policy.customer_limit] + policy.customer_limit_days * _DAY
        until = calendar.next_working_day(free_on)
        blocks.append(_Block(SilenceReason.CUSTOMER_LIMIT, until))
    ahead = [b for b in blocks if b.until and b.until > today]
    return max(ahead, key=lambda b: b.until or today, default=None)


def _longest_hold(account: Account, invoice: Invoice, now: datetime) -> Hold | None:
    """The active hold on this invoice that ends last."""
    active = [h for h in account.holds if h.is_active(now) and h.covers(invoice.number)]
    return max(active, key=lambda h: (h.until is None, h.until or now, -h.id), default=None)


def _held(
    invoice: Invoice,
    hold: Hold,
    account: Account,
    sequence: Sequence,
    calendar: Calendar,
    today: date,
) -> InvoiceSilence:
    until = calendar.local_date(hold.until) if hold.until else None
    move = next_move(invoice, account, sequence, until or today, calendar.next_working_day)
    next_on = calendar.next_working_day(max(until, move.on)) if until and move else None
    step = move.step.id if move else ""
    return InvoiceSilence(invoice.number, SilenceReason.HELD, until, hold, step, next_on)


def _blocked(invoice: Invoice, move: Move, block: _Block) -> InvoiceSilence:
    return InvoiceSilence(
        invoice.number, block.reason, block.until, None, move.step.id, block.until
    )


def _silence(silent: list[InvoiceSilence], tasks_ahead: list[date], today: date) -> Silence:
    """One reason for the customer: what keeps a due step back, else what ends first."""
    if not silent:
        return Silence(SilenceReason.NOTHING_OPEN, None)
    resting = (SilenceReason.HELD, SilenceReason.BEFORE_NEXT_STEP, SilenceReason.EXHAUSTED)
    first = min(silent, key=lambda s: (s.reason in resting, s.until is None, s.until or date.max))
    # A hold that ends later today changes the account when it ends, which is a reason to look by itself.
    days = [max(s.until, today + _DAY) for s in silent if s.until]
    return Silence(first.reason, min(days + tasks_ahead, default=None), tuple(silent))


def _most_advanced(moves: list[tuple[Invoice, Move]], sequence: Sequence) -> Step:
    return max((move.step for _, move in moves), key=lambda step: sequence.position(step.id))


def _due(
    kind: type[AnyDue], moves: list[tuple[Invoice, Move]], account: Account, sequence: Sequence
) -> AnyDue:
    step = _most_advanced(moves, sequence)
    return kind(
        customer=account.customer.ref,
        step=step,
        invoices=tuple(invoice.number for invoice, _ in moves),
        advanced=tuple((invoice.number, move.step.id) for invoice, move in moves),
        skipped=tuple((i.number, missed) for i, move in moves for missed in move.skipped),
        cycle=sum(reminder.step == step.id for reminder in account.reminders),
        promise_broken=tuple(invoice.number for invoice, move in moves if move.promise_broken),
    )


def _outbox_sent(account: Account, moment: datetime) -> Account:
    """The account after the mail that waits in the outbox went out."""
    reminders = tuple(
        replace(r, sent_at=moment) if r.live and r.sent_at is None else r for r in account.reminders
    )
    return replace(account, reminders=reminders)


def _as_done(account: Account, due: Due, day: date, moment: datetime) -> Account:
    """The account after the reminder went out."""
    reminder = Reminder(
        step=due.step.id,
        cycle=due.cycle,
        invoices=due.invoices,
        advanced=due.advanced,
        planned_for=day,
        live=True,
        channel=due.step.channel,
        sent_at=moment,
    )
    return replace(account, reminders=(*account.reminders, reminder))
