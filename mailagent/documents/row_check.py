"""Reading the cells of one row, and collecting everything that is wrong with them."""

from __future__ import annotations

import re
from datetime import date

from mailagent.documents.fields import read_amount, read_date
from mailagent.documents.table import Row
from mailagent.errors import Problem

_ADDRESS = re.compile(r"[^\s@,;<>()\[\]\"\\]+@[^\s@,;<>()\[\]\"\\]+\.[^\s@,;<>()\[\]\"\\.]{2,}$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]")
_YEARS = range(1990, 2100)  # programs write 0001-01-01 and 9999-12-31 where there is no date
_MAX_AMOUNT = 10**15  # minor units; more is a wrong column


def plain(text: str) -> str:
    """The text without control characters, which could forge a header or a log line."""
    return _CONTROL.sub("", text)


class RowCheck:
    """One row being read; `problems` tells what could not be."""

    def __init__(self, file: str, row: Row) -> None:
        self._where = f"{file}, line {row.line}"
        self._row = row
        self.problems: list[Problem] = []

    def bad(self, column: str, why: str, hint: str) -> None:
        """Note a problem with a column."""
        self.problems.append(Problem(self._where, column, why, hint))

    def number(self, column: str) -> str:
        """An invoice number, as printed."""
        number = plain(self._row[column])
        if not any(c.isdigit() for c in number) or len(number) > 64:
            hint = "It needs a digit and at most 64 characters."
            self.bad(column, f"{number!r} is not an invoice number", hint)
        return number

    def currency(self, column: str, default: str) -> str:
        """Three letters (ISO 4217)."""
        currency = (self._row[column] or default).upper()
        currency = {"€": "EUR", "£": "GBP", "$": "USD"}.get(currency, currency)
        if not re.match(r"[A-Z]{3}$", currency):
            self.bad(column, f"{currency!r} is not a currency", "Use its three letters, as in EUR.")
        return currency

    def amount(self, column: str, currency: str) -> int | None:
        """Minor units, or None with a problem noted."""
        text = self._row[column]
        try:
            amount = read_amount(text, currency)
        except ValueError as error:
            self.bad(column, f"{text!r}: {error}", "Write it as 1234,56 or 1234.56.")
            return None
        if abs(amount) >= _MAX_AMOUNT:
            self.bad(column, f"{text!r} is too large", "Check the column.")
            return None
        return amount

    def day(self, column: str) -> date | None:
        """A date, or None with a problem noted."""
        text = self._row[column]
        try:
            day = read_date(text)
        except ValueError:
            self.bad(column, f"{text!r} is not a date", "Write it as 2026-03-15 or 15/03/2026.")
            return None
        if day.year not in _YEARS:
            self.bad(column, f"{day} cannot be meant", "Check the year.")
        return day

    def addresses(self, column: str) -> list[str]:
        """Every mail address in the cell, lower case."""
        addresses = [a.lower() for a in re.split(r"[;,\s]+", self._row[column]) if a]
        for address in addresses:
            if not _ADDRESS.match(address) or not address.isascii():
                self.bad(column, f"{address!r} is not an address", "Correct it in the file.")
        return addresses
