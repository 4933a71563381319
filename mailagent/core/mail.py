"""A received mail as a value: what `message.parse` returns and everything else works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox (RFC 5322 §3.4); `address` is lower case, empty when unreadable."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """What came along. `filename` is metadata only and never a path."""

    filename: str
    content_type: str
    size: int  # bytes, decoded
    sha256: str


@dataclass(frozen=True, slots=True)
class BounceRecipient:
    """One recipient block of a delivery report (RFC 3464 §2.3)."""

    address: str
    action: str  # failed, delayed, delivered, relayed, expanded; lower case
    status: str  # enhanced status code "5.1.1"; empty when unknown
    hard: bool  # permanent: writing again is pointless


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery report."""

    recipients: tuple[BounceRecipient, ...]
    original_message_id: str | None  # of the mail it is about, with angle brackets


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A mail inside a mail; its headers are unauthenticated text."""

    from_: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    date: datetime | None
    text: str
    message: str  # what the forwarder wrote himself


class Machine(StrEnum):
    """Which kind of program wrote a mail that no person wrote."""

    BOUNCE = "bounce"
    OUT_OF_OFFICE = "out_of_office"
    AUTO_ACK = "auto_ack"  # ticket number, read receipt, "we received your mail"
    LIST = "list"  # mailing list or newsletter
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """One received mail. Strings are decoded, header text has no control characters."""

    digest: str  # sha256 of the raw bytes, hex
    size: int
    message_id: str  # with angle brackets; empty when absent or unreadable
    from_: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    subject: str
    date: datetime | None  # the Date header, aware; None when absent or absurd
    text: str  # whole readable text
    new_text: str  # written this time
    quoted_text: str
    signature: str
    attachments: tuple[Attachment, ...] = ()
    in_reply_to: tuple[str, ...] = ()  # with angle brackets
    references: tuple[str, ...] = ()  # oldest first
    delivered_to: tuple[str, ...] = ()  # Delivered-To, X-Original-To, Envelope-To, Resent-To ...
    machine: Machine | None = None  # None: a person, as far as headers and structure tell
    bounce: Bounce | None = None
    forwarded: Forwarded | None = None
    problems: tuple[str, ...] = ()  # what was odd or cut off; empty for a clean mail
    unreadable: str = ""  # why it goes to quarantine; empty when it could be read

    @property
    def auto_reply(self) -> bool:
        """True for mail that a program wrote (RFC 3834): it is never answered."""
        return self.machine is not None

    @property
    def sender(self) -> str:
        """The one From address; empty when there is none or more than one."""
        return self.from_[0].address if len(self.from_) == 1 else ""


class Intent(StrEnum):
    """What the customer wants (design vocabulary; stable in CLI, database and config)."""

    PAID = "paid"
    PROMISE_TO_PAY = "promise_to_pay"
    PAYMENT_PLAN_REQUEST = "payment_plan_request"
    DISPUTE = "dispute"
    INVOICE_COPY_REQUEST = "invoice_copy_request"
    WRONG_CONTACT = "wrong_contact"
    QUESTION = "question"
    OUT_OF_OFFICE = "out_of_office"
    AUTO_ACK = "auto_ack"
    INSOLVENCY = "insolvency"
    OBJECTION = "objection"
    REMITTANCE_ADVICE = "remittance_advice"
    OTHER = "other"
    BOUNCE = "bounce"


class Flag(StrEnum):
    """Things to know about a mail beside its intents."""

    BANK_CHANGE = "bank_change"
    LOW_TRUST = "low_trust"
    NEW_SENDER = "new_sender"


@dataclass(frozen=True, slots=True)
class FoundIntent:
    """One thing the mail says."""

    intent: Intent
    confidence: float  # 0..1
    quote: str  # the words that say it, verbatim from the new text
    invoices: tuple[str, ...] = ()  # as printed on the invoice; empty: not tied to any


@dataclass(frozen=True, slots=True)
class Instalments:
    """A payment in parts as proposed; absent parts were not said."""

    count: int | None = None
    amount: int | None = None  # minor units
    first_date: str | None = None  # ISO date


@dataclass(frozen=True, slots=True)
class Fields:
    """Facts found in the new text; None or empty: not said. Dates are ISO 8601."""

    paid_date: str | None = None
    promised_date: str | None = None
    return_date: str | None = None
    amount: int | None = None  # minor units
    currency: str | None = None
    instalments: Instalments | None = None
    invoice_numbers: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


class Verdict(StrEnum):
    """What the default policy would do with a reading."""

    APPLY = "apply"
    PROPOSE = "propose"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one mail says, as understood."""

    intents: tuple[FoundIntent, ...]  # most important first; empty: not understood
    language: str  # ISO 639-1; empty: unknown
    fields: Fields = field(default_factory=Fields)
    flags: tuple[Flag, ...] = ()
    decision: Verdict = Verdict.ASK
    model: str = ""  # which rules or model, with version
