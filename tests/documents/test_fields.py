"""Amounts and dates as files write them."""

from datetime import date

import pytest

from mailagent.documents.fields import read_amount, read_date


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1234,56", "EUR", 123456),
        ("1234.56", "EUR", 123456),
        ("1 234,56 €", "EUR", 123456),
        ("1\u202f234,56\u00a0€", "EUR", 123456),  # as French spreadsheets print it
        ("1.234,56", "EUR", 123456),
        ("1,234.56", "USD", 123456),
        ("1'234.50", "CHF", 123450),
        ("EUR 1.234.567", "EUR", 123456700),  # groups of three are thousands
        ("1,234", "USD", 123400),
        ("0,5", "EUR", 50),
        ("12", "EUR", 1200),
        ("-12,00", "EUR", -1200),
        ("12,00-", "EUR", -1200),
        ("1500", "JPY", 1500),  # no decimals
        ("1.2345", "TND", None),  # four decimals
        ("1,234", "TND", 1234000),  # ambiguous, read as everywhere else
        ("12,345,6", "EUR", None),
        ("0.123", "EUR", None),
        ("", "EUR", None),
        ("douze", "EUR", None),
        ("12.34.56", "EUR", None),
        ("1e5", "EUR", None),
    ],
)
def test_amounts(text, currency, minor):
    if minor is None:
        with pytest.raises(ValueError):
            read_amount(text, currency)
    else:
        assert read_amount(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-15", date(2026, 3, 15)),
        ("15/03/2026", date(2026, 3, 15)),
        ("15.03.26", date(2026, 3, 15)),
        ("5-3-2026", date(2026, 3, 5)),
        ("20260315", date(2026, 3, 15)),
        ("2026-03-15T10:00:00", date(2026, 3, 15)),
        ("31/02/2026", None),
        ("demain", None),
        ("", None),
    ],
)
def test_dates(text, expected):
    if expected is None:
        with pytest.raises(ValueError):
            read_date(text)
    else:
        assert read_date(text) == expected
