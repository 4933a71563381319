"""An invoice and what the books say about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mailagent.core.money import Money


class Books(StrEnum):
    """What the creditor's books say; independent of what we do about it."""

    OPEN = "open"
    VOID = "void"  # issued by mistake, or wholly credited by the books
    WRITTEN_OFF = "written_off"


@dataclass(frozen=True, slots=True)
class Invoice:
    """A claim on a customer. Payments and credit notes are already summed."""

    company: str
    number: str  # as printed
    customer: str  # customer reference
    issued_on: date
    due_on: date
    total: Money  # including VAT
    paid: int = 0  # minor units, all recorded payments
    credited: int = 0  # minor units, all credit notes
    books: Books = Books.OPEN
    document: str | None = None  # sha256 of the PDF in the content store
    purchase_order: str = ""

    @property
    def balance_due(self) -> Money:
        """What is still owed; zero when void or written off, negative when overpaid."""
        if self.books is not Books.OPEN:
            return Money(0, self.total.currency)
        return Money(self.total.amount - self.paid - self.credited, self.total.currency)

    def is_settled(self, tolerance: int) -> bool:
        """True when the balance is too small to chase (tolerance in minor units)."""
        return self.balance_due.amount <= tolerance

    def days_past_due(self, today: date) -> int:
        """Calendar days since the due date; negative before it."""
        return (today - self.due_on).days


def normalise_number(number: str) -> str:
    """An invoice number as compared: letters and digits only, upper case ("fa 2026/0042" -> "FA20260042")."""
    return "".join(c for c in number.upper() if c.isalnum())
