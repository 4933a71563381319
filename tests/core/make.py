"""Builders with good defaults: a French company, one customer, one invoice of 1 200,00 €.

Everything hangs on one day, TODAY (a Tuesday), and one moment of it, NOON in Paris.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from mailagent.core.calendar import Calendar
from mailagent.core.company import BankDetails, Company, LegalIdentity, SendingWindow, Staff
from mailagent.core.customer import Account, Contact, Customer, Promise, Reminder
from mailagent.core.hold import Hold, HoldReason
from mailagent.core.invoice import Invoice
from mailagent.core.mail import Address, FoundIntent, Intent, ParsedMail, Reading, Verdict
from mailagent.core.money import Money
from mailagent.core.outbox import OutboxMail, OutboxState
from mailagent.core.sequence import Channel, Sequence, Step

TODAY = date(2026, 3, 10)
NOON = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)  # 12:00 in Paris


def make_calendar(**changes: Any) -> Calendar:
    facts: dict[str, Any] = {
        "country": "FR",
        "region": "",
        "window": SendingWindow(),
        "timezone": "Europe/Paris",
    }
    return Calendar(**facts | changes)


def working_days_between(calendar: Calendar, first: date, last: date) -> int:
    """Working days after the first day, up to and including the last, counted one by one."""
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(calendar.is_working_day(day) for day in days)


def make_step(step_id: str, offset: int, channel: Channel = Channel.EMAIL, **changes: Any) -> Step:
    facts: dict[str, Any] = {
        "id": step_id,
        "offset": offset,
        "channel": channel,
        "template": step_id if channel is Channel.EMAIL else "",
    }
    return Step(**facts | changes)


def make_sequence(**changes: Any) -> Sequence:
    """The default French sequence of the design."""
    steps = (
        make_step("d-3", -3),
        make_step("d+3", 3),
        make_step("d+10", 10),
        make_step("d+20", 20, tone="firm"),
        make_step("d+30", 30, Channel.CALL),
        make_step("d+40", 40, tone="formal", task=Channel.LETTER),
        make_step("d+55", 55, Channel.HAND_OVER),
    )
    return Sequence(**{"id": "fr", "steps": steps} | changes)


def make_company(**changes: Any) -> Company:
    facts: dict[str, Any] = {
        "id": "martin",
        "legal": LegalIdentity(
            name="Martin Conseil",
            legal_form="SARL",
            capital="10 000 €",
            registration="732829320",
            registry="RCS Lyon",
            vat_number="FR44732829320",
            address=("3 rue des Tanneurs", "69002 Lyon"),
            country="FR",
        ),
        "bank": BankDetails("FR7630006000011234567890189", "AGRIFRPP", "Martin Conseil"),
        "address": "compta@martin.example",
        "sender_name": "Claire Martin",
        "signature": ("Service comptabilité",),
        "language": "fr",
        "timezone": "Europe/Paris",
        "region": "",
        "sequence": "fr",
        "currency": "EUR",
        "staff": (Staff("claire@martin.example", "Claire Martin"),),
    }
    return Company(**facts | changes)


def make_invoice(number: str = "FA-2026-0042", days_overdue: int = 10, **changes: Any) -> Invoice:
    """An open invoice of 1 200,00 €, due so many days before TODAY."""
    due_on = changes.pop("due_on", TODAY - timedelta(days=days_overdue))
    amount = changes.pop("amount", 120_000)
    facts: dict[str, Any] = {
        "company": "martin",
        "number": number,
        "customer": "C1",
        "issued_on": due_on - timedelta(days=30),
        "due_on": due_on,
        "total": Money(amount, "EUR"),
    }
    return Invoice(**facts | changes)


def make_customer(**changes: Any) -> Customer:
    facts: dict[str, Any] = {
        "company": "martin",
        "ref": "C1",
        "name": "Boulangerie Petit",
        "contacts": (Contact("anne@petit.example", "Anne Petit"),),
    }
    return Customer(**facts | changes)


def make_account(*invoices: Invoice, **changes: Any) -> Account:
    """The account of Boulangerie Petit; one invoice ten days overdue unless others are given."""
    facts: dict[str, Any] = {
        "customer": make_customer(),
        "invoices": invoices or (make_invoice(),),
    }
    return Account(**facts | changes)


def make_hold(reason: HoldReason = HoldReason.REPLY, **changes: Any) -> Hold:
    """A hold of the whole customer, placed yesterday, without an end."""
    facts: dict[str, Any] = {
        "id": 1,
        "customer": "C1",
        "invoice": None,
        "reason": reason,
        "since": NOON - timedelta(days=1),
        "until": None,
        "evidence": "he wrote",
    }
    return Hold(**facts | changes)


def make_promise(**changes: Any) -> Promise:
    facts: dict[str, Any] = {
        "id": 1,
        "invoice": "FA-2026-0042",
        "pay_by": TODAY - timedelta(days=2),
        "amount": None,
        "made_at": NOON - timedelta(days=7),
    }
    return Promise(**facts | changes)


def make_reminder(step: str = "d+3", days_ago: int = 7, **changes: Any) -> Reminder:
    """A reminder about FA-2026-0042 that went out at noon so many days before TODAY."""
    invoices = changes.get("invoices", ("FA-2026-0042",))
    facts: dict[str, Any] = {
        "step": step,
        "cycle": 0,
        "invoices": invoices,
        "advanced": tuple((number, step) for number in invoices),
        "planned_for": TODAY - timedelta(days=days_ago),
        "live": True,
        "sent_at": NOON - timedelta(days=days_ago),
    }
    return Reminder(**facts | changes)


def make_outbox_mail(**changes: Any) -> OutboxMail:
    """The D+10 mail about FA-2026-0042, planned for TODAY and queued in the morning."""
    facts: dict[str, Any] = {
        "id": 1,
        "company": "martin",
        "customer": "C1",
        "step": "d+10",
        "cycle": 0,
        "sender": "compta@martin.example",
        "recipient": "anne@petit.example",
        "message_id": "<abc@martin.example>",
        "raw": "0" * 64,
        "invoices": ("FA-2026-0042",),
        "balances": (("FA-2026-0042", 120_000, "EUR"),),
        "subject": "Facture FA-2026-0042 [FA-2026-0042]",
        "planned_for": TODAY,
        "state": OutboxState.QUEUED,
        "reason": "",
        "attempts": 0,
        "next_attempt_at": NOON - timedelta(hours=3),
        "fence": 0,
        "claimed_by": "",
        "lease_until": None,
        "reply": "",
        "created_at": NOON - timedelta(hours=3),
        "sent_at": None,
        "filed_in_sent": False,
    }
    return OutboxMail(**facts | changes)


def make_mail(new_text: str = "Bonjour, bien reçu.", **changes: Any) -> ParsedMail:
    """A mail from Anne Petit, who owes, to the receivables mailbox."""
    facts: dict[str, Any] = {
        "digest": "d" * 64,
        "size": 2_000,
        "message_id": "<reply@petit.example>",
        "from_": (Address("anne@petit.example", "Anne Petit"),),
        "to": (Address("compta@martin.example"),),
        "cc": (),
        "reply_to": (),
        "subject": "Re: Facture FA-2026-0042",
        "date": NOON,
        "text": new_text,
        "new_text": new_text,
        "quoted_text": "",
        "signature": "",
    }
    return ParsedMail(**facts | changes)


def make_intent(intent: Intent, *invoices: str, **changes: Any) -> FoundIntent:
    facts: dict[str, Any] = {
        "intent": intent,
        "confidence": 0.95,
        "quote": "ses mots",
        "invoices": invoices,
    }
    return FoundIntent(**facts | changes)


def make_reading(*intents: FoundIntent | Intent, **changes: Any) -> Reading:
    """A reading that may be applied; intents as values or by name."""
    facts: dict[str, Any] = {
        "intents": tuple(make_intent(i) if isinstance(i, Intent) else i for i in intents),
        "language": "fr",
        "decision": Verdict.APPLY,
        "model": "test",
    }
    return Reading(**facts | changes)
