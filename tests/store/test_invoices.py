from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from mailagent.core.invoice import Books
from mailagent.core.money import Money
from mailagent.store.database import Database
from mailagent.store.tables import invoices, payments
from tests.store.make import make_customer, make_invoice, one_customer, undone

DAY = date(2026, 2, 3)


async def test_an_invoice_is_new_then_the_same_then_changed(database: Database) -> None:
    async with database.transaction("acme") as tx:
        await tx.customers.upsert(make_customer())
        invoice = make_invoice(purchase_order="PO 7")
        assert await tx.invoices.upsert(invoice) == "new"
        assert await tx.invoices.upsert(invoice) == "same"
        assert await tx.invoices.get("FA-1") == invoice
        assert await tx.invoices.upsert(make_invoice(due_on=DAY)) == "changed"
        assert await tx.invoices.get("FA-1") == make_invoice(due_on=DAY)
        assert await tx.invoices.get("FA-9") is None


async def test_writing_the_header_keeps_what_was_booked(database: Database) -> None:
    async with database.transaction("acme") as tx:
        await one_customer(tx)
        await tx.payments.record("FA-1", 2_000, "EUR", DAY, "VIR", "k1")
        await tx.invoices.set_books("FA-1", Books.WRITTEN_OFF)
        await tx.invoices.attach_document("FA-1", "digest")
        await tx.invoices.upsert(make_invoice(total=Money(15_000, "EUR")))
        assert await tx.invoices.get("FA-1") == make_invoice(
            total=Money(15_000, "EUR"), paid=2_000, books=Books.WRITTEN_OFF, document="digest"
        )


async def test_each_payment_and_credit_note_counts_once(database: Database) -> None:
    async with database.transaction("acme") as tx:
        await one_customer(tx)
        assert await tx.payments.record("FA-1", 2_000, "EUR", DAY, "VIR", "k1") is True
        assert await tx.payments.record("FA-1", 2_000, "EUR", DAY, "VIR", "k1") is False
        assert await tx.payments.record("FA-1", 500, "EUR", DAY, "VIR", "k2") is True
        assert await tx.payments.record("FA-1", -300, "EUR", DAY, "back", "k3") is True
        assert await tx.credit_notes.record("FA-1", 1_000, "EUR", DAY, "AV-1", "k1") is True
        assert await tx.credit_notes.record("FA-1", 1_000, "EUR", DAY, "AV-1", "k1") is False
        found = await tx.invoices.get("FA-1")
        assert found is not None
        assert (found.paid, found.credited) == (2_200, 1_000)
        assert found.balance_due == Money(8_800, "EUR")
        untouched = await tx.invoices.get("FA-2")
        assert untouched is not None
        assert untouched.paid == 0


async def test_the_sum_is_that_of_the_payments_even_after_a_rollback(database: Database) -> None:
    async with database.transaction("acme") as tx:
        await one_customer(tx)
        await tx.payments.record("FA-1", 700, "EUR", DAY, "", "k1")
    async with undone(database) as tx:
        await tx.payments.record("FA-1", 900, "EUR", DAY, "", "k2")
    async with database.writing() as connection:
        kept = (await connection.execute(select(func.sum(invoices.c.paid)))).scalar()
        summed = (await connection.execute(select(func.sum(payments.c.amount)))).scalar()
    assert kept == summed == 700


async def test_nothing_is_booked_across_currencies_or_on_nothing(database: Database) -> None:
    async with database.transaction("acme") as tx:
        await one_customer(tx)
        with pytest.raises(ValueError, match="cannot book USD on invoice FA-1, which is in EUR"):
            await tx.payments.record("FA-1", 100, "USD", DAY, "", "k1")
        with pytest.raises(ValueError, match="is not known"):
            await tx.payments.record("FA-9", 100, "EUR", DAY, "", "k1")
        await tx.payments.record("FA-1", 100, "EUR", DAY, "", "k1")
        with pytest.raises(ValueError, match="has bookings in EUR"):
            await tx.invoices.upsert(make_invoice(total=Money(1, "USD")))


async def test_amounts_beyond_32_bits(database: Database) -> None:
    much = Money(9_000_000_000_000, "EUR")
    async with database.transaction("acme") as tx:
        await tx.customers.upsert(make_customer())
        await tx.invoices.upsert(make_invoice(total=much))
        await tx.payments.record("FA-1", much.amount, "EUR", DAY, "", "k")
        found = await tx.invoices.get("FA-1")
        assert found == replace(make_invoice(total=much), paid=much.amount)


async def test_numbers_are_found_however_they_are_written(database: Database) -> None:
    async with database.transaction("acme") as tx:
        await one_customer(tx)
        await tx.invoices.upsert(make_invoice("FA 1"))  # as printed, another one
        assert await tx.invoices.by_normalised(["FA1", "FA2", "FA9"]) == (
            ("FA1", "FA 1", "C1"),
            ("FA1", "FA-1", "C1"),
            ("FA2", "FA-2", "C1"),
        )
        assert await tx.invoices.by_normalised([]) == ()


async def test_open_numbers_are_those_with_a_balance_oldest_due_first(database: Database) -> None:
    async with database.transaction("acme") as tx:
        await one_customer(tx)
        for number in ("FA-3", "FA-4"):
            await tx.invoices.upsert(make_invoice(number, due_on=date(2025, 12, 31)))
        await tx.payments.record("FA-3", 12_000, "EUR", DAY, "", "k")
        assert await tx.invoices.open_numbers("C1") == ("FA-4", "FA-1", "FA-2")
        assert await tx.invoices.set_books("FA-4", Books.VOID) is True
        assert await tx.invoices.set_books("FA-9", Books.VOID) is False
        assert await tx.invoices.attach_document("FA-9", "digest") is False
        assert await tx.invoices.open_numbers("C1") == ("FA-1", "FA-2")
        assert await tx.invoices.open_numbers("C2") == ()


async def test_an_invoice_needs_its_customer(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.transaction("acme") as tx:
            await tx.invoices.upsert(make_invoice())
