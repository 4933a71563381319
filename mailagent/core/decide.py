"""What follows from a received mail. One mail gives holds, questions, and exactly one filing, the last."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from mailagent.core.answer import absence, answer
from mailagent.core.bounced import bounced
from mailagent.core.calendar import Calendar
from mailagent.core.company import Company
from mailagent.core.customer import Account
from mailagent.core.decisions import AskStaff, Decision, FileMail, Filing, PlaceHold
from mailagent.core.hold import HoldReason
from mailagent.core.mail import Intent, Machine, ParsedMail, Reading
from mailagent.core.match import Level, Match
from mailagent.core.received import Received, confirmations, filed

# What even a machine may say for good: she has left, the firm is in liquidation, an agent contests it.
_LASTING = frozenset({Intent.WRONG_CONTACT, Intent.INSOLVENCY, Intent.DISPUTE, Intent.OBJECTION})


class Role(StrEnum):
    """Who wrote a mail, and to whom."""

    CUSTOMER = "customer"  # or anybody else from outside, or a machine
    STAFF_TO_CUSTOMER = "staff_to_customer"
    STAFF_TO_US = "staff_to_us"
    OWN = "own"  # mailagent itself
    LOOP = "loop"  # our mailbox to itself, or a machine of our staff


def role_of(
    mail: ParsedMail,
    company: Company,
    in_sent: bool,
    own_message: bool,
    customer_addresses: frozenset[str],
) -> Role:
    """Who wrote it; `own_message`: its Message-ID is ours, `customer_addresses`: those we know."""
    if own_message or (in_sent and mail.auto_reply):
        return Role.OWN
    if in_sent:  # only people of the company can put mail there
        return Role.STAFF_TO_CUSTOMER
    ours = mail.sender in company.own_addresses
    if mail.bounce or not (ours or mail.sender in company.staff_addresses):
        return Role.CUSTOMER
    to_customer = any(a.address in customer_addresses for a in (*mail.to, *mail.cc))
    if to_customer and not mail.auto_reply:
        return Role.STAFF_TO_CUSTOMER
    return Role.LOOP if ours or mail.auto_reply else Role.STAFF_TO_US


def decide(
    mail: ParsedMail,
    match: Match,
    reading: Reading,
    accounts: Mapping[str, Account],
    company: Company,
    calendar: Calendar,
    received_at: datetime,
    now: datetime,
    role: Role,
) -> tuple[Decision, ...]:
    """Everything that follows from the mail; nothing here closes an invoice or changes its data (P6)."""
    it = Received(mail, match, reading, accounts, company, calendar, received_at, now)
    act_from = company.policy.act_from
    if act_from and calendar.local_date(received_at) < act_from:
        return (FileMail(Filing.NOT_OURS, f"before {act_from}, when mailagent began to act"),)
    if role in {Role.OWN, Role.LOOP}:
        return (FileMail(Filing.NOT_OURS, "our own mail"),)
    if mail.unreadable:
        return _unreadable(it)
    match role:
        case Role.STAFF_TO_CUSTOMER:
            return _staff_wrote(it)
        case Role.STAFF_TO_US:
            return _staff_told_us(it)
        case _:
            return _from_outside(it)


def _unreadable(it: Received) -> tuple[Decision, ...]:
    """P2 holds for a mail that nobody could read, too."""
    question = (
        f"A mail from {it.mail.sender or 'somebody'} could not be read: {it.mail.unreadable}."
    )
    return (
        *_stop(it, question),
        AskStaff(it.match.customer, (), question, it.mail.subject),
        FileMail(Filing.QUARANTINED, it.mail.unreadable),
    )


def _staff_wrote(it: Received) -> tuple[Decision, ...]:
    """P3: a person talks to the customer, so we do not."""
    if not it.customers:
        return (FileMail(Filing.NOT_OURS, "staff wrote to somebody who is no customer"),)
    written_on = it.calendar.local_date(it.received_at)
    last = it.calendar.add_working_days(written_on, it.policy.human_pause_days)
    until = it.calendar.end_of(last)
    evidence = f"{it.mail.sender} wrote: {it.mail.subject}"
    if until <= it.now:
        return filed([], f"{evidence}; the pause ended on {last}")
    return filed(_talks(it, until, evidence), evidence)


def _staff_told_us(it: Received) -> tuple[Decision, ...]:
    """A person tells us something; a forwarded mail of a customer stops his sequence meanwhile."""
    sender = it.mail.sender
    question = f"{sender} wrote to mailagent. What is to be done?"
    made: list[Decision] = []
    until = it.after(it.policy.human_pause_days)
    if it.mail.forwarded and it.customers:
        question = f"{sender} forwarded a mail of {it.name}. What follows from it?"
        made += _talks(it, until, f"{sender} forwarded: {it.mail.subject}")
    elif it.is_his_own_word:  # a colleague who owes, too: P2 holds for him
        question = f"{sender} is a contact of {it.name}, and wrote. What is to be done?"
        made += _talks(it, until, f"{sender} wrote: {it.mail.subject}")
    asked = AskStaff(it.match.customer, it.match.invoices, question, it.words())
    return filed([*made, asked], "")


def _talks(it: Received, until: datetime, evidence: str) -> list[Decision]:
    return [PlaceHold(ref, (), HoldReason.HUMAN_TALK, until, evidence) for ref in it.customers]


def _from_outside(it: Received) -> tuple[Decision, ...]:
    intents = {found.intent for found in it.reading.intents}
    match it.mail.machine:
        case Machine.BOUNCE:
            return bounced(it)
        case Machine.OUT_OF_OFFICE | Machine.AUTO_ACK as kind if (
            it.customers and not intents & _LASTING and (kind is Machine.AUTO_ACK or _is_his(it))
        ):
            away = kind is Machine.OUT_OF_OFFICE
            made = [*confirmations(it), *(absence(it) if away else [])]
            return filed(made, f"{it.name}: {it.mail.machine.value}")
        case Machine.LIST if not _writes_through_list(it):
            return (FileMail(Filing.NOT_OURS, "a mailing list or newsletter"),)
        case Machine.OUT_OF_OFFICE | Machine.AUTO_ACK | Machine.OTHER if not _speaks_to_us(it):
            return (
                FileMail(Filing.NOT_OURS, "automatic mail that no customer's account explains"),
            )
        case _:  # a person, or a machine that speaks for one
            return answer(it)


def _in_our_thread(it: Received) -> bool:
    return it.match.level is not None and it.match.level.is_strong


def _is_his(it: Received) -> bool:
    """False for a stranger's program that only names an invoice: anybody could pause one so."""
    return it.is_his_address or _in_our_thread(it)


def _writes_through_list(it: Received) -> bool:
    """True for a person behind a list: the shared addresses of many firms are groups."""
    return _in_our_thread(it) or (it.is_his_address and _speaks_to_us(it))


def _speaks_to_us(it: Received) -> bool:
    """True for automatic mail that stands for a customer's word: a payment notice, a portal's refusal."""
    level = it.match.level
    if level is None:
        return False
    meant = {found.intent for found in it.reading.intents} - {Intent.OTHER, Intent.AUTO_ACK}
    return level <= Level.NUMBER or it.match.known_sender or bool(meant)


def _stop(it: Received, evidence: str) -> list[Decision]:
    return [PlaceHold(ref, (), HoldReason.NOT_UNDERSTOOD, None, evidence) for ref in it.customers]
