"""Amounts are integers of one currency."""

from __future__ import annotations

import pytest

from mailagent.core.money import Money, minor_digits, sum_by_currency


def test_sums_never_cross_currencies() -> None:
    amounts = [Money(100, "USD"), Money(250, "EUR"), Money(-50, "EUR"), Money(0, "CHF")]

    assert sum_by_currency(amounts) == (Money(0, "CHF"), Money(200, "EUR"), Money(100, "USD"))
    assert sum_by_currency([]) == ()


@pytest.mark.parametrize(("currency", "digits"), [("EUR", 2), ("JPY", 0), ("TND", 3), ("XYZ", 2)])
def test_decimals_of_a_currency(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits
