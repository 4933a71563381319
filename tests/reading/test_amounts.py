from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.reading.amounts import find_amounts

CASES = [
    ("1 234,56 €", 123456, "EUR"),
    ("1\u202f234,56\u00a0€", 123456, "EUR"),
    ("1.234,56 EUR", 123456, "EUR"),
    ("EUR 1,234.56", 123456, "EUR"),
    ("€1,234.56", 123456, "EUR"),
    ("12 480,50 euros", 1248050, "EUR"),
    ("1234,5 €", 123450, "EUR"),
    ("500 €", 50000, "EUR"),
    ("1.234 €", 123400, "EUR"),
    ("12€50", 1250, "EUR"),
    ("1.234,- €", 123400, "EUR"),
    ("2k€", 200000, "EUR"),
    ("2,5 k€", 250000, "EUR"),
    ("£1,284.60", 128460, "GBP"),
    ("$3,417.00", 341700, "USD"),
    ("USD 128,450.00", 12845000, "USD"),
    ("CHF 1'234.50", 123450, "CHF"),
    ("1'250.00 CHF", 125000, "CHF"),
    ("Rs. 2,36,000", 23600000, "INR"),
    ("R$ 18.430,00", 1843000, "BRL"),
    ("10 000 FCFA", 10000, "XOF"),
    ("la somme de 1 234,56 € hier", 123456, "EUR"),
]


@pytest.mark.parametrize(("text", "amount", "currency"), CASES)
def test_an_amount_is_read_in_minor_units(text, amount, currency):
    assert [(f.amount, f.currency) for f in find_amounts(text, "EUR")] == [(amount, currency)]


@pytest.mark.parametrize(
    "text",
    [
        "FA-2026-0042",
        "06 12 34 56 78",
        "le 15/03/2026",
        "20 %",
        "3 factures",
        "12.5.2026",
        "500",
        "",
    ],
)
def test_a_number_without_a_currency_is_no_amount(text):
    assert find_amounts(text, "EUR") == ()


def test_a_dollar_is_that_of_the_company():
    assert find_amounts("$10.00", "CAD")[0].currency == "CAD"
    assert find_amounts("$10.00", "EUR")[0].currency == "USD"


@given(st.integers(0, 99_999_999))
def test_what_is_written_in_french_is_read_back(cents):
    written = f"{cents // 100:,}".replace(",", " ") + f",{cents % 100:02} €"
    assert [f.amount for f in find_amounts(written, "EUR")] == [cents]


@given(st.text(alphabet="0123456789 .,'€$kEUR-", max_size=60))
def test_anything_can_be_searched_for_amounts(text):
    find_amounts(text, "EUR")
