"""Facts from the creditor's books: invoices and payments, read from files, written in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from mailagent.core.customer import Customer
from mailagent.core.decisions import Cause, CauseKind
from mailagent.core.invoice import normalise_number
from mailagent.documents.invoices_csv import InvoiceRow, read_invoices
from mailagent.documents.payments_csv import PaymentRow, read_payments
from mailagent.errors import Problem
from mailagent.flows.account import account_changed
from mailagent.flows.records import Payment, Records
from mailagent.flows.setup import Setup
from mailagent.store.database import Database
from mailagent.store.tables import ContentKind

Step = Callable[[int], None]
"""Told how many lines are done, for a progress bar."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file brought."""

    new: int
    changed: int
    same: int
    problems: tuple[Problem, ...]
    ignored: tuple[str, ...]  # columns of the file that were not used


async def import_invoices(
    file: str,
    data: bytes,
    mapping: Mapping[str, str],
    documents: Mapping[str, bytes],
    setup: Setup,
    db: Database,
    now: datetime,
    progress: Step = lambda _: None,
) -> Imported:
    """Every good line at once, or none if the database fails; importing again changes nothing.

    `documents` holds PDFs by normalised invoice number.
    """
    company = setup.company
    read = read_invoices(file, data, company.id, company.currency, mapping)
    own, problems = company.own_addresses, list(read.problems)
    counts = {"new": 0, "changed": 0, "same": 0}
    async with db.transaction(company.id) as tx:
        records = Records(tx, _import_cause(data), now)
        touched: dict[str, None] = {}
        for known in _customers(read.rows):
            customer = replace(
                known, contacts=tuple(c for c in known.contacts if c.address not in own)
            )
            if customer != known:
                problems.append(_our_own(file, known, own))
            if await records.customer(customer):
                touched[customer.ref] = None
        for done, row in enumerate(read.rows, start=1):
            change = await records.invoice(row.invoice)
            change = await _attach(row, documents, records, change)
            counts[change] += 1
            if change != "same":
                touched[row.customer.ref] = None
            progress(done)
        for ref in touched:
            await account_changed(ref, records, setup)
    return Imported(counts["new"], counts["changed"], counts["same"], tuple(problems), read.ignored)


def _our_own(file: str, customer: Customer, own: frozenset[str]) -> Problem:
    """A reminder to ourselves would reach nobody, and its answers would be taken for our own words."""
    return Problem(
        file,
        f"customer {customer.ref}",
        f"{', '.join(c.address for c in customer.contacts if c.address in own)} is our own mailbox",
        "Write the customer's address.",
    )


async def import_payments(
    file: str,
    data: bytes,
    mapping: Mapping[str, str],
    setup: Setup,
    db: Database,
    now: datetime,
    progress: Step = lambda _: None,
) -> Imported:
    """Record payments and credit notes; a paid invoice ends its sequence in the same transaction."""
    company = setup.company
    read = read_payments(file, data, company.currency, mapping)
    problems = list(read.problems)
    new = same = 0
    async with db.transaction(company.id) as tx:
        records = Records(tx, _import_cause(data), now)
        touched: dict[str, None] = {}
        for done, row in enumerate(read.rows, start=1):
            found = await _invoice_of(row, file, records)
            if isinstance(found, Problem):
                problems.append(found)
                continue
            number, customer = found
            pen = records.credit_note if row.is_credit_note else records.payment
            payment = Payment(
                number, row.amount, row.currency, row.booked_on, row.reference, row.key
            )
            if await pen(payment):
                new += 1
                touched[customer] = None
            else:
                same += 1
            progress(done)
        for ref in touched:
            await account_changed(ref, records, setup)
    return Imported(new, 0, same, tuple(problems), read.ignored)


def _import_cause(data: bytes) -> Cause:
    return Cause(CauseKind.IMPORT, hashlib.sha256(data).hexdigest())


def _customers(rows: tuple[InvoiceRow, ...]) -> tuple[Customer, ...]:
    """Each customer once: the last line that names an address wins."""
    found: dict[str, Customer] = {}
    for row in rows:
        earlier = found.get(row.customer.ref)
        if earlier is None or row.customer.contacts or not earlier.contacts:
            found[row.customer.ref] = row.customer
    return tuple(found.values())


async def _attach(
    row: InvoiceRow, documents: Mapping[str, bytes], records: Records, change: str
) -> str:
    """Store the invoice's PDF when the folder has it."""
    document = documents.get(normalise_number(row.invoice.number))
    if document is None:
        return change
    known = await records.tx.invoices.get(row.invoice.number)
    digest = await records.tx.contents.put(document, ContentKind.DOCUMENT)
    if known is None or known.document == digest:
        return change
    await records.document(known, digest)
    return "changed" if change == "same" else change


async def _invoice_of(row: PaymentRow, file: str, records: Records) -> tuple[str, str] | Problem:
    """The invoice a payment is for, and its customer."""
    where = f"{file}, line {row.line}"
    found = await records.tx.invoices.by_normalised((normalise_number(row.invoice),))
    if not found:
        return Problem(where, "invoice", f"{row.invoice} is not known", "Import its invoice first.")
    exact = [f for f in found if f[1] == row.invoice] or list(found)
    if len(exact) > 1:
        numbers = ", ".join(f[1] for f in exact)
        return Problem(where, "invoice", f"{row.invoice} could be {numbers}", "Write it in full.")
    _, number, customer = exact[0]
    invoice = await records.tx.invoices.get(number)
    if invoice is not None and invoice.total.currency != row.currency:
        why = f"{number} is in {invoice.total.currency}, the payment in {row.currency}"
        return Problem(where, "currency", why, "Record it in the invoice's currency.")
    return number, customer
