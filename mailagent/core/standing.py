"""Where an invoice stands, recomputed from facts; nothing stores it.

`now` in the company's time zone decides which day is today.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mailagent.core.customer import Account
from mailagent.core.hold import Hold, HoldReason
from mailagent.core.invoice import Books, Invoice
from mailagent.core.progress import furthest_step, next_move
from mailagent.core.sequence import Sequence


class StandingKind(StrEnum):
    """What is going on with an invoice."""

    NOT_DUE = "not_due"
    DUE = "due"  # overdue, and a step waits for its day or its turn
    REMINDED = "reminded"  # a step was done, the next one has not come
    HELD = "held"
    PROMISED = "promised"
    DISPUTED = "disputed"
    CLAIMED = "claimed"  # said to be paid, being verified
    ON_PLAN = "on_plan"  # instalments were asked for or agreed
    EXHAUSTED = "exhausted"  # the last step is done: a person decides
    SETTLED = "settled"
    VOID = "void"
    WRITTEN_OFF = "written_off"


@dataclass(frozen=True, slots=True)
class Standing:
    """The kind, and what explains it."""

    kind: StandingKind
    since: date | None = None  # None: the facts do not say
    until: date | None = None  # None: until something happens
    hold: Hold | None = None  # the one that speaks, when several are active
    detail: str = ""  # evidence of the hold, or the step that was done or waits


_BY_REASON = {
    HoldReason.PROMISE: StandingKind.PROMISED,
    HoldReason.DISPUTE: StandingKind.DISPUTED,
    HoldReason.PAYMENT_CLAIM: StandingKind.CLAIMED,
    HoldReason.PAYMENT_PLAN: StandingKind.ON_PLAN,
}

# Of several holds without an end, or with one, the first of these tells most.
_TELLING = (
    HoldReason.INSOLVENCY,
    HoldReason.DISPUTE,
    HoldReason.PAYMENT_PLAN,
    HoldReason.STAFF_ORDER,
    HoldReason.PROMISE,
    HoldReason.PAYMENT_CLAIM,
    HoldReason.BOUNCED,
    HoldReason.NOT_UNDERSTOOD,
    HoldReason.HUMAN_TALK,
    HoldReason.OUT_OF_OFFICE,
    HoldReason.REPLY,
)


def standing(invoice: Invoice, account: Account, sequence: Sequence, now: datetime) -> Standing:
    """Where the invoice stands at that moment: the books first, then holds, then the sequence."""
    if invoice.books is Books.VOID:
        return Standing(StandingKind.VOID)
    if invoice.books is Books.WRITTEN_OFF:
        return Standing(StandingKind.WRITTEN_OFF)
    if invoice.is_settled(sequence.tolerance):
        return Standing(StandingKind.SETTLED)
    active = [h for h in account.holds if h.is_active(now) and h.covers(invoice.number)]
    if active:
        return _held(active, now)
    return _in_sequence(invoice, account, sequence, now.date())


def _held(active: list[Hold], now: datetime) -> Standing:
    hold = min(active, key=lambda h: (h.until is not None, _TELLING.index(h.reason), h.id))
    return Standing(
        kind=_BY_REASON.get(hold.reason, StandingKind.HELD),
        since=hold.since.astimezone(now.tzinfo).date(),
        until=hold.until.astimezone(now.tzinfo).date() if hold.until else None,
        hold=hold,
        detail=hold.evidence,
    )


def _in_sequence(invoice: Invoice, account: Account, sequence: Sequence, today: date) -> Standing:
    done = furthest_step(invoice, account, sequence)
    # Calendar days are enough here; which working day it will be, the plan says.
    move = next_move(invoice, account, sequence, today, lambda day: day)
    if move is None:
        since = done.reminder.planned_for if done else None
        return Standing(StandingKind.EXHAUSTED, since, detail=done.reminder.step if done else "")
    if today <= invoice.due_on:
        return Standing(StandingKind.NOT_DUE, until=invoice.due_on, detail=move.step.id)
    if done is None or move.on <= today:
        until = move.on if move.on > today else None
        return Standing(StandingKind.DUE, invoice.due_on, until, detail=move.step.id)
    reminder = done.reminder
    return Standing(StandingKind.REMINDED, reminder.planned_for, move.on, detail=reminder.step)
