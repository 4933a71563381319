"""Payments and credit notes from a CSV file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mailagent.documents.row_check import RowCheck, plain
from mailagent.documents.table import Row, read_table
from mailagent.errors import Problem

COLUMNS: dict[str, tuple[str, ...]] = {
    "invoice": ("invoice number", "number", "facture", "n° facture", "numéro de facture", "numéro", "pièce"),
    "amount": ("paid", "montant", "montant réglé", "montant payé", "crédit", "règlement"),
    "date": ("paid on", "payment date", "booked", "date de paiement", "date règlement", "date de règlement", "date valeur"),
    "currency": ("devise", "monnaie"),
    "reference": ("payment reference", "libellé", "référence", "ref", "label", "id"),
    "kind": ("type", "nature"),
}  # fmt: skip
REQUIRED = ("invoice", "amount", "date")

_CREDIT_NOTE = frozenset({"credit_note", "credit note", "credit", "avoir", "gutschrift"})


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One good line."""

    line: int
    invoice: str  # as written in the file
    amount: int  # minor units; negative for money that went back
    currency: str
    booked_on: date
    reference: str
    is_credit_note: bool
    key: str  # the same line in another file has the same key


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """The good lines beside the bad ones."""

    rows: tuple[PaymentRow, ...]
    problems: tuple[Problem, ...]
    ignored: tuple[str, ...]


def read_payments(
    file: str, data: bytes, currency: str, mapping: Mapping[str, str] | None = None
) -> PaymentFile:
    """The payments of a CSV file; one bad line never hides the others.

    A payment is known by all its columns. Two equal lines in one file are two payments, so the second
    one's key counts on; importing the file again gives the same keys.
    """
    table = read_table(file, data, COLUMNS, mapping or {}, REQUIRED)
    good: list[PaymentRow] = []
    problems = list(table.problems)
    times: dict[str, int] = {}
    for row in table.rows:
        found = _read_row(file, row, currency, times)
        if isinstance(found, PaymentRow):
            good.append(found)
        else:
            problems += found
    return PaymentFile(tuple(good), tuple(problems), table.ignored)


def _read_row(
    file: str, row: Row, default_currency: str, times: dict[str, int]
) -> PaymentRow | list[Problem]:
    check = RowCheck(file, row)
    invoice = check.number("invoice")
    currency = check.currency("currency", default_currency)
    amount = check.amount("amount", currency)
    booked_on = check.day("date")
    if amount == 0:
        check.bad("amount", "it is zero", "Remove the line.")
    if check.problems or amount is None or booked_on is None:
        return check.problems
    kind, reference = row["kind"].lower(), plain(row["reference"])
    facts = "\x1f".join((invoice, str(amount), currency, booked_on.isoformat(), reference, kind))
    times[facts] = times.get(facts, 0) + 1
    key = hashlib.sha256(f"{facts}\x1f{times[facts]}".encode()).hexdigest()
    return PaymentRow(
        row.line, invoice, amount, currency, booked_on, reference, kind in _CREDIT_NOTE, key
    )
