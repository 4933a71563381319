"""How each customer stands, in words short enough for a column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailagent.core.customer import Account
from mailagent.core.hold import Hold, HoldReason
from mailagent.core.invoice import Invoice
from mailagent.core.sequence import Channel, Sequence
from mailagent.sandbox.news import short_day
from mailagent.sandbox.view import Row

_SILENT = {
    HoldReason.REPLY: "wrote",
    HoldReason.NOT_UNDERSTOOD: "to be read",
    HoldReason.PAYMENT_CLAIM: "says paid",
    HoldReason.PROMISE: "promised",
    HoldReason.PAYMENT_PLAN: "instalments",
    HoldReason.DISPUTE: "disputed",
    HoldReason.OUT_OF_OFFICE: "absent",
    HoldReason.HUMAN_TALK: "with Claire",
    HoldReason.INSOLVENCY: "insolvent",
    HoldReason.BOUNCED: "unreachable",
    HoldReason.STAFF_ORDER: "stopped",
}


def rows(
    accounts: Iterable[Account], sequence: Sequence, now: datetime, zone: ZoneInfo
) -> Mapping[str, Row]:
    """One row per customer, by his number."""
    return {account.customer.ref: row(account, sequence, now, zone) for account in accounts}


def row(account: Account, sequence: Sequence, now: datetime, zone: ZoneInfo) -> Row:
    """What the customer owes, and the most telling thing about it."""
    unpaid = account.open_invoices(sequence.tolerance)
    owed = sum(invoice.balance_due.amount for invoice in unpaid)
    if not unpaid:
        return Row(0, "all paid", "green")
    active = [
        hold
        for hold in account.holds
        if hold.is_active(now) and any(hold.covers(invoice.number) for invoice in unpaid)
    ]
    if active:
        longest = max(active, key=lambda hold: (hold.until is None, hold.until or now))
        return Row(owed, _silence(longest, zone), "yellow" if longest.until else "magenta")
    return Row(owed, *_progress(account, unpaid, sequence, now.astimezone(zone)))


def _silence(hold: Hold, zone: ZoneInfo) -> str:
    what = _SILENT[hold.reason]
    if hold.until is None:
        return f"{what}, for Claire"
    last = (hold.until - timedelta(seconds=1)).astimezone(zone)
    return f"{what} until {short_day(last)}"


def _progress(
    account: Account, unpaid: tuple[Invoice, ...], sequence: Sequence, now: datetime
) -> tuple[str, str]:
    """How far the reminders have come."""
    reached = [
        (sequence.position(step), reminder)
        for reminder in account.reminders
        if reminder.live
        for number, step in reminder.advanced
        if any(number == invoice.number for invoice in unpaid)
    ]
    if reached:
        position, reminder = max(reached, key=lambda one: one[0])
        step = sequence.steps[position].id.upper()
        if reminder.channel != Channel.EMAIL:
            return f"{step}, for Claire", "magenta"
        if reminder.sent_at is not None:
            return f"reminded {step}", "blue" if sequence.steps[position].offset < 0 else "red"
    days = unpaid[0].days_past_due(now.date())
    return ("not due", "dim") if days <= 0 else (f"overdue {days} days", "red")
