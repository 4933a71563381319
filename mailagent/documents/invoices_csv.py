"""Invoices and customers from a CSV file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mailagent.core.customer import Contact, Customer
from mailagent.core.invoice import Invoice
from mailagent.core.money import Money
from mailagent.documents.row_check import RowCheck, plain
from mailagent.documents.table import Row, read_table
from mailagent.errors import Problem

COLUMNS: dict[str, tuple[str, ...]] = {
    "number": (
        "invoice",
        "invoice number",
        "numéro",
        "n° facture",
        "numéro de facture",
        "facture",
        "n°",
        "pièce",
        "référence",
    ),
    "customer": (
        "customer number",
        "customer id",
        "client",
        "code client",
        "n° client",
        "compte",
        "compte client",
    ),
    "customer_name": (
        "name",
        "company",
        "nom",
        "nom client",
        "nom du client",
        "raison sociale",
        "société",
    ),
    "email": ("e-mail", "mail", "courriel", "adresse e-mail", "emails", "contact email"),
    "contact": ("contact name", "interlocuteur", "nom du contact"),
    "language": ("langue", "lang"),
    "country": ("pays", "country code"),
    "issued": (
        "issued on",
        "invoice date",
        "date",
        "date facture",
        "date de facture",
        "émise le",
        "date d'émission",
    ),
    "due": ("due on", "due date", "échéance", "date échéance", "date d'échéance", "échéance le"),
    "amount": (
        "total",
        "amount due",
        "montant",
        "montant ttc",
        "total ttc",
        "ttc",
        "montant total",
    ),
    "currency": ("devise", "monnaie"),
    "purchase_order": ("po", "po number", "order", "commande", "n° commande", "bon de commande"),
}
REQUIRED = ("number", "due", "amount")


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One good line: the invoice and what the file says of its customer."""

    line: int
    customer: Customer
    invoice: Invoice


@dataclass(frozen=True, slots=True)
class InvoiceFile:
    """The good lines beside the bad ones."""

    rows: tuple[InvoiceRow, ...]
    problems: tuple[Problem, ...]
    ignored: tuple[str, ...]  # columns nobody asked for


def read_invoices(
    file: str, data: bytes, company: str, currency: str, mapping: Mapping[str, str] | None = None
) -> InvoiceFile:
    """The invoices of a CSV file; one bad line never hides the others."""
    table = read_table(file, data, COLUMNS, mapping or {}, REQUIRED)
    good: list[InvoiceRow] = []
    problems = list(table.problems)
    seen: dict[str, int] = {}
    for row in table.rows:
        found = _read_row(file, row, company, currency)
        if not isinstance(found, InvoiceRow):
            problems += found
        elif found.invoice.number in seen:
            earlier = seen[found.invoice.number]
            problems.append(
                Problem(
                    f"{file}, line {row.line}",
                    "number",
                    f"{found.invoice.number} is on line {earlier} already",
                    "Keep one of the two lines.",
                )
            )
        else:
            seen[found.invoice.number] = row.line
            good.append(found)
    return InvoiceFile(tuple(good), tuple(problems), table.ignored)


def _read_row(
    file: str, row: Row, company: str, default_currency: str
) -> InvoiceRow | list[Problem]:
    check = RowCheck(file, row)
    number = check.number("number")
    currency = check.currency("currency", default_currency)
    amount = check.amount("amount", currency)
    due = check.day("due")
    issued = check.day("issued") if row["issued"] else due
    if due and issued and issued > due:
        check.bad("due", f"{due} is before the invoice date {issued}", "Check both dates.")
    if amount is not None and amount < 0:
        hint = "Import it with the payments, under the invoice it reduces, as kind avoir."
        check.bad("amount", "it is negative: a credit note?", hint)
    customer = _customer(check, row, company)
    if check.problems or amount is None or due is None or issued is None:
        return check.problems
    invoice = Invoice(
        company,
        number,
        customer.ref,
        issued,
        due,
        Money(amount, currency),
        purchase_order=plain(row["purchase_order"]),
    )
    return InvoiceRow(row.line, customer, invoice)


def _customer(check: RowCheck, row: Row, company: str) -> Customer:
    addresses = check.addresses("email")
    ref = plain(row["customer"] or row["customer_name"] or row["email"])
    if not ref:
        check.bad("customer", "the line names no customer", "Fill its number, name or address.")
    country = row["country"].upper()
    if country and not re.match(r"[A-Z]{2}$", country):
        check.bad("country", f"{country!r} is not a country", "Use its two letters, as in FR.")
    return Customer(
        company=company,
        ref=ref,
        name=plain(row["customer_name"]) or ref,
        language=row["language"].lower()[:2],
        country=country,
        contacts=tuple(Contact(a, plain(row["contact"])) for a in addresses),
    )
