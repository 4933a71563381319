"""Holds: the only thing that stops a sequence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class HoldReason(StrEnum):
    """Why the sequence rests."""

    REPLY = "reply"  # the customer wrote (P2)
    NOT_UNDERSTOOD = "not_understood"  # he wrote, and a person must read what it means
    PAYMENT_CLAIM = "payment_claim"  # says it is paid: verification window
    PROMISE = "promise"  # until the promised day
    PAYMENT_PLAN = "payment_plan"  # asks for instalments: a person answers
    DISPUTE = "dispute"  # contests it: a person settles it
    OUT_OF_OFFICE = "out_of_office"  # until the return
    HUMAN_TALK = "human_talk"  # staff wrote to the customer (P3)
    INSOLVENCY = "insolvency"
    BOUNCED = "bounced"  # no address left to write to
    STAFF_ORDER = "staff_order"  # a person said so


@dataclass(frozen=True, slots=True)
class Hold:
    """One reason for silence towards a customer, or about one of his invoices."""

    id: int
    customer: str
    invoice: str | None  # None: the whole customer
    reason: HoldReason
    since: datetime
    until: datetime | None  # None: only a person or a payment ends it
    evidence: str  # the quote, or who ordered it
    mail: str | None = None  # content hash of the mail that caused it
    lifted_at: datetime | None = None

    def is_active(self, now: datetime) -> bool:
        """True while it stops the sequence; one placed "later" too: the clock was set back since."""
        return self.lifted_at is None and (self.until is None or now < self.until)

    def covers(self, invoice: str) -> bool:
        """True when it speaks of this invoice (of the same customer)."""
        return self.invoice is None or self.invoice == invoice
