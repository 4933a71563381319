"""Is a queued reminder still wanted? Asked on fresh facts at the claim and again before DATA."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mailagent.core.calendar import Calendar
from mailagent.core.company import Policy
from mailagent.core.customer import Account
from mailagent.core.outbox import OutboxMail
from mailagent.core.sequence import Channel, Sequence


@dataclass(frozen=True, slots=True)
class Freshness:
    """When each folder was last read to its end; None: never since the start."""

    inbox_read_at: datetime | None
    sent_read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """It may leave now."""


@dataclass(frozen=True, slots=True)
class NotNow:
    """It stays in the outbox."""

    reason: str
    until: datetime | None  # when to ask again; None: when facts change


@dataclass(frozen=True, slots=True)
class NotWanted:
    """It must never leave; the next plan may queue another."""

    reason: str


def still_wanted(
    mail: OutboxMail,
    account: Account,
    sequence: Sequence,
    calendar: Calendar,
    policy: Policy,
    freshness: Freshness,
    paused: str,
    now: datetime,
) -> Wanted | NotNow | NotWanted:
    """Whether a reminder may leave this minute; `paused` is why a person stopped all sending, or empty."""
    refusal = (
        _wrong_customer(mail, account)
        or _wrong_step(mail, account, sequence)
        or _wrong_invoice(mail, account, sequence)
        or _held(mail, account, now)
        or _day_passed(mail, calendar, now)
    )
    if refusal:
        return NotWanted(refusal)
    if paused:
        return NotNow(f"sending is paused: {paused}", None)
    if stale := _stale(freshness, policy, now):
        return NotNow(stale, None)
    return _right_moment(mail, account, calendar, now)


def _wrong_customer(mail: OutboxMail, account: Account) -> str:
    """P7: the recipient is proven to be the customer's own, and the one we write to today."""
    customer = account.customer
    if (mail.company, mail.customer) != (customer.company, customer.ref):
        return "it is addressed to another customer"
    contact = next((c for c in customer.contacts if _same(c.address, mail.recipient)), None)
    if contact is None:
        return f"{mail.recipient} is not a contact of customer {customer.ref}"
    if contact.suppressed:
        return f"{mail.recipient} is suppressed: {contact.suppressed}"
    preferred = customer.recipient()
    if preferred and not _same(preferred.address, mail.recipient):
        return f"reminders now go to {preferred.address}"
    return ""


def _wrong_step(mail: OutboxMail, account: Account, sequence: Sequence) -> str:
    step = sequence.step(mail.step)
    if step is None or step.channel is not Channel.EMAIL:
        return f"sequence {sequence.id} has no mail at step {mail.step}"
    key = (mail.step, mail.cycle)
    if any((r.step, r.cycle) == key and not r.live for r in account.reminders):
        return "its reminder was cancelled"
    return ""


def _wrong_invoice(mail: OutboxMail, account: Account, sequence: Sequence) -> str:
    """P7 for amounts: every balance in the mail is the one in the books now."""
    written = {number: (amount, currency) for number, amount, currency in mail.balances}
    for number in dict.fromkeys((*mail.invoices, *written)):
        invoice = account.invoice(number)
        if invoice is None:
            return f"invoice {number} does not belong to customer {mail.customer}"
        if invoice.is_settled(sequence.tolerance):
            return f"invoice {number} is settled"
        balance = invoice.balance_due
        if written.get(number) != (balance.amount, balance.currency):
            return f"the balance of invoice {number} differs from the one in the mail"
    return ""


def _held(mail: OutboxMail, account: Account, now: datetime) -> str:
    for hold in account.holds:
        if hold.is_active(now) and (hold.invoice is None or hold.invoice in mail.invoices):
            what = f"invoice {hold.invoice}" if hold.invoice else f"customer {mail.customer}"
            return f"{what} is held: {hold.reason}"
    return ""


def _day_passed(mail: OutboxMail, calendar: Calendar, now: datetime) -> str:
    """A mail offered once may be offered again on later days; one never offered is planned afresh."""
    if mail.attempts == 0 and calendar.local_date(now) > mail.planned_for:
        return f"its day, {mail.planned_for}, passed without an attempt"
    return ""


def _stale(freshness: Freshness, policy: Policy, now: datetime) -> str:
    """P1: no reminder may cross an answer that is already in the mailbox."""
    folders = (("inbox", freshness.inbox_read_at), ("Sent folder", freshness.sent_read_at))
    for folder, read_at in folders:
        if read_at is None:
            return f"the {folder} was not read to its end yet"
        # A look in the future means that a clock was set back: as good as none.
        if abs(now - read_at) > policy.freshness:
            return f"the {folder} was last read to its end at {read_at:%Y-%m-%d %H:%M %Z}"
    return ""


def _right_moment(
    mail: OutboxMail, account: Account, calendar: Calendar, now: datetime
) -> Wanted | NotNow:
    today = calendar.local_date(now)
    if today < mail.planned_for:
        day = calendar.next_opening(calendar.start_of(mail.planned_for))
        return NotNow(f"it is planned for {mail.planned_for}", day)
    if not calendar.may_send_at(now):
        return NotNow("outside the sending window", calendar.next_opening(now))
    for reminder in account.reminders:
        own = (reminder.step, reminder.cycle) == (mail.step, mail.cycle)
        by_mail = reminder.live and reminder.channel == Channel.EMAIL
        if own or not by_mail or reminder.sent_at is None:
            continue
        if calendar.local_date(reminder.sent_at) == today:
            tomorrow = calendar.start_of(today + timedelta(days=1))
            return NotNow("another mail left today", calendar.next_opening(tomorrow))
    return Wanted()


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()
