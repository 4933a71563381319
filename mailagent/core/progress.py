"""How far an invoice has come in its sequence, and which step follows on which day.

Done is what live reminders say, never what the calendar says: a cancelled reminder frees its step again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from mailagent.core.customer import Account, PromiseState, Reminder
from mailagent.core.invoice import Invoice
from mailagent.core.sequence import Channel, Sequence, Step

WorkingDay = Callable[[date], date]
"""The day itself when it is a working day, else the next one."""


@dataclass(frozen=True, slots=True)
class Done:
    """The furthest step an invoice has reached."""

    position: int  # in the sequence; -1: reminded, but before the first step of today's sequence
    reminder: Reminder


@dataclass(frozen=True, slots=True)
class Move:
    """The step an invoice takes next."""

    step: Step
    on: date  # working day from which it is due
    skipped: tuple[str, ...] = ()  # steps passed over, never to be sent
    promise_broken: bool = False  # due at once because the customer did not keep his word
    overtaken_on: date | None = None  # when a call or letter is due even if this mail had to wait


def furthest_step(invoice: Invoice, account: Account, sequence: Sequence) -> Done | None:
    """The furthest step whose live reminder moved this invoice; None when it was never reminded."""
    reached = [
        Done(_position(step, reminder, invoice, sequence), reminder)
        for reminder in account.reminders
        if reminder.live
        for number, step in reminder.advanced
        if number == invoice.number
    ]
    return max(reached, key=lambda d: (d.position, d.reminder.planned_for), default=None)


def next_move(
    invoice: Invoice, account: Account, sequence: Sequence, day: date, working_day: WorkingDay
) -> Move | None:
    """The step due on that day or the next one to come; None when the sequence is exhausted.

    Of several due steps the latest is taken and the earlier ones are skipped, with two exceptions: an
    invoice never reminded begins at `sequence.entry` at the latest, and a broken promise moves it by
    exactly one step, even before its offset.
    """
    done = furthest_step(invoice, account, sequence)
    rest = sequence.steps[done.position + 1 if done else 0 :]
    start = _counted_from(invoice, done, sequence, working_day)

    def due_day(step: Step) -> date:
        return working_day(start + timedelta(days=step.offset))

    def makes_sense(step: Step, on: date) -> bool:
        # "Falls due in three days" is never said after the due date.
        return step.offset >= 0 or on <= invoice.due_on

    broken = day > invoice.due_on and _broke_his_word(invoice, account)
    due = [s for s in rest if makes_sense(s, day) and (broken or due_day(s) <= day)]
    if not due:
        coming = (s for s in rest if due_day(s) > day and makes_sense(s, due_day(s)))
        step = next(coming, None)
        return Move(step, due_day(step)) if step else None

    chosen = due[0] if broken else due[-1]
    if not done and sequence.entry and not broken:
        entry = sequence.position(sequence.entry)
        chosen = max(
            (s for s in due if sequence.position(s.id) <= entry), key=_offset, default=due[0]
        )
    place = rest.index(chosen)
    skipped = tuple(s.id for s in rest[:place])
    tasks = (due_day(s) for s in rest[place + 1 :] if s.channel is not Channel.EMAIL)
    overtaken_on = next((on for on in tasks if on > day), None)
    return Move(chosen, min(due_day(chosen), day), skipped, broken, overtaken_on)


def _position(step: str, reminder: Reminder, invoice: Invoice, sequence: Sequence) -> int:
    position = sequence.position(step)
    if position >= 0:
        return position
    # The sequence was edited since: the reminder counts as every step of its age, so none comes twice.
    age = invoice.days_past_due(reminder.planned_for)
    return sum(s.offset <= age for s in sequence.steps) - 1


def _counted_from(
    invoice: Invoice, done: Done | None, sequence: Sequence, working_day: WorkingDay
) -> date:
    """The day from which offsets count: the due date, or later for an invoice that started late.

    An old invoice begins gently at `entry`, or goes on one step after a broken promise, although later
    steps are due already. From there it keeps the intervals of the sequence; otherwise a formal notice
    would follow the first friendly word by a few days.
    """
    if done is None or not 0 <= done.position < len(sequence.steps) - 1:
        return invoice.due_on
    reached, following = sequence.steps[done.position : done.position + 2]
    reminded_on = done.reminder.planned_for
    if working_day(invoice.due_on + timedelta(days=following.offset)) > reminded_on:
        return invoice.due_on
    return reminded_on - timedelta(days=reached.offset)


def _broke_his_word(invoice: Invoice, account: Account) -> bool:
    """True when the last promise on this invoice was broken and we have not written since."""
    words = [
        p
        for p in account.promises
        if p.invoice == invoice.number and p.state is not PromiseState.REPLACED
    ]
    last = max(words, key=lambda p: (p.made_at, p.id), default=None)
    if last is None or last.state is not PromiseState.BROKEN:
        return False
    return all(
        _reminded_at(reminder) < last.made_at
        for reminder in account.reminders
        if reminder.live and invoice.number in reminder.invoices
    )


def _reminded_at(reminder: Reminder) -> datetime:
    return reminder.sent_at or datetime.combine(reminder.planned_for, time.min, UTC)


def _offset(step: Step) -> int:
    return step.offset
