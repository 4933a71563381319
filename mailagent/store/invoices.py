"""Invoices and what is booked against them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Table, and_, select, update

from mailagent.core.invoice import Books, Invoice, normalise_number
from mailagent.core.money import Money
from mailagent.store.repository import Repository, in_chunks
from mailagent.store.tables import credit_notes, invoices, payments


class Upserted(StrEnum):
    """What writing an invoice did."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


class Invoices(Repository):
    """Claims on customers."""

    async def upsert(self, invoice: Invoice) -> Upserted:
        """Write the header. Payments, credit notes, books and document have their own methods."""
        known = await self._row(invoice.number)
        header = _header(invoice)
        if known is None:
            added = {
                "number": invoice.number, "normalised": normalise_number(invoice.number),
                "paid": 0, "credited": 0,
                "books": invoice.books.value, "document": invoice.document,
            }  # fmt: skip
            await self._add(invoices, header | added)
            return Upserted.NEW
        if header == {name: getattr(known, name) for name in header}:
            return Upserted.SAME
        booked = known.paid or known.credited
        if booked and known.currency != invoice.total.currency:
            raise ValueError(
                f"invoice {invoice.number} has bookings in {known.currency}, "
                f"it cannot become one in {invoice.total.currency}"
            )
        await self._run(update(invoices).where(self._is(invoice.number)).values(header))
        return Upserted.CHANGED

    async def get(self, number: str) -> Invoice | None:
        """The invoice of that printed number, or None."""
        row = await self._row(number)
        return invoice_from(row) if row else None

    async def by_normalised(self, numbers: Iterable[str]) -> tuple[tuple[str, str, str], ...]:
        """(normalised, number, customer) for each normalised number that exists."""
        found: list[tuple[str, str, str]] = []
        for chunk in in_chunks(numbers):
            rows = await self._all(
                select(invoices.c.normalised, invoices.c.number, invoices.c.customer)
                .where(self._own(invoices), invoices.c.normalised.in_(chunk))
                .order_by(invoices.c.normalised, invoices.c.number)
            )
            found += [(row.normalised, row.number, row.customer) for row in rows]
        return tuple(found)

    async def open_numbers(self, customer: str) -> tuple[str, ...]:
        """Numbers with a balance due, oldest due first."""
        return (await self.open_numbers_of((customer,))).get(customer, ())

    async def open_numbers_of(self, customers: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The same for several customers; those without are absent."""
        balance = invoices.c.total - invoices.c.paid - invoices.c.credited
        found: dict[str, list[str]] = defaultdict(list)
        for chunk in in_chunks(customers):
            rows = await self._all(
                select(invoices.c.customer, invoices.c.number)
                .where(
                    self._own(invoices),
                    invoices.c.customer.in_(chunk),
                    invoices.c.books == Books.OPEN.value,
                    balance > 0,
                )
                .order_by(invoices.c.due_on, invoices.c.number)
            )
            for row in rows:
                found[row.customer].append(row.number)
        return {customer: tuple(numbers) for customer, numbers in found.items()}

    async def set_books(self, number: str, books: Books) -> bool:
        """What the books say about it now; False for an unknown number."""
        return await self._change(number, books=books.value)

    async def attach_document(self, number: str, digest: str) -> bool:
        """Its PDF in the content store; False for an unknown number."""
        return await self._change(number, document=digest)

    async def _change(self, number: str, **values: str) -> bool:
        return await self._run(update(invoices).where(self._is(number)).values(values)) == 1

    async def _row(self, number: str) -> Row[Any] | None:
        return await self._first(select(invoices).where(self._is(number)))

    def _is(self, number: str) -> Any:
        return and_(self._own(invoices), invoices.c.number == number)


class Bookings(Repository):
    """Payments or credit notes: each key counts once, and the invoice carries the sum."""

    _table: Table
    _day: str
    _sum: str

    async def record(
        self, invoice: str, amount: int, currency: str, day: date, reference: str, key: str
    ) -> bool:
        """Book it; False when this key was booked before. One key per payment and invoice."""
        of = and_(self._own(invoices), invoices.c.number == invoice)
        billed = await self._scalar(select(invoices.c.currency).where(of))
        if billed != currency:
            known = f"is in {billed}" if billed else "is not known"
            raise ValueError(f"cannot book {currency} on invoice {invoice}, which {known}")
        booked = self._insert(
            self._table,
            {
                "key": key, "invoice": invoice, "amount": amount, "currency": currency,
                self._day: day, "reference": reference,
            },
        )  # fmt: skip
        if not await self._run(booked.on_conflict_do_nothing()):
            return False
        total = invoices.c[self._sum] + amount
        await self._run(update(invoices).where(of).values({self._sum: total}))
        return True


class Payments(Bookings):
    """Money that arrived; a negative amount takes one back."""

    _table = payments
    _day = "paid_on"
    _sum = "paid"


class CreditNotes(Bookings):
    """What the creditor took off the claim."""

    _table = credit_notes
    _day = "issued_on"
    _sum = "credited"


def invoice_from(row: Row[Any]) -> Invoice:
    """The core value of one row."""
    return Invoice(
        company=row.company,
        number=row.number,
        customer=row.customer,
        issued_on=row.issued_on,
        due_on=row.due_on,
        total=Money(row.total, row.currency),
        paid=row.paid,
        credited=row.credited,
        books=Books(row.books),
        document=row.document,
        purchase_order=row.purchase_order,
    )


def _header(invoice: Invoice) -> dict[str, Any]:
    return {
        "customer": invoice.customer,
        "issued_on": invoice.issued_on,
        "due_on": invoice.due_on,
        "total": invoice.total.amount,
        "currency": invoice.total.currency,
        "purchase_order": invoice.purchase_order,
    }
